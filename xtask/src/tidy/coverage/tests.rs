//! The rule of coverage, tried on a small dialect in which one thing at a time is wrong.

mod by_path;

use super::super::places;
use super::*;

const COVERAGE: &str = r#"
sources = {}
spellings = { id = ["ident"] }

[every]
rules = [{ name = "GET and POST", tests = ["send/document"] }]
parameters = [{ name = "key", tests = ["send/document"] }]
answer = [
  { name = "result", is = ["object", "string"], tests = ["send/document", "send/wrong_key"] },
  { name = "error", tests = ["send/wrong_key"] },
  { name = "code", tests = ["send/wrong_key"] },
]
errors = [{ name = "-1", tests = ["send/wrong_key"] }]

[[method]]
name = "send"
also = ["dispatch"]
does = "Sends."
tests = ["document", "dialects::shop::method::sends_once"]
parameters = [{ name = "id", tests = ["document"] }]
answer = [
  { name = "price", is = ["number"], tests = ["document"] },
  { name = "state", is = ["strings"], tests = ["document"] },
]
errors = [{ name = "300", tests = ["dialects::shop::method::sends_once"] }]

[[values]]
of = "States"
method = "send"
member = "state"
values = [{ name = "0", tests = ["document"] }]

[[values]]
of = "Ids"
parameter = "id"
values = [{ name = "7", tests = ["send/document"] }, { name = "8", absent = "it is taken" }]
"#;

const DOCUMENT: &str = "# [a] document\nGET /Send?key=k&IDENT=7 HTTP/1.1\n\n--- 200 application/json\n\
                        {\"result\":{\"price\":1.5,\"state\":[\"0\"]}} \n";
const WRONG_KEY: &str = "# [a] derived\nPOST /send HTTP/1.1\n\nkey=\n\n--- 200 application/json\n\
                         {\"error\":\"no\",\"code\":\"-1\",\"result\":\"false\"}\n";
const METHODS: &str = "//! Methods.\nconst A: Row = Row {\n    aliases: &[\"dispatch\"],\n    \
                       ..Row::new(\"send\", B)\n};\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn sends_once() {}\n}\n";
const PARAMETERS: &str =
    "//! Names.\nconst NAMES: &[&[&str]] = &[\n    &[\"key\"],\n    &[\"id\", \"ident\"],\n];\n";

/// Checks the dialect with one text in its files replaced by another.
fn findings(good: &str, bad: &str) -> Vec<Finding> {
    let files = [
        ("crates/dialects/coverage/shop.toml", COVERAGE),
        (
            "crates/dialects/tests/golden/shop/send/document.http",
            DOCUMENT,
        ),
        (
            "crates/dialects/tests/golden/shop/send/wrong_key.http",
            WRONG_KEY,
        ),
        ("crates/dialects/src/shop/method.rs", METHODS),
        ("crates/dialects/src/shop/parameter.rs", PARAMETERS),
    ];
    assert!(files.iter().any(|(_, text)| text.contains(good)), "{good}");
    let texts = files.map(|(path, text)| (path, text.replace(good, bad)));
    let files: Vec<_> = texts
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    check(&Tree::of(&files))
}

fn check_found(good: &str, bad: &str, expected: &str) {
    let found = findings(good, bad);
    let told: Vec<&str> = found.iter().map(|finding| finding.what.as_str()).collect();
    assert!(
        told.iter().any(|what| what.contains(expected)),
        "{bad}: {told:?}"
    );
}

