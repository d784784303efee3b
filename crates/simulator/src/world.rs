//! All that the links share: the scenario, the phones, the receipts owed, and the journal.

pub(crate) mod director;
pub(crate) mod known;
mod system;
mod taking;

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::Arc;

use smpp::{CommandStatus, Header};
use tokio::sync::Notify;

use crate::chance::Chance;
use crate::config::Config;
use crate::fate::{self, Answer, Asked};
use crate::inbox::{Counters, Shelf};
use crate::journal::Journal;
use crate::phones::Phone;
use crate::reassembly::Reassembly;
use crate::receipts::{Kind, Owed};
use crate::saying::Saying;
use crate::scenario::{Oddity, Scenario};
use crate::submission::Submission;
use director::Director;
use known::KnownMessages;
use system::System;

/// Systems that may have bound; each has a mailbox for good.
const SYSTEMS_LIMIT: usize = 10_000;

/// Texts being throttled that are remembered at once.
const THROTTLED_LIMIT: usize = 100_000;

/// The state behind all links; every method is quick and none waits.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) shelf: Shelf,
    pub(crate) known: KnownMessages,
    director: Director,
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
    /// Joins the segments of the next long text that a phone says.
    next_reference: u8,
    /// How often each text was throttled, by a hash.
    throttled: HashMap<u64, u8>,
}

/// A submit as it came over a link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Submit<'a> {
    pub(crate) link: u64,
    pub(crate) system: usize,
    pub(crate) header: Header,
    pub(crate) body: &'a [u8],
    pub(crate) submission: Submission<'a>,
    /// How many responses the link waits for already.
    pub(crate) waiting: usize,
}

/// What the link answers, and what it says besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) answer: Answered,
    pub(crate) odd: Option<Oddity>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    Accepted { message_id: String, delay_ms: u64 },
    Refused(CommandStatus),
    Never,
}

