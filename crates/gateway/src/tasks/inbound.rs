//! Records messages from handsets and only then lets the connector answer them upstream; joins those that come in parts.

use store::inbound::{NewInbound, NewPart};
use tokio::time::sleep;

use super::STORE_RETRY;
use super::active::ActiveConnector;
use crate::Gateway;
use crate::connector::{Content, Inbound, Ticket};
use crate::inbound::{Heard, joining};
use crate::keywords::plain;

/// How long the missing parts of a long message are waited for after the last one that came.
const PATIENCE_MS: i64 = 10 * 60 * 1000;

/// How many long messages are joined at once at the most.
const JOINED_AT_ONCE: u32 = 256;

/// What has come, with the tickets by which it is answered.
type Batch<T> = Vec<(Vec<Ticket>, T)>;

/// Records messages and parts of messages, then answers them, as receipts are: while the store refuses, the upstream is asked to
/// send them again; a single one that can never be recorded is answered and reported. Messages that are whole by that are joined
/// at once.
pub(crate) async fn record(gateway: &Gateway, active: &ActiveConnector, batch: Vec<Inbound>) {
    if batch.is_empty() {
        return;
    }
    let (at, connector) = (gateway.now(), active.id);
    let directory = gateway.directory();
    let (mut messages, mut parts) = (Batch::new(), Batch::new());
    for inbound in batch {
        let (from, to) = (plain(&inbound.from), plain(&inbound.to));
        match inbound.content {
            Content::Whole(text) => {
                let heard = Heard {
                    connector,
                    from,
                    to,
                    text,
                    at,
                };
                messages.push((inbound.tickets, directory.addressed(heard)));
            }
            Content::Part {
                concatenation,
                encoding,
                octets,
            } => {
                let part = NewPart {
                    connector,
                    from,
                    to,
                    concatenation,
                    encoding,
                    octets,
                    at,
                };
                parts.push((inbound.tickets, part));
            }
        }
    }
    let has_parts = !parts.is_empty();
    keep(active, messages, |messages| receive(gateway, messages)).await;
    keep(active, parts, |parts| gateway.store().receive_parts(parts)).await;
    if has_parts {
        // What is left is the sweep's: whoever sends many parts must not keep the connector's receipts waiting.
        join_some(gateway).await;
    }
}

/// Joins messages that are whole, and makes messages of what there is of those whose missing parts have been waited for long
/// enough. Whatever else happens, it is done again with the next sweep.
pub(crate) async fn join(gateway: &Gateway) {
    while join_some(gateway).await {}
}

/// Does a bounded part of that; tells whether there may be more.
async fn join_some(gateway: &Gateway) -> bool {
    let before = gateway.now().plus_millis(-PATIENCE_MS);
    let texts = match gateway
        .store()
        .whole_or_overdue(before, JOINED_AT_ONCE)
        .await
    {
        Ok(texts) => texts,
        Err(error) => {
            tracing::error!(?error, "cannot look for long messages from handsets");
            return false;
        }
    };
    let directory = gateway.directory();
    let joined = |parts| joining::joined(&directory, parts);
    let texts: Vec<_> = texts.into_iter().map(joined).collect();
    if texts.is_empty() {
        return false;
    }
    match receive(gateway, texts.iter().flatten().cloned().collect()).await {
        Ok(()) => true,
        Err(error) if error.is_unavailable() => {
            tracing::error!(?error, "cannot join long messages from handsets yet");
            false
        }
        // One of them is broken: the others must not suffer.
        Err(_) => join_each(gateway, texts).await,
    }
}

/// Writes each of these by itself, and those that cannot be their account's as nobody's; tells whether all are written.
async fn join_each(gateway: &Gateway, texts: Vec<Vec<NewInbound>>) -> bool {
    let mut all = true;
    for messages in texts {
        if receive(gateway, messages.clone()).await.is_ok() {
            continue;
        }
        let nobodys = |message| NewInbound {
            account: None,
            tells: false,
            notifies: false,
            wish: None,
            ..message
        };
        let messages = messages.into_iter().map(nobodys).collect();
        if let Err(error) = receive(gateway, messages).await {
            tracing::error!(?error, "cannot join a long message from a handset");
            all = false;
        }
    }
    all
}

/// Writes messages, and sees to what follows from them.
async fn receive(gateway: &Gateway, messages: Vec<NewInbound>) -> Result<(), store::Error> {
    let heard = gateway.store().receive(messages.clone()).await?;
    let mut tells = false;
    for (message, heard) in messages.into_iter().zip(heard) {
        tells |= heard.written && (message.tells || message.notifies);
        if heard.changed {
            gateway.owe_stop_answer(message);
        }
    }
    if tells {
        gateway.wake_programs();
    }
    Ok(())
}

/// Keeps what has come, and answers it.
async fn keep<T: Clone, F>(active: &ActiveConnector, batch: Batch<T>, write: impl Fn(Vec<T>) -> F)
where
    F: Future<Output = Result<(), store::Error>>,
{
    let connector = &active.name;
    let mut waiting = vec![batch];
    while let Some(batch) = waiting.pop() {
        if batch.is_empty() {
            continue;
        }
        match write(batch.iter().map(|(_, kept)| kept.clone()).collect()).await {
            Ok(()) => acknowledge(active, batch, true),
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

fn acknowledge<T>(active: &ActiveConnector, batch: Batch<T>, taken: bool) {
    let tickets = batch.into_iter().flat_map(|(tickets, _)| tickets);
    active.connector.acknowledge(tickets.collect(), taken);
}
