//! The arithmetic of an account's ledger: entries that never change and the balance they add up to.

use thiserror::Error;

/// Tells what a ledger entry does to the balance.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EntryKind {
    /// Brings money in; a negative amount reverses an earlier top-up.
    TopUp,
    /// Reserves money for a message.
    Hold,
    /// Takes reserved money for good.
    Charge,
    /// Gives reserved money back.
    Release,
    /// Corrects the balance by hand, up or down.
    Adjustment,
    /// Comes from another account, or goes to it when negative: there its counterpart is.
    Transfer,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::TopUp,
        Self::Hold,
        Self::Charge,
        Self::Release,
        Self::Adjustment,
        Self::Transfer,
    ];

    /// Returns the stable code under which the kind is stored; never 0.
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::TopUp => 1,
            Self::Hold => 2,
            Self::Charge => 3,
            Self::Release => 4,
            Self::Adjustment => 5,
            Self::Transfer => 6,
        }
    }

    /// Reads a stored code; `None` for a code that no kind has.
    pub fn from_u8(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_u8() == code)
    }

    /// Returns the kind's name in lower case, words joined by `_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Hold => "hold",
            Self::Charge => "charge",
            Self::Release => "release",
            Self::Adjustment => "adjustment",
            Self::Transfer => "transfer",
        }
    }
}

/// Says why an entry cannot be made.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
pub enum LedgerError {
    /// A hold, charge or release of less than nothing.
    #[error("the amount is negative")]
    Negative,
    /// A charge or release of more than is held.
    #[error("the amount is more than is held")]
    MoreThanHeld,
    /// The available money would fall below the credit limit.
    #[error("the balance and the credit limit do not cover the amount")]
    InsufficientFunds,
    /// A sum does not fit the scale of money.
    #[error("the amount is too large")]
    Overflow,
}

/// Holds the three sums of an account in micros of its currency.
///
/// Available, held and charged together are always what was brought in.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Book {
    /// What may be spent; below zero when the account lives on credit.
    pub available: i64,
    /// What is reserved for messages on their way; never negative.
    pub held: i64,
    /// What was taken for good; never negative.
    pub charged: i64,
}

impl Book {
    /// Adds up entries in their order, as they were made under whatever credit limit held then.
    pub fn from_entries(
        entries: impl IntoIterator<Item = (EntryKind, i64)>,
    ) -> Result<Self, LedgerError> {
        entries
            .into_iter()
            .try_fold(Self::default(), |book, (kind, amount)| {
                book.apply(kind, amount)
            })
    }

    /// Makes an entry without asking for a credit limit; for entries that were made before and
    /// for settlements, which never make the account poorer.
    pub fn apply(self, kind: EntryKind, amount: i64) -> Result<Self, LedgerError> {
        let Self {
            available,
            held,
            charged,
        } = self;
        let add = |sum: i64| sum.checked_add(amount).ok_or(LedgerError::Overflow);
        let take = |sum: i64| sum.checked_sub(amount).ok_or(LedgerError::Overflow);
        let (negative, over) = (amount < 0, amount > held);
        match kind {
            EntryKind::TopUp | EntryKind::Adjustment | EntryKind::Transfer => Ok(Self {
                available: add(available)?,
                held,
                charged,
            }),
            EntryKind::Hold | EntryKind::Charge | EntryKind::Release if negative => {
                Err(LedgerError::Negative)
            }
            EntryKind::Hold => Ok(Self {
                available: take(available)?,
                held: add(held)?,
                charged,
            }),
            EntryKind::Charge | EntryKind::Release if over => Err(LedgerError::MoreThanHeld),
            EntryKind::Charge => Ok(Self {
                available,
                held: take(held)?,
                charged: add(charged)?,
            }),
            EntryKind::Release => Ok(Self {
                available: add(available)?,
                held: take(held)?,
                charged,
            }),
        }
    }

