//! `balance.php`: what the account has.

use sms::Money;

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;

/// Answers `balance.php`. With `cur` the currency is told too; without it the number stands alone, since programs cut it out of the
/// text and take what follows a comma for an error.
pub(super) async fn balance(call: Call<'_>) -> Result<Answered, Failure> {
    call.at_most(call.settings.per_minute.balances, Alike::Any)?;
    let balance = call.gateway.balance(call.account.id).await?;
    let amount = written(balance.available);
    let record = Record::new().with("balance", amount.clone());
    if !call.flag("cur") {
        let record = record.text(amount.clone()).numbers(amount.clone());
        return Ok(Answered::one(record).bare());
    }
    let currency = currency(call.account.currency.code());
    let text = format!("{amount} {currency}");
    let record = record.with("currency", currency.to_owned());
    Ok(Answered::one(record.text(text.clone()).numbers(text)))
}

/// Writes a balance with two digits behind the point; no more than can be spent.
pub(super) fn written(balance: Money) -> String {
    balance.rounded_down(2).decimal_rounded(2)
}

/// Writes a currency as this API does, which has kept the code that the rouble had before 1998.
pub(super) fn currency(code: &str) -> &str {
    if code == "RUB" { "RUR" } else { code }
}
