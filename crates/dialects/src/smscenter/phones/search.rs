//! Finding contacts: by their numbers, or list by list and page by page.

use gateway::search::{Condition, Operation};
use gateway::{ContactId, ListId};

use super::fields::{FIELDS, NAMES};
use super::people::{self, Contact};
use super::{Lists, ZERO, numbers};
use crate::smscenter::answer::{Answered, Record};
use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;

/// The most contacts that one answer has.
const MOST_FOUND: usize = 1_000;

/// How many contacts are looked at together.
const PAGE: u32 = 1_000;

/// What divides the groups of a contact: no comma, for that divides values.
const BETWEEN_GROUPS: &str = "|";

/// Answers `get`. An answer that says from where on it is wanted names the numbers by which the next one can.
pub(super) async fn search(call: &Call<'_>) -> Result<Answered, Failure> {
    let lists = Lists::of(call).await?;
    let wanted = Wanted::read(call, &lists)?;
    let after = call.number("after_id")?.map(ContactId);
    let found = if call.text("phone")?.is_some() {
        let mut found = people::among(call, numbers(call)?).await?;
        found.retain(|contact| wanted.has(contact));
        found
    } else {
        walk(call, &lists, &wanted, after).await?
    };
    if found.is_empty() {
        return Err(Failure::NothingFound);
    }
    let shown = found
        .iter()
        .map(|contact| shown(contact, &lists, after.is_some()));
    Ok(Answered::many(shown.collect()).called("contacts", "contact"))
}

/// Says which contacts are wanted.
struct Wanted {
    /// In one of these groups; in any or none when empty.
    groups: Vec<ListId>,
    /// With this in a name.
    name: Option<Condition>,
    /// With this in a name or in the number.
    anything: Option<Condition>,
}

impl Wanted {
    fn read(call: &Call<'_>, lists: &Lists) -> Result<Self, Failure> {
        let within = |text: String| Condition::new(Operation::Like, &format!("%{}%", text.trim()));
        let groups = match call.text("grp")?.as_deref().map(str::trim) {
            Some(ZERO) if lists.no_group.is_empty() => return Err(Failure::NothingFound),
            Some(ZERO) => lists.no_group.clone(),
            _ => lists.asked(call)?,
        };
        Ok(Self {
            groups,
            name: call.text("fio")?.map(within),
            anything: call.text("search")?.map(within),
        })
    }

    fn has(&self, contact: &Contact) -> bool {
        let names = &contact.values[NAMES];
        let in_a_name =
            |condition: &Condition| names.iter().any(|name| condition.holds(name.as_str()));
        let is_in_group = || contact.lists().any(|list| self.groups.contains(&list));
        (self.groups.is_empty() || is_in_group())
            && self.name.as_ref().is_none_or(in_a_name)
            && self.anything.as_ref().is_none_or(|condition| {
                in_a_name(condition) || condition.holds(contact.number.as_str())
            })
    }
}

/// Goes through the lists, by number, from behind a contact on. Whoever is in several is met in the first of them.
async fn walk(
    call: &Call<'_>,
    lists: &Lists,
    wanted: &Wanted,
    after: Option<ContactId>,
) -> Result<Vec<Contact>, Failure> {
    let account = call.account.id;
    let mut through = wanted.groups.clone();
    if through.is_empty() {
        through = lists.groups.iter().map(|group| group.id).collect();
        through.extend(&lists.no_group);
    }
    through.sort_unstable();
    let mut after = after.unwrap_or(ContactId(0));
    let mut begin = 0;
    if after.0 > 0 {
        let last = call.gateway.contact(account, after).await?;
        let place = through.iter().position(|list| *list == last.list);
        begin = place.ok_or(Failure::NothingFound)?;
    }
    let is_met_in = |contact: &Contact, list: ListId| {
        let first = contact.lists().find(|list| through.contains(list));
        first == Some(list)
    };
    let mut found = Vec::new();
    for &list in &through[begin..] {
        loop {
            let page = call.gateway.contacts_of(account, list, after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let numbers = page.iter().map(|row| row.number).collect();
            for contact in people::among(call, numbers).await? {
                if is_met_in(&contact, list) && wanted.has(&contact) {
                    found.push(contact);
                }
                if found.len() == MOST_FOUND {
                    return Ok(found);
                }
            }
        }
        after = ContactId(0);
    }
    Ok(found)
}

fn shown(contact: &Contact, lists: &Lists, with_number: bool) -> Record {
    let is_group = |list: &ListId| !lists.no_group.contains(list);
    let groups = contact.lists().filter(is_group);
    let mut groups: Vec<_> = groups.map(|group| group.to_string()).collect();
    if groups.is_empty() {
        groups.push(ZERO.to_owned());
    }
    let mut values = FIELDS.iter().zip(&contact.values);
    let mut record = Record::new();
    for ((_, name), value) in values.by_ref().take(2) {
        record = record.with(name, value.clone());
    }
    record = record
        .with("phone", contact.number.as_str())
        .with("group", groups.join(BETWEEN_GROUPS));
    for ((_, name), value) in values {
        record = record.with(name, value.clone());
    }
    if with_number {
        record.with("int_id", contact.id().0)
    } else {
        record
    }
}
