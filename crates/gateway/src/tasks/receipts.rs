//! Records receipts and only then lets the connector answer them upstream.

use std::time::Duration;

use store::receipts::{Match, NewReceipt};
use tokio::time::sleep;

use super::link::Link;
use crate::Gateway;
use crate::connector::{Receipt, Ticket};

const STORE_RETRY: Duration = Duration::from_millis(250);

/// Records receipts, then answers them; when the store refuses, the upstream is asked to send them again.
pub(crate) async fn record(gateway: &Gateway, link: &Link, batch: Vec<Receipt>) {
    if batch.is_empty() {
        return;
    }
    let at = gateway.now();
    let mut tickets = Vec::with_capacity(batch.len());
    let mut receipts = Vec::with_capacity(batch.len());
    for receipt in batch {
        tickets.push(receipt.ticket);
        if !receipt.candidates.is_empty() {
            receipts.push(NewReceipt {
                connector: link.spec.id,
                candidates: receipt.candidates,
                numbers: receipt.numbers,
                outcome: receipt.outcome,
                at,
            });
        }
    }
    match gateway.store().record_receipts(receipts).await {
        Ok(matches) => {
            let ambiguous = matches
                .iter()
                .filter(|met| **met == Match::Ambiguous)
                .count();
            if ambiguous > 0 {
                tracing::warn!(
                    connector = link.spec.name,
                    ambiguous,
                    "receipts fit several messages by their ids and were applied to none"
                );
            }
            acknowledge(link, tickets, true);
        }
        Err(error) => {
            tracing::error!(
                connector = link.spec.name,
                ?error,
                "cannot record receipts: the upstream is asked to send them again"
            );
            acknowledge(link, tickets, false);
            sleep(STORE_RETRY).await;
        }
    }
}

fn acknowledge(link: &Link, tickets: Vec<Ticket>, taken: bool) {
    link.connector.acknowledge(tickets, taken);
}
