//! The parameters of a request: in its query, and in a body that is a form, of several parts, or JSON.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::answer::{Format, Reply};
use super::faults::Failure;
use super::ids::Id;
use super::settings::Settings;
use crate::wire::charset::{Charset, NotText};
use crate::wire::form::Pair;
use crate::wire::php::{Array, Value};
use crate::wire::room::{Room, TooMany};
use crate::wire::{form, json, multipart};
use crate::{Body, Request};

/// Holds the parameters, still as octets, and what they say of the answer. Of a name that is sent more than once the last value
/// counts, and one in the body over one in the query.
pub(super) struct Parameters {
    values: HashMap<Vec<u8>, Vec<u8>>,
    /// Names that were sent without even an equals sign.
    bare: HashSet<Vec<u8>>,
    /// How many files came with them, whatever their names.
    files: usize,
    reply: Reply,
    /// Whether values that are UTF-8 are read as such.
    detect_utf8: bool,
    /// Whether the body could not be read; what stands in the query could.
    broken: bool,
}

/// Says that a body is not what it says that it is, or has too much in it.
struct Unreadable;

impl Parameters {
    /// Reads a request; with `rest` it is one of those whose bodies and answers are JSON in UTF-8.
    pub(super) fn read(request: &Request, rest: bool, settings: &Settings) -> Self {
        let mut read = Self {
            values: HashMap::new(),
            bare: HashSet::new(),
            files: 0,
            reply: Reply::default(),
            detect_utf8: settings.detect_utf8,
            broken: false,
        };
        let mut room = Room::new();
        let query = read.take_form(&mut room, request.query.as_bytes());
        let body = query.and_then(|()| read.take_body(&mut room, request, rest));
        read.broken = body.is_err();
        let named = read.octets("charset").map(charset_named);
        read.detect_utf8 &= named.is_none();
        read.reply = Reply {
            format: match read.octets("fmt") {
                Some(b"1") => Format::Numbers,
                Some(b"2") => Format::Xml,
                Some(b"3") => Format::Json,
                None if rest => Format::Json,
                Some(_) | None => Format::Text,
            },
            charset: if rest {
                Charset::Utf8
            } else {
                named.unwrap_or_else(|| settings.default_charset.charset())
            },
        };
        read
    }

    /// Returns how the answer is to be written.
    pub(super) const fn reply(&self) -> Reply {
        self.reply
    }

    /// Tells whether the body could not be read.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Tells whether files came with the request.
    pub(super) const fn has_files(&self) -> bool {
        self.files > 0
    }

    /// Returns a value as sent; `None` when it is absent or empty.
    pub(super) fn octets(&self, name: &str) -> Option<&[u8]> {
        let value = self.values.get(name.as_bytes());
        value.map(Vec::as_slice).filter(|value| !value.is_empty())
    }

    /// Returns a text, which may be empty; `None` when it was not sent at all. Fails when it is none in the character set.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.values.get(name.as_bytes()) else {
            return Ok(None);
        };
        self.decoded(value)
            .map(Some)
            .map_err(|NotText| Failure::Parameters)
    }

    /// Tells whether a switch is on: its value is neither empty nor 0, or its name was sent without an equals sign.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.octets(name) {
            Some(value) => !matches!(value.trim_ascii(), b"" | b"0" | b"false"),
            None => self.bare.contains(name.as_bytes()),
        }
    }

    /// Returns the id that the program gave; a number of 0 when it gave none.
    pub(super) fn id(&self) -> Id {
        let given = self.text("id").ok().flatten();
        let id = given.and_then(|text| Id::read(&text).ok().flatten());
        id.unwrap_or(Id::Number(0))
    }

    /// Digests the values of the names that matter; empty ones are as absent.
    pub(super) fn digest(&self, matters: impl Fn(&[u8]) -> bool) -> [u8; 32] {
        let of_note = |(name, value): &(&Vec<u8>, &Vec<u8>)| matters(name) && !value.is_empty();
        let mut values: Vec<_> = self.values.iter().filter(of_note).collect();
        values.sort_unstable();
        let mut digest = Sha256::new();
        for text in values.into_iter().flat_map(|(name, value)| [name, value]) {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        digest.finalize().into()
    }

    fn decoded(&self, value: &[u8]) -> Result<String, NotText> {
        if self.detect_utf8
            && let Ok(text) = Charset::Utf8.decode(value)
        {
            return Ok(text);
        }
        self.reply.charset.decode(value)
    }

    fn take(
        &mut self,
        room: &mut Room,
        pairs: impl IntoIterator<Item = Pair>,
    ) -> Result<(), Unreadable> {
        for (name, value) in pairs {
            room.take(1).map_err(|TooMany| Unreadable)?;
            self.values.insert(name, value);
        }
        Ok(())
    }

    fn take_body(
        &mut self,
        room: &mut Room,
        request: &Request,
        rest: bool,
    ) -> Result<(), Unreadable> {
        let Body::Whole(body) = &request.body else {
            return Err(Unreadable);
        };
        let content_type = request.content_type();
        if body.trim_ascii().is_empty() {
            Ok(())
        } else if multipart::is_multipart(content_type) {
            let (pairs, files) =
                multipart::pairs_and_files(content_type, body.clone()).map_err(|_| Unreadable)?;
            self.files = files;
            self.take(room, pairs)
        } else if rest && body.trim_ascii_start().starts_with(b"{") {
            let object = json::parameters(body).map_err(|_| Unreadable)?;
            let pairs = object
                .iter()
                .map(|(name, value)| (name.to_vec(), flat(value)));
            self.take(room, pairs)
        } else {
            self.take_form(room, body)
        }
    }

    fn take_form(&mut self, room: &mut Room, encoded: &[u8]) -> Result<(), Unreadable> {
        for sent in encoded.split(|&octet| octet == b'&') {
            if !sent.contains(&b'=') {
                self.bare.extend(form::pairs(sent).map(|(name, _)| name));
            }
            self.take(room, form::pairs(sent))?;
        }
        Ok(())
    }
}

/// Returns a value of JSON as a form would have it: a list with commas between its texts.
fn flat(value: &Value) -> Vec<u8> {
    let texts = |list: &Array| {
        let texts = list.iter().map(|(_, value)| match value {
            Value::Text(text) => text.clone(),
            Value::Array(_) => Vec::new(),
        });
        texts.collect::<Vec<_>>().join(&b',')
    };
    match value {
        Value::Text(text) => text.clone(),
        Value::Array(list) => texts(list),
    }
}

/// Reads the name of a character set in the spellings that programs use: in any case, with and without hyphens, even as `UTF=8`. An
/// unknown one is the documented default.
pub(super) fn charset_named(name: &[u8]) -> Charset {
    let letters = name.iter().filter(|octet| octet.is_ascii_alphanumeric());
    let letters: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
    match letters.as_slice() {
        b"utf8" => Charset::Utf8,
        b"koi8r" => Charset::Koi8R,
        _ => Charset::Windows1251,
    }
}

#[cfg(test)]
mod tests;
