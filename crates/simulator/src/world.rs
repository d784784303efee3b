//! All that the links share: the scenario, the phones, the receipts owed, and the journal.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use smpp::{CommandStatus, Header, Pdu};
use tokio::sync::Notify;

use crate::chance::Chance;
use crate::config::Config;
use crate::inbox::{Counters, Received, Shelf};
use crate::journal::{Accepted, Journal, Restored};
use crate::phones::{self, Answer, Asked, Delivery};
use crate::reassembly::{Added, Reassembly, Whole};
use crate::receipts::{Mailbox, Parties, Receipt};
use crate::scenario::Scenario;
use crate::submission::Submission;

/// Systems that may have bound; each has a mailbox for good.
const SYSTEMS_LIMIT: usize = 10_000;

/// Texts being throttled that are remembered at once.
const THROTTLED_LIMIT: usize = 100_000;

/// How far ahead of its even pace a system may run before it is too fast.
const BURST_US: u64 = 250_000;

/// The state behind all links; every method is quick and none waits.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) shelf: Shelf,
    /// Goes up when the links that are open must be reset.
    pub(crate) epoch: u64,
    chance: Chance,
    systems: Vec<System>,
    places: HashMap<Box<[u8]>, usize>,
    links: HashMap<u64, Arc<Notify>>,
    reassembly: Reassembly,
    journal: Option<Journal>,
    counters: Counters,
    next_number: u64,
    /// How often each text was throttled, by a hash.
    throttled: HashMap<u64, u8>,
}

/// One `system_id`.
#[derive(Debug)]
struct System {
    id: Box<[u8]>,
    mailbox: Mailbox,
    /// When its next submit is due at an even pace, in microseconds since the Unix epoch.
    paced_until_us: u64,
}

/// A submit as it came over a link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Submit<'a> {
    pub(crate) link: u64,
    pub(crate) system: usize,
    pub(crate) header: Header,
    pub(crate) body: &'a [u8],
    pub(crate) submission: Submission<'a>,
}

/// What the link answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Accepted { message_id: String, delay_ms: u64 },
    Refused(CommandStatus),
    Never,
}

impl World {
    /// Begins where the journal left off.
    pub(crate) fn open(config: Config, now_ms: u64) -> io::Result<Self> {
        let mut world = Self {
            shelf: Shelf::new(config.recording, config.inbox_limit),
            epoch: 0,
            chance: Chance::new(config.seed),
            systems: Vec::new(),
            places: HashMap::new(),
            links: HashMap::new(),
            reassembly: Reassembly::default(),
            journal: None,
            counters: Counters::default(),
            // Seconds leave a million numbers for each: a restart does not repeat any.
            next_number: config
                .first_number
                .unwrap_or_else(|| (now_ms / 1_000).saturating_mul(1_000_000)),
            throttled: HashMap::new(),
            config,
        };
        if let Some(path) = world.config.journal.clone() {
            let limit = world.config.inbox_limit;
            let journal = Journal::open(&path, limit, |restored| world.restore(restored))?;
            world.journal = Some(journal);
        }
        Ok(world)
    }

    /// Registers a link so that it can be woken.
    pub(crate) fn open_link(&mut self, link: u64, wake: Arc<Notify>) {
        self.counters.links += 1;
        self.links.insert(link, wake);
    }

    /// Finds the place of a `system_id`; `None` when there are too many.
    pub(crate) fn system(&mut self, id: &[u8]) -> Option<usize> {
        if let Some(place) = self.places.get(id) {
            return Some(*place);
        }
        let place = self.systems.len();
        if place == SYSTEMS_LIMIT {
            return None;
        }
        self.systems.push(System {
            id: id.into(),
            mailbox: Mailbox::default(),
            paced_until_us: 0,
        });
        self.places.insert(id.into(), place);
        Some(place)
    }

    /// Lets a link carry the receipts of its system.
    pub(crate) fn carry(&mut self, system: usize, link: u64, wake: Arc<Notify>) {
        self.systems[system].mailbox.attach(link, wake);
    }

    /// Forgets a link and takes back the receipts that it did not get answered.
    pub(crate) fn close_link(
        &mut self,
        system: Option<usize>,
        link: u64,
        unanswered: Vec<Receipt>,
    ) {
        self.links.remove(&link);
        if let Some(system) = system {
            self.systems[system].mailbox.detach(link, unanswered);
        }
    }

    /// Changes the behaviour from now on; what is scheduled stays so.
    pub(crate) fn set_scenario(&mut self, scenario: Scenario) {
        let shuts = scenario.refuse_binds;
        self.config.scenario = scenario;
        if shuts {
            self.reset_links();
        }
    }

    /// Makes every open link end itself.
    pub(crate) fn reset_links(&mut self) {
        self.epoch += 1;
        self.links.values().for_each(|wake| wake.notify_one());
    }

