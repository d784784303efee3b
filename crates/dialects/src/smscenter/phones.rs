//! `phones.php`: contacts, their groups, and the black list.
//!
//! A group is a contact list, and a contact is whoever has one number: it is in each list that has the number, and what is known of it
//! stands in each. Contacts without a group are in a list of their own, which is not shown as a group. The black list is the stop list.

mod fields;
mod people;
mod search;

use gateway::{ContactList, ListId};
use sms::{Msisdn, Recipient, Refusal};

use super::answer::{Answered, Record, Value};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;
use super::message::{self, Phones};
use fields::Given;

/// The most numbers that one request may be about.
const MOST_NUMBERS: usize = 1_000;

/// What stands as the description of the list whose contacts have no group.
const NO_GROUP: &str = "smscenter: no group";

/// Its name, for whoever sees it as a list.
const NO_GROUP_NAME: &str = "Без группы";

/// How a contact without a group names its group, and how a request does.
const ZERO: &str = "0";

/// Answers `phones.php`.
pub(super) async fn phones(call: Call<'_>) -> Result<Answered, Failure> {
    let most = call.settings.per_minute.phones;
    call.counted(most, Alike::Whole, act(&call)).await
}

async fn act(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.flag("add") {
        add(call).await
    } else if call.flag("chg") {
        change(call).await
    } else if call.flag("del") {
        let contacts = people::known(call, numbers(call)?).await?;
        people::forget(call, &contacts).await?;
        Ok(Answered::done())
    } else if call.flag("get") {
        search::search(call).await
    } else if call.flag("add_group") {
        add_group(call).await
    } else if call.flag("chg_group") {
        change_group(call).await
    } else if call.flag("del_group") {
        let group = one_group(call).await?;
        call.gateway.remove_list(call.account.id, group.id).await?;
        Ok(Answered::done())
    } else if call.flag("get_group") {
        groups(call).await
    } else if call.flag("move_group") {
        move_group(call).await
    } else if call.flag("add_black") {
        add_black(call).await
    } else if call.flag("del_black") {
        del_black(call).await
    } else {
        Err(Failure::Parameters)
    }
}

/// Adds contacts, or adds to what is known of those that are there: programs add one again to put it into another group.
async fn add(call: &Call<'_>) -> Result<Answered, Failure> {
    let numbers = numbers(call)?;
    let first = numbers.first().copied().ok_or(Failure::Parameters)?;
    let given = Given::read(call)?;
    let lists = Lists::of(call).await?;
    let groups = lists.asked(call)?;
    let known = people::among(call, numbers.clone()).await?;
    people::describe(call, &known, None, &given).await?;
    let is_known = |number: &Msisdn| known.iter().any(|contact| contact.number == *number);
    let new = numbers.into_iter().filter(|number| !is_known(number));
    let new: Vec<_> = new.map(|number| given.newcomer(number)).collect();
    if groups.is_empty() {
        if !new.is_empty() {
            people::join(call, lists.no_group_or_new(call).await?, &new).await?;
        }
    } else {
        let known: Vec<_> = known
            .into_iter()
            .map(|contact| contact.described(&given))
            .collect();
        for group in groups {
            people::join(call, group, &new).await?;
            people::join(call, group, &known).await?;
        }
        people::leave(call, &known, &lists.no_group).await?;
    }
    let added = people::known(call, vec![first]).await?;
    let id = added.first().ok_or(Failure::NotDone)?.id();
    Ok(numbered(id.0))
}

/// Changes what is given of a contact, be it its number.
async fn change(call: &Call<'_>) -> Result<Answered, Failure> {
    let [number] = <[Msisdn; 1]>::try_from(numbers(call)?).map_err(|_| Failure::Parameters)?;
    let given = Given::read(call)?;
    let lists = Lists::of(call).await?;
    let moves = call.text("grp")?.is_some();
    let groups = lists.asked(call)?;
    let renumbered = match call.text("new_phone")? {
        Some(text) => Some(read(call, &text)?).filter(|new| *new != number),
        None => None,
    };
    let known = people::known(call, vec![number]).await?;
    if let Some(new) = &renumbered
        && !people::among(call, vec![*new]).await?.is_empty()
    {
        return Err(Failure::NotDone);
    }
    people::describe(call, &known, renumbered.as_ref(), &given).await?;
    if moves {
        let now = people::known(call, vec![renumbered.unwrap_or(number)]);
        people::put(call, &lists, &now.await?, &groups).await?;
    }
    Ok(Answered::done())
}

