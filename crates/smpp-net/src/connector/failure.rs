//! What a `command_status` does to the segment that it answers, and to the link.

use gateway::connector::Failure;
use gateway::directory::StatusMeaning;
use smpp::status::{Class, Permanent};
use sms::Reason;

/// What follows from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The operator took the segment.
    Accepted,
    /// The segment fails alone.
    Failed(Failure),
    /// The link goes too fast: it pauses, the connector becomes slower, and the segment takes its place again.
    Throttled,
    /// A queue is full: the recipient's or the link's, which the answers before tell.
    QueueFull,
    /// The session is at fault: bind again, the message comes back.
    SessionFault,
}

/// The wait after an error of the operator's own; the gateway doubles it with each attempt, so that the first two are five
/// and ten seconds.
const TEMPORARY_MS: u32 = 2_500;

/// The wait after an answer that says nothing about the message; doubled likewise, from half a minute.
const AMBIGUOUS_MS: u32 = 15_000;

/// How long a recipient's full queue is given.
const QUEUE_FULL_MS: u32 = 30_000;

/// How soon a message comes back that no link could take: the gateway offers it when a link is up.
const LINK_DOWN_MS: u32 = 100;

/// What a segment fails with that was never written.
pub(super) const LINK_DOWN: Failure = Failure::Retry {
    reason: Reason::LinkDown,
    after_ms: LINK_DOWN_MS,
    attempt_used: false,
};

/// What a segment fails with whose recipient has a full queue. The network looks after it until its lifetime ends, so the
/// attempt is not counted.
pub(super) const QUEUE_FULL: Failure = Failure::Retry {
    reason: Reason::Retrying,
    after_ms: QUEUE_FULL_MS,
    attempt_used: false,
};

/// What a segment fails with that was throttled, when the link pauses for so long.
pub(super) fn throttled(pause_ms: u64) -> Failure {
    Failure::Retry {
        reason: Reason::Throttled,
        after_ms: u32::try_from(pause_ms).unwrap_or(u32::MAX),
        attempt_used: false,
    }
}

/// Judges an answer by its class; what stands behind each class is in [`smpp::status::classify`].
pub(super) fn judge(class: Class) -> Verdict {
    match class {
        Class::Accepted => Verdict::Accepted,
        Class::Throttling => Verdict::Throttled,
        Class::QueueFull => Verdict::QueueFull,
        Class::Temporary => later(TEMPORARY_MS),
        // Codes of the vendor's own that the settings say nothing about: tried again like those without a meaning.
        Class::Ambiguous | Class::Unknown => later(AMBIGUOUS_MS),
        Class::Permanent(Permanent::Originator) => refused(Reason::OriginatorRefused),
        Class::Permanent(Permanent::Destination) => refused(Reason::DestinationRefused),
        Class::Permanent(Permanent::Malformed) => refused(Reason::MalformedForRoute),
        Class::Permanent(Permanent::Other) => refused(Reason::UpstreamRefused),
        // The operator forgot the bind: that it refuses the login says nothing about the message.
        Class::SessionFault | Class::BindRefused => Verdict::SessionFault,
    }
}

/// Judges an answer by what the settings say that this operator means by its status.
pub(super) fn meant(meaning: StatusMeaning) -> Verdict {
    match meaning {
        StatusMeaning::Retry => later(TEMPORARY_MS),
        StatusMeaning::Refused => refused(Reason::UpstreamRefused),
        StatusMeaning::Throttled => Verdict::Throttled,
    }
}

/// Judges a `generic_nack` that names a submit: the link is in step, the operator could not read this one PDU. To bind again
/// would offer it first again, and again, and cost the others their answers; so the attempt counts, and the next waits.
pub(super) fn nacked(class: Class) -> Verdict {
    match judge(class) {
        verdict @ (Verdict::Throttled | Verdict::QueueFull | Verdict::Failed(_)) => verdict,
        Verdict::Accepted | Verdict::SessionFault => later(AMBIGUOUS_MS),
    }
}

