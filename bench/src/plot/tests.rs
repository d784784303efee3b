//! What a chart must look like, read back from the SVG.

use roxmltree::{Document, Node};

use super::*;

fn point(x: f64, median: f64) -> Point {
    Point {
        x,
        low: median * 0.9,
        median,
        high: median * 1.1,
    }
}

fn chart(lines: &[(&str, &[(f64, f64)])]) -> Chart {
    let line = |&(name, points): &(&str, &[(f64, f64)])| Line {
        name: name.to_owned(),
        points: points.iter().map(|&(x, y)| point(x, y)).collect(),
    };
    Chart {
        title: "Cost <of> a message & more".to_owned(),
        x: Axis {
            label: "stored messages".to_owned(),
            scale: Scale::Logarithmic,
        },
        y: Axis {
            label: "CPU µs per message".to_owned(),
            scale: Scale::Linear,
        },
        lines: lines.iter().map(line).collect(),
    }
}

fn named<'a, 'd>(document: &'a Document<'d>, name: &str) -> Vec<Node<'a, 'd>> {
    let all = document.descendants();
    all.filter(|node| node.has_tag_name(name)).collect()
}

fn number(node: Node<'_, '_>, attribute: &str) -> f64 {
    node.attribute(attribute).unwrap().parse().unwrap()
}

/// Where words stand, in order.
fn places_of(document: &Document<'_>, words: &str) -> Vec<f64> {
    let texts = named(document, "text");
    let found = texts
        .into_iter()
        .filter(|node| node.text() == Some(words))
        .map(|node| number(node, "y"));
    found.collect()
}

#[test]
fn a_chart_is_well_formed_whatever_its_words_are() {
    let svg = chart(&[("a & b", &[(1e4, 20.0)])]).svg();
    let document = Document::parse(&svg).unwrap();
    let title = named(&document, "title")[0].text().unwrap();
    assert_eq!(title, "Cost <of> a message & more");
}

#[test]
fn points_stand_where_the_axes_say() {
    let svg = chart(&[("single", &[(1e4, 0.0), (1e5, 5.0), (1e7, 10.0)])]).svg();
    let document = Document::parse(&svg).unwrap();
    let circles = named(&document, "circle");
    let places: Vec<_> = circles
        .iter()
        .map(|circle| (number(*circle, "cx"), number(*circle, "cy")))
        .collect();
    // The most of the runs is 11, so the axis goes to 15.
    let up = |value: f64| BOTTOM - value / 15.0 * (BOTTOM - TOP);
    let along = |decades: f64| LEFT + decades / 3.0 * (RIGHT - LEFT);
    for ((x, y), (decades, value)) in places.iter().zip([(0.0, 0.0), (1.0, 5.0), (3.0, 10.0)]) {
        assert!((x - along(decades)).abs() < 0.1, "{x}");
        assert!((y - up(value)).abs() < 0.1, "{y}");
    }
    let line = named(&document, "polyline")[0].attribute("points").unwrap();
    assert_eq!(line.split(' ').count(), 3);
}

#[test]
fn the_spread_of_the_runs_is_drawn_through_each_point() {
    let svg = chart(&[("single", &[(1e4, 10.0)])]).svg();
    let document = Document::parse(&svg).unwrap();
    let lines = named(&document, "line");
    let whisker = lines
        .iter()
        .find(|line| line.attribute("stroke") == Some(COLOURS[0]));
    let whisker = whisker.unwrap();
    assert!(number(*whisker, "y1") > number(*whisker, "y2"));
}

#[test]
fn names_stand_at_the_ends_of_their_lines_and_not_on_one_another() {
    let svg = chart(&[
        ("near", &[(1e4, 10.0)]),
        ("nearer", &[(1e4, 10.1)]),
        ("far", &[(1e4, 1.0)]),
    ])
    .svg();
    let document = Document::parse(&svg).unwrap();
    let [near, nearer, far] = ["near", "nearer", "far"].map(|name| places_of(&document, name)[0]);
    assert!(near - nearer >= LINE_HEIGHT - 0.2);
    assert!(far - near > LINE_HEIGHT);
}

#[test]
fn what_an_axis_cannot_have_is_left_out() {
    let svg = chart(&[("single", &[(0.0, 5.0), (1e4, f64::NAN), (1e5, 5.0)])]).svg();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(named(&document, "circle").len(), 1);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn a_chart_without_points_is_one_with_axes() {
    let svg = chart(&[]).svg();
    let document = Document::parse(&svg).unwrap();
    assert!(named(&document, "text").len() > 4);
}
