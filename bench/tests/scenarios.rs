//! The benchmark, small and with programs as tests build them: nothing is lost, and every figure is told.

mod programs;

use std::path::Path;

use serde_json::{Value, json};

use programs::{bench, gateway};

/// What is above nought in any run, and where the kernel tells it if it is not told by all kernels, nor to everybody.
const ABOVE_NOUGHT: [(&str, Option<&str>); 6] = [
    ("answer: p99 ms", None),
    ("to the wire: p99.9 ms", None),
    ("peak memory MiB", None),
    ("disk a message, stopped: B", None),
    (
        "CPU µs a message: store-writer",
        Some("/proc/thread-self/schedstat"),
    ),
    (
        "written to files and sockets a message: B",
        Some("/proc/self/io"),
    ),
];

#[test]
fn single_sends_and_a_program_that_binds_come_to_their_tables_and_nothing_is_lost() {
    let out = tempfile::tempdir().unwrap();
    let arguments = ["single", "smpp-1", "--messages", "300", "--runs", "2"];
    let ran = bench(&arguments, &gateway(), out.path());
    let said = ran.said;
    assert!(ran.succeeded, "{said}{}", ran.noted);
    for name in ["accepted/s", "receipts/s", "CPU µs a message", "lost"] {
        let rows = said.lines().filter(|line| {
            let cells = line.trim_start().strip_prefix(name);
            cells.is_some_and(|cells| cells.split_whitespace().count() == 3)
        });
        assert_eq!(rows.count(), 2, "{name}: {said}");
    }

    let told = results(out.path());
    let figure = |place: usize, name: &str| &told["measured"][place]["figures"][name]["runs"];
    for (place, scenario) in ["single", "smpp-1"].into_iter().enumerate() {
        assert_eq!(told["measured"][place]["scenario"], scenario);
        for (name, expected) in [("messages", 300.0), ("lost", 0.0), ("duplicates", 0.0)] {
            assert_eq!(*figure(place, name), json!([expected, expected]), "{name}");
        }
        for (name, source) in ABOVE_NOUGHT {
            let value = figure(place, name)[0].as_f64();
            let is_told = source.is_none_or(is_told_here);
            assert!(value > Some(0.0) || !is_told, "{name}: {told}");
        }
    }
    let missing = figure(1, "receipts not given to programs");
    assert_eq!(*missing, json!([0.0, 0.0]));
    let left: Vec<_> = std::fs::read_dir(out.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "the data of runs goes with them: {left:?}");
}

#[test]
fn receipts_that_come_late_are_waited_for() {
    let out = tempfile::tempdir().unwrap();
    let arguments = "single-late smpp-4-late --messages 100 --runs 1";
    let arguments: Vec<_> = arguments.split(' ').collect();
    let ran = bench(&arguments, &gateway(), out.path());
    assert!(ran.succeeded, "{}{}", ran.said, ran.noted);
    let told = results(out.path());
    for (place, scenario) in ["single-late", "smpp-4-late"].into_iter().enumerate() {
        assert_eq!(told["measured"][place]["scenario"], scenario);
        let figure = |name: &str| told["measured"][place]["figures"][name]["median"].as_f64();
        for (name, expected) in [("messages", 100.0), ("lost", 0.0), ("duplicates", 0.0)] {
            assert_eq!(figure(name), Some(expected), "{name}");
        }
        // The last came two seconds after the first submit at the earliest; clocks are read to the millisecond.
        let reported = figure("receipts/s").unwrap();
        assert!(reported < 100.0 / 1.99, "{told}");
    }
}

#[test]
fn a_gateway_that_is_not_there_is_named() {
    let out = tempfile::tempdir().unwrap();
    let nowhere = Path::new("nowhere/heliogram");
    let ran = bench(&["single", "--runs", "1"], nowhere, out.path());
    assert!(!ran.succeeded);
    let noted = ran.noted;
    assert!(noted.contains("cannot start nowhere/heliogram"), "{noted}");
}

/// Reads what was written for programs.
fn results(out: &Path) -> Value {
    let text = std::fs::read_to_string(out.join("scenarios.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Tells whether the kernel keeps a count here and lets it be read; where it does not keep it, it says nought.
fn is_told_here(file: &str) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.chars().any(|it| ('1'..='9').contains(&it))
}
