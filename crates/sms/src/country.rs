//! Countries, and which of them a number belongs to.

mod prefixes;

use std::{fmt, sync::LazyLock};

use thiserror::Error;

use crate::{msisdn::Msisdn, prefix::PrefixMap};
use prefixes::PREFIXES;

/// Says that a text is not the code of a country that has telephone numbers.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
#[error("no country with telephone numbers has this two-letter code")]
pub struct UnknownCountry;

/// Names a country or territory by its ISO 3166-1 alpha-2 code (`XK` for Kosovo, and `AC` and
/// `TA` for two islands, as telephone numbering has them).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads a code of two upper-case letters; only countries with their own numbers are known.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        let known = |&(letters, _): &([u8; 2], _)| letters == code.as_bytes();
        PREFIXES
            .iter()
            .find(|row| known(row))
            .map(|row| Self(row.0))
            .ok_or(UnknownCountry)
    }

    /// Finds the country of a number by its longest known prefix; `None` for calling codes that
    /// are unassigned or belong to no country.
    pub fn of(msisdn: &Msisdn) -> Option<Self> {
        static COUNTRIES: LazyLock<PrefixMap<Country>> = LazyLock::new(|| {
            let mut countries = PrefixMap::new();
            for country in Country::all() {
                for prefix in country.prefixes() {
                    countries
                        .insert(prefix, country)
                        .expect("the table has digits only");
                }
            }
            countries
        });
        COUNTRIES.longest(msisdn.as_bytes())
    }

    /// Yields every known country by ascending code.
    pub fn all() -> impl Iterator<Item = Self> {
        PREFIXES.iter().map(|&(code, _)| Self(code))
    }

    /// Returns the two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country holds ASCII letters only")
    }

    /// Returns the prefixes of the country's numbers; a longer prefix may belong to another.
    pub fn prefixes(self) -> &'static [&'static str] {
        let row = PREFIXES.binary_search_by_key(&self.0, |&(code, _)| code);
        row.map_or(&[], |index| PREFIXES[index].1)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country_of(digits: &str) -> Option<String> {
        Country::of(&Msisdn::parse(digits).unwrap()).map(|country| country.code().to_owned())
    }

    #[test]
    fn numbers_belong_to_the_country_of_their_longest_prefix() {
        for (digits, code) in [
            ("380501234567", "UA"),
            ("79123456789", "RU"),
            ("77710009998", "KZ"),
            ("76000000000", "KZ"),
            ("994401234567", "AZ"),
            ("37362112345", "MD"),
            ("48512345678", "PL"),
            ("447400123456", "GB"),
            ("447781123456", "GG"),
            ("447797712345", "JE"),
            ("447624123456", "IM"),
            ("4915123456789", "DE"),
            ("12015550123", "US"),
            ("15062345678", "CA"),
            ("17872345678", "PR"),
            ("18092345678", "DO"),
            ("18762101234", "JM"),
            ("393123456789", "IT"),
            ("390669812345", "VA"),
            ("4740612345", "NO"),
            ("4779123456", "SJ"),
            ("358412345678", "FI"),
            ("3581812345678", "AX"),
            ("61412345678", "AU"),
            ("61891641234", "CX"),
            ("262692123456", "RE"),
            ("262639012345", "YT"),
            ("590690001234", "GP"),
            ("59995181234", "CW"),
            ("5993181234", "BQ"),
            ("995555123456", "GE"),
            ("375294911911", "BY"),
            ("38343201234", "XK"),
        ] {
            assert_eq!(country_of(digits).as_deref(), Some(code), "{digits}");
        }
        assert_eq!(country_of("999123456789"), None);
        assert_eq!(
            country_of("88210123456"),
            None,
            "an international network has no country"
        );
    }

    #[test]
    fn only_countries_with_numbers_are_known() {
        assert_eq!(Country::parse("UA").unwrap().code(), "UA");
        for code in ["", "U", "ua", "UK", "ZZ", "UKR", "УА"] {
            assert_eq!(Country::parse(code), Err(UnknownCountry), "{code:?}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_no_prefix_twice() {
        assert!(PREFIXES.is_sorted_by(|before, after| before.0 < after.0));
        let mut all: Vec<&str> = Country::all()
            .flat_map(Country::prefixes)
            .copied()
            .collect();
        all.sort_unstable();
        assert!(all.is_sorted_by(|before, after| before < after));
        assert!(Country::all().all(|country| !country.prefixes().is_empty()));
    }
}
