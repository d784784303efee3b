//! What a golden file's requests send and what its answer shows, read from its text.

mod pairs;

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::coverage::{By, Method};
use pairs::{Pair, form, json, members, parts, xml};

/// Holds the requests of a golden file and its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    by: By,
    requests: Vec<Request>,
    /// The HTTP status.
    status: String,
    /// The body of the answer as it stands.
    text: String,
    /// The whole answer; the elements of XML one after the other; [`Value::Null`] if it is neither this nor JSON.
    answer: Value,
    /// Whether the answer is JSON.
    is_json: bool,
}

/// Holds a request.
#[derive(Debug)]
struct Request {
    /// As sent, without the host and a slash at its end.
    path: String,
    parameters: Vec<Pair>,
}

impl Exchange {
    /// Reads a golden file; `None` when it has no request line or no `--- ` line.
    pub(super) fn read(text: &str, by: By) -> Option<Self> {
        let mut requests = Vec::new();
        let mut rest = text;
        let (question, answer) = loop {
            let (question, answer) = rest.split_once("\n--- ")?;
            let Some(next) = answer.strip_prefix("then\n") else {
                break (question, answer);
            };
            requests.push(Request::read(question, by)?);
            rest = next;
        };
        requests.push(Request::read(question, by)?);
        let status = answer.split(' ').next()?.to_owned();
        let mut body = answer.split_once('\n').map_or("", |(_, body)| body);
        while body.starts_with("--- ") {
            body = body.split_once('\n')?.1;
        }
        let json: Option<Value> = serde_json::from_str(body).ok();
        let element =
            |(name, text): Pair| Value::Object([(name, text.into())].into_iter().collect());
        let is_xml = by == By::Path && body.trim_start().starts_with('<');
        let elements = is_xml.then(|| xml(body).into_iter().map(element).collect());
        Some(Self {
            by,
            requests,
            status,
            text: body.to_owned(),
            is_json: json.is_some(),
            answer: json.or(elements).unwrap_or_default(),
        })
    }

    /// Tells whether one of the requests calls the method.
    pub(super) fn calls(&self, method: &Method) -> bool {
        let is_called = |name: &str| {
            let mut requests = self.requests.iter();
            requests.any(|request| request.calls(name, self.by))
        };
        method.names().any(is_called)
    }

    /// Returns what the last request calls, for people.
    pub(super) fn called(&self) -> &str {
        let last = self.requests.last().map_or("", |request| &request.path);
        match self.by {
            By::Name => last.rsplit('/').next().unwrap_or_default(),
            By::Path => last,
        }
    }

    /// Returns the HTTP status of the answer.
    pub(super) fn status(&self) -> &str {
        &self.status
    }

    /// Tells whether the answer is JSON, which has types.
    pub(super) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Tells whether the body of the answer has one of these texts.
    pub(super) fn has_text(&self, texts: &[String]) -> bool {
        texts.iter().any(|text| self.text.contains(text))
    }

    fn parameters(&self) -> impl Iterator<Item = &Pair> {
        self.requests.iter().flat_map(|request| &request.parameters)
    }

    /// Lists what is sent under a name, in any case, with the whole name.
    pub(super) fn sent(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.parameters().filter_map(move |(sent, value)| {
            let base = sent.split('[').next().unwrap_or_default();
            base.eq_ignore_ascii_case(name)
                .then_some((&**sent, &**value))
        })
    }

    /// Lists what is sent, without the brackets of arrays.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters()
            .map(|(name, _)| name.split('[').next().unwrap_or_default())
    }

    /// Lists the members of the answer and of its result, and the columns of its list.
    pub(super) fn members(&self) -> BTreeSet<&str> {
        let result = self.answer.get("result");
        let objects = match result.and_then(Value::as_array) {
            Some(elements) => elements.iter().collect(),
            None => Vec::from_iter(result),
        };
        let columns = objects
            .iter()
            .filter_map(|object| object.get("fields")?.as_array())
            .flatten();
        let columns = columns.filter_map(Value::as_str);
        let objects = objects.iter().copied().chain([&self.answer]);
        let members = objects.filter_map(Value::as_object).flatten();
        members
            .map(|(name, _)| name.as_str())
            .chain(columns)
            .collect()
    }

    /// Returns the code of an error.
    pub(super) fn code(&self) -> Option<&str> {
        self.answer.get("code")?.as_str()
    }

    /// Tells whether a parameter has a value, or has it in quotes or as a key in what is sent.
    pub(super) fn sends(&self, parameter: &str, value: &str) -> bool {
        let (quoted, key) = (format!("\"{value}\""), format!("[{value}]"));
        self.sent(parameter)
            .any(|(name, sent)| sent == value || sent.contains(&quoted) || name.contains(&key))
    }

    /// Tells whether a member or column of the answer has a value.
    pub(super) fn shows(&self, member: &str, value: &str) -> bool {
        let is_it = |shown: &Value| match shown {
            Value::String(text) => text == value,
            shown => format!("{shown}") == value,
        };
        self.shown(member).into_iter().any(|shown| match shown {
            Value::Array(elements) => elements.iter().any(is_it),
            shown => is_it(shown),
        })
    }

    /// Lists the values that a member has anywhere in the answer: its own, and those of its column in a list.
    pub(super) fn shown(&self, member: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        collect(&self.answer, member, &mut found);
        found
    }
}

