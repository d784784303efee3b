//! What scripts can say, and what is told of those that say it wrong.

use super::*;
use crate::ids::IdForm;
use crate::scenario::Between;

#[test]
fn every_case_of_the_folder_is_built_in_and_does_something() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut names: Vec<_> = CASES
        .iter()
        .map(|(name, _)| format!("{name}.toml"))
        .collect();
    names.sort();
    assert_eq!(files, names);
    let calm = Script::from(Scenario::named("clean").unwrap());
    for (name, text) in CASES {
        assert!(text.starts_with("# "), "{name} says what it is");
        let script: Script = name
            .parse()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_ne!(script, calm, "{name}");
    }
}

#[test]
fn a_step_changes_what_it_names_and_leaves_the_rest_as_at_the_beginning() {
    let script = Script::from_toml(
        "base = \"clean\"\nid_form = \"hex_upper\"\n\
         [[steps]]\nat = \"5s\"\nfor = \"500ms\"\nloss = 1\n\
         [[steps]]\nafter_submits = 7\nreset_links = true\n",
    );
    let script = script.unwrap();
    let expected = Scenario {
        id_form: IdForm::HexUpper,
        receipt_delay_ms: Between { min: 100, max: 300 },
        ..Scenario::default()
    };
    assert_eq!(script.scenario, expected);
    let loses = Scenario {
        loss: 1.0,
        ..expected
    };
    let [first, second] = &script.steps[..] else {
        panic!("{:?}", script.steps);
    };
    assert_eq!((first.when, first.for_ms), (When::At(5_000), Some(500)));
    assert_eq!(first.scenario.as_deref(), Some(&loses));
    assert_eq!(second.when, When::AfterSubmits(7));
    assert_eq!((second.reset_links, &second.scenario), (true, &None));
}

#[test]
fn a_name_and_an_object_of_faults_are_scripts_without_steps() {
    for name in Scenario::NAMES {
        let script: Script = name.parse().unwrap();
        assert_eq!(script, Scenario::named(name).unwrap().into());
    }
    let faults = r#"{"loss": 0.1, "receipt_delay_ms": {"min": 1, "max": 2}}"#;
    let script: Script = faults.parse().unwrap();
    assert_eq!(script, faults.parse::<Scenario>().unwrap().into());
}

#[test]
fn a_file_is_read_whatever_of_both_it_is_written_in() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().parse::<Script>()
    };
    let expected = Script::from(Scenario {
        loss: 0.5,
        ..Scenario::default()
    });
    assert_eq!(written("a.toml", "loss = 0.5\n").unwrap(), expected);
    assert_eq!(written("a.json", "{\"loss\": 0.5}").unwrap(), expected);
    let error = written("b.toml", "los = 0.5\n").unwrap_err();
    assert!(error.contains("b.toml") && error.contains("los"), "{error}");
}

#[test]
fn what_is_wrong_is_told_with_its_step() {
    for (text, told) in [
        ("base = \"storm\"", "storm"),
        ("base = 7", "not the name"),
        ("steps = 7", "not a list"),
        ("[[steps]]\nloss = 1", "step 1: say when"),
        (
            "[[steps]]\nat = \"soon\"\nloss = 1",
            "step 1: at: \"soon\" is no time",
        ),
        ("[[steps]]\nat = 1\nafter_submits = 1\nloss = 1", "not both"),
        ("[[steps]]\nat = 1", "nothing happens"),
        ("[[steps]]\nat = 1\nlos = 1", "step 1: unknown field `los`"),
        ("loss = 1.5", "loss: 1.5 is no share"),
        (
            "odd_answers = [{ kind = \"twice\", share = -1.0 }]",
            "odd_answers: -1 is no share",
        ),
        (
            "[[steps]]\nat = 1\nthrottling = 50",
            "step 1: throttling: 50 is no share",
        ),
        (
            "[[steps]]\nafter_submits = 1\nevery = 1\nloss = 1",
            "come again",
        ),
        (
            "[[steps]]\nat = 1\nsay = [{ from = \"1\" }]",
            "step 1: say: missing field",
        ),
    ] {
        let error = Script::from_toml(text).unwrap_err();
        assert!(error.contains(told), "{text}: {error}");
    }
    let error = "no-such-thing".parse::<Script>().unwrap_err();
    assert!(
        error.contains("clean") && error.contains("f20-silence"),
        "{error}"
    );
}
