//! `heliogram demo` and `heliogram bench`, small: both come to their tables.

use crate::world::run;

#[tokio::test]
async fn the_demonstration_prints_every_row_of_its_table_and_balanced_books() {
    let output = run(&["demo", "--recipients", "50"]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for (row, value) in [
        ("accepted", "51"),
        ("price", "UAH"),
        ("submitted", "51"),
        ("delivered", "46"),
        ("undelivered", "2"),
        ("expired", "2"),
        ("rejected", "1"),
        ("balance before", "1000.00 UAH"),
        ("balance after", "UAH"),
        ("segments", ""),
        ("messages/s to the operator", ""),
        ("last receipt after", "ms"),
    ] {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("  {row}  ")));
        let line = line.unwrap_or_else(|| panic!("no row {row}: {said}"));
        assert!(line.ends_with(value), "{line}");
    }
    assert!(said.contains("the books balance"), "{said}");
    assert!(!said.contains("DOES NOT ADD UP"), "{said}");
}

#[tokio::test]
async fn the_benchmark_prints_a_row_for_each_measurement() {
    let output = run(&[
        "bench",
        "--singles",
        "100",
        "--recipients",
        "200",
        "--group",
        "100",
        "--queued",
        "200",
        "--contacts",
        "2000",
        "--submits",
        "1",
        "--thousands",
        "1",
        "--hundreds",
        "3",
        "--binds",
        "4",
        "--per-second",
        "10",
        "--seconds",
        "1",
        "--runs",
        "1",
        "--connections",
        "4",
        "--json",
    ])
    .await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for row in ["single send", "group recipient", "queued"] {
        let line = said.lines().find(|line| line.starts_with(row));
        let cells = line.map(|line| line[row.len()..].split_whitespace().count());
        assert_eq!(cells, Some(11), "{row}: {said}");
    }
    for figure in [
        "ATL, submit of 10,000 rows: p50 ms",
        "SMS Center, 1,000 numbers: p99 ms",
        "SMS Club, 100 numbers at 200/s: p99 ms",
        "contacts added/s, sorted",
        "contacts added/s, in no order",
        "search page max ms",
        "price check s",
        "acceptance s",
        "expanded/s",
        "submitted/s",
        "receipts/s",
        "state, running max ms",
        "state, at the end max ms",
        "statistics, first octets ms",
        "statistics MiB",
        "peak memory MiB",
        "submit_sm_resp: p99 ms",
        "p99 with it / without it",
        "4 links: submitted/s",
        "submit_sm: read ns",
    ] {
        let line = said.lines().find(|line| line.starts_with(figure));
        let cells = line.map(|line| line[figure.len()..].split_whitespace().count());
        assert_eq!(cells, Some(2), "{figure}: {said}");
    }
    let json: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert!(
        json["single send"]["accepted/s"]["median"]
            .as_f64()
            .unwrap()
            > 0.0
    );
    assert!(json["campaign"]["receipts/s"]["median"].as_f64().unwrap() > 0.0);
}