#[test]
fn a_dialect_whose_every_item_is_tested_passes() {
    let found = findings("send", "send");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_dialect_with_golden_files_needs_a_coverage_file() {
    let tree = Tree::of(&[(
        "crates/dialects/tests/golden/shop/send/document.http",
        DOCUMENT,
    )]);
    assert_eq!(
        places(&check(&tree)),
        ["crates/dialects/coverage/shop.toml:1"]
    );
}

#[test]
fn an_item_needs_a_test_or_a_reason() {
    check_found("tests = [\"send/wrong_key\"]", "", "`-1`: has no test");
    check_found(
        "absent = \"it is taken\"",
        "absent = \"\"",
        "`8`: is absent without a reason",
    );
    check_found(
        "absent = \"it",
        "tests = [\"send/document\"], absent = \"it",
        "`8`: is absent and has",
    );
    check_found(
        "tests = [\"document\", \"dialects::shop::method::sends_once\"]",
        "",
        "`send`: has no test",
    );
}

#[test]
fn a_test_must_be_there() {
    check_found(
        "[\"send/wrong_key\"]",
        "[\"send/lost\"]",
        "there is no crates/dialects/tests/golden/shop/send/lost.http",
    );
    check_found(
        "fn sends_once",
        "fn sends_twice",
        "no test dialects::shop::method::sends_once in",
    );
    check_found(
        "#[test]",
        "",
        "no test dialects::shop::method::sends_once in",
    );
    check_found(
        "[\"send/wrong_key\"]",
        "[\"wrong_key\"]",
        "names no golden file",
    );
}

#[test]
fn a_golden_file_must_call_the_method_and_send_the_parameter() {
    check_found(
        "GET /Send",
        "GET /receive",
        "`send`: document calls receive",
    );
    check_found("IDENT=7", "identity=7", "`id`: document does not send id");
    check_found("IDENT=7", "IDENT=", "`id`: is empty in each of its tests");
    assert!(findings("GET /Send", "GET /api/dispatch()").is_empty());
}

#[test]
fn a_golden_file_must_show_the_member_the_code_and_the_value() {
    check_found(
        "\"price\":1.5",
        "\"prize\":1.5",
        "`price`: document does not show it",
    );
    check_found(
        "\"price\":1.5",
        "\"price\":\"1.5\"",
        "shows it as \"1.5\", which is of another type",
    );
    check_found(
        "\"code\":\"-1\"",
        "\"code\":\"-10\"",
        "`-1`: send/wrong_key does not answer this code",
    );
    check_found(
        "[\"0\"]",
        "[\"1\"]",
        "`0`: document does not show the value 0",
    );
    check_found(
        "IDENT=7",
        "IDENT=77",
        "`7`: send/document does not show the value 7",
    );
}

#[test]
fn the_dialects_tables_and_the_coverage_file_name_the_same() {
    check_found(
        "Row::new(\"send\"",
        "Row::new(\"receive\"",
        "the method receive is not in the coverage file",
    );
    check_found(
        "Row::new(\"send\"",
        "Row::new(\"receive\"",
        "the method send is not in the dialect's table",
    );
    check_found(
        "&[\"id\", \"ident\"]",
        "&[\"id\", \"identity\"]",
        "the parameter identity is not in the coverage",
    );
    check_found(
        "&[\"id\", \"ident\"]",
        "&[\"id\"]",
        "the parameter ident is not in the dialect's table",
    );
    check_found(
        "method = \"send\"",
        "method = \"sent\"",
        "`States`: are of no method: sent",
    );
}

#[test]
fn what_golden_files_send_and_show_is_listed() {
    let place = "crates/dialects/tests/golden/shop/send/document.http:1";
    for (good, bad, expected) in [
        (
            "IDENT=7",
            "IDENT=7&speed[0]=9",
            "the parameter speed is not listed for send",
        ),
        (
            "\"price\":1.5",
            "\"price\":1.5,\"speed\":9",
            "the member speed is not listed for send",
        ),
        (
            "\"result\":{\"price\"",
            "\"code\":\"9\",\"result\":{\"price\"",
            "the code 9 is not listed for send",
        ),
    ] {
        check_found(good, bad, expected);
        assert!(
            places(&findings(good, bad))
                .iter()
                .all(|found| found == place),
            "{bad}"
        );
    }
}

#[test]
fn findings_tell_their_line() {
    let found = findings(
        "name = \"-1\", tests = [\"send/wrong_key\"]",
        "name = \"-1\"",
    );
    assert_eq!(places(&found), ["crates/dialects/coverage/shop.toml:13"]);
    let found = findings("does = \"Sends.\"", "dose = \"Sends.\"");
    assert_eq!(places(&found), ["crates/dialects/coverage/shop.toml:18"]);
}
