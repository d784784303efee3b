//! Amounts of money: an integer of millionths together with its currency, never a float.

mod currency;

use std::fmt;

use thiserror::Error;

pub use currency::{Currency, InvalidCurrency};

/// How many micros make one unit of a currency.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// Says why a text is not an amount.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
pub enum InvalidAmount {
    /// The text is not digits with at most one sign in front and one point inside.
    #[error("an amount is digits with an optional decimal point")]
    NotADecimal,
    /// The text has a digit other than 0 after the sixth decimal place.
    #[error("an amount has at most six decimal places")]
    TooPrecise,
    /// The amount does not fit the scale.
    #[error("the amount is too large")]
    TooLarge,
}

/// Holds an amount in millionths of its currency's unit; negative amounts are debts.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    micros: i64,
    currency: Currency,
}

impl Money {
    /// Makes an amount from millionths of the currency's unit.
    pub const fn new(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }

    /// Makes the amount of nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads `12`, `12.34`, `.5` or `-0.5`; a decimal comma is not accepted.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, InvalidAmount> {
        parse_micros(text).map(|micros| Self::new(micros, currency))
    }

    /// Returns the millionths of the currency's unit.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// Returns the currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Adds an amount; `None` when the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.with_same_currency(other, i64::checked_add)
    }

    /// Takes an amount away; `None` when the currencies differ or the rest does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.with_same_currency(other, i64::checked_sub)
    }

    /// Multiplies by a count; `None` when the product does not fit.
    pub fn checked_mul_u32(self, count: u32) -> Option<Self> {
        let micros = self.micros.checked_mul(i64::from(count))?;
        Some(Self::new(micros, self.currency))
    }

    /// Shows the number alone in its shortest decimal form: `0.13`, `403.44`, `100`.
    pub fn decimal(self) -> impl fmt::Display {
        Decimal {
            micros: self.micros,
            least_places: 0,
        }
    }

    /// Writes the number alone with exactly so many decimal places, rounding half to even.
    pub fn decimal_rounded(self, places: u32) -> String {
        let kept = places.min(6);
        let (unit, scale) = (10_u64.pow(6 - kept), 10_u64.pow(kept));
        let magnitude = self.micros.unsigned_abs();
        let (floor, rest) = (magnitude / unit, magnitude % unit);
        let is_up = 2 * rest > unit || (2 * rest == unit && floor % 2 == 1);
        let rounded = floor + u64::from(is_up);
        let sign = if self.micros < 0 && rounded > 0 {
            "-"
        } else {
            ""
        };
        let (units, fraction) = (rounded / scale, rounded % scale);
        if places == 0 {
            return format!("{sign}{units}");
        }
        let width = kept as usize;
        let mut text = format!("{sign}{units}.{fraction:0width$}");
        text.extend((kept..places).map(|_| '0'));
        text
    }

    /// Drops what lies beyond so many decimal places, towards less: whoever is shown a balance must be able to spend it.
    #[must_use]
    pub const fn rounded_down(self, places: u32) -> Self {
        let unit = match places {
            0..6 => 10_i64.pow(6 - places),
            _ => 1,
        };
        Self::new(self.micros - self.micros.rem_euclid(unit), self.currency)
    }

    fn with_same_currency(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        operation(self.micros, other.micros).map(|micros| Self::new(micros, self.currency))
    }
}

/// Converts an amount into a currency of which `to_worth` is worth as much as `worth` of its own, both in millionths.
///
/// Rounds half to even, so that many small conversions do not drift; `None` when the result
/// does not fit, or when either is not above zero.
pub fn convert(money: Money, to_worth: i64, worth: i64, to: Currency) -> Option<Money> {
    if to_worth <= 0 || worth <= 0 {
        return None;
    }
    let product = i128::from(money.micros) * i128::from(to_worth);
    let micros = divide_half_even(product, i128::from(worth));
    i64::try_from(micros)
        .ok()
        .map(|micros| Money::new(micros, to))
}

/// Shows at least two decimal places and the currency: `12.34 UAH`, `12.50 UAH`, `0.135 UAH`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            Decimal {
                micros: self.micros,
                least_places: 2
            },
            self.currency
        )
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

struct Decimal {
    micros: i64,
    least_places: usize,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.micros.unsigned_abs();
        let unit = MICROS_PER_UNIT.unsigned_abs();
        let fraction = format!("{:06}", magnitude % unit);
        let places = fraction.trim_end_matches('0').len().max(self.least_places);
        let sign = if self.micros < 0 { "-" } else { "" };
        if places == 0 {
            return f.pad(&format!("{sign}{}", magnitude / unit));
        }
        f.pad(&format!(
            "{sign}{}.{}",
            magnitude / unit,
            &fraction[..places]
        ))
    }
}

