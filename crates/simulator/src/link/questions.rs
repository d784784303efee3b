//! Answers those who ask for a message by its id, or want it back.

use bytes::BytesMut;
use smpp::time::{Absolute, Time};
use smpp::{CommandStatus, Header, Pdu, QuerySmResp, ReceiptState};

use crate::scenario::Queries;
use crate::world::World;
use crate::world::known::State;

/// Answers `query_sm`, or tells with which status it is refused.
pub(super) fn query(
    header: Header,
    message_id: &[u8],
    world: &mut World,
    now_ms: u64,
    out: &mut BytesMut,
) -> Result<(), CommandStatus> {
    world.count_query();
    match world.config.scenario.queries {
        Queries::Answered => {}
        Queries::Unsupported => return Err(CommandStatus::RINVCMDID),
        Queries::KnowNothing => return Err(CommandStatus::RINVMSGID),
    }
    if message_id.is_empty() {
        return Err(CommandStatus::RQUERYFAIL);
    }
    let known = world.known.state(message_id, now_ms);
    let (state, error, since_ms) = match known.ok_or(CommandStatus::RINVMSGID)? {
        State::UnderWay => (ReceiptState::Enroute, 0, None),
        State::Ended { outcome, since_ms } => {
            let (state, error) = outcome.told();
            (state, error, Some(since_ms))
        }
    };
    let date = since_ms.map(date).unwrap_or_default();
    let answer = QuerySmResp {
        message_id,
        final_date: &date,
        message_state: state.message_state(),
        error_code: u8::try_from(error).unwrap_or(u8::MAX),
    };
    Pdu::QuerySmResp(answer)
        .encode(CommandStatus::ROK, header.sequence_number, out)
        .map_err(|_| CommandStatus::RQUERYFAIL)
}

/// Answers `cancel_sm`, or tells with which status it is refused. Only an id finds a message, no pair of addresses.
pub(super) fn cancel(
    header: Header,
    message_id: &[u8],
    world: &mut World,
    now_ms: u64,
    out: &mut BytesMut,
) -> Result<(), CommandStatus> {
    match world.config.scenario.queries {
        Queries::Answered => {}
        Queries::Unsupported => return Err(CommandStatus::RINVCMDID),
        Queries::KnowNothing => return Err(CommandStatus::RINVMSGID),
    }
    if !world.cancel(message_id, now_ms) {
        return Err(CommandStatus::RCANCELFAIL);
    }
    Pdu::CancelSmResp
        .encode(CommandStatus::ROK, header.sequence_number, out)
        .map_err(|_| CommandStatus::RCANCELFAIL)
}

/// Spells a moment in UTC as `YYMMDDhhmmsstnnp` [smpp34 §7.1.1].
fn date(unix_ms: u64) -> Vec<u8> {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(i64::MAX);
    let absolute = Absolute::from_unix_seconds(seconds, 0);
    let written = absolute.and_then(|absolute| Time::Absolute(absolute).format());
    written.map(|date| date.to_vec()).unwrap_or_default()
}
