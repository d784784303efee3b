//! Promises about contacts: each number once in a list, numbered without a gap, and found in every way.

use sms::Msisdn;

use super::world::{account, all, at};
use crate::contacts::{Added, Contact, ContactChange, NewContact, NumberRange};
use crate::{AccountId, ContactId, ListId, Store};

/// A number of the promises' own series.
pub(super) fn number(index: i64) -> Msisdn {
    Msisdn::parse(&format!("{}", 380_630_000_000 + index)).unwrap()
}

/// Contacts with numbers of the series, given so.
pub(super) fn contacts(indexes: impl IntoIterator<Item = i64>) -> Vec<NewContact> {
    let contact = |index| NewContact {
        number: number(index),
        given: None,
        variables: String::new(),
    };
    indexes.into_iter().map(contact).collect()
}

/// A list of the account with so many contacts, from the first number of the series.
pub(super) async fn fill(store: &dyn Store, account: AccountId, count: i64) -> ListId {
    let list = store.add_list(account, "list", "", at(1)).await.unwrap();
    let added = store.add_contacts(account, list, contacts(0..count)).await;
    assert_eq!(added.unwrap().unwrap().added, count.unsigned_abs());
    list
}

/// Reads a list from end to end.
pub(super) async fn whole(store: &dyn Store, account: AccountId, list: ListId) -> Vec<Contact> {
    let (begin, end) = (ContactId(0), ContactId(i64::MAX));
    let all = store.contacts_of(account, list, begin, end, u32::MAX);
    all.await.unwrap()
}

/// Finds every number.
pub(super) fn any() -> NumberRange {
    NumberRange::Prefix(String::new())
}

/// The contacts of a list that a range of numbers fits, by the index of their number.
async fn fitting(
    store: &dyn Store,
    account: AccountId,
    list: ListId,
    range: NumberRange,
) -> Vec<ContactId> {
    let found = store.contacts_by_number(account, list, range).await;
    let mut found = found.unwrap();
    found.sort_unstable();
    found
}

pub async fn contacts_are_there_as_they_were_given(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = store.add_list(owner, "list", "", at(1)).await.unwrap();
    let mut new = contacts(0..3);
    new[1].given = Some("+38 (063) 000-00-01".into());
    new[2].variables = "Іван;Київ;".into();
    let added = store.add_contacts(owner, list, new.clone()).await;
    let added = added.unwrap().unwrap();
    let first = added.first.expect("three are added");
    assert_eq!((added.added, added.repeated), (3, 0));
    let expected: Vec<_> = new
        .into_iter()
        .zip(first.0..)
        .map(|(new, id)| Contact {
            id: ContactId(id),
            list,
            number: new.number,
            given: new.given,
            variables: new.variables,
            stopped: false,
        })
        .collect();
    assert_eq!(whole(store, owner, list).await, expected);
    let asked = [expected[2].id, expected[0].id, ContactId(first.0 + 9)];
    let read = store.contacts(owner, asked.to_vec()).await.unwrap();
    assert_eq!(read, [expected[2].clone(), expected[0].clone()]);
    assert_eq!(store.list(owner, list).await.unwrap().unwrap().contacts, 3);
}

pub async fn a_number_is_in_a_list_once_and_numbers_have_no_gap(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let (list, other) = (fill(store, owner, 2).await, fill(store, owner, 0).await);
    let first = whole(store, owner, list).await[0].id.0;
    let add = async |list, indexes: &[i64]| {
        let new = contacts(indexes.iter().copied());
        store.add_contacts(owner, list, new).await.unwrap().unwrap()
    };
    // Repeats of the list, and of the request itself.
    let added = add(list, &[1, 5, 0, 6, 5, 5, 7]).await;
    let expected = Added {
        first: Some(ContactId(first + 2)),
        added: 3,
        repeated: 4,
    };
    assert_eq!(added, expected);
    let none = Added {
        first: None,
        added: 0,
        repeated: 2,
    };
    assert_eq!(add(list, &[5, 6]).await, none);
    assert_eq!(add(list, &[]).await, Added::default());
    let elsewhere = add(other, &[5, 6]).await;
    assert_eq!(elsewhere.first, Some(ContactId(first + 5)));
    assert_eq!(elsewhere.added, 2);
    let there = whole(store, owner, list).await;
    let there: Vec<_> = there.iter().map(|c| (c.id.0 - first, c.number)).collect();
    let numbers = [0, 1, 5, 6, 7].map(number);
    assert_eq!(there, (0..).zip(numbers).collect::<Vec<_>>());
    assert_eq!(store.list(owner, list).await.unwrap().unwrap().contacts, 5);
}

