//! Submits and their responses, said at once or held back.

use bytes::BytesMut;
use smpp::{CommandId, CommandStatus, DataSmResp, Header, Pdu, SubmitSmResp};

use super::super::oddities::with_oddity;
use super::{Bound, Conversation, Flow, encode};
use crate::scenario::{Oddity, Torn};
use crate::submission::Submission;
use crate::world::{Answered, Reply, Submit, World};

impl Conversation {
    pub(super) fn submit(
        &mut self,
        header: Header,
        body: &[u8],
        submission: Submission<'_>,
        world: &mut World,
        now_ms: u64,
    ) -> Flow {
        let Some(Bound { system, .. }) = self.bound.filter(|bound| bound.mode.submits()) else {
            return self.cannot(header, CommandStatus::RINVBNDSTS);
        };
        let submit = Submit {
            link: self.link,
            system,
            header,
            body,
            submission,
            waiting: self.held_responses,
        };
        let Reply { answer, odd } = world.submit(&submit, now_ms);
        let flow = match answer {
            Answered::Accepted {
                message_id,
                delay_ms,
            } => {
                let response = accepted(header, message_id.as_bytes(), odd);
                self.hold_or_say(response, now_ms, delay_ms, world)
            }
            Answered::Refused(status) if odd == Some(Oddity::Nack) => {
                self.nack(status, header.sequence_number);
                Flow::Continue
            }
            Answered::Refused(status) => {
                let start = self.out.len();
                self.refuse(header, status);
                self.after(Torn::Response, start, world)
            }
            Answered::Never => Flow::Continue,
        };
        self.submits += 1;
        match (flow, world.config.scenario.reset_every) {
            (Flow::Continue, Some(every)) if self.submits >= every => {
                world.count_broken();
                Flow::Reset
            }
            (flow, Some(_) | None) => flow,
        }
    }

    fn hold_or_say(
        &mut self,
        response: BytesMut,
        now_ms: u64,
        delay_ms: u64,
        world: &mut World,
    ) -> Flow {
        if delay_ms == 0 {
            let start = self.out.len();
            self.out.extend_from_slice(&response);
            return self.after(Torn::Response, start, world);
        }
        self.held_octets += response.len();
        self.held_responses += 1;
        let due_ms = now_ms.saturating_add(delay_ms);
        self.held.entry(due_ms).or_default().push(response);
        Flow::Continue
    }

    pub(super) fn release_held(&mut self, world: &mut World, now_ms: u64) -> Flow {
        while let Some(held) = self.held.first_entry()
            && *held.key() <= now_ms
        {
            for response in held.remove() {
                self.held_octets -= response.len();
                self.held_responses -= 1;
                let start = self.out.len();
                self.out.extend_from_slice(&response);
                match self.after(Torn::Response, start, world) {
                    Flow::Continue => {}
                    ending @ (Flow::Close | Flow::Reset | Flow::Tear(_)) => return ending,
                }
            }
        }
        Flow::Continue
    }
}

/// Writes the response to a submit that was taken, its oddity with it.
fn accepted(header: Header, message_id: &[u8], odd: Option<Oddity>) -> BytesMut {
    let response = if header.command_id == CommandId::DATA_SM {
        Pdu::DataSmResp(DataSmResp {
            message_id,
            ..DataSmResp::default()
        })
    } else {
        Pdu::SubmitSmResp(SubmitSmResp {
            message_id,
            ..SubmitSmResp::default()
        })
    };
    let mut octets = BytesMut::new();
    encode(response, CommandStatus::ROK, header, &mut octets);
    match odd {
        None => octets,
        Some(_) => with_oddity(odd, &octets),
    }
}
