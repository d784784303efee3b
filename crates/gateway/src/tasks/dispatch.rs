//! Hands waiting messages to one connector, as many as it has room for.

use std::sync::Arc;
use std::time::Duration;

use sms::Lane;
use sms::template::Template;
use store::AccountId;
use store::queue::{Claim, ClaimedMessage};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::STORE_RETRY;
use super::active::ActiveConnector;
use crate::Gateway;
use crate::connector::{Answer, Attempt, Failure};
use crate::pricing::render;

/// How often the queue is looked into when nobody rings: another process may have put something there.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(crate) async fn run(
    gateway: Gateway,
    active: Arc<ActiveConnector>,
    failed: tokio::sync::mpsc::UnboundedSender<Answer>,
    stop: CancellationToken,
) {
    let mut work = gateway.0.work.subscribe();
    let mut turns = [AccountId(0); Lane::ALL.len()];
    while !stop.is_cancelled() {
        work.mark_unchanged();
        active.observe(&gateway);
        let (room, otp_room) = active.room();
        if active.connector.is_up() && may_claim(&gateway, &active, room, otp_room).await {
            let claim = Claim {
                connector: active.id,
                max_segments: room,
                max_otp_segments: otp_room,
                turns,
                now: gateway.now(),
            };
            match gateway.store().claim(claim).await {
                Ok(claimed) => {
                    turns = claimed.turns;
                    let found = !claimed.messages.is_empty();
                    if found {
                        hand_over(&active, claimed.messages, &failed);
                    }
                    if found || claimed.more {
                        continue;
                    }
                }
                Err(error) => {
                    tracing::error!(connector = active.name, ?error, "cannot claim messages");
                    let _ = timeout(STORE_RETRY, stop.cancelled()).await;
                    continue;
                }
            }
        }
        tokio::select! {
            () = active.wake.notified() => {}
            _ = work.changed() => {}
            () = sleep(LOOK_AGAIN) => {}
            () = stop.cancelled() => {}
        }
    }
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

fn hand_over(
    active: &ActiveConnector,
    messages: Vec<ClaimedMessage>,
    failed: &tokio::sync::mpsc::UnboundedSender<Answer>,
) {
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
            // The receiving task ends after this one.
            let _ = failed.send(Answer {
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
