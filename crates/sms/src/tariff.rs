//! Tariffs: what one segment to a number costs.

use thiserror::Error;

use crate::{country::Country, money::Currency, msisdn, msisdn::Msisdn, prefix::PrefixMap};

/// Says to which numbers a rule applies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Matcher {
    /// Numbers that begin with these digits.
    Prefix(String),
    /// Numbers of this country.
    Country(Country),
    /// Numbers that begin with one of an operator's prefixes.
    Operator {
        /// The operator's name, for people.
        name: String,
        /// The prefixes, digits only.
        prefixes: Vec<String>,
    },
}

/// Gives a price to the numbers that match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Which numbers.
    pub matcher: Matcher,
    /// The price of one segment in millionths of the tariff's currency; never negative.
    pub price_micros: i64,
}

/// Says why rules do not make a tariff; indexes count from 0 in the order given.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum InvalidTariff {
    /// The price of a rule is below zero; `None` means the default price.
    #[error("a price is negative")]
    NegativePrice {
        /// The rule, or the default.
        rule: Option<usize>,
    },
    /// A prefix is empty, longer than a number, or not of digits.
    #[error("the prefix {prefix:?} is not 1 to 15 digits")]
    BadPrefix {
        /// The rule.
        rule: usize,
        /// The prefix as given.
        prefix: String,
    },
    /// Two rules give a price to the same prefix or country.
    #[error("rules {first} and {second} price the same numbers")]
    Repeated {
        /// The rule that came first.
        first: usize,
        /// The rule that repeats it.
        second: usize,
    },
}

/// Holds rules ready for looking up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tariff {
    currency: Currency,
    rules: Vec<Rule>,
    default_micros: Option<i64>,
    by_prefix: PrefixMap<usize>,
    /// Sorted by country.
    by_country: Vec<(Country, usize)>,
}

/// Tells the price of one segment and where it comes from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Priced<'a> {
    /// Millionths of the tariff's currency.
    pub micros: i64,
    /// The rule that matched; `None` for the default price.
    pub rule: Option<&'a Rule>,
}

impl Tariff {
    /// Checks the rules and makes them quick to look up.
    ///
    /// `default_micros` is the price of a segment to any other number; without it such numbers
    /// have no price and cannot be sent to.
    pub fn build(
        currency: Currency,
        rules: Vec<Rule>,
        default_micros: Option<i64>,
    ) -> Result<Self, InvalidTariff> {
        if default_micros.is_some_and(|micros| micros < 0) {
            return Err(InvalidTariff::NegativePrice { rule: None });
        }
        if let Some(rule) = rules.iter().position(|rule| rule.price_micros < 0) {
            return Err(InvalidTariff::NegativePrice { rule: Some(rule) });
        }
        let by_prefix = index_prefixes(&rules)?;
        let by_country = index_countries(&rules)?;
        Ok(Self {
            currency,
            rules,
            default_micros,
            by_prefix,
            by_country,
        })
    }

    /// Finds the price of one segment; `None` when the tariff has none for the number.
    ///
    /// The longest prefix wins, an operator's or a plain one; then the country; then the
    /// default.
    pub fn price_per_segment(&self, msisdn: &Msisdn) -> Option<Priced<'_>> {
        let matched = self.by_prefix.longest(msisdn.as_bytes()).or_else(|| {
            let country = Country::of(msisdn)?;
            let row = self
                .by_country
                .binary_search_by_key(&country, |&(country, _)| country);
            row.ok().map(|row| self.by_country[row].1)
        });
        match matched {
            Some(index) => {
                let rule = &self.rules[index];
                Some(Priced {
                    micros: rule.price_micros,
                    rule: Some(rule),
                })
            }
            None => self
                .default_micros
                .map(|micros| Priced { micros, rule: None }),
        }
    }

    /// Returns the currency of all prices.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Returns the rules in the order given.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the price of a segment to numbers that no rule matches.
    pub const fn default_micros(&self) -> Option<i64> {
        self.default_micros
    }
}

fn index_prefixes(rules: &[Rule]) -> Result<PrefixMap<usize>, InvalidTariff> {
    let mut index = PrefixMap::new();
    for (rule, Rule { matcher, .. }) in rules.iter().enumerate() {
        let prefixes = match matcher {
            Matcher::Prefix(prefix) => std::slice::from_ref(prefix),
            Matcher::Operator { prefixes, .. } => prefixes.as_slice(),
            Matcher::Country(_) => &[],
        };
        for prefix in prefixes {
            let bad = || InvalidTariff::BadPrefix {
                rule,
                prefix: prefix.clone(),
            };
            if !(1..=msisdn::MAX_DIGITS).contains(&prefix.len()) {
                return Err(bad());
            }
            match index.insert(prefix, rule).map_err(|_| bad())? {
                Some(first) if first != rule => {
                    return Err(InvalidTariff::Repeated {
                        first,
                        second: rule,
                    });
                }
                Some(_) | None => {}
            }
        }
    }
    Ok(index)
}

