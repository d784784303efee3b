//! One record of the journal: its length, a checksum, and what happened.

use crate::outcome::Outcome;

/// Length and checksum, four octets each.
pub(super) const HEAD_LENGTH: usize = 8;

/// Longer than any PDU that is taken; beyond that the length itself is torn.
const LONGEST: usize = 1 << 20;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record<'a> {
    Accepted(Accepted<'a>),
    Answered { number: u64, copy: u8 },
    Cleared,
}

/// A submit that the network took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted<'a> {
    pub(crate) number: u64,
    pub(crate) at_ms: u64,
    /// When its receipts are due.
    pub(crate) due_ms: u64,
    pub(crate) outcome: Outcome,
    /// How many receipts it has.
    pub(crate) copies: u8,
    /// At most 255 octets; the rest is cut.
    pub(crate) system_id: &'a [u8],
    /// The whole PDU, header and all.
    pub(crate) pdu: &'a [u8],
}

const ACCEPTED: u8 = 1;
const ANSWERED: u8 = 2;
const CLEARED: u8 = 3;

impl<'a> Record<'a> {
    pub(super) fn append(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend([0; HEAD_LENGTH]);
        match self {
            Self::Accepted(accepted) => accepted.append(out),
            Self::Answered { number, copy } => {
                out.push(ANSWERED);
                out.extend(number.to_be_bytes());
                out.push(*copy);
            }
            Self::Cleared => out.push(CLEARED),
        }
        let payload = &out[start + HEAD_LENGTH..];
        let length = u32::try_from(payload.len()).expect("a PDU is far shorter than 4 GiB");
        let checksum = checksum(payload);
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
        out[start + 4..start + 8].copy_from_slice(&checksum.to_be_bytes());
    }

    /// Reads a payload; `None` when it is torn.
    pub(super) fn read(head: [u8; HEAD_LENGTH], payload: &'a [u8]) -> Option<Self> {
        if head[4..] != checksum(payload).to_be_bytes() {
            return None;
        }
        let (&kind, mut rest) = payload.split_first()?;
        match kind {
            ACCEPTED => Accepted::read(rest).map(Self::Accepted),
            ANSWERED => Some(Self::Answered {
                number: eight(&mut rest)?,
                copy: one(&mut rest)?,
            }),
            CLEARED => Some(Self::Cleared),
            _ => None,
        }
    }
}

impl<'a> Accepted<'a> {
    fn append(&self, out: &mut Vec<u8>) {
        let system_id = &self.system_id[..self.system_id.len().min(255)];
        out.push(ACCEPTED);
        for value in [self.number, self.at_ms, self.due_ms] {
            out.extend(value.to_be_bytes());
        }
        let length = u8::try_from(system_id.len()).unwrap_or(u8::MAX);
        out.extend([self.outcome.code(), self.copies, length]);
        out.extend(system_id);
        out.extend(self.pdu);
    }

    fn read(mut rest: &'a [u8]) -> Option<Self> {
        let number = eight(&mut rest)?;
        let at_ms = eight(&mut rest)?;
        let due_ms = eight(&mut rest)?;
        let outcome = Outcome::from_code(one(&mut rest)?)?;
        let copies = one(&mut rest)?;
        let length = one(&mut rest)?;
        let (system_id, pdu) = rest.split_at_checked(usize::from(length))?;
        Some(Self {
            number,
            at_ms,
            due_ms,
            outcome,
            copies: copies.min(2),
            system_id,
            pdu,
        })
    }
}

/// Reads how long the payload is; `None` when the head is torn.
pub(super) fn payload_length(head: [u8; HEAD_LENGTH]) -> Option<usize> {
    let [a, b, c, d, ..] = head;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
    (1..=LONGEST).contains(&length).then_some(length)
}

/// Adds up eight octets at a time, each sum scattered: it has to find a torn tail, not an enemy.
fn checksum(payload: &[u8]) -> u32 {
    let (words, rest) = payload.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let sum = words.iter().chain([&last]).fold(1_u64, |sum, word| {
        (sum ^ u64::from_le_bytes(*word))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29)
    });
    u32::try_from((sum ^ (sum >> 32)) & 0xFFFF_FFFF).expect("32 bits are left")
}

fn one(rest: &mut &[u8]) -> Option<u8> {
    let (first, following) = rest.split_first()?;
    *rest = following;
    Some(*first)
}

fn eight(rest: &mut &[u8]) -> Option<u64> {
    let (first, following) = rest.split_first_chunk()?;
    *rest = following;
    Some(u64::from_be_bytes(*first))
}
