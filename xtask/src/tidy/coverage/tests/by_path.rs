//! The rule for dialects whose methods are paths.

use super::super::check;
use crate::tidy::tree::Tree;

const COVERAGE: &str = r#"
sources = {}
calls = { by = "path", codes = ["error_code"] }

[every]
rules = []
parameters = [{ name = "login", tests = ["jobs_add/document"] }]
answer = []
errors = [
  { name = "2", shows = ["ERROR = 2 ("], tests = ["jobs_add/wrong_password", "jobs_add/wrong_password_json"] },
  { name = "429", tests = ["other/too_often"] },
]

[[method]]
name = "/sys/jobs.php add"
also = ["/rest/jobs add"]
does = "Plans."
tests = ["document"]
parameters = [{ name = "add", tests = ["document"] }]
answer = [{ name = "id", is = ["number"], shows = ["OK, ID - "], tests = ["document"] }]

[[values]]
of = "States"
values = [{ name = "1", shows = ["Status = 1,"], tests = ["other/too_often"] }]
"#;

const DOCUMENT: &str = "# [a] document\nGET /sys/jobs.php?login=a&add HTTP/1.1\n\n--- then\n# later: 1 s\n\
     GET /sys/jobs.php?login=a&add=1&extra=2 HTTP/1.1\n\n--- 200 text/plain\nOK, ID - 7\n";
const WRONG: &str =
    "# [a] derived\nGET /sys/jobs.php?add=1 HTTP/1.1\n\n--- 200 text/plain\nERROR = 2 (no)\n";
const WRONG_JSON: &str = "# [a] derived\nGET /sys/jobs.php?add=1&fmt=3 HTTP/1.1\n\n--- 200 application/json\n\
                          {\"error_code\": 2}\n";
const TOO_OFTEN: &str =
    "# [a] derived\nGET /state HTTP/1.1\n\n--- 429 text/plain\n--- Retry-After: 1\nStatus = 1, x\n";

/// Checks the dialect with one text in its files replaced by another.
fn told(good: &str, bad: &str) -> Vec<String> {
    let files = [
        ("coverage/shop.toml", COVERAGE),
        ("tests/golden/shop/jobs_add/document.http", DOCUMENT),
        ("tests/golden/shop/jobs_add/wrong_password.http", WRONG),
        (
            "tests/golden/shop/jobs_add/wrong_password_json.http",
            WRONG_JSON,
        ),
        ("tests/golden/shop/other/too_often.http", TOO_OFTEN),
    ];
    assert!(files.iter().any(|(_, text)| text.contains(good)), "{good}");
    let files =
        files.map(|(path, text)| (format!("crates/dialects/{path}"), text.replace(good, bad)));
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let findings = check(&Tree::of(&files)).into_iter();
    findings.map(|finding| finding.what).collect()
}

#[test]
fn a_dialect_whose_every_item_is_tested_passes() {
    assert_eq!(told("login", "login"), Vec::<String>::new());
    assert_eq!(told("/sys/jobs.php?", "/rest/jobs/?"), Vec::<String>::new());
}

#[test]
fn each_departure_is_found() {
    for (good, bad, expected) in [
        (
            "?login=a&add=1",
            "?login=a&del=1",
            "`/sys/jobs.php add`: document calls /sys/jobs.php",
        ),
        (
            "login=a",
            "psw=a",
            "`login`: jobs_add/document does not send login",
        ),
        ("ID - 7", "id 7", "`id`: document does not show it"),
        (
            "ERROR = 2 (no",
            "ERROR = 3 (no",
            "`2`: jobs_add/wrong_password does not answer this code",
        ),
        (
            "\"error_code\": 2",
            "\"code\": 2",
            "`2`: jobs_add/wrong_password_json does not answer this code",
        ),
        (
            "--- 429",
            "--- 430",
            "`429`: other/too_often does not answer this code",
        ),
        (
            "Status = 1, x",
            "Status = 11, x",
            "`1`: other/too_often does not show the value 1",
        ),
        (
            "\"other/too_often\"",
            "\"jobs_add/document\"",
            "belongs to no method",
        ),
    ] {
        let found = told(good, bad);
        assert!(
            found.iter().any(|what| what.contains(expected)),
            "{bad}: {found:?}"
        );
    }
}
