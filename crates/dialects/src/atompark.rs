//! Atomic SMS Sender API 3.0, in Russian ePochta SMS API 3.0, of Atompark [atompark-en] [atompark-ru].

mod answer;
mod checksum;
mod faults;
mod method;
mod parameter;
mod path;
mod phones;
mod request;
mod states;
mod style;

use std::sync::Arc;

use async_trait::async_trait;
use gateway::{Account, Gateway};
use sms::{Currency, Refusal};

pub use style::JsonStyle;

use crate::wire::local_time;
use crate::wire::php::{Array, Value};
use crate::{Answer, Dialect, Request};
use answer::Reply;
use checksum::{Signed, Variant};
use faults::{Codes, Failure};
use method::{Method, Row};
use request::Arguments;

/// Sets in what the dialect differs from its documents.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How answers are laid out.
    pub json_style: JsonStyle,
    /// Whether only the documents' checksum is accepted, and none of the known mistakes in computing it.
    pub strict_sum: bool,
}

/// Speaks the API.
#[derive(Clone, Copy, Debug)]
pub struct Atompark {
    settings: Settings,
}

impl Atompark {
    /// The dialect as its documents describe it, forgiving what programs are known to do wrong.
    pub const DEFAULT: Self = Self::new(Settings {
        json_style: JsonStyle::Document,
        strict_sum: false,
    });

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
        let row = method::find(&name);
        // A HEAD that sends a message, as a preview of links may make it, would be a trap.
        let asked = matches!(request.method, http::Method::GET | http::Method::POST);
        let reply = match row {
            Some(row) if asked => self.call(gateway, row, &name, &request).await,
            Some(_) | None => Err(Failure::UnknownMethod),
        };
        let style = self.settings.json_style;
        let body = match reply {
            Ok(reply) => answer::success(&reply, style),
            Err(failure) => {
                let codes = row.map_or(&Codes::GENERAL, |row| &row.codes);
                answer::failure(faults::fault(&failure, codes), style)
            }
        };
        Answer {
            status: 200,
            content_type: "application/json; charset=utf-8",
            body,
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
    ) -> Result<Reply, Failure> {
        let parameters = request::parameters(request).await?;
        let signed = Signed {
            parameters: &parameters,
            action: name,
            canonical_action: row.name,
        };
        let account = authenticate(gateway, signed, Variant::allowed(self.settings.strict_sum))?;
        let arguments = Arguments(&parameters);
        match row.method {
            Method::GetUserBalance => balance(gateway, &account, arguments).await,
            Method::SendSms => {
                let accepted = gateway.submit(arguments.send_sms(&account)?).await?;
                Ok(Reply::sent(accepted.submission, accepted.quote.total()))
            }
            Method::SendSmsGroup => {
                let accepted = gateway.submit(arguments.send_sms_group(&account)?).await?;
                Ok(Reply::sent_to_group(
                    accepted.submission,
                    accepted.quote.total(),
                ))
            }
            Method::CheckCampaignPriceGroup => {
                let quote = gateway.quote(arguments.send_sms_group(&account)?).await?;
                Ok(Reply::group_price(quote.total()))
            }
            Method::GetCampaignInfo => {
                let campaign = gateway
                    .submission(account.id, arguments.campaign()?)
                    .await?;
                Ok(Reply::campaign(&campaign))
            }
            Method::GetCampaignDeliveryStats => deliveries(gateway, &account, arguments).await,
        }
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

async fn balance(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let asked = arguments
        .currency()?
        .unwrap_or_else(|| account.currency.code().to_owned());
    let currency = match asked.as_str() {
        // The code of the rouble before 1998, which programs still ask for and want to see again.
        "RUR" => Currency::RUB,
        code => Currency::parse(code).map_err(|_| Refusal::UnknownCurrency)?,
    };
    let available = gateway.balance(account.id).await?.available;
    let converted = gateway
        .convert(available, currency)
        .ok_or(Refusal::UnknownCurrency)?;
    Ok(Reply::balance(asked, converted))
}

async fn deliveries(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let (id, changed_after) = (arguments.campaign()?, arguments.changed_after(account)?);
    let campaign = gateway.submission(account.id, id).await?;
    let messages = gateway
        .messages(account.id, campaign.id, changed_after)
        .await?;
    let zone = local_time::zone(&account.settings.time_zone);
    Reply::deliveries(messages, &zone).ok_or(Failure::NoRows)
}

fn text<'a>(parameters: &'a Array, name: &[u8]) -> Option<&'a [u8]> {
    match parameters.get(name) {
        Some(Value::Text(text)) => Some(text),
        Some(Value::Array(_)) | None => None,
    }
}
