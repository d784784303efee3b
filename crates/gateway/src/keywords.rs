//! Whose a message from a handset is: by the number that it was sent to, and by its first word where accounts share a number.

use std::collections::HashMap;
use std::sync::Arc;

use sms::stop_words::{Wish, folded, wish};
use store::AccountId;

use crate::directory::Account;

/// Knows which account has which number, alone or with a keyword.
#[derive(Default)]
pub(crate) struct Owners {
    numbers: HashMap<String, AccountId>,
    /// By number and keyword.
    keywords: HashMap<(String, String), AccountId>,
}

/// Is whose a message is, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) account: AccountId,
    /// What it asks for, when it is a word for that, alone or beside the keyword.
    pub(crate) wish: Option<Wish>,
}

impl Owners {
    /// Lists which account has which number; of several that claim the same one the oldest.
    pub(crate) fn of(accounts: &foldhash::HashMap<AccountId, Arc<Account>>) -> Self {
        let mut accounts: Vec<_> = accounts.values().collect();
        accounts.sort_unstable_by_key(|account| account.id);
        let mut owners = Self::default();
        for account in accounts {
            for entry in &account.settings.numbers {
                let owner = match keyword(entry) {
                    Some((number, keyword)) => owners
                        .keywords
                        .entry((plain(number), folded(keyword)))
                        .or_insert(account.id),
                    None => owners.numbers.entry(plain(entry)).or_insert(account.id),
                };
                if *owner != account.id {
                    let name = &account.name;
                    tracing::warn!(
                        account = name,
                        number = entry,
                        "another account has the number already"
                    );
                }
            }
        }
        owners
    }

    /// Tells whether an account, any one, has the number for itself or shares it.
    pub(crate) fn has(&self, number: &str) -> bool {
        let shares = |(shared, _): &(String, String)| shared == number;
        self.numbers.contains_key(number) || self.keywords.keys().any(shares)
    }

    /// Finds whose a message to this number, written plainly, is: whoever has its first word there, then whoever has the number.
    /// Where a word such as STOP comes first, the keyword may follow it.
    pub(crate) fn find(&self, number: &str, text: &str) -> Option<Owned> {
        self.by_keyword(number, text).or_else(|| {
            let account = *self.numbers.get(number)?;
            let wish = wish(text);
            Some(Owned { account, wish })
        })
    }

    fn by_keyword(&self, number: &str, text: &str) -> Option<Owned> {
        if self.keywords.is_empty() {
            return None;
        }
        let text = folded(text);
        let owner = |word: &str| {
            let key = (number.to_owned(), word.to_owned());
            self.keywords.get(&key).copied()
        };
        let end = text.find(|character: char| !character.is_alphanumeric());
        let (first, rest) = text.split_at(end.unwrap_or(text.len()));
        if let Some(account) = owner(first) {
            let wish = wish(rest);
            return Some(Owned { account, wish });
        }
        let (before, last) = text.rsplit_once(' ')?;
        let wish = wish(before)?;
        owner(last).map(|account| Owned {
            account,
            wish: Some(wish),
        })
    }
}

/// Divides an entry such as `1234 SHOP` into number and keyword: the last word, when it has a letter and all before it is a number.
fn keyword(entry: &str) -> Option<(&str, &str)> {
    let (number, keyword) = entry.trim().rsplit_once(char::is_whitespace)?;
    let is_keyword = keyword.chars().any(char::is_alphabetic);
    (is_keyword && is_number(&plain(number))).then_some((number, keyword))
}

