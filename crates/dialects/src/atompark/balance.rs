//! `getUserBalance` [atompark-en "Checking the balance"].

use gateway::{Account, Gateway};
use serde::Serialize;
use serde_json::value::RawValue;
use sms::{Currency, Refusal};

use super::answer::{Reply, number};
use super::faults::Failure;
use super::request::Arguments;

/// Tells what can be spent.
#[derive(Serialize)]
struct Balance {
    currency: String,
    balance_currency: Box<RawValue>,
}

/// Tells what the account can spend, in the currency that is asked for and spelt as it is asked for.
pub(super) async fn get(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let asked = arguments.text("currency")?.map(str::to_ascii_uppercase);
    let asked = asked.unwrap_or_else(|| account.currency.code().to_owned());
    let currency = match asked.as_str() {
        // The code of the rouble before 1998, which programs still ask for and want to see again.
        "RUR" => Currency::RUB,
        code => Currency::parse(code).map_err(|_| Refusal::UnknownCurrency)?,
    };
    let available = gateway.balance(account.id).await?.available;
    let converted = gateway
        .convert(available, currency)
        .ok_or(Refusal::UnknownCurrency)?;
    Ok(Reply::of(Balance {
        currency: asked,
        // One program wants a number with a point.
        balance_currency: number(converted.rounded_down(4), 1),
    }))
}