    /// Decides a submit, and takes the message if that is the decision.
    pub(crate) fn submit(&mut self, submit: &Submit<'_>, now_ms: u64) -> Reply {
        self.counters.submitted_segments += 1;
        let too_fast = self.is_too_fast(submit.system, now_ms);
        let plan = self.decide(&submit.submission, too_fast);
        let number = plan
            .delivery
            .map(|delivery| self.accept(submit, delivery, now_ms));
        match plan.answer {
            Answer::Accepted { delay_ms } => {
                let number = number.expect("what is accepted is delivered");
                Reply::Accepted {
                    message_id: self.config.scenario.id_form.write(number),
                    delay_ms,
                }
            }
            Answer::Refused(status) => {
                self.counters.refused += 1;
                self.counters.throttled += u64::from(status == CommandStatus::RTHROTTLED);
                Reply::Refused(status)
            }
            Answer::Never => {
                self.counters.unanswered += 1;
                Reply::Never
            }
        }
    }

    /// Takes the next receipt that a link may carry now.
    pub(crate) fn next_receipt(
        &mut self,
        system: usize,
        link: u64,
        now_ms: u64,
    ) -> Option<Receipt> {
        let on_other_bind = self.config.scenario.receipts_on_other_bind;
        let mailbox = &mut self.systems[system].mailbox;
        let receipt = mailbox.take(link, now_ms, on_other_bind)?;
        self.counters.receipts_sent += 1;
        self.counters.receipts_resent += u64::from(receipt.sent_before);
        Some(receipt)
    }

    /// Tells when the next receipt of a system is due.
    pub(crate) fn next_due_ms(&self, system: usize) -> Option<u64> {
        self.systems[system].mailbox.next_due_ms()
    }

    /// Settles a receipt that was answered, or plans it anew.
    pub(crate) fn answered(
        &mut self,
        system: usize,
        receipt: Receipt,
        status: CommandStatus,
        now_ms: u64,
    ) {
        if status.is_ok() {
            self.counters.receipts_answered += 1;
        } else if [CommandStatus::RX_P_APPN, CommandStatus::RX_R_APPN].contains(&status) {
            self.counters.receipts_refused += 1;
        } else {
            self.counters.receipts_deferred += 1;
            let due_ms = now_ms + self.config.receipt_retry_ms;
            self.systems[system].mailbox.schedule(due_ms, receipt, None);
            return;
        }
        self.counters.receipts_pending -= 1;
        if let Some(journal) = &mut self.journal {
            journal.answered(receipt.number, receipt.copy);
        }
    }

    /// Sends a receipt again that was not answered in time.
    pub(crate) fn repeat(&mut self, system: usize, receipt: Receipt, now_ms: u64) {
        self.systems[system].mailbox.schedule(now_ms, receipt, None);
    }

