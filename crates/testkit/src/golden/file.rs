//! The form of a golden file, read and written.

use std::path::Path;

use super::charset::Charset;
use super::{Answer, Case, Request, Step};

const DIVIDER: &str = "--- ";

/// The line between two requests.
const THEN: &str = "--- then\n";

/// Reads a file; an error says what is wrong with it.
pub(super) fn parse(path: &Path, octets: &[u8]) -> Result<Case, String> {
    let at = answer_at(octets).ok_or("no line `--- status type`")?;
    let (question, answer) = octets.split_at(at);
    let text = std::str::from_utf8(question).map_err(|_| "the request is not UTF-8")?;
    let parts = parts(text);
    let mut charset = Charset::UTF_8;
    for part in &parts {
        for name in told(&heading(part), "answer charset:") {
            charset = Charset::named(name)?;
        }
    }
    Ok(Case {
        path: path.to_owned(),
        steps: parts
            .into_iter()
            .map(parse_step)
            .collect::<Result<_, _>>()?,
        answer: parse_answer(answer, charset)?,
        charset,
        question: question.to_vec(),
    })
}

/// Writes an answer with the lines that go before it.
pub(super) fn print(answer: &Answer, charset: Charset) -> Vec<u8> {
    let first = format!("{DIVIDER}{} {}\n", answer.status, answer.content_type);
    let mut octets = first.into_bytes();
    for (name, value) in &answer.headers {
        let field = format!("{DIVIDER}{}: {value}\n", capitalised(name));
        octets.extend(field.into_bytes());
    }
    octets.extend(charset.decode(&answer.body));
    octets.push(b'\n');
    octets
}

/// Writes the name of a field as people do: `Retry-After`.
fn capitalised(name: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => word.to_owned(),
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Finds the line that divides requests and answer.
fn answer_at(octets: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += find(&octets[from..], format!("\n{DIVIDER}").as_bytes())? + 1;
        if !octets[from..].starts_with(THEN.as_bytes()) {
            return Some(from);
        }
    }
}

/// Divides the requests.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&format!("\n{THEN}")) {
        parts.push(&rest[..=at]);
        rest = &rest[at + 1 + THEN.len()..];
    }
    parts.push(rest);
    parts
}

/// Returns what the `#` lines above a request say.
fn heading(part: &str) -> Vec<&str> {
    part.lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim())
        .collect()
}

/// Returns what follows a word at the beginning of a line.
fn told<'a>(heading: &[&'a str], word: &str) -> impl Iterator<Item = &'a str> {
    heading
        .iter()
        .filter_map(move |line| line.strip_prefix(word))
        .map(str::trim)
}

fn parse_step(part: &str) -> Result<Step, String> {
    let heading = heading(part);
    let lines = part.lines().skip(heading.len());
    let request = lines.collect::<Vec<_>>().join("\n");
    let mut charset = Charset::UTF_8;
    for name in told(&heading, "request charset:") {
        charset = Charset::named(name)?;
    }
    let mut request = parse_request(request.trim_start(), charset)?;
    for generated in told(&heading, "body:") {
        request.body.extend(generate(generated)?);
    }
    let later = told(&heading, "later:").map(|time| format!("later {time}"));
    let facts = told(&heading, "given:").flat_map(|facts| facts.split(','));
    let facts = facts.map(|fact| fact.trim().to_owned());
    let mut times = 1;
    for count in told(&heading, "times:") {
        let wrong = |_| format!("not a number of times: {count:?}");
        times = count
            .parse::<std::num::NonZero<u32>>()
            .map_err(wrong)?
            .get();
    }
    Ok(Step {
        given: later.chain(facts).filter(|fact| !fact.is_empty()).collect(),
        times,
        request,
    })
}

fn parse_request(text: &str, charset: Charset) -> Result<Request, String> {
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
    let is = |kind: &str| {
        headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with(kind)
        })
    };
    let body = body.trim_end_matches('\n');
    let body = if is("multipart/") {
        charset.encode(&body.replace('\n', "\r\n"))?
    } else if is("application/x-www-form-urlencoded") {
        charset.percent_encode(body)?.into_bytes()
    } else {
        charset.encode(body)?
    };
    Ok(Request {
        method: method.to_owned(),
        target: charset.percent_encode(target)?,
        headers,
        body,
    })
}

fn parse_answer(octets: &[u8], charset: Charset) -> Result<Answer, String> {
    let (line, mut body) = answer_line(octets).ok_or("no answer")?;
    let (status, content_type) = line.split_once(' ').unwrap_or((&line, ""));
    let mut headers = Vec::new();
    while let Some((line, rest)) = answer_line(body) {
        let field = line.split_once(": ");
        let (name, value) = field.ok_or_else(|| format!("not a field: {line:?}"))?;
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
        body = rest;
    }
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    Ok(Answer {
        status: status
            .parse()
            .map_err(|_| format!("not a status: {status:?}"))?,
        content_type: content_type.to_owned(),
        headers,
        body: if charset == Charset::UTF_8 {
            body.to_vec()
        } else {
            let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8")?;
            charset.encode(text)?
        },
    })
}

