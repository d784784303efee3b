//! The parts of long texts that one connection has sent and that are not whole yet.
//!
//! Nothing is answered before it is durable, and a part alone is not worth storing: the parts of a text are answered
//! together, when the last has come and the whole is stored, all with the same `message_id`. A customer therefore needs a
//! window of as many submits as its texts have parts; parts of a text that stays incomplete are refused after a while.

use std::collections::HashMap;

use gateway::Submit;
use smpp::{CommandStatus, Header};
use sms::text::Concatenation;

use super::message;

/// How long the rest of a text may take: less than customers wait for an answer.
const WAIT_MS: u64 = 10_000;

/// A part as it came.
pub(super) struct Part {
    /// The submission but for its text.
    pub(super) submit: Submit,
    /// Which part of which text it is.
    pub(super) concatenation: Concatenation,
    pub(super) data_coding: u8,
    /// Its text without a header.
    pub(super) octets: Vec<u8>,
}

/// What makes parts belong together.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    originator: String,
    recipient: String,
    reference: u16,
    total: u8,
    data_coding: u8,
}

struct Incomplete {
    requests: Vec<Header>,
    octets: Vec<Option<Vec<u8>>>,
    until_ms: u64,
}

/// Holds at most as many parts as the window has submits.
#[derive(Default)]
pub(super) struct Parts {
    incomplete: HashMap<Key, Incomplete>,
}

/// A text that has come to its end: the requests that brought it, and what to submit or the status to refuse them with.
pub(super) type Whole = (Vec<Header>, Result<Submit, CommandStatus>);

impl Parts {
    /// Adds a part; gives the whole with its last one.
    pub(super) fn add(&mut self, request: Header, part: Part, now_ms: u64) -> Option<Whole> {
        let Part {
            mut submit,
            concatenation,
            data_coding,
            octets,
        } = part;
        let key = Key {
            originator: submit.terms.originator.clone(),
            recipient: submit.recipients.iter().map(|to| &*to.number).collect(),
            reference: concatenation.reference,
            total: concatenation.total,
            data_coding,
        };
        let total = usize::from(concatenation.total);
        let incomplete = self.incomplete.entry(key).or_insert_with(|| Incomplete {
            requests: vec![],
            octets: vec![None; total],
            until_ms: now_ms + WAIT_MS,
        });
        incomplete.requests.push(request);
        let place = usize::from(concatenation.index).checked_sub(1)?;
        *incomplete.octets.get_mut(place)? = Some(octets);
        if incomplete.octets.iter().any(Option::is_none) {
            return None;
        }
        let joined: Vec<u8> = incomplete.octets.drain(..).flatten().flatten().collect();
        let requests = std::mem::take(&mut incomplete.requests);
        self.incomplete
            .retain(|_, incomplete| !incomplete.requests.is_empty());
        let text = message::decode(data_coding, &joined);
        Some((
            requests,
            text.map(|text| {
                submit.terms.text = text;
                submit
            }),
        ))
    }

    /// Gives up what is due, or everything when no time is given, and names its requests.
    pub(super) fn give_up(&mut self, now_ms: Option<u64>) -> Vec<Header> {
        self.incomplete
            .extract_if(|_, incomplete| now_ms.is_none_or(|now_ms| incomplete.until_ms <= now_ms))
            .flat_map(|(_, incomplete)| incomplete.requests)
            .collect()
    }

    /// Says when something is due to be given up.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.incomplete
            .values()
            .map(|incomplete| incomplete.until_ms)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use gateway::{AccountId, Terms, To};
    use smpp::CommandId;
    use sms::Lane;

    use super::*;

    fn header(sequence_number: u32) -> Header {
        Header {
            command_id: CommandId::SUBMIT_SM,
            command_status: CommandStatus::ROK,
            sequence_number,
        }
    }

    fn part(reference: u16, index: u8, octets: &[u8]) -> Part {
        let to = To::number("380501234567");
        Part {
            submit: Submit {
                account: AccountId(1),
                terms: Terms {
                    originator: "Shop".into(),
                    ..Terms::default()
                },
                recipients: vec![to],
                lane: Lane::Transactional,
                drop_repeats: false,
            },
            concatenation: Concatenation {
                reference,
                total: 2,
                index,
            },
            data_coding: 8,
            octets: octets.to_vec(),
        }
    }

    #[test]
    fn parts_join_in_any_order_even_where_a_character_was_cut() {
        let mut parts = Parts::default();
        assert!(parts.add(header(1), part(7, 2, b"\xDE\x42"), 0).is_none());
        assert!(parts.add(header(2), part(8, 1, b"\x04\x16"), 0).is_none());
        let (requests, submit) = parts.add(header(3), part(7, 1, b"\xD8\x3D"), 0).unwrap();
        assert_eq!(requests, [header(1), header(3)]);
        assert_eq!(submit.unwrap().terms.text, "🙂");
        assert_eq!(parts.give_up(None), [header(2)]);
    }

    #[test]
    fn a_part_sent_again_is_answered_as_often() {
        let mut parts = Parts::default();
        for sequence_number in 1..=2 {
            let again = parts.add(header(sequence_number), part(7, 1, b"\0a"), 0);
            assert!(again.is_none());
        }
        let (requests, _) = parts.add(header(3), part(7, 2, b"\0b"), 0).unwrap();
        assert_eq!(requests.len(), 3);
        assert_eq!(parts.due_ms(), None);
    }

    #[test]
    fn what_stays_incomplete_is_given_up() {
        let mut parts = Parts::default();
        parts.add(header(1), part(7, 1, b"\0a"), 50);
        assert_eq!(parts.due_ms(), Some(50 + WAIT_MS));
        assert_eq!(parts.give_up(Some(49 + WAIT_MS)), []);
        assert_eq!(parts.give_up(Some(50 + WAIT_MS)), [header(1)]);
    }
}
