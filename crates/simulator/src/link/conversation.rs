//! What is said over one link: binds, submits and their answers, receipts, messages from phones, and theirs.

mod deliveries;
mod submits;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::BytesMut;
use smpp::{Bind, BindMode, BindResp, CommandId, CommandStatus, Header, Pdu, Tag, TlvBuffer};
use tokio::sync::Notify;

use super::oddities::Tears;
use super::questions;
use super::window::Window;
use crate::scenario::{Ending, Torn};
use crate::submission::Submission;
use crate::world::World;

/// Octets that may wait to be written, or be held back, before nothing more is read.
const OUT_LIMIT: usize = 1 << 20;

/// What becomes of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    /// Ends once everything is written.
    Close,
    /// Ends at once and lets what is not written be lost.
    Reset,
    /// Writes what there is and ends so.
    Tear(Ending),
}

/// A link's state. It is kept here and not in a `smpp` session because it must be able to break
/// each rule that a session keeps.
pub(super) struct Conversation {
    /// Octets for the peer.
    pub(super) out: BytesMut,
    link: u64,
    epoch: u64,
    wake: Arc<Notify>,
    bound: Option<Bound>,
    window: Window,
    /// Responses that are held back, by the millisecond in which they may leave.
    held: BTreeMap<u64, Vec<BytesMut>>,
    held_octets: usize,
    /// Responses that are held back.
    held_responses: usize,
    submits: u32,
    tears: Tears,
    /// The most octets to write at once.
    pub(super) piece: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bound {
    system: usize,
    mode: BindMode,
}

impl Conversation {
    pub(super) fn new(link: u64, epoch: u64, wake: Arc<Notify>) -> Self {
        Self {
            out: BytesMut::new(),
            link,
            epoch,
            wake,
            bound: None,
            window: Window::new(0),
            held: BTreeMap::new(),
            held_octets: 0,
            held_responses: 0,
            submits: 0,
            tears: Tears::default(),
            piece: usize::MAX,
        }
    }

    /// Tells whether more may be read.
    pub(super) fn has_room(&self) -> bool {
        self.out.len() + self.held_octets < OUT_LIMIT
    }

    /// Answers each PDU that is whole, and says what is due.
    pub(super) fn advance(&mut self, read: &mut BytesMut, world: &mut World, now_ms: u64) -> Flow {
        if world.epoch != self.epoch {
            return Flow::Reset;
        }
        let piece = world.config.scenario.write_octets;
        self.piece = piece.map_or(usize::MAX, |octets| {
            usize::try_from(octets.max(1)).unwrap_or(usize::MAX)
        });
        loop {
            match smpp::frame(read, smpp::frame::DEFAULT_MAXIMUM_LENGTH) {
                Ok(Some((header, body))) => match self.hear(header, &body, world, now_ms) {
                    Flow::Continue => {}
                    ending @ (Flow::Close | Flow::Reset | Flow::Tear(_)) => return ending,
                },
                Ok(None) => break,
                Err(error) => {
                    tracing::debug!(link = self.link, %error, "the stream is lost");
                    self.nack(CommandStatus::RINVCMDLEN, 0);
                    return Flow::Close;
                }
            }
        }
        match self.release_held(world, now_ms) {
            Flow::Continue => self.send_owed(world, now_ms),
            ending @ (Flow::Close | Flow::Reset | Flow::Tear(_)) => ending,
        }
    }

    /// Tells when there is something to do again though nobody says anything.
    pub(super) fn next_due_ms(&self, world: &World) -> Option<u64> {
        let held = self.held.first_key_value().map(|(due_ms, _)| *due_ms);
        let carrier = self.bound.filter(|bound| bound.mode.receives());
        let receipt = carrier
            .filter(|_| self.window.has_room() && self.out.len() < OUT_LIMIT)
            .filter(|_| world.config.scenario.answers.messages())
            .and_then(|bound| world.next_due_ms(bound.system));
        let answer = self.window.oldest_ms();
        let late = answer.map(|sent_ms| {
            sent_ms
                .saturating_add(world.config.receipt_answer_ms)
                .saturating_add(1)
        });
        [held, receipt, late].into_iter().flatten().min()
    }

    /// Gives back to the world what it must not lose.
    pub(super) fn end(&mut self, world: &mut World) {
        let system = self.bound.map(|bound| bound.system);
        world.close_link(system, self.link, self.window.drain());
    }

