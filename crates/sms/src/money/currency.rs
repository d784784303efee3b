//! Currencies, named by their codes.

use std::fmt;

use thiserror::Error;

/// Says why a text is not a currency code.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
#[error("a currency code is three letters A to Z")]
pub struct InvalidCurrency;

/// Names a currency by three upper-case letters; ISO 4217 codes, or an operator's own unit.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Ukrainian hryvnia.
    pub const UAH: Self = Self(*b"UAH");
    /// The United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The Russian rouble.
    pub const RUB: Self = Self(*b"RUB");
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");

    /// Reads a code of exactly three upper-case ASCII letters.
    pub fn parse(code: &str) -> Result<Self, InvalidCurrency> {
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(InvalidCurrency),
        }
    }

    /// Returns the three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency holds ASCII letters only")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_upper_case_letters() {
        assert_eq!(Currency::parse("UAH"), Ok(Currency::UAH));
        for code in ["", "UA", "uah", "UAHH", "U1H", "ГРН"] {
            assert_eq!(Currency::parse(code), Err(InvalidCurrency), "{code:?}");
        }
    }
}
