//! How cost grows, small: each of its scenarios comes to its figures on data that were filled, and nothing is lost.

mod programs;

use serde_json::Value;

use programs::{bench, gateway};

#[test]
fn cost_is_told_beside_stored_messages_accounts_and_connectors_and_after_a_kill() {
    let out = tempfile::tempdir().unwrap();
    let small =
        "growth --runs 1 --messages 200 --tidy --stored 100,300 --accounts 1,3 --connectors 1,2";
    let arguments: Vec<_> = small.split(' ').collect();
    let ran = bench(&arguments, &gateway(), out.path());
    assert!(ran.succeeded, "{}{}", ran.said, ran.noted);

    let text = std::fs::read_to_string(out.path().join("growth.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    let measured = told["measured"].as_array().unwrap();
    let mut found: Vec<_> = measured
        .iter()
        .map(|it| format!("{} {}", it["scenario"].as_str().unwrap(), it["at"]))
        .collect();
    found.sort();
    let expected = [
        "accounts: beside a hot one 3.0",
        "accounts: calm 3.0",
        "accounts: even 1.0",
        "accounts: even 3.0",
        "connectors: group 1.0",
        "connectors: group 2.0",
        "connectors: single 1.0",
        "connectors: single 2.0",
        "restart: killed 100.0",
        "restart: killed 300.0",
        "restart: stopped 100.0",
        "restart: stopped 300.0",
        "stored: group 100.0",
        "stored: group 300.0",
        "stored: single 100.0",
        "stored: single 300.0",
        "stored: smpp 100.0",
        "stored: smpp 300.0",
    ];
    assert_eq!(found, expected);
    for it in measured {
        let lost = &it["figures"]["lost"]["maximum"];
        let expected = if it["scenario"] == "restart: stopped" {
            Value::Null
        } else {
            0.0.into()
        };
        assert_eq!(*lost, expected, "{it}");
    }
    let chart = std::fs::read_to_string(out.path().join("cost-against-stored.svg")).unwrap();
    for name in ["single send", "group recipient", "SMPP to SMPP"] {
        assert!(chart.contains(name), "{chart}");
    }
    let mut left: Vec<_> = std::fs::read_dir(out.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.contains("-against-"))
        .collect();
    left.sort();
    assert_eq!(left, ["growth.json"], "the data go with the runs");
}