fn index_countries(rules: &[Rule]) -> Result<Vec<(Country, usize)>, InvalidTariff> {
    let country_of = |(index, rule): (usize, &Rule)| match &rule.matcher {
        Matcher::Country(country) => Some((*country, index)),
        Matcher::Prefix(_) | Matcher::Operator { .. } => None,
    };
    let mut index: Vec<_> = rules.iter().enumerate().filter_map(country_of).collect();
    index.sort_unstable();
    match index.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(InvalidTariff::Repeated {
            first: pair[0].1,
            second: pair[1].1,
        }),
        None => Ok(index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(digits: &str, price_micros: i64) -> Rule {
        Rule {
            matcher: Matcher::Prefix(digits.to_owned()),
            price_micros,
        }
    }

    fn country(code: &str, price_micros: i64) -> Rule {
        Rule {
            matcher: Matcher::Country(Country::parse(code).unwrap()),
            price_micros,
        }
    }

    fn operator(name: &str, prefixes: &[&str], price_micros: i64) -> Rule {
        let prefixes = prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
        Rule {
            matcher: Matcher::Operator {
                name: name.to_owned(),
                prefixes,
            },
            price_micros,
        }
    }

    fn build(rules: Vec<Rule>, default: Option<i64>) -> Result<Tariff, InvalidTariff> {
        Tariff::build(Currency::UAH, rules, default)
    }

    #[test]
    fn the_longest_prefix_wins_then_the_country_then_the_default() {
        let rules = vec![
            country("RU", 10),
            country("KZ", 20),
            operator("Kyivstar", &["38067", "38097"], 30),
            prefix("380971", 40),
            prefix("38", 50),
            prefix("7", 60),
        ];
        let tariff = build(rules.clone(), Some(99)).unwrap();
        for (digits, micros, rule) in [
            ("380671234567", 30, Some(2)),
            ("380972234567", 30, Some(2)),
            ("380971234567", 40, Some(3)),
            ("380501234567", 50, Some(4)),
            ("79123456789", 60, Some(5)),
            ("48512345678", 99, None),
        ] {
            let priced = tariff
                .price_per_segment(&Msisdn::parse(digits).unwrap())
                .unwrap();
            assert_eq!(priced.micros, micros, "{digits}");
            assert_eq!(
                priced.rule,
                rule.map(|index: usize| &rules[index]),
                "{digits}"
            );
        }
    }

    #[test]
    fn a_country_does_not_price_its_neighbour_with_the_same_calling_code() {
        let tariff = build(vec![country("RU", 10)], None).unwrap();
        let price = |digits| tariff.price_per_segment(&Msisdn::parse(digits).unwrap());
        assert_eq!(price("79123456789").map(|priced| priced.micros), Some(10));
        assert_eq!(price("77710009998"), None);
    }

    #[test]
    fn rules_that_contradict_are_refused() {
        use InvalidTariff::{BadPrefix, NegativePrice, Repeated};
        let bad = |prefix: &str| BadPrefix {
            rule: 0,
            prefix: prefix.to_owned(),
        };
        for (rules, default, why) in [
            (vec![], Some(-1), NegativePrice { rule: None }),
            (
                vec![prefix("1", 0), prefix("2", -1)],
                None,
                NegativePrice { rule: Some(1) },
            ),
            (vec![prefix("", 1)], None, bad("")),
            (vec![prefix("+380", 1)], None, bad("+380")),
            (
                vec![prefix("1234567890123456", 1)],
                None,
                bad("1234567890123456"),
            ),
            (
                vec![country("UA", 1), country("UA", 1)],
                None,
                Repeated {
                    first: 0,
                    second: 1,
                },
            ),
            (
                vec![prefix("38067", 1), operator("x", &["38067"], 2)],
                None,
                Repeated {
                    first: 0,
                    second: 1,
                },
            ),
        ] {
            assert_eq!(build(rules, default), Err(why));
        }
    }

    #[test]
    fn an_operator_may_name_a_prefix_twice() {
        assert!(build(vec![operator("x", &["38067", "38067"], 2)], None).is_ok());
    }
}
