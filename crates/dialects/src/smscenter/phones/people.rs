//! Contacts as this API has them: everybody with one number, in whichever lists.

use gateway::{ContactEntry, ContactId, ListId};
use sms::Msisdn;

use super::Lists;
use super::fields::{Given, Layout, Layouts, Values};
use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;

/// Is a contact: whoever has a number.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) number: Msisdn,
    /// Where it stands, by list; nowhere for one that is about to be added.
    pub(super) rows: Vec<gateway::Contact>,
    /// What is known of it: what the first of its lists has.
    pub(super) values: Values,
}

impl Contact {
    /// Returns the number under which it stands in the first of its lists.
    pub(super) fn id(&self) -> ContactId {
        self.rows.first().map_or(ContactId(0), |row| row.id)
    }

    /// Yields the lists that it is in.
    pub(super) fn lists(&self) -> impl Iterator<Item = ListId> + '_ {
        self.rows.iter().map(|row| row.list)
    }

    /// Returns the contact with what is given said of it.
    pub(super) fn described(self, given: &Given) -> Self {
        Self {
            values: given.over(self.values),
            ..self
        }
    }
}

/// Looks up the contacts that there are of some numbers, in the order of these.
pub(super) async fn among(call: &Call<'_>, numbers: Vec<Msisdn>) -> Result<Vec<Contact>, Failure> {
    let rows = call.gateway.contacts_with(call.account.id, numbers).await?;
    let mut layouts = Layouts::default();
    let mut contacts: Vec<Contact> = Vec::new();
    for row in rows {
        if let Some(contact) = contacts.last_mut()
            && contact.number == row.number
        {
            contact.rows.push(row);
            continue;
        }
        let layout = layouts.of(call, row.list, &[]).await?;
        contacts.push(Contact {
            number: row.number,
            values: layout.values(&row.variables),
            rows: vec![row],
        });
    }
    Ok(contacts)
}

/// Looks up contacts that there must be, each of them.
pub(super) async fn known(call: &Call<'_>, numbers: Vec<Msisdn>) -> Result<Vec<Contact>, Failure> {
    let wanted = numbers.len();
    let found = among(call, numbers).await?;
    if found.len() == wanted {
        Ok(found)
    } else {
        Err(Failure::NothingFound)
    }
}

/// Writes what is given of contacts, and a new number, wherever they stand.
pub(super) async fn describe(
    call: &Call<'_>,
    contacts: &[Contact],
    number: Option<&Msisdn>,
    given: &Given,
) -> Result<(), Failure> {
    if number.is_none() && given.is_nothing() {
        return Ok(());
    }
    let new = given.over(Values::default());
    let mut layouts = Layouts::default();
    for row in contacts.iter().flat_map(|contact| &contact.rows) {
        let layout = layouts.of(call, row.list, &[&new]).await?;
        let values = given.over(layout.values(&row.variables));
        let variables = layout.written(&values, &row.variables);
        let number = number.map(Msisdn::as_str);
        let account = call.account.id;
        let changed = call
            .gateway
            .change_contact(account, row.id, number, Some(variables));
        changed.await?;
    }
    Ok(())
}

/// Puts contacts into a list; those that it has stay there as they are.
pub(super) async fn join(
    call: &Call<'_>,
    list: ListId,
    contacts: &[Contact],
) -> Result<(), Failure> {
    let is_new = |contact: &&Contact| !contact.lists().any(|other| other == list);
    let new: Vec<_> = contacts.iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(());
    }
    let values: Vec<_> = new.iter().map(|contact| &contact.values).collect();
    let layout = Layout::of(call, list, &values).await?;
    let entry = |contact: &&Contact| ContactEntry {
        number: contact.number.as_str().to_owned(),
        variables: layout.written(&contact.values, ""),
    };
    let entries: Vec<_> = new.iter().map(entry).collect();
    let added = call.gateway.add_contacts(call.account.id, list, &entries);
    added.await?;
    Ok(())
}

/// Takes contacts out of lists.
pub(super) async fn leave(
    call: &Call<'_>,
    contacts: &[Contact],
    lists: &[ListId],
) -> Result<(), Failure> {
    let rows = contacts.iter().flat_map(|contact| &contact.rows);
    let rows = rows.filter(|row| lists.contains(&row.list));
    remove(call, rows).await
}

/// Takes contacts out of every list.
pub(super) async fn forget(call: &Call<'_>, contacts: &[Contact]) -> Result<(), Failure> {
    remove(call, contacts.iter().flat_map(|contact| &contact.rows)).await
}

/// Puts contacts into groups instead of those that they are in; into the list for contacts without one where there are none.
pub(super) async fn put(
    call: &Call<'_>,
    lists: &Lists,
    contacts: &[Contact],
    groups: &[ListId],
) -> Result<(), Failure> {
    let groups = match groups {
        [] => vec![lists.no_group_or_new(call).await?],
        groups => groups.to_vec(),
    };
    for group in &groups {
        join(call, *group, contacts).await?;
    }
    let others = contacts.iter().flat_map(Contact::lists);
    let others: Vec<_> = others.filter(|list| !groups.contains(list)).collect();
    leave(call, contacts, &others).await
}

async fn remove(
    call: &Call<'_>,
    rows: impl Iterator<Item = &gateway::Contact>,
) -> Result<(), Failure> {
    let rows: Vec<_> = rows.map(|row| row.id).collect();
    call.gateway.remove_contacts(call.account.id, &rows).await?;
    Ok(())
}
