//! `heliogram config`: what is wrong with a file is told with its line and a hint.

use std::path::Path;

use crate::world::run;

/// Checks a text; gives the exit code and what was said.
async fn check(text: &str) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("heliogram.toml");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let output = run(&["config", "check", file]).await;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), said.concat().replace(file, "FILE"))
}

#[tokio::test]
async fn the_printed_example_has_nothing_wrong() {
    let example = run(&["config", "example"]).await;
    assert!(example.status.success());
    let example = String::from_utf8(example.stdout).unwrap();
    assert_eq!(
        check(&example).await,
        (Some(0), "FILE: nothing wrong\n".into())
    );
}

#[tokio::test]
async fn the_printed_example_has_every_setting_of_the_manual_as_it_is_by_default() {
    let example = String::from_utf8(run(&["config", "example"]).await.stdout).unwrap();
    let given = settings(example.lines());
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual");
    for dialect in ["atl", "atompark", "smscenter", "smsclub"] {
        let page = std::fs::read_to_string(manual.join(dialect).with_extension("md")).unwrap();
        let (_, section) = page.split_once("\n## Settings\n").unwrap();
        let (_, told) = section.split_once("```toml\n").unwrap();
        let told = settings(told.lines().take_while(|line| *line != "```"));
        assert!(!told.is_empty(), "{dialect}");
        for setting in told {
            assert!(given.contains(&setting), "{setting}");
        }
    }
}

