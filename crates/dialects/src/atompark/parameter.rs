//! The names of this API's parameters, with the other spellings that documents and programs use.

use std::sync::LazyLock;

/// A row is a parameter: its name, then what else it is called. Case never counts.
const NAMES: &[&[&str]] = &[
    &["key"],
    &["sum"],
    &["version"],
    &["action"],
    &["test"],
    &["userapp"],
    &["name"],
    &["description"],
    &["idAddressBook", "idAddresbook"],
    &["newName"],
    &["newDescr"],
    &["searchFields"],
    &["from"],
    &["offset"],
    &["idPhone", "isPhone"],
    &["idPhones"],
    &["phone"],
    &["variables"],
    &["data"],
    &["varId"],
    &["varType"],
    &["varName"],
    &["idException"],
    &["reason"],
    &["currency"],
    &["country"],
    &["idName"],
    &["smsSubject"],
    &["taxName"],
    &["taxId"],
    &["siteUrl"],
    &["operatorId"],
    &["sender"],
    &["asender"],
    &["text"],
    &["phones"],
    &["list_id"],
    &["datetime"],
    &["batch"],
    &["batchinterval"],
    &["sms_lifetime"],
    &["control_phone", "controlnumber", "controlphone"],
    &["type"],
    &["sendOption"],
    &["id"],
    &["datefrom"],
    &["taskIds"],
];

/// Parameters that this API does not have and two client libraries send: one of them leaves its own out of the sum.
const FOREIGN: &[&[&str]] = &[&["testMode", "test_mode"]];

/// A spelling, the name of its parameter, and whether this API has it.
type Spelling = (&'static str, &'static str, bool);

/// All spellings, by their length: a name that was sent is compared with a few.
static SPELLINGS: LazyLock<Vec<Vec<Spelling>>> = LazyLock::new(|| {
    let mut by_length = Vec::new();
    for (rows, known) in [(NAMES, true), (FOREIGN, false)] {
        for row in rows {
            for spelling in *row {
                by_length.resize_with(by_length.len().max(spelling.len() + 1), Vec::new);
                by_length[spelling.len()].push((*spelling, row[0], known));
            }
        }
    }
    by_length
});

fn find(sent: &[u8]) -> Option<&'static Spelling> {
    let mut alike = SPELLINGS.get(sent.len())?.iter();
    alike.find(|(spelling, ..)| sent.eq_ignore_ascii_case(spelling.as_bytes()))
}

/// Returns the name, as in one of the tables, of the parameter that is sent under this one; `None` when it means nothing here.
pub(super) fn name(sent: &[u8]) -> Option<&'static str> {
    find(sent).map(|(_, name, _)| *name)
}

/// Tells whether this API has a parameter of this name.
pub(super) fn is_known(sent: &[u8]) -> bool {
    find(sent).is_some_and(|(.., known)| *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_belongs_to_two_parameters() {
        let mut all: Vec<_> = NAMES
            .iter()
            .copied()
            .flatten()
            .map(|n| n.to_lowercase())
            .collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn names_are_known_in_every_spelling_and_case() {
        assert!(is_known(b"idaddressbook"));
        assert!(is_known(b"idAddresbook"));
        assert!(!is_known(b"test_mode"));
        for (sent, expected) in [
            ("KEY", Some("key")),
            ("ControlPhone", Some("control_phone")),
            ("Test_Mode", Some("testMode")),
            ("colour", None),
            ("", None),
            ("a name that is longer than any other", None),
        ] {
            assert_eq!(name(sent.as_bytes()), expected, "{sent}");
        }
    }
}
