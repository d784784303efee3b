//! The benchmark, small and with programs as tests build them: nothing is lost, and every figure is told.

mod programs;

use std::process::Command;

use serde_json::{Value, json};

use programs::{BENCH, gateway};

#[test]
fn single_sends_and_a_program_that_binds_come_to_their_tables_and_nothing_is_lost() {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(BENCH)
        .args(["single", "smpp-1", "--messages", "300", "--runs", "2"])
        .arg("--gateway")
        .arg(gateway())
        .arg("--out")
        .arg(out.path())
        .arg("--data")
        .arg(out.path())
        .output()
        .unwrap();
    let [said, noted] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    assert!(output.status.success(), "{said}{noted}");
    for name in ["accepted/s", "receipts/s", "CPU µs a message", "lost"] {
        let rows = said.lines().filter(|line| {
            let cells = line.trim_start().strip_prefix(name);
            cells.is_some_and(|cells| cells.split_whitespace().count() == 3)
        });
        assert_eq!(rows.count(), 2, "{name}: {said}");
    }

    let text = std::fs::read_to_string(out.path().join("scenarios.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    let figure = |place: usize, name: &str| &told["measured"][place]["figures"][name]["runs"];
    for (place, scenario) in ["single", "smpp-1"].into_iter().enumerate() {
        assert_eq!(told["measured"][place]["scenario"], scenario);
        for (name, expected) in [("messages", 300.0), ("lost", 0.0), ("duplicates", 0.0)] {
            assert_eq!(*figure(place, name), json!([expected, expected]), "{name}");
        }
        for name in [
            "answer: p99 ms",
            "to the wire: p99.9 ms",
            "CPU µs a message: store-writer",
            "peak memory MiB",
            "written to files and sockets a message: B",
            "disk a message, stopped: B",
        ] {
            let told = figure(place, name)[0].as_f64();
            assert!(told > Some(0.0), "{name}: {text}");
        }
    }
    let missing = figure(1, "receipts not given to programs");
    assert_eq!(*missing, json!([0.0, 0.0]));
    let left: Vec<_> = std::fs::read_dir(out.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "the data of runs goes with them: {left:?}");
}

#[test]
fn a_gateway_that_is_not_there_is_named() {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(BENCH)
        .args(["single", "--runs", "1", "--gateway", "nowhere/heliogram"])
        .arg("--out")
        .arg(out.path())
        .arg("--data")
        .arg(out.path())
        .output()
        .unwrap();
    let noted = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(noted.contains("cannot start nowhere/heliogram"), "{noted}");
}
