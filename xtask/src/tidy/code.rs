//! Rust source with everything blanked that is not code, and without its tests: enough for searching words in it.

/// Blanks comments, strings and characters, octet for octet, so that lines keep their numbers.
pub(super) fn code_only(text: &str) -> String {
    let mut octets = text.as_bytes().to_vec();
    let mut at = 0;
    while at < octets.len() {
        let end = token_end(&octets, at);
        if let Some(end) = end {
            blank(&mut octets[at..end]);
        }
        // A word is passed as a whole, so that the `r` of `for"` does not open a raw string.
        at = end.unwrap_or_else(|| word_end(&octets, at));
    }
    // Whole tokens were blanked, so what is left is UTF-8; the fallback only keeps this total.
    String::from_utf8(octets).unwrap_or_default()
}

/// Blanks what is compiled for tests only: each item under `#[cfg(test)]`. Expects [`code_only`] text.
pub(super) fn without_tests(code: &str) -> String {
    let mut octets = code.as_bytes().to_vec();
    let mut from = 0;
    while let Some((start, end)) = next_test_item(code, from) {
        blank(&mut octets[start..end]);
        from = end;
    }
    String::from_utf8(octets).unwrap_or_default()
}

/// Lists the paths where a `#[cfg(test)] mod name;` of this file may stand.
pub(super) fn test_modules(path: &str, text: &str) -> Vec<String> {
    let code = code_only(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = next_test_item(&code, from) {
        from = end;
        let item = &code[start..end];
        let name = item
            .rsplit_once("mod ")
            .and_then(|(_, name)| name.trim().strip_suffix(';'));
        let Some(name) = name else { continue };
        let folder = module_folder(path);
        found.push(format!("{folder}/{name}.rs"));
        found.push(format!("{folder}/{name}/mod.rs"));
    }
    found
}

/// Tells whether a function of this name stands in the file under an attribute that makes it a test.
pub(super) fn has_test(text: &str, name: &str) -> bool {
    let code = code_only(text);
    let head = format!("fn {name}(");
    code.match_indices(&head).any(|(at, _)| {
        // Its attributes stand between the item before it and itself.
        let start = code[..at].rfind(['}', ';', '{']).map_or(0, |end| end + 1);
        let attributes = &code[start..at];
        ["#[test]", "#[tokio::test"]
            .iter()
            .any(|test| attributes.contains(test))
    })
}

/// Finds the folder in which the child modules of a file stand.
fn module_folder(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    for root in ["/lib", "/main", "/mod"] {
        if let Some(folder) = stem.strip_suffix(root) {
            return folder;
        }
    }
    stem
}

/// Finds the next attribute for tests and the end of the item below it.
fn next_test_item(code: &str, from: usize) -> Option<(usize, usize)> {
    let start = ["#[cfg(test)]", "#[cfg(any(test,", "#[cfg(all(test,"]
        .iter()
        .filter_map(|attribute| code[from..].find(attribute))
        .min()?
        + from;
    let mut depth = 0_u32;
    for (offset, octet) in code[start..].bytes().enumerate() {
        match octet {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return Some((start, start + offset + 1)),
            b'}' => depth -= 1,
            b';' if depth == 0 => return Some((start, start + offset + 1)),
            _ => {}
        }
    }
    Some((start, code.len()))
}

/// Finds the end of the comment, string or character that starts here, if one does.
fn token_end(octets: &[u8], at: usize) -> Option<usize> {
    let rest = &octets[at..];
    match rest {
        [b'/', b'/', ..] => Some(at + position(rest, b"\n").unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(at + block_comment_length(rest)),
        [b'"', ..] => Some(at + quoted_length(rest, b'"')),
        [b'\'', ..] => character_length(rest).map(|length| at + length),
        [b'b' | b'c', b'"', ..] => Some(at + 1 + quoted_length(&rest[1..], b'"')),
        [b'b', b'\'', ..] => Some(at + 1 + quoted_length(&rest[1..], b'\'')),
        [b'b' | b'c', b'r', ..] => raw_length(&rest[1..]).map(|length| at + 1 + length),
        [b'r', ..] => raw_length(rest).map(|length| at + length),
        _ => None,
    }
}

fn word_end(octets: &[u8], at: usize) -> usize {
    let is_word = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'_';
    at + octets[at..]
        .iter()
        .take_while(|octet| is_word(octet))
        .count()
        .max(1)
}

fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn quoted_length(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            octet if octet == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Tells a character from a lifetime, which has no closing quote after its first letter.
fn character_length(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        return Some(quoted_length(rest, b'\''));
    }
    let first = std::str::from_utf8(&rest[1..rest.len().min(5)])
        .or_else(|error| std::str::from_utf8(&rest[1..=error.valid_up_to()]))
        .ok()?
        .chars()
        .next()?;
    let close = 1 + first.len_utf8();
    (rest.get(close) == Some(&b'\'')).then_some(close + 1)
}

fn raw_length(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|octet| **octet == b'#').count();
    let open = 1 + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let length = position(&rest[open + 1..], &close).map(|found| open + 1 + found + close.len());
    Some(length.unwrap_or(rest.len()))
}

fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn blank(octets: &mut [u8]) {
    octets
        .iter_mut()
        .filter(|octet| **octet != b'\n')
        .for_each(|octet| *octet = b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_code_and_blanks_the_rest() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x \" y", z)"#, "f(        , z)"),
            (r##"f(r#"x " y"#, z)"##, "f(          , z)"),
            ("x('\\'', 'я', b'\"', 'a)", "x(    ,     ,     , 'a)"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("for\"x\"", "for   "),
            ("\"never closed", "             "),
        ];
        for (text, expected) in cases {
            assert_eq!(code_only(text), expected, "{text}");
        }
    }

    #[test]
    fn leaves_out_items_for_tests_only() {
        let code = "a\n#[cfg(test)]\nmod t { fn f() {} }\nb\n#[cfg(test)]\nuse x;\nc";
        let left: Vec<String> = without_tests(code)
            .lines()
            .map(|line| line.trim().to_owned())
            .collect();
        assert_eq!(left, ["a", "", "", "b", "", "", "c"]);
    }

    #[test]
    fn finds_where_a_test_module_may_stand() {
        let text = "#[cfg(test)]\nmod tests;";
        assert_eq!(test_modules("a/src/lib.rs", text)[0], "a/src/tests.rs");
        assert_eq!(test_modules("a/src/b.rs", text)[1], "a/src/b/tests/mod.rs");
        assert!(test_modules("a/src/b.rs", "#[cfg(test)]\nmod tests { }").is_empty());
    }

    #[test]
    fn a_function_is_a_test_under_its_attribute_only() {
        let text = "#[test]\nfn holds() {}\nfn helps() {}\n// #[test]\n#[tokio::test(a = 2)]\n/// x\nasync fn waits() {}\n";
        assert!(has_test(text, "holds") && has_test(text, "waits"));
        assert!(!has_test(text, "helps") && !has_test(text, "hold"));
    }
}
