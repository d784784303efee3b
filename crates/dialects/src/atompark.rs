//! Atomic SMS Sender API 3.0, in Russian ePochta SMS API 3.0, of Atompark [atompark-en] [atompark-ru].

mod answer;
mod balance;
mod books;
mod campaigns;
mod checksum;
mod contacts;
mod exceptions;
mod faults;
mod ids;
mod method;
mod paging;
mod parameter;
mod path;
mod phones;
mod request;
mod search;
mod senders;
mod sending;
mod settings;
mod states;
mod style;
mod terms;
mod variables;

use std::sync::Arc;

use async_trait::async_trait;
use gateway::{Account, Gateway};
use sms::Refusal;

pub use settings::{Profile, RegisterSenderResult, Settings};
pub use style::JsonStyle;

use crate::wire::php::{Array, Value};
use crate::{Answer, Dialect, Request};
use answer::Reply;
use checksum::{Signed, Variant};
use faults::{Codes, Failure, Fault};
use method::Row;
use request::Arguments;

/// Speaks the API.
#[derive(Clone, Copy, Debug)]
pub struct Atompark {
    settings: Settings,
}

impl Atompark {
    /// Makes the dialect with settings.
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

#[async_trait]
impl Dialect for Atompark {
    fn name(&self) -> &'static str {
        "atompark"
    }

    fn claims(&self, path: &str) -> bool {
        path::method_name(path).is_some()
    }

    /// Answers with status 200 whatever happens: several client libraries look no further at another one.
    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        let name = path::method_name(&request.path).unwrap_or_default();
        // A HEAD that sends a message, as a preview of links may make it, would be a trap.
        let asked = matches!(request.method, http::Method::GET | http::Method::POST);
        let style = self.settings.json_style;
        let content = match method::find(&name).filter(|_| asked) {
            Some(row) => match self.call(gateway, row, &name, &request).await {
                Ok(reply) => answer::success(reply, style)
                    .await
                    .map_err(|error| faults::fault(&error.into(), &Codes::GENERAL)),
                Err(fault) => Err(fault),
            },
            None => Err(faults::fault(&Failure::UnknownMethod, &Codes::GENERAL)),
        };
        Answer {
            status: 200,
            content_type: "application/json; charset=utf-8",
            body: content.unwrap_or_else(|fault| answer::failure(fault, style)),
        }
    }
}

impl Atompark {
    async fn call(
        &self,
        gateway: &Gateway,
        row: &Row,
        name: &str,
        request: &Request,
    ) -> Result<Reply, Fault> {
        let parameters = request::parameters(request)
            .await
            .map_err(|failure| faults::fault(&failure, row.codes(None)))?;
        let signed = Signed {
            parameters: &parameters,
            action: name,
            canonical_action: row.name,
        };
        let arguments = Arguments::new(&parameters, &self.settings);
        let variants = Variant::allowed(self.settings.strict_sum);
        let reply = match authenticate(gateway, signed, variants) {
            Ok(account) => (row.call)(gateway, &account, arguments).await,
            Err(failure) => Err(failure),
        };
        reply.map_err(|failure| faults::fault(&failure, row.codes(Some(arguments))))
    }
}

/// Finds the account of the public key, and verifies with its private key that it signed the request.
fn authenticate(
    gateway: &Gateway,
    signed: Signed<'_>,
    variants: &[Variant],
) -> Result<Arc<Account>, Failure> {
    let key = text(signed.parameters, b"key").and_then(|key| std::str::from_utf8(key).ok());
    let (account, private_key) = key
        .and_then(|key| gateway.key_pair(key))
        .ok_or(Refusal::UnknownCredential)?;
    let sum = text(signed.parameters, b"sum").unwrap_or_default();
    match checksum::verify(signed, private_key.reveal(), sum, variants) {
        Some(Variant::Canonical) => {}
        Some(variant) => tracing::debug!(
            account = %account.name, ?variant, names = signed.names(),
            "a checksum was computed in another way than documented"
        ),
        None => {
            tracing::debug!(
                account = %account.name, action = signed.action, names = signed.names(),
                "a checksum does not match: it is the MD5 of the values in the order of these \
                 names, and of the private key"
            );
            return Err(Refusal::WrongSecret.into());
        }
    }
    if account.suspended {
        return Err(Refusal::AccountSuspended.into());
    }
    Ok(account)
}

fn text<'a>(parameters: &'a Array, name: &[u8]) -> Option<&'a [u8]> {
    match parameters.get(name) {
        Some(Value::Text(text)) => Some(text),
        Some(Value::Array(_)) | None => None,
    }
}
