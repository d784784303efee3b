//! The checksum that signs a request, and the mistakes in computing it that programs in the field have made.

use std::borrow::Cow;
use std::cmp::Ordering;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::parameter;
use crate::wire::php::{Array, Value};

const VERSION: &[u8] = b"3.0";

/// Holds what takes part in the sum of one request.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    /// The parameters as sent, `sum` among them.
    pub(super) parameters: &'a Array,
    /// The method's name as spelt in the path.
    pub(super) action: &'a str,
    /// The method's name as the documents spell it.
    pub(super) canonical_action: &'a str,
}

/// Says how a request's sum came about; each but the first is a mistake that we understand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Variant {
    /// As the documents say: the values in the order of their names, and the private key [atompark-ru "Для подсчета"].
    Canonical,
    /// With the action in the documents' spelling instead of the path's.
    CanonicalAction,
    /// With the value of the parameter `action`.
    SentAction,
    /// Without the parameters that this API does not have.
    KnownOnly,
    /// Without `sendOption`, which was added after the sum was computed.
    WithoutSendOption,
    /// With `userapp`, which the documents take out [atompark-en "Creating a campaign"].
    WithUserapp,
    /// With the names sorted as if all were in lower case.
    CaseIgnored,
    /// With `[object Object]` for an object, where PHP would say `Array`.
    ObjectObject,
    /// In the order of arrival, nothing sorted.
    ArrivalOrder,
}

impl Variant {
    /// Every variant, in the order in which they are tried.
    const ALL: [Self; 9] = [
        Self::Canonical,
        Self::CanonicalAction,
        Self::SentAction,
        Self::KnownOnly,
        Self::WithoutSendOption,
        Self::WithUserapp,
        Self::CaseIgnored,
        Self::ObjectObject,
        Self::ArrivalOrder,
    ];

    /// Returns the variants that may sign a request: with `strict` only what the documents say.
    pub(super) const fn allowed(strict: bool) -> &'static [Self] {
        if strict {
            Self::ALL.split_at(1).0
        } else {
            &Self::ALL
        }
    }
}

/// Finds the variant that gives this sum, of which the case does not count; `None` when none does.
pub(super) fn verify(
    signed: Signed<'_>,
    private_key: &str,
    sum: &[u8],
    variants: &[Variant],
) -> Option<Variant> {
    let mut expected = [0; 16];
    hex::decode_to_slice(sum, &mut expected).ok()?;
    variants.iter().copied().find(|&variant| {
        let entries = signed.in_order(variant);
        entries.is_some_and(|entries| digest(&entries, private_key).ct_eq(&expected).into())
    })
}

/// Hashes the values of entries, in their order, and the private key.
fn digest(entries: &[Entry<'_>], private_key: &str) -> [u8; 16] {
    let mut hash = Md5::new();
    for (_, value) in entries {
        hash.update(value);
    }
    hash.update(private_key);
    hash.finalize().into()
}

type Entry<'a> = (&'a [u8], Cow<'a, [u8]>);

impl<'a> Signed<'a> {
    /// Lists the names that take part in the canonical sum, sorted: what a developer needs to find a mistake.
    pub(super) fn names(self) -> String {
        let mut entries = self.entries(Variant::Canonical);
        entries.sort_by_key(|(name, _)| *name);
        let names = entries
            .iter()
            .map(|(name, _)| String::from_utf8_lossy(name));
        names.collect::<Vec<_>>().join(" ")
    }

    /// Lists names and values in the order in which a variant hashes the values; `None` where the variant cannot differ from those
    /// before it, so that a wrong sum costs few hashes.
    fn in_order(self, variant: Variant) -> Option<Vec<Entry<'a>>> {
        if !self.applies(variant) {
            return None;
        }
        let mut entries = self.entries(variant);
        match variant {
            Variant::ArrivalOrder => {}
            Variant::CaseIgnored => entries.sort_by(|a, b| ignoring_case(a.0, b.0)),
            Variant::Canonical
            | Variant::CanonicalAction
            | Variant::SentAction
            | Variant::KnownOnly
            | Variant::WithoutSendOption
            | Variant::WithUserapp
            | Variant::ObjectObject => entries.sort_unstable_by_key(|(name, _)| *name),
        }
        Some(entries)
    }

    fn applies(self, variant: Variant) -> bool {
        let has = |name: &[u8]| self.parameters.get(name).is_some();
        match variant {
            Variant::Canonical => true,
            Variant::CanonicalAction => self.action != self.canonical_action,
            Variant::SentAction => {
                let sent = self.parameters.get(b"action").map(spoken);
                sent.is_some_and(|sent| *sent != *self.action.as_bytes())
            }
            Variant::KnownOnly => self
                .parameters
                .iter()
                .any(|(name, _)| !parameter::is_known(name)),
            Variant::WithoutSendOption => has(b"sendOption"),
            Variant::WithUserapp => has(b"userapp"),
            Variant::CaseIgnored => self
                .parameters
                .iter()
                .any(|(name, _)| name.iter().any(u8::is_ascii_uppercase)),
            Variant::ObjectObject => self.parameters.iter().any(|(_, value)| is_object(value)),
            // Who sends both has put them where they stood in the sum.
            Variant::ArrivalOrder => has(b"version") && has(b"action"),
        }
    }

    /// Lists the names and values that take part, in the order of arrival.
    fn entries(self, variant: Variant) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = self
            .parameters
            .iter()
            .filter(|(name, _)| takes_part(name, variant))
            .map(|(name, value)| (name, said(value, variant)))
            .collect();
        if variant == Variant::ArrivalOrder {
            return entries;
        }
        let action = self.action_in(variant);
        for (name, value) in [
            (&b"version"[..], Cow::Borrowed(VERSION)),
            (b"action", action),
        ] {
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some(entry) => entry.1 = value,
                None => entries.push((name, value)),
            }
        }
        entries
    }

    fn action_in(self, variant: Variant) -> Cow<'a, [u8]> {
        let in_path = Cow::Borrowed(self.action.as_bytes());
        match variant {
            Variant::CanonicalAction => Cow::Borrowed(self.canonical_action.as_bytes()),
            Variant::SentAction => self.parameters.get(b"action").map_or(in_path, spoken),
            Variant::Canonical
            | Variant::KnownOnly
            | Variant::WithoutSendOption
            | Variant::WithUserapp
            | Variant::CaseIgnored
            | Variant::ObjectObject
            | Variant::ArrivalOrder => in_path,
        }
    }
}

fn takes_part(name: &[u8], variant: Variant) -> bool {
    match name {
        b"sum" => false,
        b"userapp" => variant == Variant::WithUserapp,
        b"sendOption" => variant != Variant::WithoutSendOption,
        name => variant != Variant::KnownOnly || parameter::is_known(name),
    }
}

fn said(value: &Value, variant: Variant) -> Cow<'_, [u8]> {
    if variant == Variant::ObjectObject && is_object(value) {
        Cow::Borrowed(b"[object Object]")
    } else {
        spoken(value)
    }
}

/// Says a value as PHP does when it joins it to a text: an array is `Array`.
fn spoken(value: &Value) -> Cow<'_, [u8]> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Array(_) => Cow::Borrowed(b"Array"),
    }
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Array(array) if !array.is_list())
}

fn ignoring_case(a: &[u8], b: &[u8]) -> Ordering {
    a.iter()
        .map(u8::to_ascii_lowercase)
        .cmp(b.iter().map(u8::to_ascii_lowercase))
}

#[cfg(test)]
mod tests;
