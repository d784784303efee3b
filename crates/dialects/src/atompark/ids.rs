//! Ids, as requests give them.

use gateway::{ContactId, ListId, SenderId, StopId, SubmissionId, VariableId};

use super::faults::Failure;
use super::request::Arguments;
use crate::wire::php::Value;

/// Is the id of nothing: ids count from 1.
const NOTHING: i64 = 0;

/// How many contacts one call may name.
const MOST_CONTACTS: usize = 100_000;

impl Arguments<'_> {
    /// Reads the id of a contact list.
    pub(super) fn list(self) -> Result<Option<ListId>, Failure> {
        Ok(self.id("idAddressBook")?.map(ListId))
    }

    /// Reads the id of the contact list that a campaign is for; without one it is for none that there is.
    pub(super) fn audience(self) -> Result<ListId, Failure> {
        Ok(ListId(self.id("list_id")?.unwrap_or(NOTHING)))
    }

    /// Reads the id of a campaign; without one it is of none that there is.
    pub(super) fn campaign(self) -> Result<SubmissionId, Failure> {
        Ok(SubmissionId(self.id("id")?.unwrap_or(NOTHING)))
    }

    /// Reads the id of a contact.
    pub(super) fn contact(self) -> Result<Option<ContactId>, Failure> {
        Ok(self.id("idPhone")?.map(ContactId))
    }

    /// Reads the id of a variable of a contact list.
    pub(super) fn variable(self) -> Result<Option<VariableId>, Failure> {
        Ok(self.id("varId")?.map(VariableId))
    }

    /// Reads the id of an entry of the stop list.
    pub(super) fn stop(self) -> Result<Option<StopId>, Failure> {
        Ok(self.id("idException")?.map(StopId))
    }

    /// Reads the id of a sender name.
    pub(super) fn sender(self) -> Result<Option<SenderId>, Failure> {
        Ok(self.id("idName")?.map(SenderId))
    }

    /// Reads the ids of contacts: `456, 523`, or an array of them [atompark-en "Delete a group of phone numbers from the
    /// address book"].
    pub(super) fn contacts(self) -> Result<Option<Vec<ContactId>>, Failure> {
        let ids = self.ids("idPhones", MOST_CONTACTS)?;
        Ok(ids.map(|ids| ids.into_iter().map(ContactId).collect()))
    }

    /// Reads a list of ids, as text with commas or as an array; one of more than `most` is too large.
    pub(super) fn ids(self, name: &str, most: usize) -> Result<Option<Vec<i64>>, Failure> {
        let ids: Vec<i64> = match self.value(name) {
            None => return Ok(None),
            Some(Value::Text(_)) => {
                let text = self.text(name)?.unwrap_or_default();
                text.split(',').take(most + 1).map(number).collect()
            }
            Some(Value::Array(array)) => {
                let id = |(_, value): (&[u8], &Value)| match value {
                    Value::Text(octets) => {
                        let text = std::str::from_utf8(octets).map_err(|_| Failure::Malformed)?;
                        Ok(number(text))
                    }
                    Value::Array(_) => Err(Failure::Malformed),
                };
                let ids = array.iter().take(most + 1).map(id);
                ids.collect::<Result<_, Failure>>()?
            }
        };
        if ids.len() > most {
            return Err(Failure::TooLarge);
        }
        Ok(Some(ids))
    }

    /// Reads an id; `None` when there is none. What is not a number is the id of nothing.
    fn id(self, name: &str) -> Result<Option<i64>, Failure> {
        Ok(self.text(name)?.map(number))
    }
}

fn number(text: &str) -> i64 {
    text.trim().parse().unwrap_or(NOTHING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    fn parameters(query: &str) -> Parameters {
        Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap())
    }

    #[test]
    fn ids_are_read_in_every_spelling_and_nonsense_is_the_id_of_nothing() {
        for (query, expected) in [
            ("idAddressBook=21", Some(21)),
            ("idaddressbook=+21+", Some(21)),
            ("idAddresbook=21", Some(21)),
            ("idAddressBook=x", Some(0)),
            ("idAddressBook=99999999999999999999", Some(0)),
            ("idAddressBook=", None),
            ("", None),
        ] {
            let list = Arguments::new(&parameters(query), &Settings::default())
                .list()
                .unwrap();
            assert_eq!(list, expected.map(ListId), "{query}");
        }
        let array = parameters("idPhone[]=1");
        assert!(
            Arguments::new(&array, &Settings::default())
                .contact()
                .is_err()
        );
    }

    #[test]
    fn a_campaign_and_its_list_are_none_without_an_id_that_is_a_number() {
        for (query, expected) in [
            ("id=7&list_id=+7", 7),
            ("id=abc&list_id=abc", 0),
            ("id=99999999999999999999&list_id=99999999999999999999", 0),
            ("id=&list_id=", 0),
            ("", 0),
        ] {
            let (parameters, settings) = (parameters(query), Settings::default());
            let arguments = Arguments::new(&parameters, &settings);
            assert_eq!(
                arguments.campaign().unwrap(),
                SubmissionId(expected),
                "{query}"
            );
            assert_eq!(arguments.audience().unwrap(), ListId(expected), "{query}");
        }
    }

    #[test]
    fn several_ids_come_as_text_or_as_an_array() {
        for (query, expected) in [
            ("idPhones=456,523", Some(vec![456, 523])),
            ("idPhones=456,+523,x", Some(vec![456, 523, 0])),
            ("idPhones[]=456&idPhones[]=523", Some(vec![456, 523])),
            ("idPhones=", None),
        ] {
            let contacts = Arguments::new(&parameters(query), &Settings::default())
                .contacts()
                .unwrap();
            let expected = expected.map(|ids| ids.into_iter().map(ContactId).collect());
            assert_eq!(contacts, expected, "{query}");
        }
        let deep = parameters("idPhones[0][0]=1");
        assert!(
            Arguments::new(&deep, &Settings::default())
                .contacts()
                .is_err()
        );
    }
    #[test]
    fn more_ids_than_a_call_may_name_are_too_large() {
        for (query, expected) in [
            ("id=1,2", Some(2)),
            ("id=1,2,3", None),
            ("id[]=1&id[]=2", Some(2)),
            ("id[]=1&id[]=2&id[]=3", None),
        ] {
            let ids = Arguments::new(&parameters(query), &Settings::default()).ids("id", 2);
            match (ids, expected) {
                (Ok(Some(ids)), Some(count)) => assert_eq!(ids.len(), count, "{query}"),
                (ids, None) => assert!(matches!(ids, Err(Failure::TooLarge)), "{query}"),
                (ids, Some(_)) => panic!("{query}: {ids:?}"),
            }
        }
    }
}
