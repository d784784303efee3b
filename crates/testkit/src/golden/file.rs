//! The form of a golden file, read and written.

use std::path::Path;

use super::{Answer, Case, Request};

const DIVIDER: &str = "--- ";

/// Reads a file; an error says what is wrong with it.
pub(super) fn parse(path: &Path, octets: &[u8]) -> Result<Case, String> {
    let divider = find(octets, format!("\n{DIVIDER}").as_bytes());
    let at = divider.ok_or("no line `--- status type`")? + 1;
    let (question, answer) = octets.split_at(at);
    let text = std::str::from_utf8(question).map_err(|_| "the request is not UTF-8")?;
    let heading: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    let request = text
        .lines()
        .skip(heading.len())
        .collect::<Vec<_>>()
        .join("\n");
    let mut request = parse_request(request.trim_start())?;
    for generated in told(&heading, "body:") {
        request.body.extend(generate(generated)?);
    }
    let facts = told(&heading, "given:").flat_map(|facts| facts.split(','));
    Ok(Case {
        path: path.to_owned(),
        given: facts
            .map(|fact| fact.trim().to_owned())
            .filter(|fact| !fact.is_empty())
            .collect(),
        request,
        answer: parse_answer(&answer[DIVIDER.len()..])?,
        question: question.to_vec(),
    })
}

/// Writes an answer with the line that goes before it.
pub(super) fn print(answer: &Answer) -> Vec<u8> {
    let mut octets = format!("{DIVIDER}{} {}\n", answer.status, answer.content_type).into_bytes();
    octets.extend_from_slice(&answer.body);
    octets.push(b'\n');
    octets
}

/// Returns what follows a word at the beginning of a line.
fn told<'a>(heading: &[&'a str], word: &str) -> impl Iterator<Item = &'a str> {
    heading
        .iter()
        .filter_map(move |line| line.strip_prefix(word))
        .map(str::trim)
}

fn parse_request(text: &str) -> Result<Request, String> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    // The target of a request in a document may have spaces in it.
    let (method, target) = first
        .split_once(' ')
        .and_then(|(method, rest)| Some((method, rest.strip_suffix(" HTTP/1.1")?)))
        .ok_or_else(|| format!("not a request line: {first:?}"))?;
    let field = |line: &str| {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("not a field: {line:?}"))?;
        Ok((name.to_owned(), value.trim().to_owned()))
    };
    let headers = lines.map(field).collect::<Result<Vec<_>, String>>()?;
    let is_multipart = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.starts_with("multipart/")
    });
    let body = body.trim_end_matches('\n');
    let body = if is_multipart {
        body.replace('\n', "\r\n")
    } else {
        body.to_owned()
    };
    Ok(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: body.into_bytes(),
    })
}

fn parse_answer(octets: &[u8]) -> Result<Answer, String> {
    let end = find(octets, b"\n").ok_or("no answer")?;
    let line = String::from_utf8_lossy(&octets[..end]);
    let (status, content_type) = line.split_once(' ').unwrap_or((&line, ""));
    let body = &octets[end + 1..];
    Ok(Answer {
        status: status
            .parse()
            .map_err(|_| format!("not a status: {status:?}"))?,
        content_type: content_type.to_owned(),
        body: body.strip_suffix(b"\n").unwrap_or(body).to_vec(),
    })
}

/// Makes octets as described: `10 MB of x`, `hex c3 28`.
fn generate(description: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("not a body: {description:?}");
    let mut words = description.split_whitespace();
    if description.starts_with("hex ") {
        let octet = |word| u8::from_str_radix(word, 16).map_err(|_| wrong());
        return words.skip(1).map(octet).collect();
    }
    let count: usize = words
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or_else(wrong)?;
    match (words.next(), words.next(), words.next()) {
        (Some("MB"), Some("of"), Some(text)) => {
            Ok(text.bytes().cycle().take(count * 1024 * 1024).collect())
        }
        _ => Err(wrong()),
    }
}

fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# [atompark-en \"Balance\"] document\n# given: balance 2.5 USD, now\n\
        # given: rate 1\nPOST http://host/a b?c={\"d\"} HTTP/1.1\nHost: host:80\nX:  y \n\n\
        a=1\n\n--- 200 text/plain; charset=utf-8\nline\n \n";

    fn parsed(file: &str) -> Result<Case, String> {
        parse(Path::new("a.http"), file.as_bytes())
    }

    #[test]
    fn a_file_is_read_and_its_answer_written_as_it_was() {
        let case = parsed(FILE).unwrap();
        assert_eq!(case.given, ["balance 2.5 USD", "now", "rate 1"]);
        assert_eq!(case.request.method, "POST");
        assert_eq!(case.request.target, "http://host/a b?c={\"d\"}");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            case.request.headers,
            [header("Host", "host:80"), header("X", "y")]
        );
        assert_eq!(case.request.body, b"a=1");
        assert_eq!(case.answer.status, 200);
        assert_eq!(case.answer.content_type, "text/plain; charset=utf-8");
        assert_eq!(case.answer.body, b"line\n ");
        assert_eq!(
            [case.question, print(&case.answer)].concat(),
            FILE.as_bytes()
        );
    }

    #[test]
    fn a_request_may_have_no_body_and_multipart_has_the_wires_line_ends() {
        let case = parsed("GET / HTTP/1.1\n--- 200 a/b\n\n").unwrap();
        assert_eq!((case.request.body.len(), case.answer.body.len()), (0, 0));
        let file = "POST / HTTP/1.1\nContent-Type: multipart/form-data; boundary=b\n\n--b\nx\n--b--\n\
                    --- 200 a/b\n\n";
        assert_eq!(parsed(file).unwrap().request.body, b"--b\r\nx\r\n--b--");
    }

    #[test]
    fn bodies_are_generated_behind_what_stands_in_the_file() {
        let body = |description: &str| {
            let file = format!("# body: {description}\nPOST / HTTP/1.1\n\na=\n--- 200 a/b\n\n");
            parsed(&file).map(|case| case.request.body)
        };
        assert_eq!(body("hex c3 28").unwrap(), b"a=\xC3\x28");
        assert_eq!(body("2 MB of x").unwrap().len(), 2 + 2 * 1024 * 1024);
        assert!(body("hex zz").is_err());
        assert!(body("much").is_err());
    }

    #[test]
    fn a_file_that_is_wrong_says_how() {
        for (file, what) in [
            ("GET / HTTP/1.1\n", "no line `--- status type`"),
            ("GET /\n--- 200 a/b\n\n", "not a request line: \"GET /\""),
            ("GET / HTTP/1.1\nx\n\n--- 200 a/b\n\n", "not a field: \"x\""),
            ("GET / HTTP/1.1\n\n--- ok a/b\n\n", "not a status: \"ok\""),
            ("GET / HTTP/1.1\n\n--- 200 a/b", "no answer"),
        ] {
            assert_eq!(parsed(file), Err(what.to_owned()), "{file:?}");
        }
    }
}
