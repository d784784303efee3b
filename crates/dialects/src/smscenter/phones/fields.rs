//! What is known of a contact: values of its lists, at the positions that variables of certain names have there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gateway::{ListId, ListVariable};
use sms::{Msisdn, Refusal};

use super::people::Contact;
use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;
use crate::smscenter::times;

/// What can be known of a contact: the parameter, which names the variable too, and the name in answers.
pub(super) const FIELDS: [(&str, &str); COUNT] = [
    ("myid", "id"),
    ("name", "name"),
    ("lnm", "last_name"),
    ("fnm", "first_name"),
    ("mnm", "middle_name"),
    ("bd", "birthday"),
    ("cmt", "comments"),
    ("tags", "tags"),
    ("pho", "phone_other"),
];

const COUNT: usize = 9;

/// Where in [`FIELDS`] those stand that are names of people.
pub(super) const NAMES: std::ops::Range<usize> = 1..5;

/// Where the birthday stands.
const BIRTHDAY: usize = 5;

/// What stands between values.
const BETWEEN: char = ';';

/// What is known of a contact, in the order of [`FIELDS`]; empty where nothing is.
pub(super) type Values = [String; COUNT];

/// What a request says of a contact, in the order of [`FIELDS`]; an empty text clears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Given([Option<String>; COUNT]);

impl Given {
    /// Reads a request.
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let mut given = [const { None }; COUNT];
        for (value, (parameter, _)) in given.iter_mut().zip(FIELDS) {
            // What divides values cannot stand in one.
            *value = call
                .sent(parameter)?
                .map(|text| text.trim().replace(BETWEEN, ","));
        }
        let birthday = given[BIRTHDAY].as_deref().unwrap_or_default();
        if !birthday.is_empty() {
            times::day(birthday, false)?;
        }
        Ok(Self(given))
    }

    /// Tells whether nothing is said.
    pub(super) fn is_nothing(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Returns values as they are once this has been said of them.
    pub(super) fn over(&self, mut values: Values) -> Values {
        for (value, given) in values.iter_mut().zip(&self.0) {
            if let Some(given) = given {
                value.clone_from(given);
            }
        }
        values
    }

    /// Makes a contact of which nothing else is known.
    pub(super) fn newcomer(&self, number: Msisdn) -> Contact {
        Contact {
            number,
            rows: Vec::new(),
            values: self.over(Values::default()),
        }
    }
}

/// Holds layouts of lists, each read once.
#[derive(Default)]
pub(super) struct Layouts(HashMap<ListId, Layout>);

impl Layouts {
    /// Reads where a list keeps what, as [`Layout::of`] does for the values of the first time.
    pub(super) async fn of(
        &mut self,
        call: &Call<'_>,
        list: ListId,
        values: &[&Values],
    ) -> Result<&Layout, Failure> {
        Ok(match self.0.entry(list) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Layout::of(call, list, values).await?),
        })
    }
}

/// Says at which positions a list keeps the fields.
pub(super) struct Layout([Option<usize>; COUNT]);

impl Layout {
    /// Reads where a list keeps what; with values that it has no variable for yet it gets one for each.
    pub(super) async fn of(
        call: &Call<'_>,
        list: ListId,
        values: &[&Values],
    ) -> Result<Self, Failure> {
        let (gateway, account) = (call.gateway, call.account.id);
        let layout = Self::new(&gateway.variables(account, list).await?);
        let mut is_complete = true;
        for (field, (name, _)) in FIELDS.into_iter().enumerate() {
            let is_needed = values.iter().any(|values| !values[field].is_empty());
            if layout.0[field].is_some() || !is_needed {
                continue;
            }
            is_complete = false;
            match gateway.add_variable(account, list, name).await {
                // Another request was faster.
                Ok(_) | Err(gateway::Error::Refused(Refusal::AlreadyThere)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if is_complete {
            return Ok(layout);
        }
        Ok(Self::new(&gateway.variables(account, list).await?))
    }

    fn new(variables: &[ListVariable]) -> Self {
        Self(FIELDS.map(|(name, _)| {
            let named = variables.iter().find(|variable| variable.name == name);
            named.and_then(|variable| usize::try_from(variable.position).ok())
        }))
    }

    /// Reads the values of a contact.
    pub(super) fn values(&self, kept: &str) -> Values {
        let kept: Vec<_> = kept.split(BETWEEN).collect();
        self.0.map(|position| {
            let value = position.and_then(|position| kept.get(position));
            value.map_or_else(String::new, |value| value.trim().to_owned())
        })
    }

    /// Writes values over what is kept of a contact; what other APIs keep there stays.
    pub(super) fn written(&self, values: &Values, kept: &str) -> String {
        let mut all: Vec<&str> = kept.split(BETWEEN).collect();
        for (value, position) in values.iter().zip(self.0) {
            let Some(position) = position else { continue };
            if all.len() <= position {
                all.resize(position + 1, "");
            }
            all[position] = value;
        }
        let end = all.iter().rposition(|value| !value.is_empty());
        all.truncate(end.map_or(0, |last| last + 1));
        all.join(";")
    }
}

#[cfg(test)]
mod tests {
    use gateway::VariableId;

    use super::*;

    fn layout(names: &[&str]) -> Layout {
        let variable = |(position, name): (usize, &&str)| ListVariable {
            id: VariableId(1),
            position: position.try_into().unwrap(),
            name: (*name).to_owned(),
        };
        let variables: Vec<_> = names.iter().enumerate().map(variable).collect();
        Layout::new(&variables)
    }

    fn values(named: &[(&str, &str)]) -> Values {
        FIELDS.map(|(name, _)| {
            let found = named.iter().find(|(field, _)| *field == name);
            found.map_or_else(String::new, |(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn values_stand_where_their_lists_have_them() {
        let layout = layout(&["city", "name", "bd"]);
        let anna = values(&[("name", "Анна"), ("bd", "01.02.1990")]);
        assert_eq!(layout.values("Kyiv; Анна;01.02.1990;x"), anna);
        assert_eq!(layout.values("Kyiv"), Values::default());
        assert_eq!(layout.values(""), Values::default());
    }

    #[test]
    fn what_others_keep_of_a_contact_stays() {
        let layout = layout(&["city", "name", "bd"]);
        let anna = values(&[("name", "Анна")]);
        for (kept, written) in [
            ("Kyiv;Оля;01.02.1990;x", "Kyiv;Анна;;x"),
            ("Kyiv", "Kyiv;Анна"),
            ("", ";Анна"),
        ] {
            assert_eq!(layout.written(&anna, kept), written);
        }
        assert_eq!(layout.written(&Values::default(), ";Оля"), "");
        assert_eq!(layout.written(&Values::default(), ""), "");
    }
}
