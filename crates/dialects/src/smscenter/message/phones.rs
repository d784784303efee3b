//! Lists of phones: numbers in any writing, and groups of contacts.

use gateway::ListId;

/// Holds a list of phones.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Phones {
    /// The numbers in their order, which may be none.
    pub(crate) numbers: Vec<String>,
    /// Groups of contacts, written as `G` and the group's number.
    pub(crate) groups: Vec<ListId>,
}

impl Phones {
    /// Reads a list with commas, semicolons or line ends between its entries.
    pub(crate) fn read(list: &str, correct_eights: bool) -> Self {
        let mut phones = Self::default();
        let entries = list.split([',', ';', '\n', '\r']).map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            match group(entry) {
                Some(group) => phones.groups.push(group),
                None => phones.numbers.push(number(entry, correct_eights)),
            }
        }
        phones
    }
}

fn group(entry: &str) -> Option<ListId> {
    let digits = entry.strip_prefix('G')?;
    let digits = Some(digits).filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()));
    digits?.parse().ok().map(ListId)
}

/// Reads a number. Behind a plus it is taken as it is; else brackets, blanks, hyphens and dots are dropped, and eleven digits that
/// begin with 8, as numbers of Russia and Kazakhstan are dialled at home, get a 7 instead if that is wanted.
pub(crate) fn number(text: &str, correct_eights: bool) -> String {
    let text = text.trim();
    let is_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if text.starts_with('+') || !text.starts_with('8') && is_digits(text) {
        return text.to_owned();
    }
    let is_sign = |character: char| "()-.".contains(character) || character.is_whitespace();
    let number: String = text
        .chars()
        .filter(|&character| !is_sign(character))
        .collect();
    match number.strip_prefix('8') {
        Some(rest) if correct_eights && rest.len() == 10 && is_digits(rest) => {
            format!("7{rest}")
        }
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_corrected_unless_they_have_a_plus() {
        for (given, expected) in [
            ("89991234567", "79991234567"),
            ("8 (999) 123-45-67", "79991234567"),
            ("79991234567", "79991234567"),
            ("+89991234567", "+89991234567"),
            ("8999123456", "8999123456"),
            ("8999123456x", "8999123456x"),
            ("84951234567890", "84951234567890"),
            ("", ""),
        ] {
            assert_eq!(number(given, true), expected, "{given}");
        }
        assert_eq!(number("89991234567", false), "89991234567");
    }

    #[test]
    fn entries_are_told_apart_by_commas_semicolons_and_lines() {
        let phones = Phones::read(" 79991234567;,8999-123-45-68\r\nG5,Gx,+7 999", true);
        assert_eq!(
            phones.numbers,
            ["79991234567", "79991234568", "Gx", "+7 999"]
        );
        assert_eq!(phones.groups, [ListId(5)]);
        assert_eq!(Phones::read(" ,\n;", true), Phones::default());
    }
}