impl Request {
    fn read(question: &str, by: By) -> Option<Self> {
        let mut lines = question.lines().skip_while(|line| line.starts_with('#'));
        let (_, target) = lines
            .by_ref()
            .find(|line| !line.is_empty())?
            .split_once(' ')?;
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let head: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let body = lines.collect::<Vec<_>>().join("\n");
        let body = body.trim();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = match path.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => path,
        };
        let path = percent_decode_str(path.trim_end_matches('/')).decode_utf8_lossy();
        let path = path.strip_suffix("()").unwrap_or(&path).to_owned();
        let mut parameters = form(query);
        let kind = head
            .iter()
            .find_map(|line| line.strip_prefix("Content-Type: "));
        parameters.extend(match (kind.unwrap_or_default(), by) {
            (kind, _) if kind.starts_with("multipart/") => parts(body),
            (kind, By::Name) if kind.starts_with("application/json") => members(body),
            (_, By::Path) if body.starts_with(['{', '[']) => json(body),
            (_, By::Path) if body.starts_with('<') => xml(body),
            _ => form(body),
        });
        if by == By::Path {
            // XML in a field of a form.
            let fields = parameters
                .iter()
                .filter(|(_, value)| value.trim_start().starts_with('<'));
            let inner: Vec<Pair> = fields.flat_map(|(_, value)| xml(value)).collect();
            parameters.extend(inner);
        }
        Some(Self { path, parameters })
    }

    fn calls(&self, name: &str, by: By) -> bool {
        let mut words = name.split(' ');
        let path = words.next().unwrap_or_default();
        match by {
            By::Name => {
                let last = self.path.rsplit('/').next().unwrap_or_default();
                last.eq_ignore_ascii_case(name)
            }
            By::Path => {
                self.path.eq_ignore_ascii_case(path.trim_end_matches('/'))
                    && words.all(|word| match word.split_once('=') {
                        Some((name, value)) => self.sends(name, |sent| sent == value),
                        None => self.sends(word, |sent| !sent.is_empty()),
                    })
            }
        }
    }

    fn sends(&self, name: &str, is_it: impl Fn(&str) -> bool) -> bool {
        let mut sent = self.parameters.iter();
        sent.any(|(sent, value)| sent.eq_ignore_ascii_case(name) && is_it(value))
    }
}

