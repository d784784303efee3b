//! How many times better one run is than the one beside it.

use crate::load::Pace;
use crate::output;
use crate::report::figures::{Figures, Spread};
use crate::report::{Report, Run};

/// Which way a figure is better.
#[derive(Clone, Copy, Debug)]
enum Better {
    More,
    Less,
}

/// What is compared, where both have it and the peer's is not nought.
const COMPARED: [(&str, Better); 10] = [
    ("accepted/s", Better::More),
    ("submitted/s", Better::More),
    ("receipts/s", Better::More),
    ("CPU µs a message", Better::Less),
    ("peak memory MiB", Better::Less),
    ("answer: p50 ms", Better::Less),
    ("answer: p99 ms", Better::Less),
    ("to the wire: p50 ms", Better::Less),
    ("to the wire: p99 ms", Better::Less),
    ("written to disk a message: B", Better::Less),
];

/// Tells how many messages a second went all the way: to their receipts, where these are asked for.
pub(super) fn messages_per_second(figures: &Figures) -> Option<f64> {
    let reported = figures.value("receipts/s");
    reported.or_else(|| figures.value("submitted/s"))
}

/// Tells how many times better the first run is than the second: 2 is twice as many, or half as much. How many messages a second
/// there were is no merit where the load has set it.
pub(super) fn of(ours: &Run, theirs: &Run, pace: Pace) -> Run {
    let mut figures = Figures::default();
    for (name, better) in COMPARED {
        if matches!((better, pace), (Better::More, Pace::Open { .. })) {
            continue;
        }
        let both = ours.figures.value(name).zip(theirs.figures.value(name));
        if let Some((ours, theirs)) = both {
            let (above, below) = match better {
                Better::More => (ours, theirs),
                Better::Less => (theirs, ours),
            };
            if above > 0.0 && below > 0.0 {
                figures.take(named(name), above / below, 2);
            }
        }
    }
    Run {
        scenario: ours.scenario.clone(),
        at: ours.at,
        contender: format!("{} against {}", ours.contender, theirs.contender),
        version: format!("{} against {}", ours.version, theirs.version),
        durability: "ratios within each turn".to_owned(),
        figures,
    }
}

/// What is told of ratios in one line: the first of these figures that there is, and what stands above it.
const COLUMNS: [(&[&str], &str); 6] = [
    (&["receipts/s", "submitted/s"], "messages/s"),
    (&["CPU µs a message"], "CPU"),
    (&["peak memory MiB"], "memory"),
    (&["answer: p50 ms"], "answer p50"),
    (&["answer: p99 ms"], "answer p99"),
    (&["to the wire: p99 ms"], "wire p99"),
];

/// Prints the ratios of all pairs, a line each: the median of the turns, and in brackets the least and the most.
pub(super) fn print(report: &Report) -> anyhow::Result<()> {
    let headings = COLUMNS
        .map(|(_, heading)| format!("{heading:>22}"))
        .concat();
    output::line(format_args!(
        "\n{:<34}{headings}",
        "times better than the peer"
    ))?;
    for group in report.groups() {
        let cells = COLUMNS.map(|(figures, _)| cell(&group, figures));
        if cells.iter().any(|cell| cell != NOTHING) {
            let cells = cells.map(|cell| format!("{cell:>22}")).concat();
            output::line(format_args!("{:<34}{cells}", group[0].scenario))?;
        }
    }
    Ok(())
}

/// What stands where there is no ratio.
const NOTHING: &str = "–";

fn cell(group: &[&Run], figures: &[&str]) -> String {
    let ratios = |figure: &&str| -> Vec<f64> {
        let name = named(figure);
        group
            .iter()
            .filter_map(|run| run.figures.value(&name))
            .collect()
    };
    let found = figures.iter().map(ratios).find(|ratios| !ratios.is_empty());
    found.map_or(NOTHING.to_owned(), |ratios| {
        let Spread {
            minimum,
            median,
            maximum,
            ..
        } = Spread::of(ratios);
        format!("{median:.1} ({minimum:.1} – {maximum:.1})")
    })
}

/// Names the ratio of a figure.
fn named(figure: &str) -> String {
    format!("{figure}: times better")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(contender: &str, figures: &[(&str, f64)]) -> Run {
        let mut taken = Figures::default();
        for (name, value) in figures {
            taken.take(*name, *value, 1);
        }
        Run {
            scenario: "single".into(),
            at: None,
            contender: contender.into(),
            version: "1".into(),
            durability: "all".into(),
            figures: taken,
        }
    }

    #[test]
    fn a_ratio_tells_how_many_times_better_whichever_way_is_better() {
        let ours = run(
            "heliogram",
            &[
                ("receipts/s", 20_000.0),
                ("CPU µs a message", 50.0),
                ("answer: p50 ms", 2.0),
                ("lost", 0.0),
            ],
        );
        let theirs = run(
            "kannel",
            &[
                ("receipts/s", 2_000.0),
                ("CPU µs a message", 1_000.0),
                ("lost", 0.0),
            ],
        );
        let ratio = of(&ours, &theirs, Pace::Closed);
        assert_eq!(ratio.contender, "heliogram against kannel");
        let figures: Vec<_> = ratio
            .figures
            .iter()
            .map(|it| (it.name.as_str(), it.value))
            .collect();
        let expected = [
            ("receipts/s: times better", 10.0),
            ("CPU µs a message: times better", 20.0),
        ];
        assert_eq!(figures, expected);
        let paced = of(&ours, &theirs, Pace::Open { per_second: 9.0 });
        let names: Vec<_> = paced.figures.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["CPU µs a message: times better"]);
    }

    #[test]
    fn a_cell_has_the_median_of_the_turns_and_how_far_they_are_apart() {
        let turn = |theirs| {
            let ours = run("heliogram", &[("submitted/s", 100.0)]);
            of(
                &ours,
                &run("kannel", &[("submitted/s", theirs)]),
                Pace::Closed,
            )
        };
        let turns = [turn(10.0), turn(20.0), turn(50.0)];
        let group: Vec<_> = turns.iter().collect();
        assert_eq!(
            cell(&group, &["receipts/s", "submitted/s"]),
            "5.0 (2.0 – 10.0)"
        );
        assert_eq!(cell(&group, &["CPU µs a message"]), NOTHING);
    }

    #[test]
    fn without_receipts_a_message_has_gone_all_the_way_when_it_is_submitted() {
        let with = run("kannel", &[("submitted/s", 9.0), ("receipts/s", 3.0)]);
        assert_eq!(messages_per_second(&with.figures), Some(3.0));
        let without = run("kannel", &[("submitted/s", 9.0)]);
        assert_eq!(messages_per_second(&without.figures), Some(9.0));
        assert_eq!(messages_per_second(&Figures::default()), None);
    }
}
