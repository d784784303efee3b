//! Names and values that a body holds, whatever its form; a body that is not quite right gives those that can be found.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A name as sent, such as `phones[0][1]`, and its value.
pub(super) type Pair = (String, String);

/// Reads a query or a form.
pub(super) fn form(text: &str) -> Vec<Pair> {
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

/// Reads the parts of a body.
pub(super) fn parts(body: &str) -> Vec<Pair> {
    body.split("name=\"")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once('"')?;
            let value = rest.split_once("\n\n")?.1;
            Some((name.to_owned(), value.split("\n--").next()?.to_owned()))
        })
        .collect()
}

/// Reads the members of a JSON object.
pub(super) fn members(body: &str) -> Vec<Pair> {
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

/// Reads the members of JSON in any depth; a list gives its elements under its own name.
pub(super) fn json(body: &str) -> Vec<Pair> {
    let mut found = Vec::new();
    match serde_json::from_str(body) {
        Ok(value) => inner("", &value, &mut found),
        // Such as one with a comma too many.
        Err(_) => found.extend(
            body.split('"')
                .skip(1)
                .step_by(2)
                .zip(body.split('"').skip(2).step_by(2))
                .filter_map(|(name, rest)| {
                    let value = rest.trim_start().strip_prefix(':')?;
                    Some((name.to_owned(), value.trim().to_owned()))
                }),
        ),
    }
    found
}

fn inner(name: &str, value: &Value, found: &mut Vec<Pair>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if value.is_array() || value.is_object() {
                    found.push((name.clone(), value.to_string()));
                }
                inner(name, value, found);
            }
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| inner(name, element, found)),
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        scalar => found.push((name.to_owned(), scalar.to_string())),
    }
}

/// Reads the elements of XML, each with the text right behind its beginning.
pub(super) fn xml(body: &str) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let ends = |text: &str, end: &str| text.find(end).unwrap_or(text.len());
        if let Some(data) = rest.strip_prefix("![CDATA[") {
            let data = &data[..ends(data, "]]>")];
            if let Some((_, value)) = found.last_mut() {
                value.push_str(data);
            }
            rest = &rest[ends(rest, "]]>")..];
        } else if rest.starts_with("!--") {
            rest = &rest[ends(rest, "-->")..];
        } else if rest.starts_with(|first: char| first.is_alphabetic()) {
            let (tag, text) = rest.split_once('>').unwrap_or((rest, ""));
            let name = tag.split(|c: char| c.is_whitespace() || c == '/').next();
            let text = &text[..ends(text, "<")];
            found.push((name.unwrap_or_default().to_owned(), text.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[Pair], expected: &[(&str, &str)]) {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn members_and_elements_are_found_in_any_depth() {
        check(
            &json("{\"a\":[{\"b\":1},{\"b\":\"x\"}],\"c\":[\"7\"]}"),
            &[
                ("a", "[{\"b\":1},{\"b\":\"x\"}]"),
                ("b", "1"),
                ("b", "x"),
                ("c", "[\"7\"]"),
                ("c", "7"),
            ],
        );
        check(&json("{\"a\": [\"7\"],}"), &[("a", "[")]);
        check(
            &xml("<?xml?><a><!-- x --><b t='1'> x </b><c/><d>\n<![CDATA[<y>]]></d></a>"),
            &[("a", ""), ("b", "x"), ("c", ""), ("d", "<y>")],
        );
    }
}