/// Keeps the worse of two failures of one message: a refusal ends it whatever became of the rest, and what may have left
/// must not be sent again as if it had not. Of two waits the longer counts.
pub(super) fn worse(one: Failure, other: Failure) -> Failure {
    use Failure::{Refused, Retry, Unknown};
    match (one, other) {
        (Refused(reason), _) | (Retry { .. } | Unknown(_), Refused(reason)) => Refused(reason),
        (Unknown(reason), Retry { .. } | Unknown(_)) | (Retry { .. }, Unknown(reason)) => {
            Unknown(reason)
        }
        (
            Retry {
                reason: one_reason,
                after_ms: one_ms,
                attempt_used: one_used,
            },
            Retry {
                reason: other_reason,
                after_ms: other_ms,
                attempt_used: other_used,
            },
        ) => Retry {
            reason: if other_ms > one_ms {
                other_reason
            } else {
                one_reason
            },
            after_ms: one_ms.max(other_ms),
            attempt_used: one_used || other_used,
        },
    }
}

fn later(after_ms: u32) -> Verdict {
    Verdict::Failed(Failure::Retry {
        reason: Reason::Retrying,
        after_ms,
        attempt_used: true,
    })
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Failed(Failure::Refused(reason))
}

#[cfg(test)]
mod tests {
    use smpp::CommandStatus;
    use smpp::status::classify;

    use super::*;

    fn of(status: CommandStatus) -> Verdict {
        judge(classify(status))
    }

    #[test]
    fn statuses_become_what_the_gateway_can_act_on() {
        let failed = |failure| Verdict::Failed(failure);
        for (status, expected) in [
            (CommandStatus::ROK, Verdict::Accepted),
            (CommandStatus::RTHROTTLED, Verdict::Throttled),
            (CommandStatus::RMSGQFUL, Verdict::QueueFull),
            (CommandStatus::RSYSERR, later(TEMPORARY_MS)),
            (CommandStatus::RX_T_APPN, later(TEMPORARY_MS)),
            (CommandStatus::RSUBMITFAIL, later(AMBIGUOUS_MS)),
            (CommandStatus(0x0477), later(AMBIGUOUS_MS)),
            (
                CommandStatus::RINVSRCADR,
                failed(Failure::Refused(Reason::OriginatorRefused)),
            ),
            (
                CommandStatus::RINVDSTADR,
                failed(Failure::Refused(Reason::DestinationRefused)),
            ),
            (
                CommandStatus::RINVESMCLASS,
                failed(Failure::Refused(Reason::MalformedForRoute)),
            ),
            (
                CommandStatus::RX_R_APPN,
                failed(Failure::Refused(Reason::UpstreamRefused)),
            ),
            (CommandStatus::RINVBNDSTS, Verdict::SessionFault),
            (CommandStatus::RINVPASWD, Verdict::SessionFault),
        ] {
            assert_eq!(of(status), expected, "{status}");
        }
    }

    #[test]
    fn the_worse_failure_wins_in_either_order() {
        let refused = Failure::Refused(Reason::UpstreamRefused);
        let unknown = Failure::Unknown(Reason::SessionLost);
        for (one, other, expected) in [
            (refused, unknown, refused),
            (refused, LINK_DOWN, refused),
            (unknown, LINK_DOWN, unknown),
            (LINK_DOWN, throttled(5_000), throttled(5_000)),
        ] {
            assert_eq!(worse(one, other), expected);
            assert_eq!(worse(other, one), expected);
        }
    }

    #[test]
    fn a_nack_counts_as_an_attempt_and_never_binds_again() {
        for status in [
            CommandStatus::ROK,
            CommandStatus::RINVCMDID,
            CommandStatus::RINVBNDSTS,
        ] {
            let verdict = nacked(classify(status));
            let Verdict::Failed(Failure::Retry {
                attempt_used: true,
                after_ms,
                ..
            }) = verdict
            else {
                panic!("{status}: {verdict:?}");
            };
            assert!(after_ms > 0);
        }
        assert_eq!(
            nacked(classify(CommandStatus::RTHROTTLED)),
            Verdict::Throttled
        );
    }
}