    fn hear(&mut self, header: Header, body: &[u8], world: &mut World, now_ms: u64) -> Flow {
        let pdu = match Pdu::decode(&header, body) {
            Ok(pdu) => pdu,
            Err(error) => {
                self.refuse(header, error.status);
                return Flow::Continue;
            }
        };
        match pdu {
            Pdu::Bind(mode, bind) => self.bind(header, mode, &bind, world),
            Pdu::SubmitSm(submit) => {
                self.submit(header, body, Submission::from(&submit), world, now_ms)
            }
            Pdu::DataSm(data) => self.submit(header, body, Submission::from(&data), world, now_ms),
            Pdu::DeliverSmResp(_) | Pdu::GenericNack => {
                self.settle(header, world, now_ms);
                Flow::Continue
            }
            Pdu::EnquireLink if !world.config.scenario.answers.enquiries() => Flow::Continue,
            Pdu::EnquireLink => {
                self.answer(Pdu::EnquireLinkResp, CommandStatus::ROK, header);
                Flow::Continue
            }
            Pdu::Unbind => {
                self.answer(Pdu::UnbindResp, CommandStatus::ROK, header);
                Flow::Close
            }
            Pdu::QuerySm(query) if self.may_ask(world) => {
                let id = query.message_id;
                let asked = questions::query(header, id, world, now_ms, &mut self.out);
                self.answered_or_not(header, asked)
            }
            Pdu::CancelSm(cancel) if self.may_ask(world) => {
                let id = cancel.message_id;
                let asked = questions::cancel(header, id, world, now_ms, &mut self.out);
                self.answered_or_not(header, asked)
            }
            Pdu::QuerySm(_) => self.cannot(header, CommandStatus::RQUERYFAIL),
            Pdu::CancelSm(_) => self.cannot(header, CommandStatus::RCANCELFAIL),
            Pdu::ReplaceSm(_) => self.cannot(header, CommandStatus::RREPLACEFAIL),
            Pdu::SubmitMulti(_) => self.cannot(header, CommandStatus::RSUBMITFAIL),
            Pdu::DeliverSm(_) | Pdu::Outbind(_) | Pdu::AlertNotification(_) => {
                self.cannot(header, CommandStatus::RINVBNDSTS)
            }
            Pdu::BindResp(..)
            | Pdu::UnbindResp
            | Pdu::SubmitSmResp(_)
            | Pdu::SubmitMultiResp(_)
            | Pdu::DataSmResp(_)
            | Pdu::QuerySmResp(_)
            | Pdu::CancelSmResp
            | Pdu::ReplaceSmResp
            | Pdu::EnquireLinkResp => Flow::Continue,
        }
    }

    fn bind(&mut self, header: Header, mode: BindMode, bind: &Bind<'_>, world: &mut World) -> Flow {
        if self.bound.is_some() {
            return self.cannot(header, CommandStatus::RALYBND);
        }
        if let Err(status) = admit(bind, world) {
            world.count_refused_bind();
            self.refuse(header, status);
            return Flow::Close;
        }
        let Some(system) = world.system(bind.system_id) else {
            self.refuse(header, CommandStatus::RBINDFAIL);
            return Flow::Close;
        };
        self.bound = Some(Bound { system, mode });
        self.window = Window::new(world.config.receipt_window.max(1));
        if mode.receives() {
            world.carry(system, self.link, Arc::clone(&self.wake));
        }
        let mut tlvs = TlvBuffer::new();
        tlvs.push_u8(Tag::SC_INTERFACE_VERSION, 0x34);
        let response = BindResp {
            system_id: b"simulator",
            tlvs: tlvs.tlvs(),
        };
        let start = self.out.len();
        self.answer(Pdu::BindResp(mode, response), CommandStatus::ROK, header);
        self.after(Torn::Bind, start, world)
    }

    /// Tears off what was appended since `start`, if it is its turn.
    fn after(&mut self, of: Torn, start: usize, world: &mut World) -> Flow {
        let tear = world.config.scenario.tear;
        match self.tears.cut(tear, of, &mut self.out, start) {
            None => Flow::Continue,
            Some(ending) => {
                world.count_broken();
                Flow::Tear(ending)
            }
        }
    }

    /// Tells whether this link may ask for messages.
    fn may_ask(&self, world: &World) -> bool {
        self.bound.is_some_and(|bound| bound.mode.submits())
            && world.config.scenario.answers.messages()
    }

    fn answered_or_not(&mut self, header: Header, asked: Result<(), CommandStatus>) -> Flow {
        match asked {
            Ok(()) => Flow::Continue,
            Err(status) => self.cannot(header, status),
        }
    }

    fn cannot(&mut self, header: Header, status: CommandStatus) -> Flow {
        self.refuse(header, status);
        Flow::Continue
    }

    /// Answers a request with a status and no body; a response is not answered, and a command
    /// without a response of its own is with `generic_nack` [smpp34 §4.3].
    fn refuse(&mut self, header: Header, status: CommandStatus) {
        let response = header.command_id.response();
        if header.command_id.is_response() {
            return;
        }
        if response.name().is_none() {
            return self.nack(status, header.sequence_number);
        }
        let answer = Header {
            command_id: response,
            command_status: status,
            sequence_number: header.sequence_number,
        };
        answer.encode(&mut self.out);
    }

    fn nack(&mut self, status: CommandStatus, sequence_number: u32) {
        let header = Header {
            command_id: CommandId::GENERIC_NACK,
            command_status: status,
            sequence_number,
        };
        header.encode(&mut self.out);
    }

    fn answer(&mut self, pdu: Pdu<'_>, status: CommandStatus, request: Header) {
        encode(pdu, status, request, &mut self.out);
    }
}

fn encode(pdu: Pdu<'_>, status: CommandStatus, request: Header, out: &mut BytesMut) {
    pdu.encode(status, request.sequence_number, out)
        .expect("our own ids and names are short and have no NUL inside");
}

fn admit(bind: &Bind<'_>, world: &World) -> Result<(), CommandStatus> {
    if let Some(status) = world.config.scenario.bind_status {
        return Err(CommandStatus(status));
    }
    if world.config.scenario.refuse_binds {
        // Not the credentials are wrong but the centre: who waits long after a wrong password comes again soon.
        return Err(CommandStatus::RSYSERR);
    }
    match &world.config.credentials {
        Some(known) if bind.system_id != known.system_id.as_bytes() => {
            Err(CommandStatus::RINVSYSID)
        }
        Some(known) if bind.password != known.password.as_bytes() => Err(CommandStatus::RINVPASWD),
        Some(_) | None => Ok(()),
    }
}
