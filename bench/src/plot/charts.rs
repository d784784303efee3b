//! The charts that results have in them, read back from the JSON that was written.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::{Axis, Chart, Line, Point, Scale};
use crate::output;

/// A chart and the results that it shows.
struct Drawing {
    file: &'static str,
    title: &'static str,
    x: (&'static str, Scale, Place),
    y: (&'static str, Scale),
    /// Scenario, figure, and what the line is called.
    lines: &'static [(&'static str, &'static str, &'static str)],
}

/// Where a point is on the x axis.
#[derive(Clone, Copy)]
enum Place {
    /// Where the run stands among those of its scenario.
    At,
    /// What this figure says.
    Figure(&'static str),
}

/// Every chart; one is drawn when there are at least two points of one of its lines.
const DRAWINGS: &[Drawing] = &[
    Drawing {
        file: "cost-against-stored.svg",
        title: "What a message costs beside those that are stored",
        x: STORED,
        y: COST,
        lines: &[
            ("stored: single", CPU, "single send"),
            ("stored: smpp", CPU, "SMPP to SMPP"),
            ("stored: group", CPU, "group recipient"),
        ],
    },
    Drawing {
        file: "memory-against-stored.svg",
        title: "Memory beside the messages that are stored",
        x: STORED,
        y: ("peak memory of the gateway, MiB", Scale::Linear),
        lines: &[
            ("stored: single", MEMORY, "single sends"),
            ("stored: smpp", MEMORY, "SMPP to SMPP"),
            ("stored: group", MEMORY, "groups"),
        ],
    },
    Drawing {
        file: "start-against-stored.svg",
        title: "How soon a gateway is back",
        x: STORED,
        y: ("milliseconds since its start", Scale::Linear),
        lines: &[
            ("restart: stopped", ANSWERS, "stopped: answers"),
            ("restart: stopped", SUBMITS, "stopped: submits"),
            ("restart: killed", ANSWERS, "killed: answers"),
            ("restart: killed", SUBMITS, "killed: submits"),
        ],
    },
    Drawing {
        file: "cost-against-accounts.svg",
        title: "What a message costs when accounts share the load",
        x: ("accounts", Scale::Logarithmic, Place::At),
        y: COST,
        lines: &[("accounts: even", CPU, "single send")],
    },
    Drawing {
        file: "cost-against-connectors.svg",
        title: "What a message costs when connectors share them",
        x: ("connectors", Scale::Linear, Place::At),
        y: COST,
        lines: &[
            ("connectors: single", CPU, "single send"),
            ("connectors: group", CPU, "group recipient"),
        ],
    },
    Drawing {
        file: "latency-against-load.svg",
        title: "How long answers take as the load grows",
        x: (
            "single sends accepted a second",
            Scale::Linear,
            Place::Figure("accepted/s"),
        ),
        y: ("milliseconds", Scale::Logarithmic),
        lines: &[
            ("load-curve", "answer: p50 ms", "answer, p50"),
            ("load-curve", "answer: p99 ms", "answer, p99"),
            ("load-curve", "to the wire: p50 ms", "to the wire, p50"),
            ("load-curve", "to the wire: p99 ms", "to the wire, p99"),
        ],
    },
];

/// What charts have in common.
const STORED: (&str, Scale, Place) = (
    "finished messages in the database",
    Scale::Logarithmic,
    Place::At,
);
const COST: (&str, Scale) = ("gateway CPU, µs per message", Scale::Linear);

const CPU: &str = "CPU µs a message";
const MEMORY: &str = "peak memory MiB";
const ANSWERS: &str = "until HTTP answers: ms";
const SUBMITS: &str = "until a link submits: ms";

/// Draws the charts that results have in them into a directory.
pub(crate) fn draw(results: &Value, directory: &Path) -> anyhow::Result<()> {
    for drawing in DRAWINGS {
        let chart = drawing.chart(results);
        if chart.lines.iter().all(|line| line.points.len() < 2) {
            continue;
        }
        let file = directory.join(drawing.file);
        std::fs::write(&file, chart.svg())
            .with_context(|| format!("cannot write {}", file.display()))?;
        output::note(format_args!("drawn in {}", file.display()));
    }
    Ok(())
}

impl Drawing {
    fn chart(&self, results: &Value) -> Chart {
        let axis = |label: &str, scale| Axis {
            label: label.to_owned(),
            scale,
        };
        let lines = self.lines.iter().map(|(scenario, figure, name)| Line {
            name: (*name).to_owned(),
            points: self.points(results, scenario, figure),
        });
        Chart {
            title: self.title.to_owned(),
            x: axis(self.x.0, self.x.1),
            y: axis(self.y.0, self.y.1),
            lines: lines.filter(|line| !line.points.is_empty()).collect(),
        }
    }

    fn points(&self, results: &Value, scenario: &str, figure: &str) -> Vec<Point> {
        let measured = results["measured"].as_array().into_iter().flatten();
        let of_scenario = measured.filter(|it| it["scenario"] == scenario);
        let mut points: Vec<_> = of_scenario
            .filter_map(|it| {
                let figures = &it["figures"];
                let value = |which: &str| figures[figure][which].as_f64();
                Some(Point {
                    x: match self.x.2 {
                        Place::At => it["at"].as_f64()?,
                        Place::Figure(name) => figures[name]["median"].as_f64()?,
                    },
                    low: value("minimum")?,
                    median: value("median")?,
                    high: value("maximum")?,
                })
            })
            .collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        points
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn measured(scenario: &str, at: f64, median: f64) -> Value {
        json!({
            "scenario": scenario,
            "at": at,
            "figures": {
                CPU: { "minimum": median - 1.0, "median": median, "maximum": median + 1.0 },
                "accepted/s": { "median": 1_000.0 * at },
                "answer: p50 ms": { "minimum": 1.0, "median": 1.0, "maximum": 1.0 },
            },
        })
    }

    #[test]
    fn results_become_lines_in_the_order_of_their_places() {
        let results = json!({ "measured": [
            measured("stored: single", 1e6, 30.0),
            measured("stored: group", 1e4, 9.0),
            measured("stored: single", 1e4, 29.0),
            measured("single", 1e4, 7.0),
        ]});
        let chart = DRAWINGS[0].chart(&results);
        let names: Vec<_> = chart.lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["single send", "group recipient"]);
        let places: Vec<_> = chart.lines[0]
            .points
            .iter()
            .map(|it| (it.x, it.median))
            .collect();
        assert_eq!(places, [(1e4, 29.0), (1e6, 30.0)]);
    }

    #[test]
    fn the_load_stands_where_it_was_not_where_it_was_to_be() {
        let results = json!({ "measured": [measured("load-curve", 0.5, 1.0)] });
        let drawing = DRAWINGS.iter().find(|it| it.file.starts_with("latency"));
        let chart = drawing.unwrap().chart(&results);
        assert!((chart.lines[0].points[0].x - 500.0).abs() < 1e-9);
    }

    #[test]
    fn only_what_has_two_points_is_drawn() {
        let directory = tempfile::tempdir().unwrap();
        let results = json!({ "measured": [
            measured("stored: single", 1e4, 29.0),
            measured("stored: single", 1e6, 30.0),
            measured("accounts: even", 1.0, 30.0),
        ]});
        draw(&results, directory.path()).unwrap();
        let drawn = std::fs::read_dir(directory.path()).unwrap();
        let names: Vec<_> = drawn.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["cost-against-stored.svg"]);
    }
}
