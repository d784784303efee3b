//! The exchange table: what money is worth in other currencies.

use std::collections::HashMap;

use sms::{Currency, Money};

/// Holds the worth of one unit of a base currency in others, in micro-units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    base: Option<Currency>,
    worth: HashMap<Currency, i64>,
}

impl Exchange {
    /// Makes a table; rates that are not above zero are left out.
    pub fn new(base: Currency, rates: impl IntoIterator<Item = (Currency, i64)>) -> Self {
        let mut table = Self {
            base: Some(base),
            worth: HashMap::new(),
        };
        for (currency, micros) in rates {
            table.set(currency, micros);
        }
        table
    }

    /// Returns the currency of which every rate tells the worth of one unit; `None` when there is no table.
    pub fn base(&self) -> Option<Currency> {
        self.base
    }

    /// Lists the rates by currency.
    pub fn rates(&self) -> Vec<(Currency, i64)> {
        let mut rates: Vec<_> = self
            .worth
            .iter()
            .map(|(currency, worth)| (*currency, *worth))
            .collect();
        rates.sort_by_key(|(currency, _)| currency.code().to_owned());
        rates
    }

    /// Sets the worth of one unit of the base in a currency.
    pub fn set(&mut self, currency: Currency, micros: i64) {
        if micros > 0 && self.base != Some(currency) {
            self.worth.insert(currency, micros);
        }
    }

    /// Converts money, rounded half to even; `None` when the table has no way from one currency to the other.
    pub fn convert(&self, money: Money, to: Currency) -> Option<Money> {
        if money.currency() == to {
            return Some(money);
        }
        sms::money::convert(money, self.worth(to)?, self.worth(money.currency())?, to)
    }

    fn worth(&self, currency: Currency) -> Option<i64> {
        if self.base == Some(currency) {
            return Some(1_000_000);
        }
        self.worth.get(&currency).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_goes_through_the_base() {
        let table = Exchange::new(
            Currency::UAH,
            [(Currency::USD, 25_000), (Currency::EUR, 20_000)],
        );
        let converted = |micros, from, to| {
            let money = table.convert(Money::new(micros, from), to);
            money.map(Money::micros)
        };
        assert_eq!(
            converted(100_000_000, Currency::UAH, Currency::USD),
            Some(2_500_000)
        );
        assert_eq!(
            converted(2_500_000, Currency::USD, Currency::UAH),
            Some(100_000_000)
        );
        assert_eq!(
            converted(1_000_000, Currency::USD, Currency::EUR),
            Some(800_000)
        );
        assert_eq!(converted(7, Currency::GBP, Currency::GBP), Some(7));
        assert_eq!(converted(1, Currency::UAH, Currency::GBP), None);
        assert_eq!(
            Exchange::default().convert(Money::new(1, Currency::UAH), Currency::USD),
            None
        );
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        let mut table = Exchange::new(Currency::UAH, [(Currency::USD, 0), (Currency::UAH, 5)]);
        assert_eq!(table.rates(), []);
        table.set(Currency::USD, 1);
        assert_eq!(table.rates(), [(Currency::USD, 1)]);
    }
}