pub async fn of_many_callers_each_adds_without_a_gap(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 0).await;
    // Each brings ten of its own and five that the next one brings too.
    let calls = (0..20).map(|caller| {
        let new = contacts(caller * 10..caller * 10 + 15);
        store.add_contacts(owner, list, new)
    });
    let mut ids = Vec::new();
    for added in all(calls).await {
        let added = added.unwrap().unwrap();
        assert_eq!(added.added + added.repeated, 15);
        let first = added.first.expect("ten are nobody else's").0;
        ids.extend(first..first + added.added.cast_signed());
    }
    ids.sort_unstable();
    let there = whole(store, owner, list).await;
    assert!(there.iter().map(|contact| contact.id.0).eq(ids));
    assert_eq!(there.len(), 205);
}

pub async fn a_list_is_read_in_pages(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 3).await;
    // Another list's contacts stand between.
    fill(store, owner, 4).await;
    let later = store.add_contacts(owner, list, contacts(10..14)).await;
    later.unwrap();
    let there = whole(store, owner, list).await;
    assert_eq!(there.len(), 7);
    let page = async |after, until, limit| {
        let read = store.contacts_of(owner, list, after, until, limit);
        read.await.unwrap()
    };
    let (begin, end) = (ContactId(0), ContactId(i64::MAX));
    assert_eq!(page(begin, end, 4).await, there[..4]);
    assert_eq!(page(there[3].id, end, 4).await, there[4..]);
    assert_eq!(page(there[6].id, end, 4).await, []);
    assert_eq!(page(there[0].id, there[4].id, 9).await, there[1..5]);
    assert_eq!(page(there[4].id, there[4].id, 9).await, []);
    assert_eq!(page(begin, end, 0).await, []);
}

pub async fn numbers_are_found_as_given_and_as_normalised(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 0).await;
    // Another list with the same numbers.
    fill(store, owner, 3).await;
    let mut new = contacts([10, 1, 19, 2, 0]);
    new[1].given = Some("+380 63 0000001".into());
    // Given so that it begins like its own number and like others.
    new[3].given = Some("38063000000-2".into());
    new[4].given = Some("0630000000".into());
    let added = store.add_contacts(owner, list, new).await.unwrap();
    let first = added.unwrap().first.unwrap().0;
    let prefix = |text: &str| NumberRange::Prefix(text.into());
    let exactly = |text: &str| NumberRange::Exactly(text.into());
    for (range, places) in [
        (exactly("380630000010"), &[0_i64][..]),
        (exactly("380630000001"), &[1]),
        (exactly("+380 63 0000001"), &[1]),
        (exactly("38063000000"), &[]),
        (exactly(""), &[]),
        (prefix("380630000010"), &[0]),
        (prefix("38063000000"), &[1, 3, 4]),
        (prefix("38063000001"), &[0, 2]),
        (prefix("38063000000-"), &[3]),
        (prefix("+380"), &[1]),
        (prefix("063"), &[4]),
        (prefix("380630000019"), &[2]),
        (prefix("3806300000190"), &[]),
        (prefix("9"), &[]),
        (prefix("\u{d7ff}"), &[]),
        (prefix("38063"), &[0, 1, 2, 3, 4]),
        (prefix(""), &[0, 1, 2, 3, 4]),
    ] {
        let expected: Vec<_> = places
            .iter()
            .map(|place| ContactId(first + place))
            .collect();
        let found = fitting(store, owner, list, range.clone()).await;
        assert_eq!(found, expected, "{range:?}");
    }
}

pub async fn a_contact_is_changed_in_what_is_given(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 2).await;
    fill(store, owner, 9).await;
    let id = whole(store, owner, list).await[0].id;
    let change = async |number: Option<(i64, Option<&str>)>, variables: Option<&str>| {
        let number = number.map(|(index, given)| (self::number(index), given.map(str::to_owned)));
        let changed = store.change_contact(owner, id, number, variables.map(str::to_owned));
        changed.await.unwrap()
    };
    let now = async || {
        let contact = store.contacts(owner, vec![id]).await.unwrap().remove(0);
        (contact.number, contact.given, contact.variables)
    };
    let given = |text: &str| Some(text.to_owned());

    assert_eq!(change(None, None).await, ContactChange::Changed);
    assert_eq!(now().await, (number(0), None, String::new()));
    assert_eq!(change(None, Some("Ivan")).await, ContactChange::Changed);
    assert_eq!(now().await, (number(0), None, "Ivan".into()));
    // A number that another list has is free in this one.
    let changed = change(Some((5, Some("+5"))), None).await;
    assert_eq!(changed, ContactChange::Changed);
    assert_eq!(now().await, (number(5), given("+5"), "Ivan".into()));
    let taken = change(Some((1, None)), Some("Petro")).await;
    assert_eq!(taken, ContactChange::Repeated);
    assert_eq!(now().await, (number(5), given("+5"), "Ivan".into()));
    // Its own number in another form.
    let changed = change(Some((5, Some("(5)"))), Some("")).await;
    assert_eq!(changed, ContactChange::Changed);
    assert_eq!(now().await, (number(5), given("(5)"), String::new()));
    let old = NumberRange::Exactly(number(0).to_string());
    assert_eq!(fitting(store, owner, list, old).await, []);
    let new = NumberRange::Exactly("(5)".into());
    assert_eq!(fitting(store, owner, list, new).await, [id]);
    assert_eq!(store.list(owner, list).await.unwrap().unwrap().contacts, 2);
}

