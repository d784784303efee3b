//! `users.php`: the accounts of an account's own customers.
//!
//! One is made with what its maker has (tariff, time zone, and who messages may be from), a balance and credentials of its own.

use gateway::AccountSettings;
use gateway::callback::check_url;
use gateway::sub_accounts::{NewSubAccount, SubAccountChange};
use sms::{Currency, Money, Refusal};

use super::answer::{Answered, Record};
use super::balance;
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;
use super::statistics::{self, Period};

/// The most accounts that one list has.
const MOST_LISTED: usize = 1_000;

/// The currencies, by their numbers from 1 on.
const CURRENCIES: [&str; 5] = ["RUB", "USD", "EUR", "UAH", "KZT"];

/// The switches that say what is told to an account's program: what becomes of messages, and what handsets send.
const TOLD: [&str; 2] = ["fl[10]", "fl[11]"];

/// What stands in the ledger beside money that was moved.
const NOTE: &str = "users.php";

/// Answers `users.php`.
pub(super) async fn users(call: Call<'_>) -> Result<Answered, Failure> {
    let most = call.settings.per_minute.users;
    if call.flag("add") {
        call.counted(most, Alike::In(&["add"]), add(&call)).await
    } else if call.flag("chg") {
        let same = Alike::In(&["chg", "user"]);
        call.counted(most, same, change(&call)).await
    } else if call.flag("pay") {
        let same = Alike::In(&["pay", "user"]);
        call.counted(most, same, pay(&call)).await
    } else if call.flag("get_stat") || call.flag("get_balance") {
        let histories = call.settings.per_minute.histories;
        call.counted(histories, Alike::Whole, statistics(&call))
            .await
    } else if call.flag("get_stat_all") || call.flag("get_users") {
        let histories = call.settings.per_minute.histories;
        call.counted(histories, Alike::Whole, balances(&call)).await
    } else {
        Err(Failure::Parameters)
    }
}

async fn add(call: &Call<'_>) -> Result<Answered, Failure> {
    let account = call.account;
    let mut settings = account.settings.for_sub_account();
    set(call, &mut settings)?;
    let new = NewSubAccount {
        parent: account.id,
        login: call.needed("user")?,
        password: call.needed("password")?,
        currency: currency(call)?,
        settings,
    };
    let id = call.gateway.add_sub_account(new).await?.0;
    let record = Record::new().with("id", id);
    Ok(Answered::one(record.text(format!("ID = {id}"))))
}

async fn change(call: &Call<'_>) -> Result<Answered, Failure> {
    let login = call.needed("user")?;
    let below = call.gateway.sub_account(call.account.id, &login)?;
    let mut settings = below.settings.clone();
    set(call, &mut settings)?;
    let password = match call.text("password")? {
        Some(password) => Some(password),
        None => call.text("pswc")?,
    };
    let change = SubAccountChange {
        login: call.text("new_login")?,
        password,
        settings: Some(settings),
        suspended: None,
    };
    let (gateway, account) = (call.gateway, call.account.id);
    gateway.change_sub_account(account, &login, change).await?;
    Ok(Answered::done())
}

/// Sets what is given: who messages are from where a request does not say, and the address of a program.
fn set(call: &Call<'_>, settings: &mut AccountSettings) -> Result<(), Failure> {
    if let Some(sender) = call.text("sender")? {
        settings.originator = Some(sender);
    }
    if let Some(url) = call.sent("url")? {
        let url = Some(url.trim().to_owned()).filter(|url| !url.is_empty());
        if let Some(url) = &url {
            check_url(url).map_err(|_| Failure::Parameters)?;
        }
        settings.callback_url = url;
    }
    // A program is told of both, or of neither.
    let mut is_said = false;
    for switch in TOLD {
        is_said |= call.text(switch)?.is_some();
    }
    if is_said && !TOLD.iter().any(|switch| call.flag(switch)) {
        settings.callback_url = None;
    }
    Ok(())
}

/// Reads `curr`. No other currency than one's own: the tariff is that of the account above.
fn currency(call: &Call<'_>) -> Result<Option<Currency>, Failure> {
    let Some(number) = call.number::<usize>("curr")?.filter(|number| *number > 0) else {
        return Ok(None);
    };
    let code = CURRENCIES.get(number - 1).ok_or(Failure::Parameters)?;
    let own = call.account.currency;
    if own.code() == *code {
        Ok(Some(own))
    } else {
        Err(Refusal::UnknownCurrency.into())
    }
}

/// Moves money to an account under one's own, or back when the sum is below zero.
async fn pay(call: &Call<'_>) -> Result<Answered, Failure> {
    let (login, sum) = (call.needed("user")?, call.needed("sum")?);
    if call.flag("balance2") {
        return Err(Failure::NoSuchBalance);
    }
    let amount = Money::parse_decimal(sum.trim(), call.account.currency);
    let amount = amount.map_err(|_| Failure::Parameters)?;
    let account = call.account.id;
    let paid = call.gateway.pay_sub_account(account, &login, amount, NOTE);
    paid.await?;
    Ok(Answered::done())
}

/// Sums up what an account under one's own did, or each of them.
async fn statistics(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.flag("balance2") {
        return Err(Failure::NothingFound);
    }
    let (period, account) = (Period::read(call)?, call.account.id);
    let below = match call.text("user")? {
        Some(login) => vec![call.gateway.sub_account(account, &login)?],
        None => call.gateway.sub_accounts(account),
    };
    let mut records = Vec::new();
    for below in below.iter().take(MOST_LISTED) {
        records.push(statistics::summed_up(call, below, period).await?);
    }
    listed(records)
}

/// Lists the accounts under one's own with their balances.
async fn balances(call: &Call<'_>) -> Result<Answered, Failure> {
    let mut records = Vec::new();
    let below = call.gateway.sub_accounts(call.account.id);
    for below in below.iter().take(MOST_LISTED) {
        let balance = call.gateway.balance(below.id).await?;
        let record = Record::new()
            .with("login", below.name.clone())
            .with("balance", balance::written(balance.available))
            .with("currency", balance::currency(below.currency.code()));
        records.push(record);
    }
    listed(records)
}

fn listed(records: Vec<Record>) -> Result<Answered, Failure> {
    if records.is_empty() {
        return Err(Failure::NothingFound);
    }
    Ok(Answered::many(records).called("users", "user"))
}
