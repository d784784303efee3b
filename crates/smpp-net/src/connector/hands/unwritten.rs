//! Which segments of an attempt have yet to be written.

use std::collections::BTreeSet;

/// Positions of segments: those from one on, and those before it that take their place again.
#[derive(Debug)]
pub(super) struct Unwritten {
    next: usize,
    end: usize,
    again: BTreeSet<usize>,
}

impl Unwritten {
    /// All of so many.
    pub(super) const fn of(segments: usize) -> Self {
        Self {
            next: 0,
            end: segments,
            again: BTreeSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    pub(super) fn first(&self) -> Option<usize> {
        let again = self.again.first().copied();
        again.or((self.next < self.end).then_some(self.next))
    }

    pub(super) fn contains(&self, position: usize) -> bool {
        (self.next..self.end).contains(&position) || self.again.contains(&position)
    }

    /// Takes the first one out: none is written before it.
    pub(super) fn remove(&mut self, position: usize) {
        if !self.again.remove(&position) && position == self.next {
            self.next += 1;
        }
    }

    /// Puts one that was written back in its place.
    pub(super) fn insert(&mut self, position: usize) {
        self.again.insert(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_its_place_again_comes_before_what_was_behind_it() {
        let mut unwritten = Unwritten::of(3);
        unwritten.remove(0);
        unwritten.remove(1);
        assert_eq!(unwritten.first(), Some(2));
        unwritten.insert(1);
        unwritten.insert(0);
        for position in 0..3 {
            assert!(unwritten.contains(position));
            assert_eq!(unwritten.first(), Some(position));
            unwritten.remove(position);
        }
        assert!(unwritten.is_empty() && !unwritten.contains(2));
    }
}
