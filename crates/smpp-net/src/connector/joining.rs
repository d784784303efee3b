//! Messages from handsets whose parts have not all come yet.
//!
//! A part that waits is not answered upstream, since what is answered must be durable. An upstream that sends nothing more before
//! that answer, or sends the parts over several links, has each part stored as a message of its own after a short while.

use std::collections::BTreeMap;

use gateway::connector::{Inbound, Ticket};

use super::inbound::Part;

/// How long a part waits for the others: less than upstreams wait for an answer.
const WAIT_MS: u64 = 3_000;

/// Joins the parts that came over one session; no more are here than requests may be unanswered.
#[derive(Debug, Default)]
pub(super) struct Joining {
    begun: Vec<Begun>,
}

#[derive(Debug)]
struct Begun {
    /// By index; a part that came again counts once and is answered as often as it came.
    parts: BTreeMap<u8, (Part, Vec<Ticket>)>,
    until_ms: u64,
}

impl Joining {
    /// Takes a part; gives the message that is whole with it.
    pub(super) fn add(&mut self, part: Part, ticket: Ticket, now_ms: u64) -> Option<Inbound> {
        let Some(concatenation) = part.concatenation else {
            return Some(part.alone(vec![ticket]));
        };
        let known = self.begun.iter().position(|begun| begun.takes(&part));
        let place = known.unwrap_or_else(|| {
            self.begun.push(Begun {
                parts: BTreeMap::new(),
                until_ms: now_ms + WAIT_MS,
            });
            self.begun.len() - 1
        });
        let parts = &mut self.begun[place].parts;
        let (_, tickets) = parts
            .entry(concatenation.index)
            .or_insert((part, Vec::new()));
        tickets.push(ticket);
        if parts.len() < usize::from(concatenation.total) {
            return None;
        }
        // The others stay in the order of their time.
        self.begun.remove(place).join()
    }

    /// Gives up waiting where that is due, or everywhere when no time is given: each part is a message by itself.
    pub(super) fn give_up(&mut self, now_ms: Option<u64>) -> Vec<Inbound> {
        self.begun
            .extract_if(.., |begun| {
                now_ms.is_none_or(|now_ms| begun.until_ms <= now_ms)
            })
            .flat_map(|begun| begun.parts.into_values())
            .map(|(part, tickets)| part.alone(tickets))
            .collect()
    }

    /// Tells when the next wait is over.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.begun.first().map(|begun| begun.until_ms)
    }
}

impl Begun {
    /// Tells whether a part belongs to this text.
    fn takes(&self, part: &Part) -> bool {
        let key = |part: &Part| {
            let long = part.concatenation?;
            Some((long.reference, long.total, part.data_coding))
        };
        self.parts.values().next().is_some_and(|(first, _)| {
            key(first) == key(part) && first.from == part.from && first.to == part.to
        })
    }

    /// Joins the octets before they are read, because a sender may have cut a character in two.
    fn join(self) -> Option<Inbound> {
        let mut parts = self.parts.into_values();
        let (mut whole, mut tickets) = parts.next()?;
        for (part, more) in parts {
            whole.octets.extend(part.octets);
            tickets.extend(more);
        }
        Some(whole.alone(tickets))
    }
}

#[cfg(test)]
mod tests {
    use gateway::connector::Content;
    use sms::text::Concatenation;

    use super::*;

    fn part(reference: u16, total: u8, index: u8, octets: &[u8]) -> Part {
        Part {
            from: "380671234567".into(),
            to: "380501110000".into(),
            concatenation: Some(Concatenation {
                reference,
                total,
                index,
            }),
            data_coding: 8,
            octets: octets.to_vec(),
        }
    }

    fn ticket(number: u32) -> Ticket {
        Ticket {
            link: 0,
            session: 1,
            number,
        }
    }

    #[test]
    fn parts_in_any_order_and_repeated_make_one_message() {
        let mut joining = Joining::default();
        let (first, second) = (part(7, 2, 1, b"\0A\xD8\x3D"), part(7, 2, 2, b"\xDE\x42"));
        assert_eq!(joining.add(second.clone(), ticket(1), 0), None);
        assert_eq!(joining.add(second, ticket(2), 5), None);
        let whole = joining.add(first, ticket(3), 9).unwrap();
        assert_eq!(whole.content, Content::Whole("A🙂".into()));
        assert_eq!(whole.tickets, [ticket(3), ticket(1), ticket(2)]);
        assert_eq!(joining.due_ms(), None);
    }

    #[test]
    fn texts_do_not_mix() {
        let mut joining = Joining::default();
        let of_another = Part {
            from: "380670000000".into(),
            ..part(7, 2, 2, b"\0B")
        };
        for (number, part) in (0..).zip([
            part(7, 2, 1, b"\0A"),
            part(8, 2, 2, b"\0B"),
            part(7, 3, 2, b"\0B"),
            of_another,
        ]) {
            assert_eq!(joining.add(part, ticket(number), 0), None);
        }
        let whole = joining.add(part(8, 2, 1, b"\0C"), ticket(9), 0).unwrap();
        assert_eq!(whole.content, Content::Whole("CB".into()));
    }

    #[test]
    fn parts_that_stay_alone_are_messages_after_a_while() {
        let mut joining = Joining::default();
        joining.add(part(7, 3, 2, b"\0B"), ticket(1), 1_000);
        joining.add(part(7, 3, 1, b"\0A"), ticket(2), 2_000);
        joining.add(part(8, 2, 1, b"\0C"), ticket(3), 2_000);
        assert_eq!(joining.due_ms(), Some(4_000));
        assert_eq!(joining.give_up(Some(3_999)), []);
        let given_up = joining.give_up(Some(4_000));
        let texts: Vec<_> = given_up
            .iter()
            .map(|it| (it.content.clone(), it.tickets[0].number))
            .collect();
        let whole = |text: &str| Content::Whole(text.into());
        assert_eq!(texts, [(whole("A"), 2), (whole("B"), 1)]);
        assert_eq!(joining.give_up(None).len(), 1);
        assert_eq!(joining.due_ms(), None);
    }
}
