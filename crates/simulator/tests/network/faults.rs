//! The faults that operators are known for, as an ESME meets them.

mod answers;
mod links;
mod questions;
mod receipts;
mod steps;

use crate::esme::Heard;
use smpp::{CommandId, CommandStatus};

const TO: &str = "380501234567";

/// Takes an answer apart: to what, its number, its status, its id.
fn answer(heard: Heard) -> (CommandId, u32, CommandStatus, String) {
    match heard {
        Heard::Answer {
            to,
            sequence,
            status,
            message_id,
        } => (to, sequence, status, message_id),
        other => panic!("not an answer: {other:?}"),
    }
}