/// Writes a number as its digits alone; a name, or anything else that is no number, as it is.
pub(crate) fn plain(given: &str) -> String {
    let is_sign = |character| matches!(character, '+' | ' ' | '-' | '(' | ')');
    let digits: String = given
        .chars()
        .filter(|&character| !is_sign(character))
        .collect();
    if is_number(&digits) {
        digits
    } else {
        given.to_owned()
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use sms::Currency;

    use super::*;
    use crate::directory::AccountSettings;

    /// Accounts 1, 2 and so on with these numbers.
    fn owners(numbers: &[&[&str]]) -> Owners {
        let accounts = numbers.iter().zip(1..).map(|(numbers, id)| {
            let account = Account {
                id: AccountId(id),
                name: format!("account {id}"),
                parent: None,
                currency: Currency::UAH,
                credit_limit_micros: 0,
                suspended: false,
                suspended_itself: false,
                settings: AccountSettings {
                    numbers: numbers.iter().map(|&number| number.to_owned()).collect(),
                    ..AccountSettings::default()
                },
            };
            (account.id, Arc::new(account))
        });
        Owners::of(&accounts.collect())
    }

    fn owner(owners: &Owners, number: &str, text: &str) -> Option<i64> {
        owners.find(number, text).map(|owned| owned.account.0)
    }

    #[test]
    fn numbers_are_written_plainly_and_names_stay() {
        for (given, written) in [
            ("+380 (50) 111-00-00", "380501110000"),
            ("1234", "1234"),
            ("Shop-24", "Shop-24"),
            ("+", "+"),
            ("", ""),
        ] {
            assert_eq!(plain(given), written);
        }
    }

    #[test]
    fn the_owner_of_a_keyword_goes_before_the_owner_of_its_number() {
        let owners = owners(&[
            &["1234", "+380 44 123-45-67"],
            &["1234 SHOP", "+380 44 123-45-67 Їжа"],
            &["5678 Taxi24"],
        ]);
        for (number, text, expected) in [
            ("1234", "hello", Some(1)),
            ("1234", "shop hello", Some(2)),
            ("1234", " Shop: hello", Some(2)),
            ("1234", "\"SHOP\", hello", Some(2)),
            ("1234", "shop", Some(2)),
            ("1234", "shopping", Some(1)),
            ("1234", "my shop", Some(1)),
            ("1234", "", Some(1)),
            ("380441234567", "ЇЖА будь ласка", Some(2)),
            ("380441234567", "їжачок", Some(1)),
            ("5678", "taxi24 now", Some(3)),
            ("5678", "taxi 24 now", None),
            ("9999", "shop", None),
        ] {
            assert_eq!(owner(&owners, number, text), expected, "{number}: {text:?}");
        }
        assert!(owners.has("1234") && owners.has("5678") && !owners.has("9999"));
    }

    #[test]
    fn of_accounts_with_the_same_number_or_keyword_the_oldest_has_it() {
        let owners = owners(&[
            &["7700 b"],
            &["7700", "7700 a"],
            &["7700", "7700 A", "7700 B"],
        ]);
        assert_eq!(owner(&owners, "7700", "hello"), Some(2));
        assert_eq!(owner(&owners, "7700", "a"), Some(2));
        assert_eq!(owner(&owners, "7700", "b"), Some(1));
    }

    #[test]
    fn a_wish_is_the_word_alone_or_beside_the_keyword() {
        let owners = owners(&[&["1234"], &["1234 SHOP"]]);
        for (text, account, wish) in [
            ("stop", 1, Some(Wish::Stop)),
            ("START", 1, Some(Wish::Start)),
            ("shop stop", 2, Some(Wish::Stop)),
            ("Shop: STOP!", 2, Some(Wish::Stop)),
            ("stop shop", 2, Some(Wish::Stop)),
            ("stop all shop", 2, Some(Wish::Stop)),
            ("start shop", 2, Some(Wish::Start)),
            ("shop", 2, None),
            ("shop hello", 2, None),
            ("hello shop", 1, None),
            ("stop it", 1, None),
        ] {
            let expected = Owned {
                account: AccountId(account),
                wish,
            };
            assert_eq!(owners.find("1234", text), Some(expected), "{text}");
        }
    }
}
