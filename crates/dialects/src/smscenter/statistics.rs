//! What accounts spent and were given, and how many messages they sent.

use gateway::Account;
use sms::{Money, Timestamp};

use super::answer::Record;
use super::balance;
use super::call::Call;
use super::faults::Failure;
use super::times;

/// Is a time that is asked for: whole days of Moscow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Period {
    /// Reads `start` and `end`: up to now without an end, of today without a start.
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let now = call.gateway.now();
        let from = match call.text("start")? {
            Some(day) => times::day(&day, false)?,
            None => times::midnight(now),
        };
        let until = match call.text("end")? {
            Some(day) => times::day(&day, true)?,
            None => now.plus_millis(1),
        };
        Ok(Self { from, until })
    }
}

/// Sums up an account's time: `cnt` counts segments, `credit` is what they cost, `debit` what was brought.
pub(super) async fn summed_up(
    call: &Call<'_>,
    account: &Account,
    period: Period,
) -> Result<Record, Failure> {
    let turnover = call.gateway.turnover(account.id, period.from, period.until);
    let turnover = turnover.await?;
    let money = |micros| Money::new(micros, account.currency).decimal().to_string();
    Ok(Record::new()
        .with("login", account.name.clone())
        .with("cnt", turnover.segments)
        .with("credit", money(turnover.charged_micros))
        .with("debit", money(turnover.brought_micros))
        .with("currency", balance::currency(account.currency.code())))
}
