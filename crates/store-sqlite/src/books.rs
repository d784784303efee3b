//! Writes ledger entries and keeps each account's book in step, within the caller's transaction.

use sms::ledger::EntryKind;
use sms::{Settlement, Timestamp};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::failed;
use crate::known::add_to_book;
use crate::writing::{Sql, Writing};

/// Collects what a batch does to the books, so that each account's row is written once.
#[derive(Default)]
pub(crate) struct Books {
    changes: Vec<Change>,
}

struct Change {
    account: AccountId,
    available: i64,
    held: i64,
    charged: i64,
}

/// Describes the entry that resolves one message's share of its submission's hold.
pub(crate) struct Resolution {
    pub(crate) account: AccountId,
    pub(crate) message: MessageId,
    pub(crate) price_micros: i64,
    pub(crate) at: Timestamp,
}

static SETTLE: Sql = Sql::new(
    "INSERT INTO settlement (message_id, account_id, kind, amount, at) VALUES (?1, ?2, ?3, ?4, ?5)",
);

static ENTER: Sql = Sql::new(
    "INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES (?1, ?2, ?3, ?4, ?5)",
);

impl Books {
    /// Writes the entry that a settlement asks for; none for `Settlement::None`.
    pub(crate) fn settle(
        &mut self,
        writing: &Writing<'_>,
        settlement: Settlement,
        resolution: &Resolution,
    ) -> Result<(), Error> {
        let Resolution {
            account,
            price_micros: price,
            ..
        } = *resolution;
        let (kind, available, charged) = match settlement {
            Settlement::None => return Ok(()),
            Settlement::Charge => (EntryKind::Charge, 0, price),
            Settlement::Release => (EntryKind::Release, price, 0),
        };
        let at = resolution.at.as_millis();
        let row = (resolution.message.0, account.0, kind.as_u8(), price, at);
        writing
            .run(&SETTLE, row)
            .map_err(failed("cannot write a ledger entry"))?;
        self.change(account, available, -price, charged);
        Ok(())
    }

    fn change(&mut self, account: AccountId, available: i64, held: i64, charged: i64) {
        // A batch touches few accounts, most often the one before.
        match self
            .changes
            .iter_mut()
            .rev()
            .find(|change| change.account == account)
        {
            Some(change) => {
                change.available += available;
                change.held += held;
                change.charged += charged;
            }
            None => self.changes.push(Change {
                account,
                available,
                held,
                charged,
            }),
        }
    }

    /// Brings the books in step with the entries written through this value.
    pub(crate) fn close(self, writing: &Writing<'_>) -> Result<(), Error> {
        for change in self.changes {
            add_to_book(
                writing,
                change.account,
                change.available,
                change.held,
                change.charged,
            )?;
        }
        Ok(())
    }
}

/// Writes a hold for a submission: of its price, or of what its price has risen by.
pub(crate) fn hold(
    writing: &Writing<'_>,
    account: AccountId,
    submission: SubmissionId,
    price_micros: i64,
    at: Timestamp,
) -> Result<(), Error> {
    let kind = EntryKind::Hold.as_u8();
    let row = (account.0, kind, price_micros, submission.0, at.as_millis());
    writing
        .run(&ENTER, row)
        .map_err(failed("cannot write the hold"))?;
    add_to_book(writing, account, -price_micros, price_micros, 0)
}

/// Gives back the part of a submission's hold that no message needs.
pub(crate) fn release_rest(
    writing: &Writing<'_>,
    account: AccountId,
    submission: SubmissionId,
    amount_micros: i64,
    at: Timestamp,
) -> Result<(), Error> {
    if amount_micros == 0 {
        return Ok(());
    }
    let kind = EntryKind::Release.as_u8();
    let row = (account.0, kind, amount_micros, submission.0, at.as_millis());
    writing
        .run(&ENTER, row)
        .map_err(failed("cannot write the release"))?;
    add_to_book(writing, account, amount_micros, -amount_micros, 0)
}
