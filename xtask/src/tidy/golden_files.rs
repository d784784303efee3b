//! The form of a golden file: where it comes from, a request, `--- status type`, the answer.

use super::Finding;
use super::tree::{File, Tree};

const FOLDER: &str = "crates/dialects/tests/golden/";
/// Divides requests.
const THEN: &str = "--- then";
const MEND: &str = "the form is: `#` lines with the source, a request or several with `--- then` between them, a line \
                    `--- status type`, the answer";

/// Finds golden files that the runner could not read, or that do not say where they come from.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let is_golden = |file: &&File| file.path.starts_with(FOLDER) && file.has_extension("http");
    tree.files
        .iter()
        .filter(is_golden)
        .flat_map(check_one)
        .collect()
}

fn check_one(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut complain = |line: usize, what: &str| {
        findings.push(Finding::error(&file.path, line, what, MEND));
    };
    if file.path[FOLDER.len()..].split('/').count() != 3 {
        complain(1, "does not stand at <dialect>/<call>/<case>.http");
    }
    let heading: Vec<&str> = file
        .text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .collect();
    if !heading
        .iter()
        .any(|line| line.contains('[') && line.contains(']'))
    {
        complain(
            1,
            "no `#` line at the top cites a source such as [smscenter §4.2]",
        );
    }
    if !heading
        .iter()
        .any(|line| line.contains("document") || line.contains("derived"))
    {
        complain(1, "no `#` line at the top says `document` or `derived`");
    }
    // Above each request there may be lines that begin with `#`.
    let mut expects_request = true;
    let mut divider = None;
    for (number, line) in file.lines() {
        if expects_request && !line.starts_with('#') && !line.trim().is_empty() {
            expects_request = false;
            if !is_request_line(line) {
                complain(number, "not a request line such as `GET /path HTTP/1.1`");
            }
        }
        if line == THEN && divider.is_none() {
            if expects_request {
                complain(number, "no request");
            }
            expects_request = true;
        } else if line.starts_with("--- ") && divider.is_none() {
            divider = Some((number, line));
        }
    }
    if expects_request {
        complain(file.text.lines().count().max(1), "no request");
    }
    match divider {
        Some((_, line)) if is_divider(line) => {}
        Some((number, _)) => complain(number, "not a line such as `--- 200 application/json`"),
        None => complain(
            file.text.lines().count().max(1),
            "no line `--- status type`",
        ),
    }
    findings
}

fn is_request_line(line: &str) -> bool {
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    !method.is_empty()
        && method.bytes().all(|octet| octet.is_ascii_uppercase())
        && (target.starts_with('/') || target.starts_with("http://"))
}

fn is_divider(line: &str) -> bool {
    let mut words = line.split(' ').skip(1);
    let status: Option<u16> = words.next().and_then(|word| word.parse().ok());
    let media_type = words.next().unwrap_or_default();
    status.is_some_and(|status| (100..600).contains(&status)) && media_type.contains('/')
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    const PATH: &str = "crates/dialects/tests/golden/atompark/getUserBalance/plain.http";
    const GOOD: &str = "# [atompark-en \"Balance\"] document\n\nGET /sms/3.0/getUserBalance HTTP/1.1\n\n--- 200 application/json\n{}\n";

    fn findings(path: &str, text: &str) -> Vec<String> {
        places(&check(&Tree::of(&[(path, text)])))
            .iter()
            .filter_map(|place| Some(place.rsplit_once(':')?.1.to_owned()))
            .collect()
    }

    #[test]
    fn passes_a_file_in_the_form() {
        assert!(findings(PATH, GOOD).is_empty());
        let two = "--- then\n# later: 1 s\nPOST /a HTTP/1.1\n\n--- 453";
        assert!(findings(PATH, &GOOD.replace("--- 200", two)).is_empty());
    }

    #[test]
    fn finds_each_departure_from_the_form() {
        let cases = [
            ("[atompark-en \"Balance\"] ", "", "1"),
            (" document", "", "1"),
            ("GET /sms", "get sms", "3"),
            ("--- 200 application/json", "---", "6"),
            ("--- 200 application/json", "--- ok", "5"),
            ("--- 200", "--- then\n# later: 1 s\nGET\n\n--- 200", "7"),
            ("--- 200", "--- then\n# later: 1 s\n--- 200", "7"),
        ];
        for (good, bad, line) in cases {
            assert_eq!(findings(PATH, &GOOD.replace(good, bad)), [line], "{bad}");
        }
    }

    #[test]
    fn finds_a_file_in_the_wrong_place() {
        assert_eq!(
            findings("crates/dialects/tests/golden/plain.http", GOOD),
            ["1"]
        );
        assert!(findings("crates/gateway/tests/plain.http", "").is_empty());
    }
}
