//! Records messages from handsets and only then lets the connector answer them upstream.

use sms::Timestamp;
use store::inbound::NewInbound;
use tokio::time::sleep;

use super::STORE_RETRY;
use super::active::ActiveConnector;
use crate::Gateway;
use crate::connector::{Content, Inbound, Ticket};
use crate::inbound::plain;

/// Records messages, then answers them, as receipts are: while the store refuses, the upstream is asked to send them again; a
/// single one that can never be recorded is answered and reported.
pub(crate) async fn record(gateway: &Gateway, active: &ActiveConnector, batch: Vec<Inbound>) {
    let at = gateway.now();
    let batch = batch.into_iter().map(|inbound| {
        let message = addressed(gateway, active, &inbound, at);
        (inbound.tickets, message)
    });
    let mut waiting = vec![batch.collect::<Vec<_>>()];
    while let Some(batch) = waiting.pop() {
        if batch.is_empty() {
            continue;
        }
        let connector = &active.spec.name;
        let messages = batch.iter().map(|(_, message)| message.clone()).collect();
        match gateway.store().receive(messages).await {
            Ok(_) => {
                if batch.iter().any(|(_, message)| message.tells) {
                    gateway.wake_programs();
                }
                acknowledge(active, batch, true);
            }
            Err(error) if error.is_unavailable() => {
                tracing::error!(
                    connector,
                    ?error,
                    "cannot record messages from handsets: they shall come again"
                );
                acknowledge(active, batch, false);
                sleep(STORE_RETRY).await;
            }
            Err(error) if batch.len() == 1 => {
                tracing::error!(connector, ?error, "a message from a handset is lost");
                acknowledge(active, batch, true);
            }
            // One of them is broken: the others must not suffer. The first is written first.
            Err(_) => waiting.extend(batch.into_iter().rev().map(|one| vec![one])),
        }
    }
}

/// Finds out whose a message is.
fn addressed(
    gateway: &Gateway,
    active: &ActiveConnector,
    inbound: &Inbound,
    at: Timestamp,
) -> NewInbound {
    let directory = gateway.directory();
    let to = plain(&inbound.to);
    let account = directory.owner_of(&to);
    if account.is_none() {
        let connector = &active.spec.name;
        tracing::warn!(connector, to, "a message from a handset is nobody's");
    }
    NewInbound {
        account: account.map(|account| account.id),
        connector: active.spec.id,
        from: plain(&inbound.from),
        to,
        text: match &inbound.content {
            Content::Whole(text) => text.clone(),
            Content::Part { .. } => String::new(),
        },
        at,
        tells: account.is_some_and(|account| account.settings.callback_url.is_some()),
        notifies: account.is_some(),
        wish: None,
        parts: Vec::new(),
    }
}

fn acknowledge(active: &ActiveConnector, batch: Vec<(Vec<Ticket>, NewInbound)>, taken: bool) {
    let tickets = batch.into_iter().flat_map(|(tickets, _)| tickets);
    active.connector.acknowledge(tickets.collect(), taken);
}
