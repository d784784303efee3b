//! Taking a message: into the journal, to its phone, and with a receipt to be sent; from a link,
//! or from the journal after a restart.

use bytes::{BufMut, BytesMut};
use smpp::{Header, Pdu};

use super::known::Known;
use super::{Submit, World};
use crate::config::Recording;
use crate::fate::Delivery;
use crate::inbox::Received;
use crate::journal::{Accepted, Restored};
use crate::outcome::Outcome;
use crate::reassembly::{Added, Whole};
use crate::receipts::{Kind, Owed, Parties, Receipt};
use crate::submission::Submission;

/// How far apart the receipts of a block go that is sent in reverse: further than their submits came.
const REVERSED_STEP_MS: u64 = 20;

impl World {
    /// Takes a message and tells its number.
    pub(super) fn accept(&mut self, submit: &Submit<'_>, delivery: Delivery, now_ms: u64) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let pdu = whole_pdu(submit.header, submit.body);
        let turn_ms = self
            .config
            .scenario
            .receipts_reversed_in
            .map_or(0, |block| {
                let block = u64::from(block.max(1));
                (block - 1 - number % block) * REVERSED_STEP_MS
            });
        let due_ms = now_ms
            .saturating_add(delivery.receipt_delay_ms)
            .saturating_add(turn_ms);
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
            kind: Kind::Final,
            outcome: delivery.outcome,
            submitted_at_ms: now_ms,
            origin: Some(submit.link),
            sent_before: false,
            parties: Parties::new(submit.submission.destination, submit.submission.source),
        };
        self.owe(submit.system, &receipt, owed, due_ms);
        for (kind, wanted) in [
            (Kind::Intermediate, delivery.intermediate),
            (Kind::Foreign, delivery.foreign),
        ] {
            if wanted {
                let receipt = Receipt {
                    kind,
                    ..receipt.clone()
                };
                let at_ms = now_ms.midpoint(due_ms);
                let (by, owed) = (receipt.origin, Owed::Receipt(receipt));
                self.systems[submit.system]
                    .mailbox
                    .schedule(at_ms, owed, by);
            }
        }
        self.know(number, delivery.outcome, due_ms);
        if let Some(observer) = &self.config.observer {
            observer.observe(submit.submission.octets);
        }
        self.arrive(number, &submit.submission, pdu, now_ms);
        number
    }

    /// Remembers a message for those who ask for it.
    fn know(&mut self, number: u64, outcome: Outcome, due_ms: u64) {
        if self.config.recording == Recording::Full {
            let id = self.config.scenario.id_form.write(number);
            self.known.note(
                id,
                Known {
                    number,
                    outcome,
                    due_ms,
                },
            );
        }
    }

    /// Schedules the copies of a receipt whose bits are set.
    fn owe(&mut self, system: usize, receipt: &Receipt, owed: u8, due_ms: u64) {
        for copy in (0..2).filter(|copy| owed & (1 << copy) != 0) {
            let receipt = Receipt {
                copy,
                ..receipt.clone()
            };
            let by = receipt.origin;
            let owed = Owed::Receipt(receipt);
            self.systems[system].mailbox.schedule(due_ms, owed, by);
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
            flash: whole.flash,
            binary: whole.binary,
            segments: whole.segments,
            id: id_form.write(whole.number),
            received_at: at_ms,
            raw: whole.raw,
        });
    }

    /// Takes a message again that was taken before the restart.
    pub(super) fn restore(&mut self, restored: &Restored<'_>) {
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
            kind: Kind::Final,
            outcome: accepted.outcome,
            submitted_at_ms: accepted.at_ms,
            origin: None,
            sent_before: false,
            parties: Parties::new(submission.destination, submission.source),
        };
        self.owe(system, &receipt, restored.owed, accepted.due_ms);
        self.know(accepted.number, accepted.outcome, accepted.due_ms);
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
