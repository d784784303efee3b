//! Line charts as SVG, for documents: drawn to be read on light and on dark paper, without a script or a library.

mod axis;
mod charts;

use std::fmt::Write as _;

use axis::{Axis, Scale};

pub(crate) use charts::draw;

/// Holds a chart of lines over a common pair of axes.
struct Chart {
    /// What it shows, in a sentence.
    title: String,
    /// What it is shown against.
    x: Axis,
    /// What was measured.
    y: Axis,
    /// The lines, in the order of their colours.
    lines: Vec<Line>,
}

/// Holds one line: a name, which stands at its end, and its points from left to right.
struct Line {
    /// What it is called.
    name: String,
    /// Where it goes.
    points: Vec<Point>,
}

/// Holds what several runs found at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// The place.
    x: f64,
    /// The least of the runs.
    low: f64,
    /// Their median, through which the line goes.
    median: f64,
    /// The most of the runs.
    high: f64,
}

/// Blue, orange, green, violet, red, teal: each as far from white as from black.
const COLOURS: [&str; 6] = [
    "#3f83c8", "#d0792a", "#3d9a63", "#9273c9", "#cc5a5f", "#2b9a9c",
];

/// Between black and white, so that words and grid show on both.
const INK: &str = "#767c85";

/// The drawing's size, and what its four margins are for: title above, names to the right, labels below and to the left.
const SIZE: (f64, f64) = (720.0, 400.0);
const LEFT: f64 = 64.0;
const TOP: f64 = 48.0;
const RIGHT: f64 = 590.0;
const BOTTOM: f64 = 344.0;

/// How far apart two names at the right must be to be told apart.
const LINE_HEIGHT: f64 = 15.0;

impl Chart {
    /// Draws it. Points that an axis cannot have (not above nought on a logarithmic one, or not a number) are left out.
    fn svg(&self) -> String {
        let view = View::of(self);
        let (width, height) = SIZE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{INK}\" role=\"img\">\n<title>{}</title>\n",
            escaped(&self.title)
        );
        text(
            &mut svg,
            (LEFT, 24.0),
            "font-size=\"15\" font-weight=\"600\"",
            &self.title,
        );
        self.draw_axes(&view, &mut svg);
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            view.draw(line, colour, &mut svg);
        }
        self.draw_names(&view, &mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn draw_axes(&self, view: &View, svg: &mut String) {
        stroke(svg, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, "0.8");
        for (at, label) in view.y.ticks() {
            let y = view.y(at);
            stroke(svg, (LEFT, y), (RIGHT, y), INK, "0.25");
            text(svg, (LEFT - 8.0, y + 4.0), "text-anchor=\"end\"", &label);
        }
        for (at, label) in view.x.ticks() {
            let x = view.x(at);
            stroke(svg, (x, BOTTOM), (x, BOTTOM + 4.0), INK, "0.8");
            text(svg, (x, BOTTOM + 19.0), "text-anchor=\"middle\"", &label);
        }
        text(svg, (LEFT, 42.0), "", &self.y.label);
        let middle = f64::midpoint(LEFT, RIGHT);
        let below = (middle, BOTTOM + 42.0);
        text(svg, below, "text-anchor=\"middle\"", &self.x.label);
    }

    /// Writes each line's name at its end, pushed down where two would stand on one another.
    fn draw_names(&self, view: &View, svg: &mut String) {
        let ends = self.lines.iter().zip(COLOURS.iter().cycle());
        let mut ends: Vec<_> = ends
            .filter_map(|(line, colour)| {
                let last = view.points(line).last()?;
                Some((view.y(last.median), &line.name, colour))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = TOP;
        for (y, name, colour) in ends {
            let y = y.max(free);
            free = y + LINE_HEIGHT;
            text(
                svg,
                (RIGHT + 10.0, y + 4.0),
                &format!("fill=\"{colour}\""),
                name,
            );
        }
    }
}

/// Where values are on the paper.
struct View {
    x: axis::Range,
    y: axis::Range,
}

impl View {
    fn of(chart: &Chart) -> Self {
        let points = || chart.lines.iter().flat_map(|line| &line.points);
        let heights = points().flat_map(|point| [point.low, point.median, point.high]);
        Self {
            x: chart.x.range(points().map(|point| point.x)),
            y: chart.y.range(heights),
        }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.share(value) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - self.y.share(value) * (BOTTOM - TOP)
    }

    fn points<'l>(&self, line: &'l Line) -> impl Iterator<Item = &'l Point> {
        let points = line.points.iter();
        points.filter(|point| self.x.holds(point.x) && self.y.holds(point.median))
    }

    fn draw(&self, line: &Line, colour: &str, svg: &mut String) {
        let places: Vec<_> = self
            .points(line)
            .map(|point| format!("{:.1},{:.1}", self.x(point.x), self.y(point.median)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
            places.join(" ")
        );
        for point in self.points(line) {
            let (x, y) = (self.x(point.x), self.y(point.median));
            if point.low < point.high && self.y.holds(point.low) {
                let (low, high) = (self.y(point.low), self.y(point.high));
                stroke(svg, (x, low), (x, high), colour, "0.6");
            }
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"><title>{}: {} at {}</title></circle>",
                escaped(&line.name),
                axis::written(point.median),
                axis::written(point.x)
            );
        }
    }
}

fn stroke(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str, opacity: &str) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-opacity=\"{opacity}\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(svg: &mut String, at: (f64, f64), how: &str, words: &str) {
    let space = if how.is_empty() { "" } else { " " };
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\"{space}{how}>{}</text>",
        at.0,
        at.1,
        escaped(words)
    );
}

fn escaped(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
