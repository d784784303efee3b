//! The names of this API's parameters, with the other spellings that documents and programs use.

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

/// Returns every spelling of a parameter, given its name as in one of the tables.
pub(super) fn spellings(name: &str) -> &'static [&'static str] {
    NAMES
        .iter()
        .chain(FOREIGN)
        .find(|row| row[0] == name)
        .copied()
        .unwrap_or_default()
}

/// Tells whether this API has a parameter of this name.
pub(super) fn is_known(name: &[u8]) -> bool {
    has(NAMES, name)
}

/// Tells whether this API has a parameter of this name, or a setting may give it a meaning.
pub(super) fn may_mean_something(name: &[u8]) -> bool {
    is_known(name) || has(FOREIGN, name)
}

fn has(names: &[&[&str]], name: &[u8]) -> bool {
    let mut names = names.iter().copied().flatten();
    names.any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
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
        assert!(!is_known(b"test_mode") && may_mean_something(b"Test_Mode"));
        assert!(may_mean_something(b"key") && !may_mean_something(b"colour"));
        assert_eq!(spellings("control_phone").len(), 3);
        assert_eq!(spellings("unheard of"), [""; 0]);
    }
}