pub async fn removed_contacts_are_gone_and_their_numbers_are_free(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let (one, two) = (fill(store, owner, 4).await, fill(store, owner, 3).await);
    let ids = async |list| {
        let there = whole(store, owner, list).await;
        there
            .into_iter()
            .map(|contact| contact.id)
            .collect::<Vec<_>>()
    };
    let (in_one, in_two) = (ids(one).await, ids(two).await);
    let last = in_two[2];
    let gone = vec![in_one[1], last, in_one[1], ContactId(last.0 + 9), in_one[3]];
    let removed = store.remove_contacts(owner, gone.clone()).await.unwrap();
    assert_eq!(removed, 3, "in both lists, each once");
    assert_eq!(store.remove_contacts(owner, gone.clone()).await.unwrap(), 0);
    assert_eq!(ids(one).await, [in_one[0], in_one[2]]);
    assert_eq!(ids(two).await, in_two[..2]);
    assert_eq!(store.contacts(owner, gone).await.unwrap(), []);
    for list in [one, two] {
        let counted = store.list(owner, list).await.unwrap().unwrap();
        assert_eq!(counted.contacts, 2);
    }
    let again = store.add_contacts(owner, one, contacts([1])).await;
    let again = again.unwrap().unwrap();
    assert_eq!(again.added, 1);
    assert!(again.first > Some(last), "a number is not used again");
}

pub async fn a_list_is_cleared_in_steps(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let (list, other) = (fill(store, owner, 5).await, fill(store, owner, 5).await);
    for (removed, left) in [(2, 3), (2, 1), (1, 0), (0, 0)] {
        let step = store.clear_list(owner, list, 2).await.unwrap();
        assert_eq!(step, Some(removed));
        let counted = store.list(owner, list).await.unwrap().unwrap().contacts;
        assert_eq!(counted, left);
        assert_eq!(whole(store, owner, list).await.len() as u64, left);
    }
    assert_eq!(whole(store, owner, other).await.len(), 5);
}

pub async fn another_accounts_contact_is_as_unknown_as_none(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let list = fill(store, owner, 2).await;
    fill(store, other, 2).await;
    let before = whole(store, owner, list).await;
    for (who, id) in [(other, before[0].id), (owner, ContactId(99))] {
        assert_eq!(store.contacts(who, vec![id]).await.unwrap(), []);
        assert_eq!(store.remove_contacts(who, vec![id]).await.unwrap(), 0);
        // A number that is free, one that the list has, and its own.
        for index in [7, 1, 0] {
            let number = Some((number(index), None));
            let changed = store.change_contact(who, id, number, Some("x".into()));
            assert_eq!(changed.await.unwrap(), ContactChange::Unknown);
        }
    }
    assert_eq!(whole(store, owner, list).await, before);
}

pub async fn a_list_knows_its_least_and_greatest_number(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let other = account(store, "other", 0).await;
    let list = store.add_list(owner, "list", "", at(1)).await.unwrap();
    assert_eq!(store.number_span(owner, list).await.unwrap(), None);
    let added = store.add_contacts(owner, list, contacts(3..7)).await;
    added.unwrap().unwrap();
    let span = store.number_span(owner, list).await.unwrap();
    assert_eq!(span, Some((number(3), number(6))));
    assert_eq!(store.number_span(other, list).await.unwrap(), None);
}

pub async fn a_number_is_found_in_every_list_that_has_it(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let other = account(store, "other", 0).await;
    let first = fill(store, owner, 3).await;
    let second = fill(store, owner, 2).await;
    let removed = fill(store, owner, 3).await;
    fill(store, other, 3).await;
    store.remove_list(owner, removed).await.unwrap();
    store.stop(owner, number(2), None, "", at(2)).await.unwrap();
    let asked = vec![number(2), number(7), number(1)];
    let found = store.contacts_with(owner, asked.clone()).await.unwrap();
    let place = |contact: &Contact| (contact.number, contact.list, contact.stopped);
    let places: Vec<_> = found.iter().map(place).collect();
    assert_eq!(
        places,
        [
            (number(2), first, true),
            (number(1), first, false),
            (number(1), second, false),
        ]
    );
    let ids = found.iter().map(|contact| contact.id).collect();
    assert_eq!(store.contacts(owner, ids).await.unwrap(), found);
    assert_eq!(store.contacts_with(AccountId(99), asked).await.unwrap(), []);
}
