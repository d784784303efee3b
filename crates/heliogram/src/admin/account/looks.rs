//! `heliogram account show` and `list`.

use gateway::directory::ControlCopies;
use gateway::{Account, NoticeCount};
use sms::{Money, Timestamp};

use super::{listed, smpp, stops};
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
    let notices = gateway.notice_count(account.id).await?;
    let mut rows = vec![
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
    ];
    rows.extend(stops::rows(settings));
    rows.extend(smpp::rows(&settings.smpp));
    rows.push(("SMPP notices", waiting(notices, gateway.now())));
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(what, value)| [what.to_owned(), value])
        .collect();
    table::print(["ACCOUNT", &account.name], &rows)
}

/// Says how much waits for the account's programs to bind, and for how long.
fn waiting(notices: NoticeCount, now: Timestamp) -> String {
    let age_ms = |at: Timestamp| (now.as_millis() - at.as_millis()).max(0);
    match notices.oldest_at.map(age_ms) {
        Some(ms) => format!(
            "{} waiting, the oldest for {} s",
            notices.waiting,
            ms / 1_000
        ),
        None => format!("{} waiting", notices.waiting),
    }
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
