//! The states that a receipt can tell, as numbers and as words.

/// The state of a message at the SMSC [smpp34 §5.2.28].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReceiptState {
    /// Waits for its time (SMPP 5.0's number 0).
    Scheduled,
    /// On its way.
    Enroute,
    /// On the handset.
    Delivered,
    /// Its validity ended first.
    Expired,
    /// Removed at the SMSC.
    Deleted,
    /// Cannot be delivered.
    Undeliverable,
    /// Read on the recipient's behalf.
    Accepted,
    /// The SMSC does not know, or its receipt does not tell.
    #[default]
    Unknown,
    /// Refused by the SMSC.
    Rejected,
}

impl ReceiptState {
    /// Reads the number of the TLV and of `query_sm_resp`; `None` when no state has it.
    pub fn from_message_state(number: u8) -> Option<Self> {
        let row = NUMBERS
            .iter()
            .find(|(state, _)| state.message_state() == number)?;
        Some(row.0)
    }

    /// Gives the number of the TLV and of `query_sm_resp`.
    pub const fn message_state(self) -> u8 {
        match self {
            Self::Scheduled => 0,
            Self::Enroute => 1,
            Self::Delivered => 2,
            Self::Expired => 3,
            Self::Deleted => 4,
            Self::Undeliverable => 5,
            Self::Accepted => 6,
            Self::Unknown => 7,
            Self::Rejected => 8,
        }
    }

    /// Reads the word after `stat:` in any case, short or long, or the number in its place.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        if let [digit @ b'0'..=b'8'] = word {
            return Self::from_message_state(digit - b'0');
        }
        let of_table = NUMBERS
            .iter()
            .find(|(_, name)| word.eq_ignore_ascii_case(name.as_bytes()));
        let row = of_table.or_else(|| {
            LONG.iter()
                .find(|(_, name)| word.eq_ignore_ascii_case(name.as_bytes()))
        })?;
        Some(row.0)
    }

    /// Gives the word after `stat:` [smpp34 Appendix B].
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDLD",
            Self::Enroute => "ENROUTE",
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
        }
    }

    /// Tells whether nothing more is expected to happen to the message.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Scheduled | Self::Enroute | Self::Accepted => false,
            Self::Delivered
            | Self::Expired
            | Self::Deleted
            | Self::Undeliverable
            | Self::Unknown
            | Self::Rejected => true,
        }
    }
}

/// Every state with its word.
const NUMBERS: [(ReceiptState, &str); 9] = [
    (ReceiptState::Scheduled, ReceiptState::Scheduled.word()),
    (ReceiptState::Enroute, ReceiptState::Enroute.word()),
    (ReceiptState::Delivered, ReceiptState::Delivered.word()),
    (ReceiptState::Expired, ReceiptState::Expired.word()),
    (ReceiptState::Deleted, ReceiptState::Deleted.word()),
    (
        ReceiptState::Undeliverable,
        ReceiptState::Undeliverable.word(),
    ),
    (ReceiptState::Accepted, ReceiptState::Accepted.word()),
    (ReceiptState::Unknown, ReceiptState::Unknown.word()),
    (ReceiptState::Rejected, ReceiptState::Rejected.word()),
];

/// Words that SMSCs write instead.
const LONG: [(ReceiptState, &str); 12] = [
    (ReceiptState::Scheduled, "SCHEDULED"),
    (ReceiptState::Enroute, "BUFFERED"),
    (ReceiptState::Enroute, "BUFFRED"),
    (ReceiptState::Delivered, "DELIVERED"),
    (ReceiptState::Delivered, "DELIVRED"),
    (ReceiptState::Undeliverable, "UNDELIVERABLE"),
    (ReceiptState::Undeliverable, "UNDELIVERED"),
    (ReceiptState::Undeliverable, "UNDELIVRD"),
    (ReceiptState::Undeliverable, "FAILED"),
    (ReceiptState::Accepted, "ACCEPTED"),
    (ReceiptState::Rejected, "REJECTED"),
    (ReceiptState::Rejected, "REJECTE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_found_by_its_number_and_by_its_word() {
        for (state, word) in NUMBERS {
            assert_eq!(
                ReceiptState::from_message_state(state.message_state()),
                Some(state)
            );
            assert_eq!(
                ReceiptState::from_word(word.to_lowercase().as_bytes()),
                Some(state)
            );
            assert!(word.len() == 7);
        }
        assert_eq!(ReceiptState::from_message_state(9), None);
    }

    #[test]
    fn other_words_of_the_field_are_understood_and_nonsense_is_not() {
        assert_eq!(
            ReceiptState::from_word(b"Delivered"),
            Some(ReceiptState::Delivered)
        );
        assert_eq!(
            ReceiptState::from_word(b"5"),
            Some(ReceiptState::Undeliverable)
        );
        for word in [&b""[..], b"9", b"DELIV", b"22"] {
            assert_eq!(ReceiptState::from_word(word), None);
        }
    }
}
