//! The one walker that decides where segments end.

use super::{Encoding, gsm7};

/// Returns how many units a character takes; `None` when the alphabet lacks it.
pub(super) fn units(encoding: Encoding, character: char) -> Option<u32> {
    match encoding {
        Encoding::Gsm7 => gsm7::encode(character).map(gsm7::Code::septets),
        Encoding::Ucs2 => Some(if character as u32 > 0xffff { 2 } else { 1 }),
    }
}

/// Counts units and segments; a character is never cut, so a segment may end one unit early.
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

    /// Takes the next character's units; `true` when it begins another segment.
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
