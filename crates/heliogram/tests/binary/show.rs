//! `heliogram demo`, small: it comes to its table.

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
