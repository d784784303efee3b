//! What one call does beside the rows of the messages: to the books and to the kept tallies.

use store::Error;

use crate::books::Books;
use crate::tallies::Tallies;
use crate::writing::Writing;

/// Collects it, so that each account's and each submission's rows are written once.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) books: Books,
    pub(crate) tallies: Tallies,
}

impl Changes {
    /// Writes it; to be called last in the transaction that caused it.
    pub(crate) fn close(self, writing: &Writing<'_>) -> Result<(), Error> {
        self.books.close(writing)?;
        self.tallies.close(writing)
    }
}
