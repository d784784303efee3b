//! Receipts and messages from phones: sent, answered, sent again.

use smpp::{CommandId, CommandStatus, Header};

use super::{Bound, Conversation, Flow, OUT_LIMIT};
use crate::outcome::Outcome;
use crate::receipts::{Owed, form};
use crate::scenario::Torn;
use crate::world::World;

impl Conversation {
    pub(super) fn settle(&mut self, header: Header, world: &mut World, now_ms: u64) {
        let owed = self.window.answered(header.sequence_number);
        if let (Some(owed), Some(Bound { system, .. })) = (owed, self.bound) {
            let refused =
                header.command_id == CommandId::GENERIC_NACK && header.command_status.is_ok();
            let status = if refused {
                CommandStatus::RUNKNOWNERR
            } else {
                header.command_status
            };
            world.answered(system, owed, status, now_ms);
        }
    }

    pub(super) fn send_owed(&mut self, world: &mut World, now_ms: u64) -> Flow {
        let Some(Bound { system, .. }) = self.bound.filter(|bound| bound.mode.receives()) else {
            return Flow::Continue;
        };
        if !world.config.scenario.answers.messages() {
            return Flow::Continue;
        }
        let patience_ms = world.config.receipt_answer_ms;
        while let Some(late) = self.window.sent_before(now_ms.saturating_sub(patience_ms)) {
            world.repeat(system, late, now_ms);
        }
        while self.window.has_room() && self.out.len() < OUT_LIMIT {
            let Some(mut owed) = world.next_owed(system, self.link, now_ms) else {
                return Flow::Continue;
            };
            if let Owed::Receipt(receipt) = &mut owed
                && world.known.is_cancelled(receipt.number)
            {
                receipt.outcome = Outcome::Deleted;
            }
            let start = self.out.len();
            let sequence = self.window.next_sequence();
            let scenario = &world.config.scenario;
            let written = match &owed {
                Owed::Receipt(receipt) => {
                    form::write(receipt, scenario, now_ms, sequence, &mut self.out)
                }
                Owed::Saying(saying) => {
                    saying.write(scenario.odd_parameters, sequence, &mut self.out)
                }
            };
            match written {
                Ok(()) => {
                    self.window.push(owed, now_ms);
                    match self.after(Torn::Delivery, start, world) {
                        Flow::Continue => {}
                        ending @ (Flow::Close | Flow::Reset | Flow::Tear(_)) => return ending,
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "it cannot be written");
                    world.answered(system, owed, CommandStatus::RX_P_APPN, now_ms);
                }
            }
        }
        Flow::Continue
    }
}