/// Puts contacts into groups instead of the ones that they are in (1), into further ones (2), or takes them out of some (3).
async fn move_group(call: &Call<'_>) -> Result<Answered, Failure> {
    let lists = Lists::of(call).await?;
    let groups = lists.asked(call)?;
    let known = people::known(call, numbers(call)?).await?;
    match call.text("move_group")?.as_deref().map(str::trim) {
        Some("1") => people::put(call, &lists, &known, &groups).await?,
        Some("2") => {
            for group in &groups {
                people::join(call, *group, &known).await?;
            }
            if !groups.is_empty() {
                people::leave(call, &known, &lists.no_group).await?;
            }
        }
        Some("3") => {
            let stays = |list: ListId| !groups.contains(&list);
            let lonely = |contact: &&people::Contact| !contact.lists().any(stays);
            let lonely: Vec<_> = known.iter().filter(lonely).cloned().collect();
            if !lonely.is_empty() {
                people::join(call, lists.no_group_or_new(call).await?, &lonely).await?;
            }
            people::leave(call, &known, &groups).await?;
        }
        _ => return Err(Failure::Parameters),
    }
    Ok(Answered::done())
}

/// Adds a group of phones; there are none of e-mail addresses.
async fn add_group(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.text("type")?.is_some_and(|kind| kind.trim() != ZERO) {
        return Err(Failure::Parameters);
    }
    let name = call.needed("name")?;
    let number = sort_number(call)?.unwrap_or_default();
    let added = call.gateway.add_list(call.account.id, &name, &number);
    Ok(numbered(added.await?.0))
}

async fn change_group(call: &Call<'_>) -> Result<Answered, Failure> {
    let group = one_group(call).await?;
    let (name, number) = (call.text("name")?, sort_number(call)?);
    let changed = call
        .gateway
        .change_list(call.account.id, group.id, name, number);
    changed.await?;
    Ok(Answered::done())
}

/// Lists groups by their sort numbers.
async fn groups(call: &Call<'_>) -> Result<Answered, Failure> {
    let mut groups = Lists::of(call).await?.groups;
    if groups.is_empty() {
        return Err(Failure::NothingFound);
    }
    groups.sort_by_key(|group| (sorted_at(group), group.id));
    let record = |group: &ContactList| {
        Record::new()
            .with("id", group.id.0)
            .with("name", group.name.clone())
            .with("number", sorted_at(group).to_string())
            .with("cnt", group.contacts.to_string())
    };
    let records = groups.iter().map(record).collect();
    Ok(Answered::many(records).called("groups", "group"))
}

/// Reads the number by which a group is sorted. The list keeps it as its description.
fn sort_number(call: &Call<'_>) -> Result<Option<String>, Failure> {
    let number = call.within("num", 0, u32::MAX)?;
    Ok(number.map(|number| number.to_string()))
}

/// Returns the number by which a group is sorted: 0 for one that has none, or that another API described.
fn sorted_at(group: &ContactList) -> u32 {
    group.description.parse().unwrap_or_default()
}

/// Puts a number on the black list, for all messages: there is none for mass mailings alone, or for single messages.
async fn add_black(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.text("type")?.is_some_and(|kind| kind.trim() != ZERO) {
        return Err(Failure::Parameters);
    }
    let number = read(call, &call.needed("phone")?)?;
    let comment = call.text("cmt")?.unwrap_or_default();
    let (gateway, account) = (call.gateway, call.account.id);
    match gateway.stop(account, number.as_str(), &comment).await {
        Err(gateway::Error::Refused(Refusal::AlreadyThere)) => {
            let stop = gateway.stop_of_number(account, number.as_str()).await?;
            Ok(numbered(stop.id.0))
        }
        added => Ok(numbered(added?.0)),
    }
}

