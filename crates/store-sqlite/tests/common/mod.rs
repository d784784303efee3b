//! What the tests of the backend share: a file, an account with money, and submissions to it.
#![allow(
    dead_code,
    reason = "each test file is a program of its own and uses what it needs"
)]

use std::path::PathBuf;

use sms::{Currency, Lane, MessageState, Msisdn, Reason, Timestamp};
use store::accounts::NewAccount;
use store::submissions::{NewMessage, NewSubmission};
use store::{AccountId, ConnectorId, Store};
use tempfile::TempDir;

/// The price of a message.
pub(crate) const PRICE: i64 = 130_000;

pub(crate) fn path(place: &TempDir) -> PathBuf {
    place.path().join("data.db")
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

/// An account with money for ten million messages, and a connector.
pub(crate) async fn account(store: &dyn Store) -> (AccountId, ConnectorId) {
    let new = NewAccount {
        name: "payer".into(),
        currency: Currency::UAH,
        settings: "{}".into(),
    };
    let account = store.add_account(new, at(0)).await.unwrap();
    let money = 10_000_000 * PRICE;
    store.top_up(account, money, "", at(0)).await.unwrap();
    let connector = store.put_connector("way", "{}", b"").await.unwrap();
    (account, connector)
}

pub(crate) fn submission(
    account: AccountId,
    connector: ConnectorId,
    messages: usize,
) -> NewSubmission {
    let message = NewMessage {
        recipient: Some(Msisdn::parse("380670000000").unwrap()),
        given: None,
        variables: None,
        segments: 1,
        price_micros: PRICE,
        connector: Some(connector),
        state: MessageState::Queued,
        reason: Reason::None,
    };
    NewSubmission {
        account,
        originator: "Info".into(),
        text: "text".into(),
        lane: Lane::Transactional,
        source: None,
        test: false,
        created_at: at(0),
        start_at: None,
        expires_at: at(86_400_000),
        messages: vec![message; messages],
    }
}
