//! How many values one request may have: each takes more memory than its octets, and time.

use thiserror::Error;

/// How many values one request may have, those inside of arrays and the arrays themselves counted: a list of 100,000 phones with
/// variables, the most that one submission takes, has 300,000 in the notation of PHP.
pub(crate) const MOST_VALUES: usize = 500_000;

/// Says that a request has more than [`MOST_VALUES`].
#[derive(Debug, Error)]
#[error("more than {MOST_VALUES} values were given")]
pub(crate) struct TooMany;

/// Counts how many values a request may still have.
#[derive(Debug)]
pub(crate) struct Room {
    left: usize,
    exceeded: bool,
}

impl Room {
    /// Begins with room for [`MOST_VALUES`].
    pub(crate) const fn new() -> Self {
        Self::of(MOST_VALUES)
    }

    /// Begins with room for so many.
    pub(super) const fn of(left: usize) -> Self {
        Self {
            left,
            exceeded: false,
        }
    }

    /// Takes room for so many more.
    pub(crate) fn take(&mut self, values: usize) -> Result<(), TooMany> {
        self.exceeded |= values > self.left;
        self.left = self.left.saturating_sub(values);
        if self.exceeded { Err(TooMany) } else { Ok(()) }
    }

    /// Tells whether more was asked for than there was.
    pub(crate) const fn is_exceeded(&self) -> bool {
        self.exceeded
    }
}
