//! Records receipts and only then lets the connector answer them upstream.

use store::receipts::{Match, NewReceipt};
use tokio::time::sleep;

use super::STORE_RETRY;
use super::active::ActiveConnector;
use crate::Gateway;
use crate::connector::{Receipt, Ticket};

/// Records receipts, then answers them. While the store refuses, the upstream is asked to send them again; a single one that can
/// never be recorded is answered and reported, so that it does not come for ever and keep the others out.
pub(crate) async fn record(gateway: &Gateway, active: &ActiveConnector, batch: Vec<Receipt>) {
    learn(gateway, active, &batch).await;
    let at = gateway.now();
    let mut tickets = Vec::with_capacity(batch.len());
    let mut receipts = Vec::with_capacity(batch.len());
    let mut useless = Vec::new();
    for receipt in batch {
        if receipt.candidates.is_empty() {
            useless.push(receipt.ticket);
            continue;
        }
        tickets.push(receipt.ticket);
        receipts.push(NewReceipt {
            connector: active.id,
            candidates: receipt.candidates,
            numbers: receipt.numbers,
            outcome: receipt.outcome,
            at,
        });
    }
    acknowledge(active, useless, true);
    let mut waiting = vec![(tickets, receipts)];
    while let Some((tickets, receipts)) = waiting.pop() {
        if tickets.is_empty() {
            continue;
        }
        let connector = &active.name;
        match gateway.store().record_receipts(receipts.clone()).await {
            Ok(matches) => {
                gateway.wake_programs();
                warn_of_ambiguous(active, &matches);
                acknowledge(active, tickets, true);
            }
            Err(error) if error.is_unavailable() => {
                tracing::error!(
                    connector,
                    ?error,
                    "cannot record receipts: they shall come again"
                );
                acknowledge(active, tickets, false);
                sleep(STORE_RETRY).await;
            }
            Err(error) if tickets.len() == 1 => {
                tracing::error!(connector, ?error, "a receipt is lost");
                acknowledge(active, tickets, true);
            }
            // One of them is broken: the others must not suffer.
            Err(_) => {
                let each = tickets.into_iter().zip(receipts);
                waiting.extend(each.map(|(ticket, receipt)| (vec![ticket], vec![receipt])));
            }
        }
    }
}

/// Shows the connector, now and then, how the upstream wrote an id in its answer and in a receipt. Before receipts are recorded:
/// recording the last one of a message forgets its ids.
async fn learn(gateway: &Gateway, active: &ActiveConnector, batch: &[Receipt]) {
    let Some(receipt) = batch.iter().find(|receipt| {
        // What we asked the upstream for was found by an id of ours.
        receipt.ticket.is_some() && !receipt.candidates.is_empty()
    }) else {
        return;
    };
    if !active.may_learn() {
        return;
    }
    let candidates = receipt.candidates.clone();
    match gateway.store().answered_as(active.id, candidates).await {
        Ok(Some(answered)) => active.connector.learn(&answered, &receipt.id),
        // Its answer has not been recorded yet, or it is nobody's.
        Ok(None) => {}
        Err(error) => {
            let connector = &active.name;
            tracing::warn!(connector, ?error, "cannot look up the id of a receipt");
        }
    }
}

fn warn_of_ambiguous(active: &ActiveConnector, matches: &[Match]) {
    let ambiguous = matches
        .iter()
        .filter(|met| **met == Match::Ambiguous)
        .count();
    if ambiguous > 0 {
        let connector = &active.name;
        tracing::warn!(
            connector,
            ambiguous,
            "receipts fit several messages by their ids and were applied to none"
        );
    }
}

fn acknowledge(active: &ActiveConnector, tickets: Vec<Option<Ticket>>, taken: bool) {
    let tickets: Vec<_> = tickets.into_iter().flatten().collect();
    if !tickets.is_empty() {
        active.connector.acknowledge(tickets, taken);
    }
}