async fn del_black(call: &Call<'_>) -> Result<Answered, Failure> {
    let number = read(call, &call.needed("phone")?)?;
    let account = call.account.id;
    let stop = call
        .gateway
        .stop_of_number(account, number.as_str())
        .await?;
    call.gateway.remove_stop(account, stop.id).await?;
    Ok(Answered::done())
}

/// Is an account's contact lists.
struct Lists {
    /// Those that are groups, by number.
    groups: Vec<ContactList>,
    /// Those for contacts without one, by number: more than one only if two requests made the first at a time.
    no_group: Vec<ListId>,
}

impl Lists {
    async fn of(call: &Call<'_>) -> Result<Self, Failure> {
        let lists = call.gateway.lists(call.account.id).await?;
        let is_group = |list: &ContactList| list.description != NO_GROUP;
        let (groups, others): (Vec<_>, Vec<_>) = lists.into_iter().partition(is_group);
        let no_group = others.iter().map(|list| list.id).collect();
        Ok(Self { groups, no_group })
    }

    /// Returns the groups that `grp` names, which the account must have; none for 0, which stands for no group.
    fn asked(&self, call: &Call<'_>) -> Result<Vec<ListId>, Failure> {
        let text = call.text("grp")?.unwrap_or_default();
        let mut asked = Vec::new();
        for entry in text.split([',', ';', '|']).map(str::trim) {
            if entry.is_empty() || entry == ZERO {
                continue;
            }
            let id = ListId(entry.parse().map_err(|_| Failure::Parameters)?);
            if !self.groups.iter().any(|group| group.id == id) {
                return Err(Failure::NothingFound);
            }
            if !asked.contains(&id) {
                asked.push(id);
            }
        }
        Ok(asked)
    }

    /// Returns the list for contacts without a group, which is made when it is needed first.
    async fn no_group_or_new(&self, call: &Call<'_>) -> Result<ListId, Failure> {
        if let Some(list) = self.no_group.first() {
            return Ok(*list);
        }
        let account = call.account.id;
        let added = call.gateway.add_list(account, NO_GROUP_NAME, NO_GROUP);
        Ok(added.await?)
    }
}

/// Finds the group that `grp` names.
async fn one_group(call: &Call<'_>) -> Result<ContactList, Failure> {
    let id = call.number("grp")?.map(ListId);
    let id = id.ok_or(Failure::Parameters)?;
    let groups = Lists::of(call).await?.groups;
    let found = groups.into_iter().find(|group| group.id == id);
    found.ok_or(Failure::NothingFound)
}

/// Reads `phone`: one number or several, each once.
fn numbers(call: &Call<'_>) -> Result<Vec<Msisdn>, Failure> {
    let phones = Phones::read(&call.needed("phone")?, call.settings.correct_eights);
    if !phones.groups.is_empty() || phones.numbers.len() > MOST_NUMBERS {
        return Err(Failure::Parameters);
    }
    let mut numbers: Vec<Msisdn> = Vec::with_capacity(phones.numbers.len());
    for text in phones.numbers {
        let number = normalised(&text)?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    if numbers.is_empty() {
        return Err(Refusal::InvalidNumber.into());
    }
    Ok(numbers)
}

/// Reads one number.
fn read(call: &Call<'_>, text: &str) -> Result<Msisdn, Failure> {
    normalised(&message::number(text, call.settings.correct_eights))
}

fn normalised(text: &str) -> Result<Msisdn, Failure> {
    let number = Recipient::new(text).msisdn;
    number.map_err(|_| Refusal::InvalidNumber.into())
}

/// Answers with the number of what was added.
fn numbered(id: i64) -> Answered {
    let record = Record::new().with("id", Value::Number(id));
    Answered::one(record.text(format!("ID = {id}")))
}