/// Takes a line that begins with the divider; `None` when the next one does not.
fn answer_line(octets: &[u8]) -> Option<(String, &[u8])> {
    let rest = octets.strip_prefix(DIVIDER.as_bytes())?;
    let end = find(rest, b"\n")?;
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    Some((line, &rest[end + 1..]))
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
        let [step] = &case.steps[..] else {
            panic!("one request")
        };
        assert_eq!(step.given, ["balance 2.5 USD", "now", "rate 1"]);
        assert_eq!(step.times, 1);
        assert_eq!(step.request.method, "POST");
        assert_eq!(step.request.target, "http://host/a b?c={\"d\"}");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            step.request.headers,
            [header("Host", "host:80"), header("X", "y")]
        );
        assert_eq!(step.request.body, b"a=1");
        assert_eq!(case.answer.status, 200);
        assert_eq!(case.answer.content_type, "text/plain; charset=utf-8");
        assert_eq!(case.answer.body, b"line\n ");
        assert_eq!(
            [case.question, print(&case.answer, case.charset)].concat(),
            FILE.as_bytes()
        );
    }

    #[test]
    fn a_request_may_have_no_body_and_multipart_has_the_wires_line_ends() {
        let case = parsed("GET / HTTP/1.1\n--- 200 a/b\n\n").unwrap();
        assert_eq!(case.steps[0].request.body.len(), 0);
        assert_eq!(case.answer.body.len(), 0);
        let file = "POST / HTTP/1.1\nContent-Type: multipart/form-data; boundary=b\n\n--b\nx\n--b--\n\
                    --- 200 a/b\n\n";
        assert_eq!(
            parsed(file).unwrap().steps[0].request.body,
            b"--b\r\nx\r\n--b--"
        );
    }

    #[test]
    fn bodies_are_generated_behind_what_stands_in_the_file() {
        let body = |description: &str| {
            let file = format!("# body: {description}\nPOST / HTTP/1.1\n\na=\n--- 200 a/b\n\n");
            parsed(&file).map(|mut case| case.steps.remove(0).request.body)
        };
        assert_eq!(body("hex c3 28").unwrap(), b"a=\xC3\x28");
        assert_eq!(body("2 MB of x").unwrap().len(), 2 + 2 * 1024 * 1024);
        assert!(body("hex zz").is_err());
        assert!(body("much").is_err());
    }

    #[test]
    fn a_file_may_have_several_requests_and_tells_what_happens_between_them() {
        let file = "# given: now\nPOST /a HTTP/1.1\n\n--x\n--- then\n# later: 119 s\n# given: taken\n# times: 3\n\
                    GET /b HTTP/1.1\n\n--- 453 a/b\n--- Retry-After: 1\nno\n";
        let case = parsed(file).unwrap();
        let targets: Vec<_> = case
            .steps
            .iter()
            .map(|step| &*step.request.target)
            .collect();
        assert_eq!(targets, ["/a", "/b"]);
        assert_eq!(case.steps[0].request.body, b"--x");
        assert_eq!(case.steps[1].given, ["later 119 s", "taken"]);
        assert_eq!(case.steps[1].times, 3);
        assert_eq!(case.answer.status, 453);
        let field = ("retry-after".to_owned(), "1".to_owned());
        assert_eq!(case.answer.headers, [field]);
        assert_eq!(
            [case.question, print(&case.answer, case.charset)].concat(),
            file.as_bytes()
        );
    }

    #[test]
    fn requests_and_answers_may_be_in_another_character_set_than_the_file() {
        let form = "application/x-www-form-urlencoded";
        for (kind, sent) in [("text/xml", b"a=\xDF".as_slice()), (form, b"a=%DF")] {
            let file = format!(
                "# request charset: windows-1251\n# answer charset: windows-1251\n\
                 POST /Я HTTP/1.1\nContent-Type: {kind}\n\na=Я\n\n--- 200 a/b\nЯ\n"
            );
            let case = parsed(&file).unwrap();
            let request = &case.steps[0].request;
            assert_eq!((&*request.target, &*request.body), ("/%DF", sent));
            assert_eq!(case.answer.body, b"\xDF");
            assert_eq!(
                [case.question, print(&case.answer, case.charset)].concat(),
                file.as_bytes()
            );
        }
    }

    #[test]
    fn a_file_that_is_wrong_says_how() {
        for (file, what) in [
            ("GET / HTTP/1.1\n", "no line `--- status type`"),
            ("GET /\n--- 200 a/b\n\n", "not a request line: \"GET /\""),
            ("GET / HTTP/1.1\nx\n\n--- 200 a/b\n\n", "not a field: \"x\""),
            ("GET / HTTP/1.1\n\n--- ok a/b\n\n", "not a status: \"ok\""),
            ("GET / HTTP/1.1\n\n--- 200 a/b", "no answer"),
            (
                "GET / HTTP/1.1\n\n--- 200 a/b\n--- x\n\n",
                "not a field: \"x\"",
            ),
            (
                "# times: 0\nGET / HTTP/1.1\n\n--- 200 a/b\n\n",
                "not a number of times: \"0\"",
            ),
            (
                "GET / HTTP/1.1\n\n--- then\n\n--- 200 a/b\n\n",
                "not a request line: \"\"",
            ),
        ] {
            assert_eq!(parsed(file), Err(what.to_owned()), "{file:?}");
        }
    }
}
