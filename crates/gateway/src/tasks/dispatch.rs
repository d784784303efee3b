//! Hands waiting messages to one connector, as many as it has room for.

use std::sync::Arc;
use std::time::Duration;

use sms::Lane;
use sms::template::Template;
use store::AccountId;
use store::queue::{Claim, ClaimedMessage};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::STORE_RETRY;
use super::active::ActiveConnector;
use super::at_once::Leased;
use crate::Gateway;
use crate::connector::{Answer, Attempt, Failure};
use crate::pricing::render;

/// How often the queue is looked into when nobody rings: another process may have put something there.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How many leased messages are handed over together at the most.
const LEASED_AT_ONCE: usize = 256;

pub(crate) async fn run(
    gateway: Gateway,
    active: Arc<ActiveConnector>,
    mut leased: mpsc::UnboundedReceiver<Leased>,
    stop: CancellationToken,
) {
    let mut work = gateway.0.work.subscribe();
    let mut turns = [AccountId(0); Lane::ALL.len()];
    let mut at_once = Vec::new();
    let mut looked_at = Instant::now();
    while !stop.is_cancelled() {
        active.observe(&gateway);
        hand_over_leased(&active, &mut at_once);
        if looked_at.elapsed() >= LOOK_AGAIN {
            active.something_waits();
        }
        if let Some(waits) = active.to_look_into() {
            looked_at = Instant::now();
            match claim(&gateway, &active, &mut turns).await {
                Ok(Looked::Found) => continue,
                Ok(Looked::Empty) => active.found_empty(waits),
                Ok(Looked::NoRoom) => {}
                Err(error) => {
                    tracing::error!(connector = active.name, ?error, "cannot claim messages");
                    let _ = timeout(STORE_RETRY, stop.cancelled()).await;
                    continue;
                }
            }
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            _ = leased.recv_many(&mut at_once, LEASED_AT_ONCE) => {}
            () = active.wake.notified() => {}
            _ = work.changed() => active.something_waits(),
            () = sleep(LOOK_AGAIN) => {}
        }
    }
}

/// What a look into the queue came to.
enum Looked {
    /// Messages, or some that stood in the way and must not leave: there may be more.
    Found,
    /// Nothing that may be sent.
    Empty,
    /// It was not looked, or for the most urgent lane alone.
    NoRoom,
}

/// Hands waiting messages to the connector, as many as it has room for.
async fn claim(
    gateway: &Gateway,
    active: &ActiveConnector,
    turns: &mut [AccountId; Lane::ALL.len()],
) -> Result<Looked, store::Error> {
    let (room, otp_room) = active.room();
    if !active.connector.is_up() || !may_claim(gateway, active, room, otp_room).await {
        return Ok(Looked::NoRoom);
    }
    let claim = Claim {
        connector: active.id,
        max_segments: room,
        max_otp_segments: otp_room,
        turns: *turns,
        now: gateway.now(),
    };
    let claimed = gateway.store().claim(claim).await?;
    *turns = claimed.turns;
    let found = !claimed.messages.is_empty();
    if found {
        hand_over(active, claimed.messages);
    }
    // One for the most urgent lane alone says nothing about the others.
    Ok(match found || claimed.more {
        true => Looked::Found,
        false if room == 0 => Looked::NoRoom,
        false => Looked::Empty,
    })
}

/// Hands over what was leased at its acceptance; all that came together leaves together.
fn hand_over_leased(active: &ActiveConnector, leased: &mut Vec<Leased>) {
    let messages: Vec<_> = leased.iter_mut().flat_map(Leased::take).collect();
    if !messages.is_empty() {
        hand_over(active, messages);
    }
    // Their room, now that they are in hand.
    leased.clear();
}

/// Tells whether a claim can find anything. One for the most urgent lane alone is not made for nothing: it is a write.
async fn may_claim(gateway: &Gateway, active: &ActiveConnector, room: u32, otp_room: u32) -> bool {
    if room > 0 || otp_room == 0 {
        return room > 0;
    }
    match gateway.store().waiting(active.id, 1).await {
        Ok([otp, ..]) => otp > 0,
        Err(error) => {
            let connector = &active.name;
            tracing::error!(connector, ?error, "cannot look into the queue");
            false
        }
    }
}

fn hand_over(active: &ActiveConnector, messages: Vec<ClaimedMessage>) {
    let mut attempts = Vec::with_capacity(messages.len());
    let mut template: Option<(Arc<str>, Template)> = None;
    for message in messages {
        let parsed = match &template {
            Some((text, parsed)) if Arc::ptr_eq(text, &message.text) => parsed,
            _ => {
                &template
                    .insert((Arc::clone(&message.text), Template::parse(&message.text)))
                    .1
            }
        };
        let text = render(
            parsed,
            message.variables.as_deref(),
            &message.variable_names,
            message.form,
        );
        let segments: Vec<_> = sms::text::split_as(&text, message.form, reference(&message))
            .into_iter()
            .zip(0_u16..)
            .filter(|(_, index)| message.accepted & (1 << index) == 0)
            .map(|(segment, index)| (index, segment))
            .collect();
        active.take(&message, u32::try_from(segments.len()).unwrap_or(u32::MAX));
        if segments.is_empty() {
            // Only a row that contradicts itself can have nothing left to send.
            tracing::error!(message = %message.id, "nothing to send of a queued message");
            let reason = sms::Reason::InternalError;
            let failure = Some(Failure::Refused(reason));
            active.answer(Answer {
                message: message.id,
                accepted: vec![],
                failure,
                late: false,
            });
            continue;
        }
        attempts.push(Attempt {
            message: message.id,
            recipient: message.recipient,
            originator: message.originator,
            lane: message.lane,
            segments,
            expires_at: message.expires_at,
        });
    }
    active.connector.submit(attempts);
}

/// The 8-bit reference that joins a message's segments on the handset; the same in every attempt, so that a later one can
/// complete an earlier.
fn reference(message: &ClaimedMessage) -> u8 {
    message.id.0.to_le_bytes()[0]
}