impl World {
    /// Begins where the journal left off.
    pub(crate) fn open(config: Config, now_ms: u64) -> io::Result<Self> {
        let mut world = Self {
            shelf: Shelf::new(config.recording, config.inbox_limit),
            known: KnownMessages::default(),
            director: Director::new(config.steps.clone(), now_ms),
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
            next_reference: 0,
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
        self.systems.push(System::new(id));
        self.places.insert(id.into(), place);
        Some(place)
    }

    /// Lets a link carry what its system is owed.
    pub(crate) fn carry(&mut self, system: usize, link: u64, wake: Arc<Notify>) {
        self.systems[system].mailbox.attach(link, wake);
    }

    /// Forgets a link and takes back what it did not get answered.
    pub(crate) fn close_link(&mut self, system: Option<usize>, link: u64, unanswered: Vec<Owed>) {
        self.links.remove(&link);
        if let Some(system) = system {
            self.systems[system].mailbox.detach(link, unanswered);
        }
    }

    /// Changes the behaviour from now on; what is scheduled stays so, and steps that are on are over.
    pub(crate) fn set_scenario(&mut self, scenario: Scenario) {
        self.director.forget_active();
        self.behave(scenario);
    }

    fn behave(&mut self, scenario: Scenario) {
        let shuts = scenario.refuse_binds;
        self.config.scenario = scenario;
        if shuts {
            self.reset_links();
        } else {
            // They may carry again what they were not to carry before.
            self.links.values().for_each(|wake| wake.notify_one());
        }
    }

    /// Makes every open link end itself.
    pub(crate) fn reset_links(&mut self) {
        self.epoch += 1;
        self.links.values().for_each(|wake| wake.notify_one());
    }

    /// Decides a submit, and takes the message if that is the decision.
    pub(crate) fn submit(&mut self, submit: &Submit<'_>, now_ms: u64) -> Reply {
        self.direct(now_ms);
        self.counters.submitted_segments += 1;
        if !self.config.scenario.answers.messages() {
            self.counters.unanswered += 1;
            return Reply {
                answer: Answered::Never,
                odd: None,
            };
        }
        let throughput = self.config.scenario.throughput_per_second;
        let too_fast =
            throughput.is_some_and(|it| self.systems[submit.system].is_too_fast(it, now_ms));
        let plan = self.decide(&submit.submission, submit.waiting, too_fast);
        let number = plan
            .delivery
            .map(|delivery| self.accept(submit, delivery, now_ms));
        let answer = match plan.answer {
            Answer::Accepted { delay_ms } => {
                let number = number.expect("what is accepted is delivered");
                Answered::Accepted {
                    message_id: self.config.scenario.id_form.write(number),
                    delay_ms,
                }
            }
            Answer::Refused(status) => {
                self.counters.refused += 1;
                self.counters.throttled += u64::from(status == CommandStatus::RTHROTTLED);
                Answered::Refused(status)
            }
            Answer::Never => {
                self.counters.unanswered += 1;
                Answered::Never
            }
        };
        self.counters.odd_answers += u64::from(plan.odd.is_some());
        Reply {
            answer,
            odd: plan.odd,
        }
    }

    /// Counts a link that the scenario ends.
    pub(crate) const fn count_broken(&mut self) {
        self.counters.links_broken += 1;
    }

    /// Counts a bind that is refused.
    pub(crate) const fn count_refused_bind(&mut self) {
        self.counters.binds_refused += 1;
    }

    /// Numbers a text that a phone says.
    pub(crate) const fn next_reference(&mut self) -> u8 {
        self.next_reference = self.next_reference.wrapping_add(1);
        self.next_reference
    }

    /// Owes a message from a phone, in its segments, to the system that bound first; `false` when there is none. It does not
    /// survive this process.
    pub(crate) fn say(&mut self, sayings: Vec<Saying>, now_ms: u64) -> bool {
        let Some(system) = self.systems.first_mut() else {
            return false;
        };
        for saying in sayings {
            let owed = Owed::Saying(Box::new(saying));
            system.mailbox.schedule(now_ms, owed, None);
        }
        true
    }

    /// Takes the next of what is owed that a link may carry now.
    pub(crate) fn next_owed(&mut self, system: usize, link: u64, now_ms: u64) -> Option<Owed> {
        let on_other_bind = self.config.scenario.receipts_on_other_bind;
        let mailbox = &mut self.systems[system].mailbox;
        let owed = mailbox.take(link, now_ms, on_other_bind)?;
        match &owed {
            Owed::Receipt(receipt) if receipt.kind == Kind::Final => {
                self.counters.receipts_sent += 1;
                self.counters.receipts_resent += u64::from(receipt.sent_before);
            }
            Owed::Receipt(_) => self.counters.notices_sent += 1,
            Owed::Saying(_) => {}
        }
        Some(owed)
    }

    /// Tells when the next of what a system is owed is due.
    pub(crate) fn next_due_ms(&self, system: usize) -> Option<u64> {
        self.systems[system].mailbox.next_due_ms()
    }

    /// Settles what was answered, or plans it anew.
    pub(crate) fn answered(
        &mut self,
        system: usize,
        owed: Owed,
        status: CommandStatus,
        now_ms: u64,
    ) {
        let for_good = [CommandStatus::RX_P_APPN, CommandStatus::RX_R_APPN].contains(&status);
        let due_ms = now_ms.saturating_add(self.config.receipt_retry_ms);
        let receipt = match owed {
            Owed::Receipt(receipt) if receipt.kind == Kind::Final => receipt,
            Owed::Saying(_) if status.is_ok() => {
                self.counters.sayings_answered += 1;
                return;
            }
            Owed::Receipt(receipt) => {
                if !status.is_ok() && !for_good {
                    let owed = Owed::Receipt(receipt);
                    self.systems[system].mailbox.schedule(due_ms, owed, None);
                }
                return;
            }
            Owed::Saying(_) if for_good => return,
            Owed::Saying(_) => {
                self.systems[system].mailbox.schedule(due_ms, owed, None);
                return;
            }
        };
        if status.is_ok() {
            self.counters.receipts_answered += 1;
        } else if for_good {
            self.counters.receipts_refused += 1;
        } else {
            self.counters.receipts_deferred += 1;
            let mailbox = &mut self.systems[system].mailbox;
            mailbox.schedule(due_ms, receipt.into(), None);
            return;
        }
        self.counters.receipts_pending -= 1;
        if let Some(journal) = &mut self.journal {
            journal.answered(receipt.number, receipt.copy);
        }
    }

    /// Sends again what was not answered in time.
    pub(crate) fn repeat(&mut self, system: usize, owed: Owed, now_ms: u64) {
        self.systems[system].mailbox.schedule(now_ms, owed, None);
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

    fn decide(
        &mut self,
        submission: &Submission<'_>,
        waiting: usize,
        too_fast: bool,
    ) -> fate::Plan {
        let recipient = submission.destination.address;
        let throttled =
            (Phone::of(recipient) == Phone::Throttled).then(|| throttled_key(submission));
        let asked = Asked {
            recipient,
            registered_delivery: submission.registered_delivery,
            throttled_before: throttled
                .and_then(|key| self.throttled.get(&key).copied())
                .unwrap_or(0),
            too_fast,
            submits_before: self.counters.submitted_segments - 1,
            waiting,
            part: submission.concatenation.map(|part| part.index),
            slow_receipt_ms: self.config.slow_receipt_ms,
        };
        let plan = fate::decide(&asked, &self.config.scenario, &mut self.chance);
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
}

fn throttled_key(submission: &Submission<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    submission.destination.address.hash(&mut hasher);
    submission.octets.hash(&mut hasher);
    hasher.finish()
}
