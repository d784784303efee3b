//! The forms in which an SMSC writes its message ids, often one in the response and another in
//! the receipt.

use serde::{Deserialize, Serialize};

use crate::chance::scatter;

/// How a message's number is written as `message_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// Decimal digits.
    #[default]
    Decimal,
    /// Decimal digits, at least twenty of them.
    DecimalPadded,
    /// Hexadecimal digits with small letters.
    HexLower,
    /// Hexadecimal digits with capital letters.
    HexUpper,
    /// Hexadecimal digits with capital letters, at least sixteen of them.
    HexPadded,
    /// A UUID that only looks random; the same number gives the same one.
    Uuid,
}

impl IdForm {
    /// Writes a number in this form.
    pub fn write(self, number: u64) -> String {
        match self {
            Self::Decimal => number.to_string(),
            Self::DecimalPadded => format!("{number:020}"),
            Self::HexLower => format!("{number:x}"),
            Self::HexUpper => format!("{number:X}"),
            Self::HexPadded => format!("{number:016X}"),
            Self::Uuid => {
                let (high, low) = (scatter(number), scatter(!number));
                format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    high >> 32,
                    (high >> 16) & 0xFFFF,
                    high & 0xFFF,
                    low >> 52,
                    low & 0xFFFF_FFFF_FFFF,
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_digits() {
        let rows = [
            (IdForm::Decimal, "48879"),
            (IdForm::DecimalPadded, "00000000000000048879"),
            (IdForm::HexLower, "beef"),
            (IdForm::HexUpper, "BEEF"),
            (IdForm::HexPadded, "000000000000BEEF"),
        ];
        for (form, expected) in rows {
            assert_eq!(form.write(0xBEEF), expected, "{form:?}");
        }
        let uuid = IdForm::Uuid.write(0xBEEF);
        assert_eq!((uuid.len(), uuid.split('-').count()), (36, 5));
        assert_ne!(uuid, IdForm::Uuid.write(0xBEEE));
    }
}
