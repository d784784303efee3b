//! The one walker that decides where segments end.

use super::{Encoding, gsm7, read_hex};

/// What is never cut in two: a character or an octet, as the wire has it.
pub(super) struct Symbol {
    octets: [u8; 4],
    length: u8,
    units: u8,
}

impl Symbol {
    /// Appends it. Each length has an arm of its own: copying as many octets as a number says costs several times more.
    pub(super) fn write(&self, octets: &mut Vec<u8>) {
        match (self.length, self.octets) {
            (1, [a, ..]) => octets.push(a),
            (2, [a, b, ..]) => octets.extend_from_slice(&[a, b]),
            (_, all) => octets.extend_from_slice(&all),
        }
    }

    pub(super) fn units(&self) -> u32 {
        u32::from(self.units)
    }

    /// Finds a character in an alphabet; `None` when the alphabet lacks it.
    fn of(encoding: Encoding, character: char) -> Option<Self> {
        let (octets, length, units) = match encoding {
            Encoding::Gsm7 => match gsm7::encode(character)? {
                gsm7::Code::Basic(septet) => ([septet, 0, 0, 0], 1, 1),
                gsm7::Code::Extended(septet) => ([gsm7::ESCAPE, septet, 0, 0], 2, 2),
            },
            Encoding::Ucs2 => {
                let mut units = [0; 2];
                let length = character.encode_utf16(&mut units).len();
                let [[a, b], [c, d]] = units.map(u16::to_be_bytes);
                if length == 1 {
                    ([a, b, 0, 0], 2, 1)
                } else {
                    ([a, b, c, d], 4, 2)
                }
            }
            Encoding::Binary => return None,
        };
        Some(Self {
            octets,
            length,
            units,
        })
    }
}

/// Tells whether a text is its own octets in an alphabet, each a unit that may be cut off from the next: then there is nothing to
/// walk over.
pub(super) fn is_own_octets(encoding: Encoding, text: &str) -> bool {
    encoding == Encoding::Gsm7 && gsm7::is_plain(text)
}

/// Walks over a text, or over the octets that it is the hex of; `None` when it cannot be written so.
pub(super) fn symbols(encoding: Encoding, text: &str, mut each: impl FnMut(&Symbol)) -> Option<()> {
    match encoding {
        Encoding::Gsm7 | Encoding::Ucs2 => {
            for character in text.chars() {
                each(&Symbol::of(encoding, character)?);
            }
        }
        Encoding::Binary => {
            for octet in read_hex(text).ok()? {
                each(&Symbol {
                    octets: [octet, 0, 0, 0],
                    length: 1,
                    units: 1,
                });
            }
        }
    }
    Some(())
}

/// Counts units and segments; a symbol is never cut, so a segment may end one unit early.
pub(super) struct Cutter {
    units_per_segment: u32,
    units: u32,
    segments: u16,
    used: u32,
}

impl Cutter {
    pub(super) const fn new(units_per_segment: u32) -> Self {
        Self {
            units_per_segment,
            units: 0,
            segments: 1,
            used: 0,
        }
    }

    /// Takes the next symbol's units; `true` when it begins another segment.
    pub(super) fn push(&mut self, units: u32) -> bool {
        self.units = self.units.saturating_add(units);
        self.used += units;
        let begins = self.used > self.units_per_segment;
        if begins {
            self.used = units;
            self.segments = self.segments.saturating_add(1);
        }
        begins
    }

    pub(super) const fn units(&self) -> u32 {
        self.units
    }

    pub(super) const fn segments(&self) -> u16 {
        self.segments
    }
}