fn collect<'a>(value: &'a Value, member: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| collect(element, member, found)),
        Value::Object(members) => {
            if let Some(value) = members.get(member) {
                found.push(value);
            }
            if let (Some(fields), Some(rows)) = (members.get("fields"), members.get("data")) {
                let names = fields.as_array().into_iter().flatten();
                let column = names.into_iter().position(|name| name == member);
                let rows = rows.as_array().into_iter().flatten();
                found.extend(rows.filter_map(|row| row.get(column?)));
            }
            members
                .values()
                .for_each(|value| collect(value, member, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(request: &str, answer: &str) -> Exchange {
        let text = format!("# [a] document\n{request}\n\n--- 200 application/json\n{answer}\n");
        Exchange::read(&text, By::Name).unwrap()
    }

    #[test]
    fn parameters_are_found_wherever_they_are_sent() {
        let requests = [
            "GET http://host/api/sms/3.0/send()?phones[0][1]=a%20b HTTP/1.1\nHost: x\n",
            "POST /sms/3.0/send/ HTTP/1.1\n\nx=1&PHONES=a+b\n",
            "POST /sms/3.0/send HTTP/1.1\nContent-Type: application/json\n\n{\"phones\":\"a b\"}\n",
            "POST /sms/3.0/send HTTP/1.1\nContent-Type: multipart/form-data; boundary=e\n\n\
             --e\nContent-Disposition: form-data; name=\"phones\"\n\na b\n--e--\n",
        ];
        for request in requests {
            let exchange = exchange(request, "{}");
            assert_eq!(exchange.called(), "send", "{request}");
            let values: Vec<&str> = exchange.sent("phones").map(|(_, value)| value).collect();
            assert_eq!(values, ["a b"], "{request}");
            assert!(exchange.sends("phones", "a b"));
            assert!(!exchange.sends("phones", "a"));
        }
    }

    #[test]
    fn a_value_may_be_in_quotes_or_a_key() {
        let request = "GET /search?f[name][operation]=like&g={%22date%22:1} HTTP/1.1\n";
        let exchange = exchange(request, "{}");
        assert!(
            exchange.sends("f", "name")
                && exchange.sends("f", "like")
                && exchange.sends("g", "date")
        );
        assert!(!exchange.sends("g", "dat"));
    }

    #[test]
    fn members_columns_and_elements_are_shown() {
        let answer = "{\"result\":{\"id\":7,\"status\":[\"0\"],\"fields\":[\"a\",\"b\"],\"data\":[[\"1\",\"2\"]]}}";
        let exchange = exchange("GET /m HTTP/1.1\n", answer);
        assert!(
            exchange.shows("id", "7") && exchange.shows("status", "0") && exchange.shows("b", "2")
        );
        assert!(!exchange.shows("b", "1"));
        assert!(exchange.shown("c").is_empty());
        let members = ["a", "b", "data", "fields", "id", "result", "status"];
        assert_eq!(Vec::from_iter(exchange.members()), members);
    }

    fn by_path(text: &str) -> Exchange {
        Exchange::read(text, By::Path).unwrap()
    }

    fn method(name: &str) -> Method {
        toml::from_str(&format!("name = \"{name}\"\ndoes = \"\"\n")).unwrap()
    }

    #[test]
    fn by_path_a_call_is_told_by_what_it_sends_too() {
        let form =
            "# x\nGET http://host/sys/jobs.php?add=1&del= HTTP/1.1\n\n--- 200 text/plain\nOK\n";
        let xml = "# x\nPOST /api/ HTTP/1.1\n\n<request><head>\n<operation> submit </operation></head></request>\n\n\
                   --- 200 a/b\n";
        let json =
            "# x\nPOST /api HTTP/1.1\n\n{\"head\":{\"operation\":\"submit\"}}\n\n--- 200 a/b\n";
        for (text, name, is_called) in [
            (form, "/sys/jobs.php", true),
            (form, "/sys/jobs.php add", true),
            (form, "/sys/jobs.php del", false),
            (form, "/jobs.php", false),
            (xml, "/api operation=submit", true),
            (xml, "/api operation=units", false),
            (json, "/api/ operation=submit", true),
            (json, "/smxml operation=submit", false),
        ] {
            assert_eq!(by_path(text).calls(&method(name)), is_called, "{name}");
        }
    }

    #[test]
    fn each_request_of_a_file_counts_and_the_answer_is_the_last_ones() {
        let text = "# x\nPOST /send HTTP/1.1\n\na=1\n\n--- then\n# later: 1 s\nGET /state?b=2 HTTP/1.1\n\n\
                    --- 453 text/plain\n--- Retry-After: 1\nStatus = 1, none\n";
        let exchange = by_path(text);
        assert!(exchange.calls(&method("/send")) && exchange.calls(&method("/state")));
        assert_eq!(exchange.sent("a").count() + exchange.sent("b").count(), 2);
        assert_eq!((exchange.status(), exchange.called()), ("453", "/state"));
        assert!(exchange.has_text(&["Status = 1,".to_owned()]) && !exchange.is_json());
        assert!(!exchange.has_text(&["Retry".to_owned()]));
    }

    #[test]
    fn elements_of_xml_are_shown_like_members() {
        let answer = "<response><head><code>000</code></head><body/></response>";
        let exchange = by_path(&format!(
            "# x\nGET /a?xml=<b>7</b> HTTP/1.1\n\n--- 200 a/b\n{answer}\n"
        ));
        assert!(exchange.shows("code", "000") && !exchange.shows("code", "00"));
        assert!(!exchange.shown("body").is_empty() && exchange.shown("b").is_empty());
        assert!(exchange.sends("b", "7"));
    }
}
