//! What a golden file's request sends and what its answer shows, read from its text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Holds a request and its answer.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    /// The method that is called, as it is spelt.
    pub(super) method: Cow<'a, str>,
    /// Names as sent, such as `phones[0][1]`, and values.
    parameters: Vec<(String, String)>,
    /// The whole answer, [`Value::Null`] if it is not JSON.
    answer: Value,
}

impl<'a> Exchange<'a> {
    /// Reads a golden file; `None` when it has no request line or no `--- ` line.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (question, answer) = text.split_once("\n--- ")?;
        let mut lines = question.lines().skip_while(|line| line.starts_with('#'));
        let target = lines
            .by_ref()
            .find(|line| !line.is_empty())?
            .split(' ')
            .nth(1)?;
        let head: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let body = lines.collect::<Vec<_>>().join("\n");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let name = path.trim_end_matches('/').rsplit('/').next()?;
        let method = percent_decode_str(name).decode_utf8_lossy();
        let method = match method.strip_suffix("()") {
            Some(name) => Cow::Owned(name.to_owned()),
            None => method,
        };
        let mut parameters = form(query);
        let kind = head
            .iter()
            .find_map(|line| line.strip_prefix("Content-Type: "));
        parameters.extend(match kind.unwrap_or_default() {
            kind if kind.starts_with("multipart/") => parts(&body),
            kind if kind.starts_with("application/json") => members(&body),
            _ => form(body.trim_end()),
        });
        let answer = answer.split_once('\n').map_or("", |(_, body)| body);
        Some(Self {
            method,
            parameters,
            answer: serde_json::from_str(answer).unwrap_or_default(),
        })
    }

    /// Lists what is sent under a name, in any case, with the whole name.
    pub(super) fn sent(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().filter_map(move |(sent, value)| {
            let base = sent.split('[').next().unwrap_or_default();
            base.eq_ignore_ascii_case(name)
                .then_some((&**sent, &**value))
        })
    }

    /// Lists what is sent, without the brackets of arrays.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        let names = self.parameters.iter();
        names.map(|(name, _)| name.split('[').next().unwrap_or_default())
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

fn form(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn parts(body: &str) -> Vec<(String, String)> {
    body.split("name=\"")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once('"')?;
            let value = rest.split_once("\n\n")?.1;
            Some((name.to_owned(), value.split("\n--").next()?.to_owned()))
        })
        .collect()
}

fn members(body: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::from_str(body) else {
        return Vec::new();
    };
    let text = |value: Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    members
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(request: &str, answer: &str) -> Exchange<'static> {
        let text = format!("# [a] document\n{request}\n\n--- 200 application/json\n{answer}\n");
        Exchange::read(text.leak()).unwrap()
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
            assert_eq!(exchange.method, "send", "{request}");
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
}
