//! `heliogram account show` and `list`.

use gateway::Account;
use gateway::directory::ControlCopies;
use sms::Money;

use super::listed;
use crate::admin::{account_named, name_of, open, table};
use crate::cli::At;

/// Shows an account and all its settings.
pub(super) async fn show(at: &At, name: &str) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let account = account_named(&gateway, name)?;
    let book = gateway.book(account.id).await?.unwrap_or_default();
    let money = |micros| Money::new(micros, account.currency).to_string();
    let or = |texts: &[String], none: &str| match texts {
        [] => none.to_owned(),
        texts => texts.join(", "),
    };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let settings = &account.settings;
    let parent = account.parent.map_or_else(
        || "none".to_owned(),
        |parent| name_of(&gateway.accounts(), parent),
    );
    let control_copies = match settings.control_copies {
        ControlCopies::Free => "free",
        ControlCopies::Charged => "charged",
    };
    let rows = [
        ("number", account.id.to_string()),
        ("parent", parent),
        ("state", state(&account).to_owned()),
        ("available", money(book.available)),
        ("held", money(book.held)),
        ("charged", money(book.charged)),
        ("credit limit", money(account.credit_limit_micros)),
        ("tariff", settings.tariff.clone()),
        ("originators", listed(&settings.originators)),
        ("default originator", or_none(&settings.originator)),
        ("time zone", settings.time_zone.clone()),
        ("control copies", control_copies.to_owned()),
        ("addresses", or(&settings.addresses, "any")),
        (
            "requests per second",
            settings
                .requests_per_second
                .map_or_else(|| "as documented".to_owned(), |most| most.to_string()),
        ),
        ("numbers", or(&settings.numbers, "none")),
        ("callback URL", or_none(&settings.callback_url)),
    ]
    .map(|(what, value)| [what.to_owned(), value]);
    table::print(["ACCOUNT", &account.name], &rows)
}

/// Whether it may sign in and send, and if not, because of whom.
fn state(account: &Account) -> &'static str {
    match (account.suspended_itself, account.suspended) {
        (true, _) => "suspended",
        (false, true) => "suspended with its parent",
        (false, false) => "active",
    }
}

/// Lists accounts with their balances.
pub(super) async fn list(at: &At) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let mut rows = Vec::new();
    for account in gateway.accounts() {
        let book = gateway.book(account.id).await?.unwrap_or_default();
        let money = |micros| Money::new(micros, account.currency).to_string();
        let originators = listed(&account.settings.originators);
        let state = state(&account).to_owned();
        rows.push([
            account.id.to_string(),
            account.name,
            money(book.available),
            money(book.held),
            money(book.charged),
            account.settings.tariff,
            originators,
            state,
        ]);
    }
    table::print(
        [
            "#",
            "ACCOUNT",
            "AVAILABLE",
            "HELD",
            "CHARGED",
            "TARIFF",
            "ORIGINATORS",
            "STATE",
        ],
        &rows,
    )
}
