//! Repeatable chance, for promises that hold after any sequence of operations.

/// A small generator of repeatable numbers (`SplitMix64`).
pub(super) struct Random(pub(super) u64);

impl Random {
    /// Answers the next number, any of 64 bits.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Answers a number from 0 to below `bound`.
    pub(super) fn below(&mut self, bound: u32) -> i64 {
        i64::try_from(self.next() % u64::from(bound)).expect("a bound of 32 bits fits")
    }

    /// Picks one of a list that is not empty.
    pub(super) fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let bound = u32::try_from(list.len()).expect("lists are short");
        &list[usize::try_from(self.below(bound)).expect("an index is not negative")]
    }
}
