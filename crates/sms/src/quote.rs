//! Quotes: the price of a text to many recipients, added up message by message.

use thiserror::Error;

use crate::money::{Currency, Money};

/// Says that a price does not fit the scale of money.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
#[error("the price is too large")]
pub struct Overflow;

/// Adds up messages in one currency.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    total: Money,
    messages: u32,
    segments: u64,
    invalid: u32,
}

impl Quote {
    /// Begins at nothing.
    pub const fn new(currency: Currency) -> Self {
        Self {
            total: Money::zero(currency),
            messages: 0,
            segments: 0,
            invalid: 0,
        }
    }

    /// Adds a message and returns its price in micros; on overflow the quote stays as it was.
    pub fn add(&mut self, segments: u16, price_per_segment_micros: i64) -> Result<i64, Overflow> {
        let micros = price_per_segment_micros
            .checked_mul(i64::from(segments))
            .ok_or(Overflow)?;
        let price = Money::new(micros, self.total.currency());
        let total = self.total.checked_add(price).ok_or(Overflow)?;
        self.messages = self.messages.checked_add(1).ok_or(Overflow)?;
        self.total = total;
        self.segments += u64::from(segments);
        Ok(micros)
    }

    /// Counts a recipient that is not a number; it costs nothing.
    pub const fn add_invalid(&mut self) {
        self.invalid = self.invalid.saturating_add(1);
    }

    /// Returns the price of everything.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// Returns how many messages are priced.
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// Returns how many segments they have together.
    pub const fn segments(&self) -> u64 {
        self.segments
    }

    /// Returns how many recipients are not numbers.
    pub const fn invalid(&self) -> u32 {
        self.invalid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_add_up_message_by_message() {
        let mut quote = Quote::new(Currency::UAH);
        assert_eq!(quote.add(2, 130_000), Ok(260_000));
        assert_eq!(quote.add(1, 450_000), Ok(450_000));
        quote.add_invalid();
        assert_eq!(quote.total(), Money::new(710_000, Currency::UAH));
        assert_eq!(
            (quote.messages(), quote.segments(), quote.invalid()),
            (2, 3, 1)
        );
    }

    #[test]
    fn an_overflow_leaves_the_quote_as_it_was() {
        let mut quote = Quote::new(Currency::UAH);
        quote.add(1, i64::MAX).unwrap();
        let before = quote;
        assert_eq!(quote.add(1, 1), Err(Overflow));
        assert_eq!(quote.add(2, i64::MAX), Err(Overflow));
        assert_eq!(quote, before);
    }
}
