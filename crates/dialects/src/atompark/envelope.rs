//! Where the parameters of a request are: in its query, and in a body of one of three kinds.

use super::faults::Failure;
use crate::wire::form::Pair;
use crate::wire::json::Unreadable;
use crate::wire::php::{Array, Value};
use crate::wire::room::TooMany;
use crate::wire::{form, json, multipart, php};
use crate::{Body, Request};

/// Holds a request's parameters as sent. The key can be looked for before any of the others is read.
pub(super) struct Envelope<'a> {
    query: &'a [u8],
    inside: Inside<'a>,
}

/// Says what a body is.
enum Inside<'a> {
    Nothing,
    Form(&'a [u8]),
    Json(&'a [u8]),
    Parts(Vec<Pair>),
}

impl From<TooMany> for Failure {
    fn from(_: TooMany) -> Self {
        Self::TooLarge
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Malformed => Self::Malformed,
            Unreadable::TooMany(too_many) => too_many.into(),
        }
    }
}

impl<'a> Envelope<'a> {
    /// Finds out what the body is; only that of several parts is read already.
    pub(super) fn open(request: &'a Request) -> Result<Self, Failure> {
        let Body::Whole(body) = &request.body else {
            return Err(Failure::TooLarge);
        };
        let content_type = request.content_type();
        let inside = if body.trim_ascii().is_empty() {
            // There are programs that put everything into the query and call the empty body JSON.
            Inside::Nothing
        } else if multipart::is_multipart(content_type) {
            let parts = multipart::pairs(content_type, body.clone());
            Inside::Parts(parts.map_err(|_| Failure::Malformed)?)
        } else if json::is_json(content_type) {
            Inside::Json(body)
        } else {
            Inside::Form(body)
        };
        Ok(Self {
            query: request.query.as_bytes(),
            inside,
        })
    }

    /// Finds the parameter of this name, which has no brackets: exactly as it will be among the parameters, but an array's elements
    /// are not read.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<Value>, Failure> {
        let in_form = |form| {
            php::last(
                form::pairs_beginning(form, name.as_bytes()),
                name.as_bytes(),
            )
        };
        let inside = match &self.inside {
            Inside::Nothing => None,
            Inside::Form(form) => in_form(form),
            Inside::Json(json) => json::member(json, name)?,
            Inside::Parts(pairs) => {
                let meant = pairs
                    .iter()
                    .filter(|(sent, _)| sent.starts_with(name.as_bytes()));
                php::last(meant.cloned(), name.as_bytes())
            }
        };
        Ok(inside.or_else(|| in_form(self.query)))
    }

    /// Collects the parameters of query and body, octets as sent; where both have one the body's counts.
    pub(super) fn parameters(self) -> Result<Array, Failure> {
        let mut parameters = php::fold(form::pairs(self.query))?;
        parameters.merge(match self.inside {
            Inside::Nothing => return Ok(parameters),
            Inside::Form(form) => php::fold(form::pairs(form))?,
            Inside::Json(json) => json::parameters(json)?,
            Inside::Parts(pairs) => php::fold(pairs)?,
        });
        Ok(parameters)
    }
}

#[cfg(test)]
mod tests;