fn parse_micros(text: &str) -> Result<i64, InvalidAmount> {
    let (negative, number) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (units, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() && fraction.is_empty() || !all_digits(units) || !all_digits(fraction) {
        return Err(InvalidAmount::NotADecimal);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 6 {
        return Err(InvalidAmount::TooPrecise);
    }
    let mut micros: i64 = 0;
    for digit in format!("{units}{fraction:0<6}").bytes() {
        let digit = i64::from(digit - b'0');
        // Counting downwards reaches i64::MIN, which has no positive twin.
        micros = micros
            .checked_mul(10)
            .and_then(|tens| tens.checked_sub(digit))
            .ok_or(InvalidAmount::TooLarge)?;
    }
    if negative {
        Ok(micros)
    } else {
        micros.checked_neg().ok_or(InvalidAmount::TooLarge)
    }
}

fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, remainder) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    let twice = remainder * 2;
    let up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    quotient + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uah(text: &str) -> Money {
        Money::parse_decimal(text, Currency::UAH).unwrap()
    }

    #[test]
    fn decimals_are_read_and_written_in_shortest_form() {
        for (given, shortest, full) in [
            ("0.13", "0.13", "0.13 UAH"),
            ("403.440", "403.44", "403.44 UAH"),
            ("100", "100", "100.00 UAH"),
            (".5", "0.5", "0.50 UAH"),
            ("-0.000001", "-0.000001", "-0.000001 UAH"),
            ("+7.", "7", "7.00 UAH"),
            ("0.1350000000", "0.135", "0.135 UAH"),
            (
                "-9223372036854.775808",
                "-9223372036854.775808",
                "-9223372036854.775808 UAH",
            ),
        ] {
            assert_eq!(uah(given).decimal().to_string(), shortest);
            assert_eq!(uah(given).to_string(), full);
        }
    }

    #[test]
    fn texts_that_are_not_amounts_are_refused() {
        use InvalidAmount::{NotADecimal, TooLarge, TooPrecise};
        for (given, why) in [
            ("", NotADecimal),
            (".", NotADecimal),
            ("-", NotADecimal),
            ("1,5", NotADecimal),
            ("1.2.3", NotADecimal),
            ("--1", NotADecimal),
            ("1e3", NotADecimal),
            ("0.0000001", TooPrecise),
            ("9223372036854.775808", TooLarge),
            ("99999999999999999999", TooLarge),
        ] {
            assert_eq!(
                Money::parse_decimal(given, Currency::EUR),
                Err(why),
                "{given:?}"
            );
        }
    }

    #[test]
    fn rounding_goes_half_to_even() {
        for (given, places, rounded) in [
            ("0.125", 2, "0.12"),
            ("0.135", 2, "0.14"),
            ("-0.125", 2, "-0.12"),
            ("-0.135", 2, "-0.14"),
            ("-0.001", 2, "0.00"),
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
            ("1.5", 8, "1.50000000"),
            ("0.05", 4, "0.0500"),
        ] {
            assert_eq!(
                uah(given).decimal_rounded(places),
                rounded,
                "{given} to {places}"
            );
        }
    }

    #[test]
    fn currencies_never_mix() {
        let dollars = Money::new(1, Currency::USD);
        assert_eq!(uah("1").checked_add(dollars), None);
        assert_eq!(uah("1").checked_sub(uah("0.4")), Some(uah("0.6")));
        assert_eq!(uah("0.13").checked_mul_u32(3), Some(uah("0.39")));
        assert_eq!(Money::new(i64::MAX, Currency::UAH).checked_mul_u32(2), None);
    }

    #[test]
    fn conversion_rounds_once_and_refuses_what_does_not_fit() {
        assert_eq!(
            convert(uah("41.5"), 24_096, 1_000_000, Currency::USD),
            Some(Money::new(999_984, Currency::USD)),
        );
        let half = Money::new(1, Currency::UAH);
        assert_eq!(
            convert(half, 500_000, 1_000_000, Currency::EUR),
            Some(Money::zero(Currency::EUR))
        );
        assert_eq!(
            convert(
                Money::new(i64::MAX, Currency::UAH),
                i64::MAX,
                1_000_000,
                Currency::EUR
            ),
            None
        );
    }

    #[test]
    fn a_balance_is_never_shown_larger_than_it_is() {
        for (micros, shown) in [(129_999, 129_900), (-1, -100), (130_000, 130_000), (0, 0)] {
            let money = Money::new(micros, Currency::UAH).rounded_down(4);
            assert_eq!(money.micros(), shown);
        }
    }
}
