//! Records what came of attempts, and decides what becomes of those that did not get through.

use sms::{Reason, Timestamp};
use store::queue::{Answer as Recorded, Rest};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::STORE_RETRY;
use super::active::{ActiveConnector, InHand};
use crate::connector::{Answer, Failure};
use crate::{Gateway, Tempo};

/// The pause before the second resend of a message; doubled with each further one.
const FIRST_PAUSE_MS: i64 = 250;

/// The longest pause between two attempts.
const LONGEST_PAUSE_MS: i64 = 180_000;

/// How often a stop tries to record answers before it leaves them to the next start.
const LAST_TRIES: u32 = 4;

/// Records answers and gives their room back; while the store refuses, tries again.
pub(crate) async fn record(
    gateway: &Gateway,
    active: &ActiveConnector,
    batch: Vec<Answer>,
    stop: &CancellationToken,
) {
    if batch.is_empty() {
        return;
    }
    let now = gateway.now();
    let answered: Vec<_> = batch
        .iter()
        .filter(|answer| !answer.late)
        .filter_map(|answer| Some((answer.message, active.in_hand(answer.message)?)))
        .collect();
    let (dealt, put_off) = verdicts(&batch);
    let put_back = batch.iter().any(|answer| answer.failure.is_some());
    let id = active.id;
    gateway.0.health.answered(id, now, dealt, put_off);
    let answers: Vec<_> = batch
        .into_iter()
        .map(|answer| decide(&gateway.0.tempo, active, answer, now))
        .collect();
    let mut waiting = vec![answers];
    let mut last_tries = LAST_TRIES;
    while let Some(answers) = waiting.pop() {
        match gateway.store().record_answers(answers.clone()).await {
            Ok(()) => gateway.wake_programs(),
            Err(error) if error.is_unavailable() => {
                tracing::error!(connector = active.name, ?error, "cannot record answers yet");
                if stop.is_cancelled() {
                    last_tries -= 1;
                    if last_tries == 0 {
                        // Their leases stay, so the next start finds them in doubt.
                        let lost = answers.len() + waiting.iter().map(Vec::len).sum::<usize>();
                        let connector = &active.name;
                        tracing::error!(connector, lost, "stopping without recording answers");
                        return;
                    }
                }
                sleep(STORE_RETRY).await;
                waiting.push(answers);
            }
            Err(error) if answers.len() == 1 => {
                // Its lease stays, so the next start finds it in doubt.
                let message = answers.first().map(|answer| answer.message.0);
                tracing::error!(
                    connector = active.name,
                    message,
                    ?error,
                    "an answer is lost"
                );
            }
            // One of them is broken: the others must not suffer.
            Err(_) => waiting.extend(answers.into_iter().map(|answer| vec![answer])),
        }
    }
    active.release(answered);
    if put_back {
        active.something_waits();
    }
}

/// Counts how many attempts the upstream dealt with, and how many it put off. Silence puts off too: an upstream that takes nothing
/// and says nothing is not well. What never reached it, or was lost with a link, says nothing about it: whether the links are up is
/// looked at besides.
fn verdicts(batch: &[Answer]) -> (u32, u32) {
    let (mut dealt, mut put_off) = (0, 0);
    for answer in batch.iter().filter(|answer| !answer.late) {
        match answer.failure {
            Some(Failure::Retry {
                reason,
                attempt_used,
                after_ms: _,
            }) => put_off += u32::from(attempt_used || reason == Reason::Throttled),
            Some(Failure::Unknown(reason)) => {
                put_off += u32::from(reason == Reason::ResponseTimeout);
            }
            None | Some(Failure::Refused(_)) => dealt += 1,
        }
    }
    (dealt, put_off)
}

fn decide(tempo: &Tempo, active: &ActiveConnector, answer: Answer, now: Timestamp) -> Recorded {
    let rest = match (answer.failure, active.in_hand(answer.message)) {
        // What is in hand by now is another attempt, which has an answer of its own to come.
        _ if answer.late => Rest::Late,
        (None, _) | (Some(_), None) => Rest::Nothing,
        (Some(failure), Some(in_hand)) => rest(tempo, active, failure, in_hand, now),
    };
    Recorded {
        message: answer.message,
        connector: active.id,
        accepted: answer.accepted,
        rest,
        at: now,
    }
}

fn rest(
    tempo: &Tempo,
    active: &ActiveConnector,
    failure: Failure,
    in_hand: InHand,
    now: Timestamp,
) -> Rest {
    match failure {
        // Our own contradiction is not the upstream's refusal.
        Failure::Refused(Reason::InternalError) => Rest::Failed(Reason::InternalError),
        Failure::Refused(reason) => Rest::Refused(reason),
        Failure::Retry {
            reason,
            after_ms,
            attempt_used,
        } => {
            let attempts = in_hand.attempts + u32::from(attempt_used);
            // Only a refusal ends the message, not a link that is down.
            if attempt_used && attempts >= tempo.attempts {
                return Rest::Refused(Reason::AttemptsExhausted);
            }
            // Only what the upstream looked at and refused is asked again more and more rarely.
            let doublings = if attempt_used { attempts.min(10) } else { 0 };
            let pause = i64::from(after_ms) << doublings;
            let due_at = now.plus_millis(pause.min(LONGEST_PAUSE_MS));
            // A retry that would come too late is the end of the lifetime, which the sweep finds.
            Rest::Retry {
                reason,
                due_at: due_at.min(in_hand.expires_at),
                attempt_used,
            }
        }
        Failure::Unknown(reason) => {
            let policy = active.settings().in_doubt;
            let resends = match reason {
                Reason::ResponseTimeout => policy.after_silence(),
                _ => policy.after_accident(),
            };
            let pause = match reason {
                // A silent upstream may still answer; a lost session cannot.
                Reason::ResponseTimeout => tempo.resend_after_ms,
                // A link that breaks again and again must not use up all resends in a moment.
                _ if in_hand.doubts > 0 => {
                    (FIRST_PAUSE_MS << (in_hand.doubts - 1).min(10)).min(LONGEST_PAUSE_MS)
                }
                _ => 0,
            };
            let resend_at = (in_hand.doubts < resends).then(|| now.plus_millis(pause));
            Rest::Unknown { reason, resend_at }
        }
    }
}