/// Lists the settings of a file, those that are commented out too: each with its section and its value, without a comment.
fn settings<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut section, mut found) = ("", Vec::new());
    for line in lines.map(|line| line.trim_start_matches("# ")) {
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        if line.starts_with('[') {
            section = line;
        } else if line.contains(" = ") {
            found.push(format!("{section} {line}"));
        }
    }
    found
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_line_and_a_hint() {
    let data = "[data]\ndirectory = \"d\"\n";
    for (text, line, hint) in [
        (
            "[http]\nlisen = \"127.0.0.1:1\"\n",
            4,
            "did you mean `listen`",
        ),
        (
            "[http]\nlisten = \"here\"\n",
            4,
            "such as \"127.0.0.1:8775\"",
        ),
        ("[http]\nconnections = \"many\"\n", 4, "a whole number"),
        ("[http]\nconnections = -1\n", 4, "a whole number"),
        ("[http]\nconnections = 0\n", 4, "from 1 to"),
        (
            "[http]\nbody_limit_bytes = 5\n",
            4,
            "from 1024 to 1073741824",
        ),
        ("[http]\nhead_timeout_ms = 0\n", 4, "from 1 to"),
        ("[http]\nanswer_timeout_ms = 0\n", 4, "from 1 to"),
        ("[http]\nbody_idle_timeout_ms = 0\n", 4, "from 1 to"),
        (
            "[http]\nbodies_limit_bytes = 16777215\n",
            4,
            "two bodies at least",
        ),
        ("[limits]\nrecipients = 1000001\n", 4, "from 1 to 1000000"),
        ("[smpp]\nlisten = \"0.0.0.0:8775\"\n", 4, "its own port"),
        (
            "[exchange]\nbase = \"UAH\"\nrates.USD = 0.0241\n",
            5,
            "in quotes: \"0.0241\"",
        ),
        (
            "[exchange]\nbase = \"UAH\"\nrates.UAH = \"1\"\n",
            5,
            "the base itself",
        ),
        (
            "[senders]\napproval_required = [\"UA\", \"Moldova\"]\n",
            4,
            "\"Moldova\" is not a country's code",
        ),
        (
            "[senders]\napproval_required = \"UA\"\n",
            4,
            "a list in brackets",
        ),
        ("[senders]\napprove_at_once = \"yes\"\n", 4, "true or false"),
        ("[atompark]\njson_style = \"pretty\"\n", 4, "`compact`"),
        ("[atompark]\nprofile = 3\n", 4, "in quotes"),
        ("[atompark]\npage_rows = 0\n", 4, "above zero"),
        (
            "[atompark]\nstrict_sums = true\n",
            4,
            "did you mean `strict_sum`",
        ),
        ("[log]\nlevel = \"loud\"\n", 4, "off, error, warn"),
        ("[smpp]\n", 3, "add listen"),
        ("[limts]\nsegments = 2\n", 3, "did you mean `limits`"),
        ("[limits]\nsegments = 64\n", 4, "from 1 to 63"),
        ("[log]\nformat = \"xml\"\n", 4, "`json`"),
        ("[http\nlisten = 1\n", 3, ""),
        (
            "[http]\nlisten = \"127.0.0.1:1\nbody_limit_bytes = 5\n",
            4,
            "",
        ),
        (
            "[http]\nconnections = 1\nconnections = 2\n",
            5,
            "duplicate key",
        ),
    ] {
        let (code, said) = check(&format!("{data}{text}")).await;
        assert_eq!(code, Some(1), "{text}");
        assert!(said.contains(&format!("FILE:{line}: ")), "{text}\n{said}");
        assert!(said.contains(hint), "{text}\n{said}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_door_for_smpp_is_told_likewise() {
    let data = "[data]\ndirectory = \"d\"\n";
    for (text, line, hint) in [
        (
            "[smpp]\nlisten = \"127.0.0.1:2775\"\ntls_listen = \"0.0.0.0:2775\"\n",
            5,
            "each its own port",
        ),
        (
            "[smpp]\ntls_listen = \"127.0.0.1:3550\"\nkey_file = \"k\"\n",
            4,
            "smpp.tls_listen needs smpp.certificate_file",
        ),
        (
            "[smpp]\nlisten = \"127.0.0.1:1\"\ncertificate_file = \"/none\"\nkey_file = \"/none\"\n",
            5,
            "cannot read the certificate in /none",
        ),
        (
            "[smpp]\nlisten = \"127.0.0.1:1\"\nwindow = 1001\n",
            5,
            "smpp.window must be from 1 to 1000",
        ),
        (
            "[smpp]\nlisten = \"127.0.0.1:1\"\nsystem_id = \"a name that is too long\"\n",
            5,
            "at most 15",
        ),
    ] {
        let (code, said) = check(&format!("{data}{text}")).await;
        assert_eq!(code, Some(1), "{text}");
        assert!(said.contains(&format!("FILE:{line}: ")), "{text}\n{said}");
        assert!(said.contains(hint), "{text}\n{said}");
    }
}

#[tokio::test]
async fn a_file_without_a_data_directory_is_told_what_to_add() {
    let (code, said) = check("[http]\nconnections = 5\n").await;
    assert_eq!(code, Some(1));
    assert!(said.contains("[data]"), "{said}");
}

#[tokio::test]
async fn a_directory_that_is_not_one_is_told() {
    for (directory, told) in [("\"\"", "is empty"), ("5", "a path in quotes")] {
        let (code, said) = check(&format!("[data]\ndirectory = {directory}\n")).await;
        assert_eq!(code, Some(1));
        assert!(said.contains("FILE:2: ") && said.contains(told), "{said}");
    }
}

#[tokio::test]
async fn development_mode_knows_its_log_levels() {
    let output = run(&["dev", "--log", "loud"]).await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("off, error, warn"), "{said}");
}

#[tokio::test]
async fn every_wrong_value_is_told_at_once() {
    let (_, said) =
        check("[data]\ndirectory = \"d\"\n[limits]\nsegments = 64\nlifetime_hours = 0\n").await;
    for line in ["FILE:4: ", "FILE:5: "] {
        assert!(said.contains(line), "{said}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    for command in [
        &["config", "check", "/nowhere/heliogram.toml"][..],
        &["serve", "--config", "/nowhere/heliogram.toml"],
    ] {
        let output = run(command).await;
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("/nowhere/heliogram.toml"), "{said}");
    }
}