    /// Makes what was taken survive this process; called before anything is answered.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.journal.as_mut().map_or(Ok(()), Journal::flush)
    }

    /// Closes the journal, so that another simulator may open it.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.journal
            .take()
            .map_or(Ok(()), |mut journal| journal.flush())
    }

    /// Empties the inbox.
    pub(crate) fn clear(&mut self) {
        self.shelf.clear();
        self.counters.messages = 0;
        self.counters.duplicates = 0;
        if let Some(journal) = &mut self.journal {
            journal.cleared();
            if let Err(error) = journal.flush() {
                tracing::error!(%error, "the inbox will be full again after a restart");
            }
        }
    }

    /// Tells how much happened.
    pub(crate) const fn counters(&self) -> Counters {
        self.counters
    }

    fn decide(&mut self, submission: &Submission<'_>, too_fast: bool) -> phones::Plan {
        let recipient = submission.destination.address;
        let throttled = (phones::Phone::of(recipient) == phones::Phone::Throttled)
            .then(|| throttled_key(submission));
        let asked = Asked {
            recipient,
            registered_delivery: submission.registered_delivery,
            throttled_before: throttled
                .and_then(|key| self.throttled.get(&key).copied())
                .unwrap_or(0),
            too_fast,
            slow_receipt_ms: self.config.slow_receipt_ms,
        };
        let plan = phones::decide(&asked, &self.config.scenario, &mut self.chance);
        if let Some(key) = throttled {
            if plan.delivery.is_some() {
                self.throttled.remove(&key);
            } else {
                if self.throttled.len() >= THROTTLED_LIMIT {
                    self.throttled.clear();
                }
                let times = self.throttled.entry(key).or_default();
                *times = times.saturating_add(1);
            }
        }
        plan
    }

    /// Keeps an even pace with a little room for bursts.
    fn is_too_fast(&mut self, system: usize, now_ms: u64) -> bool {
        let Some(throughput) = self.config.scenario.throughput_per_second else {
            return false;
        };
        let now = now_ms.saturating_mul(1_000);
        let paced_until_us = &mut self.systems[system].paced_until_us;
        if *paced_until_us > now.saturating_add(BURST_US) {
            return true;
        }
        let step_us = 1_000_000 / u64::from(throughput.max(1));
        *paced_until_us = (*paced_until_us).max(now) + step_us;
        false
    }

    fn accept(&mut self, submit: &Submit<'_>, delivery: Delivery, now_ms: u64) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let pdu = whole_pdu(submit.header, submit.body);
        let due_ms = now_ms.saturating_add(delivery.receipt_delay_ms);
        if let Some(journal) = &mut self.journal {
            journal.accepted(Accepted {
                number,
                at_ms: now_ms,
                due_ms,
                outcome: delivery.outcome,
                copies: delivery.copies,
                system_id: &self.systems[submit.system].id,
                pdu: &pdu,
            });
        }
        let owed = (1_u8 << delivery.copies) - 1;
        let receipt = Receipt {
            number,
            copy: 0,
            outcome: delivery.outcome,
            submitted_at_ms: now_ms,
            origin: Some(submit.link),
            sent_before: false,
            parties: Parties::new(submit.submission.destination, submit.submission.source),
        };
        self.owe(submit.system, &receipt, owed, due_ms);
        self.arrive(number, &submit.submission, pdu, now_ms);
        number
    }

    /// Schedules the copies of a receipt whose bits are set.
    fn owe(&mut self, system: usize, receipt: &Receipt, owed: u8, due_ms: u64) {
        for copy in (0..2).filter(|copy| owed & (1 << copy) != 0) {
            let receipt = Receipt {
                copy,
                ..receipt.clone()
            };
            let by = receipt.origin;
            self.systems[system].mailbox.schedule(due_ms, receipt, by);
            self.counters.receipts_pending += 1;
        }
    }

    fn arrive(&mut self, number: u64, submission: &Submission<'_>, pdu: Vec<u8>, at_ms: u64) {
        self.counters.accepted_segments += 1;
        match self.reassembly.add(number, submission, pdu) {
            Added::Whole(whole) => self.receive(submission, whole, at_ms),
            Added::Part => {}
            Added::Again => self.counters.repeated_segments += 1,
        }
    }

    fn receive(&mut self, submission: &Submission<'_>, whole: Whole, at_ms: u64) {
        let to = String::from_utf8_lossy(submission.destination.address);
        let from = String::from_utf8_lossy(submission.source.address);
        let again = self.shelf.count(&to, &from, &whole.text);
        self.counters.messages += 1;
        self.counters.duplicates += u64::from(again);
        let id_form = self.config.scenario.id_form;
        self.shelf.keep(|| Received {
            to: to.into_owned(),
            from: from.into_owned(),
            text: whole.text,
            segments: whole.segments,
            id: id_form.write(whole.number),
            received_at: at_ms,
            raw: whole.raw,
        });
    }

    fn restore(&mut self, restored: &Restored<'_>) {
        let accepted = &restored.accepted;
        self.next_number = self.next_number.max(accepted.number.saturating_add(1));
        let Ok(Some((header, body))) = smpp::frame(&mut BytesMut::from(accepted.pdu), usize::MAX)
        else {
            return;
        };
        let submission = match Pdu::decode(&header, &body) {
            Ok(Pdu::SubmitSm(submit)) => Submission::from(&submit),
            Ok(Pdu::DataSm(data)) => Submission::from(&data),
            // The journal holds nothing else; a file of another program is refused by its magic.
            _ => return,
        };
        let Some(system) = self.system(accepted.system_id) else {
            return;
        };
        let receipt = Receipt {
            number: accepted.number,
            copy: 0,
            outcome: accepted.outcome,
            submitted_at_ms: accepted.at_ms,
            origin: None,
            sent_before: false,
            parties: Parties::new(submission.destination, submission.source),
        };
        self.owe(system, &receipt, restored.owed, accepted.due_ms);
        if restored.shown {
            self.arrive(
                accepted.number,
                &submission,
                accepted.pdu.to_vec(),
                accepted.at_ms,
            );
        }
    }
}

fn throttled_key(submission: &Submission<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    submission.destination.address.hash(&mut hasher);
    submission.octets.hash(&mut hasher);
    hasher.finish()
}

fn whole_pdu(header: Header, body: &[u8]) -> Vec<u8> {
    let length = smpp::frame::HEADER_LENGTH + body.len();
    let mut pdu = Vec::with_capacity(length);
    pdu.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    pdu.put_u32(header.command_id.0);
    pdu.put_u32(header.command_status.0);
    pdu.put_u32(header.sequence_number);
    pdu.put_slice(body);
    pdu
}
