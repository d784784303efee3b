//! Signs requests as a customer's program does: written apart from the crate, so that both must be right.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use serde_json::Value;
use testkit::golden::Request;

/// Computes what `{{sum}}` stands for: the MD5 of the parameters' values in the order of their names, and of the key
/// [atompark-ru "Для подсчета контрольной суммы"].
pub(crate) fn sum(request: &Request, private_key: &str) -> String {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let method = path
        .trim_end_matches(['/', '(', ')'])
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let mut values = BTreeMap::new();
    let content_type = request
        .headers
        .iter()
        .find(|(name, _)| name == "Content-Type");
    let content_type = content_type.map_or("", |(_, value)| value.as_str());
    let sent = form(query.as_bytes()).chain(match content_type.split_once("boundary=") {
        Some((_, boundary)) => parts(&request.body, boundary),
        None if content_type == "application/json" => object(&request.body),
        None => form(&request.body).collect(),
    });
    for (name, value) in sent {
        match name.split_once('[') {
            Some((name, _)) => values.insert(name.to_owned(), b"Array".to_vec()),
            None => values.insert(name, value),
        };
    }
    values.insert("version".to_owned(), b"3.0".to_vec());
    values.insert("action".to_owned(), method.as_bytes().to_vec());
    values.remove("sum");
    values.remove("userapp");
    let mut hash = Md5::new();
    for value in values.into_values() {
        hash.update(value);
    }
    hash.update(private_key);
    hex::encode(hash.finalize())
}

type Pair = (String, Vec<u8>);

fn form(text: &[u8]) -> impl Iterator<Item = Pair> {
    text.split(|&octet| octet == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&octet| octet == b'=').map(decode);
            let name = halves.next().unwrap_or_default();
            (
                String::from_utf8(name).expect("names are UTF-8"),
                halves.next().unwrap_or_default(),
            )
        })
}

fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|&octet| if octet == b'+' { b' ' } else { octet })
        .collect();
    percent_encoding::percent_decode(&spaced).collect()
}

fn parts(body: &[u8], boundary: &str) -> Vec<Pair> {
    let body = std::str::from_utf8(body).expect("the parts of a golden file are UTF-8");
    let part = |part: &str| {
        let (head, value) = part.strip_suffix("\r\n")?.split_once("\r\n\r\n")?;
        let (_, name) = head.split_once("name=\"")?;
        Some((
            name.split('"').next()?.to_owned(),
            value.as_bytes().to_vec(),
        ))
    };
    body.split(&format!("--{boundary}"))
        .filter_map(part)
        .collect()
}

fn object(body: &[u8]) -> Vec<Pair> {
    let members: BTreeMap<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let text = |value| match value {
        Value::String(text) => text,
        Value::Array(_) | Value::Object(_) => "Array".to_owned(),
        Value::Null => String::new(),
        scalar => scalar.to_string(),
    };
    members
        .into_iter()
        .map(|(name, value)| (name, text(value).into_bytes()))
        .collect()
}
