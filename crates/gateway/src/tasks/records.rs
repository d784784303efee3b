//! Takes what one connector tells and has it recorded, in an order that lets each receipt find its answer.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::active::ActiveConnector;
use super::{answers, inbound, receipts};
use crate::Gateway;
use crate::connector::{Answer, Inbound, Receipt};

/// How many answers one commit takes.
const ANSWERS_AT_ONCE: usize = 2_000;

/// How many messages from handsets one commit takes.
const INBOUND_AT_ONCE: usize = 256;

/// The ends of what a connector tells: answers, receipts, and messages from handsets.
pub(crate) type Told = (
    mpsc::UnboundedReceiver<Answer>,
    mpsc::Receiver<Receipt>,
    mpsc::Receiver<Inbound>,
);

/// Runs until `stop`, and then until everything that has been told is recorded, or the store has refused too often.
pub(crate) async fn run(
    gateway: Gateway,
    active: Arc<ActiveConnector>,
    (mut answers, mut receipts, mut inbound): Told,
    stop: CancellationToken,
) {
    let receipts_at_once = gateway.0.tempo.receipts_at_once.max(1);
    let mut answered = Vec::with_capacity(ANSWERS_AT_ONCE);
    let mut reported = Vec::with_capacity(receipts_at_once);
    let mut received = Vec::new();
    loop {
        tokio::select! {
            biased;
            _ = receipts.recv_many(&mut reported, receipts_at_once), if !receipts.is_closed() => {}
            _ = inbound.recv_many(&mut received, INBOUND_AT_ONCE), if !inbound.is_closed() => {}
            _ = answers.recv_many(&mut answered, ANSWERS_AT_ONCE) => {}
            () = stop.cancelled() => {}
        }
        // Receipts first: the answer that came before one of them is then among the answers, unless thousands wait.
        fill(&mut reported, receipts_at_once, || receipts.try_recv().ok());
        fill(&mut answered, ANSWERS_AT_ONCE, || answers.try_recv().ok());
        fill(&mut received, INBOUND_AT_ONCE, || inbound.try_recv().ok());
        if answered.is_empty() && reported.is_empty() && received.is_empty() {
            return;
        }
        // All are on their way to the store before either is awaited, and answers come first there too: mostly they share a commit.
        tokio::join!(
            answers::record(&gateway, &active, std::mem::take(&mut answered), &stop),
            receipts::record(&gateway, &active, std::mem::take(&mut reported)),
            inbound::record(&gateway, &active, std::mem::take(&mut received)),
        );
    }
}

fn fill<T>(batch: &mut Vec<T>, most: usize, mut next: impl FnMut() -> Option<T>) {
    while batch.len() < most
        && let Some(value) = next()
    {
        batch.push(value);
    }
}
