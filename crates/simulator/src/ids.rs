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
    /// Hexadecimal digits with small letters, `0x` before them.
    HexPrefixed,
    /// A UUID that only looks random; the same number gives the same one.
    Uuid,
    /// The same with capital letters and without dashes.
    UuidPlain,
    /// Decimal digits of a number that no 64 bits can hold.
    Wide,
    /// Hexadecimal digits, with capital letters, of that number.
    WideHex,
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
            Self::HexPrefixed => format!("{number:#x}"),
            Self::UuidPlain => Self::Uuid.write(number).replace('-', "").to_uppercase(),
            Self::Wide => wide(number).to_string(),
            Self::WideHex => format!("{:X}", wide(number)),
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

fn wide(number: u64) -> u128 {
    (0x8_0000_0000 << 64) | u128::from(number)
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
            (IdForm::HexPrefixed, "0xbeef"),
            (IdForm::Wide, "633825300114114700748351651567"),
            (IdForm::WideHex, "800000000000000000000BEEF"),
        ];
        for (form, expected) in rows {
            assert_eq!(form.write(0xBEEF), expected, "{form:?}");
        }
        let uuid = IdForm::Uuid.write(0xBEEF);
        assert_eq!((uuid.len(), uuid.split('-').count()), (36, 5));
        assert_ne!(uuid, IdForm::Uuid.write(0xBEEE));
        let plain = IdForm::UuidPlain.write(0xBEEF);
        assert_eq!(plain, uuid.replace('-', "").to_uppercase());
    }
}