    /// Makes a new entry, which must not take what is available below minus `credit_limit`.
    ///
    /// An entry that leaves as much available as before, or more, is made even when the account
    /// is below its limit already, because the limit may have been lowered meanwhile.
    pub fn apply_within(
        self,
        credit_limit: i64,
        kind: EntryKind,
        amount: i64,
    ) -> Result<Self, LedgerError> {
        let after = self.apply(kind, amount)?;
        let poorer = after.available < self.available;
        if poorer && after.available < credit_limit.saturating_neg() {
            return Err(LedgerError::InsufficientFunds);
        }
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<(EntryKind, i64)>> {
        let kind = prop::sample::select(EntryKind::ALL.as_slice());
        prop::collection::vec((kind, -50_i64..200), 0..60)
    }

    #[test]
    fn codes_read_back() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::from_u8(kind.as_u8()), Some(kind));
        }
        assert_eq!(EntryKind::from_u8(0), None);
    }

    #[test]
    fn money_goes_from_available_to_held_to_charged_or_back() {
        use EntryKind::{Adjustment, Charge, Hold, Release, TopUp, Transfer};
        let book = Book::from_entries([
            (TopUp, 1000),
            (Hold, 300),
            (Charge, 100),
            (Release, 50),
            (Adjustment, -10),
            (Transfer, 70),
            (Transfer, -200),
        ]);
        assert_eq!(
            book,
            Ok(Book {
                available: 610,
                held: 150,
                charged: 100
            })
        );
    }

    #[test]
    fn entries_that_make_no_sense_are_refused() {
        use EntryKind::{Charge, Hold, Release, TopUp, Transfer};
        let book = Book {
            available: 100,
            held: 20,
            charged: 0,
        };
        for (kind, amount, why) in [
            (Hold, -1, LedgerError::Negative),
            (Release, -1, LedgerError::Negative),
            (Charge, 21, LedgerError::MoreThanHeld),
            (Release, 21, LedgerError::MoreThanHeld),
            (TopUp, i64::MAX, LedgerError::Overflow),
            (Hold, 151, LedgerError::InsufficientFunds),
            (Transfer, -151, LedgerError::InsufficientFunds),
        ] {
            assert_eq!(
                book.apply_within(50, kind, amount),
                Err(why),
                "{kind:?} {amount}"
            );
        }
        assert!(book.apply_within(50, Hold, 150).is_ok());
    }

    #[test]
    fn an_account_below_a_lowered_limit_may_still_grow_richer() {
        let book = Book {
            available: -500,
            held: 20,
            charged: 0,
        };
        assert!(book.apply_within(0, EntryKind::TopUp, 10).is_ok());
        assert!(book.apply_within(0, EntryKind::Release, 20).is_ok());
        assert!(book.apply_within(0, EntryKind::Charge, 20).is_ok());
        let refused = book.apply_within(0, EntryKind::Hold, 1);
        assert_eq!(refused, Err(LedgerError::InsufficientFunds));
    }

    proptest! {
        #[test]
        fn what_was_brought_in_is_conserved(entries in entries(), credit_limit in 0_i64..300) {
            let mut book = Book::default();
            let mut brought_in = 0;
            for (kind, amount) in entries {
                let Ok(after) = book.apply_within(credit_limit, kind, amount) else { continue };
                book = after;
                match kind {
                    EntryKind::TopUp | EntryKind::Adjustment | EntryKind::Transfer => {
                        brought_in += amount;
                    }
                    EntryKind::Hold | EntryKind::Charge | EntryKind::Release => {}
                }
                prop_assert_eq!(book.available + book.held + book.charged, brought_in);
                prop_assert!(book.held >= 0 && book.charged >= 0);
                prop_assert!(book.available >= -credit_limit);
            }
        }

        #[test]
        fn settlements_of_different_messages_may_come_in_any_order(
            (settlements, shuffled) in prop::collection::vec((any::<bool>(), 0_i64..100), 1..20)
                .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        ) {
            let held = settlements.iter().map(|&(_, amount)| amount).sum();
            let settle = |list: Vec<(bool, i64)>| {
                let kind = |charge| if charge { EntryKind::Charge } else { EntryKind::Release };
                let mut book = Book { available: 7, held, charged: 3 };
                for (charge, amount) in list {
                    book = book.apply(kind(charge), amount).unwrap();
                }
                book
            };
            prop_assert_eq!(settle(settlements), settle(shuffled));
        }
    }
}
