//! The phones: what the last digits of a number ask for.

/// How the phones of one number suffix behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phone {
    /// Gets its messages; faults come from the scenario alone.
    Plain,
    /// Is switched off: `UNDELIV`.
    Undelivered,
    /// Is not found in time: `EXPIRED`.
    Expired,
    /// Is refused by the network after it took the message: `REJECTD`.
    Rejected,
    /// Gets its message at once, the receipt takes long.
    Slow,
    /// Makes the network never answer; the message is not taken.
    Silent,
    /// Is throttled at the first two attempts of a text.
    Throttled,
    /// Has each receipt sent twice.
    DuplicateReceipt,
    /// Has its receipt sent before the response.
    ReceiptFirst,
}

/// The suffixes that mean something, with what they mean; 0004 belongs to the gateway, which
/// has no money for it.
pub const MAGIC: &[(&str, Phone, &str)] = &[
    ("0001", Phone::Undelivered, "undelivered"),
    ("0002", Phone::Expired, "expired"),
    ("0003", Phone::Rejected, "rejected"),
    ("0005", Phone::Slow, "slow, receipt after 30 s"),
    ("0006", Phone::Silent, "never answers"),
    (
        "0007",
        Phone::Throttled,
        "throttled, taken at the third attempt",
    ),
    ("0008", Phone::DuplicateReceipt, "duplicate receipt"),
    ("0009", Phone::ReceiptFirst, "receipt before the response"),
];

impl Phone {
    /// Finds the phone by the last four digits of its number.
    pub fn of(number: &[u8]) -> Self {
        MAGIC
            .iter()
            .find(|(suffix, _, _)| number.ends_with(suffix.as_bytes()))
            .map_or(Self::Plain, |&(_, phone, _)| phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four_digits_name_the_phone() {
        for (number, phone) in [
            ("380501234567", Phone::Plain),
            ("380501230004", Phone::Plain),
            ("380501230006", Phone::Silent),
            ("380500006000", Phone::Plain),
            ("0009", Phone::ReceiptFirst),
            ("009", Phone::Plain),
            ("", Phone::Plain),
        ] {
            assert_eq!(Phone::of(number.as_bytes()), phone, "{number}");
        }
    }
}
