//! Promises about contact lists as a whole: their names, their variables, their copies and their end.

use super::contacts::{any, contacts, fill, number, whole};
use super::world::{account, at};
use crate::contacts::{Contact, ContactList, ListVariable, NewContact};
use crate::{AccountId, ContactId, ListId, Store};

/// Copies a list in steps of two contacts.
async fn copy(store: &dyn Store, account: AccountId, source: ListId) -> ListId {
    let copy = store.begin_copy(account, source, at(9)).await.unwrap();
    let copy = copy.expect("the account has the list");
    while !store.go_on_copying(copy, 2).await.unwrap() {}
    copy
}

/// Forgets in steps of so many until nothing is left; answers in how many.
async fn forget(store: &dyn Store, before: i64, limit: u32) -> usize {
    let mut steps = 1;
    while store.forget_removed_lists(at(before), limit).await.unwrap() {
        steps += 1;
    }
    steps
}

/// The positions and names of a list's variables.
async fn names(store: &dyn Store, owner: AccountId, list: ListId) -> Vec<(u32, String)> {
    let variables = store.variables(owner, list).await.unwrap().unwrap();
    let said = |variable: ListVariable| (variable.position, variable.name);
    variables.into_iter().map(said).collect()
}

pub async fn a_new_list_is_empty(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let id = store.add_list(owner, "VIP", "best", at(5)).await.unwrap();
    let new = ContactList {
        id,
        name: "VIP".into(),
        description: "best".into(),
        contacts: 0,
        stopped: 0,
        created_at: at(5),
    };
    assert_eq!(store.list(owner, id).await.unwrap(), Some(new.clone()));
    assert_eq!(store.lists(owner).await.unwrap(), [new]);
    assert_eq!(store.variables(owner, id).await.unwrap(), Some(vec![]));
    assert_eq!(whole(store, owner, id).await, []);
}

pub async fn a_list_needs_its_account(store: &dyn Store) {
    let refused = store.add_list(AccountId(9), "VIP", "", at(1)).await;
    assert!(refused.unwrap_err().is_conflict());
}

pub async fn a_list_is_changed_in_what_is_given(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = store.add_list(owner, "old", "words", at(1)).await.unwrap();
    for (name, description, becomes) in [
        (None, None, ("old", "words")),
        (Some("new"), None, ("new", "words")),
        (None, Some(""), ("new", "")),
        (Some("newest"), Some("more words"), ("newest", "more words")),
    ] {
        let (name, description) = (name.map(str::to_owned), description.map(str::to_owned));
        let changed = store.change_list(owner, list, name, description).await;
        assert!(changed.unwrap());
        let now = store.list(owner, list).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.description.as_str()), becomes);
    }
}

pub async fn lists_are_listed_by_number(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let mut added = Vec::new();
    for name in ["c", "a", "b"] {
        added.push(store.add_list(owner, name, "", at(1)).await.unwrap());
    }
    assert!(store.remove_list(owner, added.remove(1)).await.unwrap());
    let lists = store.lists(owner).await.unwrap();
    let listed: Vec<_> = lists.into_iter().map(|list| list.id).collect();
    assert_eq!(listed, added);
}

pub async fn another_accounts_list_is_as_unknown_as_none(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let list = fill(store, owner, 3).await;
    let variable = store.add_variable(owner, list, "name").await.unwrap();
    let variable = variable.unwrap();
    let before = store.list(owner, list).await.unwrap();
    for (who, list) in [(other, list), (owner, ListId(list.0 + 9))] {
        let name = || Some("theirs".to_owned());
        assert_eq!(store.list(who, list).await.unwrap(), None);
        assert!(!store.change_list(who, list, name(), name()).await.unwrap());
        assert!(!store.remove_list(who, list).await.unwrap());
        assert_eq!(store.begin_copy(who, list, at(2)).await.unwrap(), None);
        assert_eq!(store.variables(who, list).await.unwrap(), None);
        assert_eq!(store.add_variable(who, list, "x").await.unwrap(), None);
        let renamed = store.rename_variable(who, list, variable, "x").await;
        assert!(!renamed.unwrap());
        let removed = store.remove_variable(who, list, variable).await;
        assert!(!removed.unwrap());
        let added = store.add_contacts(who, list, contacts(10..12)).await;
        assert_eq!(added.unwrap(), None);
        assert_eq!(store.clear_list(who, list, 10).await.unwrap(), None);
        assert_eq!(whole(store, who, list).await, []);
        let found = store.contacts_by_number(who, list, any()).await.unwrap();
        assert_eq!(found, []);
    }
    assert_eq!(store.lists(other).await.unwrap(), []);
    assert_eq!(store.list(owner, list).await.unwrap(), before);
    assert_eq!(names(store, owner, list).await, [(0, "name".into())]);
    assert_eq!(whole(store, owner, list).await.len(), 3);
}

pub async fn positions_of_variables_stay_when_one_is_removed(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 0).await;
    let mut ids = Vec::new();
    for name in ["name", "city", "sum"] {
        let id = store.add_variable(owner, list, name).await.unwrap();
        ids.push(id.unwrap());
    }
    let sum = (2, "sum".to_owned());
    assert!(store.remove_variable(owner, list, ids[1]).await.unwrap());
    assert!(!store.remove_variable(owner, list, ids[1]).await.unwrap());
    let left = names(store, owner, list).await;
    assert_eq!(left, [(0, "name".into()), sum.clone()]);
    // Under the last one's position too, contacts still have its values.
    assert!(store.remove_variable(owner, list, ids[2]).await.unwrap());
    for name in ["city", "date"] {
        store.add_variable(owner, list, name).await.unwrap();
    }
    let now = [(0, "name".into()), (3, "city".into()), (4, "date".into())];
    assert_eq!(names(store, owner, list).await, now);
}

pub async fn a_variables_name_is_there_once_in_a_list(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let (list, other) = (fill(store, owner, 0).await, fill(store, owner, 0).await);
    let add = async |list, name| store.add_variable(owner, list, name).await;
    let name = add(list, "name").await.unwrap().unwrap();
    add(list, "city").await.unwrap().unwrap();
    let elsewhere = add(other, "name").await.unwrap().unwrap();
    assert!(add(list, "city").await.unwrap_err().is_conflict());
    let rename = async |variable, to| store.rename_variable(owner, list, variable, to).await;
    assert!(rename(name, "city").await.unwrap_err().is_conflict());
    assert!(rename(name, "name").await.unwrap());
    assert!(rename(name, "who").await.unwrap());
    assert!(!rename(elsewhere, "x").await.unwrap(), "another list's");
    let removed = store.remove_variable(owner, list, elsewhere).await;
    assert!(!removed.unwrap(), "another list's");
    let now = [(0, "who".into()), (1, "city".into())];
    assert_eq!(names(store, owner, list).await, now);
    assert_eq!(names(store, owner, other).await, [(0, "name".into())]);
    // The refused one has taken no position.
    add(list, "sum").await.unwrap().unwrap();
    assert_eq!(names(store, owner, list).await[2], (2, "sum".into()));
}

pub async fn a_copy_is_unknown_until_it_is_complete(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let source = fill(store, owner, 5).await;
    let begun = store.begin_copy(owner, source, at(7)).await.unwrap();
    let copy = begun.unwrap();
    let mut steps = 0;
    loop {
        assert_eq!(store.list(owner, copy).await.unwrap(), None);
        assert_eq!(store.lists(owner).await.unwrap().len(), 1);
        assert_eq!(whole(store, owner, copy).await, []);
        assert!(!store.remove_list(owner, copy).await.unwrap());
        let added = store.add_contacts(owner, copy, contacts(20..21)).await;
        assert_eq!(added.unwrap(), None);
        assert_eq!(store.begin_copy(owner, copy, at(8)).await.unwrap(), None);
        steps += 1;
        if store.go_on_copying(copy, 2).await.unwrap() {
            break;
        }
    }
    assert!(steps >= 3, "{steps} steps of 2 for 5 contacts");
    let known = store.list(owner, copy).await.unwrap().unwrap();
    assert_eq!((known.contacts, known.created_at), (5, at(7)));
    assert_eq!(whole(store, owner, copy).await.len(), 5);
    // The answer to the last step may have been lost.
    assert!(store.go_on_copying(copy, 2).await.unwrap());
    assert_eq!(store.list(owner, copy).await.unwrap(), Some(known));
}

pub async fn a_copy_has_all_that_its_source_had(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let source = store.add_list(owner, "VIP", "best", at(1)).await.unwrap();
    for name in ["name", "city", "sum"] {
        store.add_variable(owner, source, name).await.unwrap();
    }
    let variables = store.variables(owner, source).await.unwrap().unwrap();
    let city = store.remove_variable(owner, source, variables[1].id).await;
    assert!(city.unwrap());
    let new = (0..5).map(|index| NewContact {
        number: number(index),
        given: (index % 2 == 0).then(|| format!("+{}", number(index))),
        variables: format!("Ivan;Kyiv;{index}"),
    });
    let added = store.add_contacts(owner, source, new.collect()).await;
    added.unwrap();
    store.stop(owner, number(1), None, "", at(2)).await.unwrap();
    let gone = whole(store, owner, source).await[2].id;
    store.remove_contacts(owner, vec![gone]).await.unwrap();

    let copy = copy(store, owner, source).await;
    let list = store.list(owner, copy).await.unwrap().unwrap();
    assert_eq!((&*list.name, &*list.description), ("VIP", "best"));
    assert_eq!((list.contacts, list.stopped), (4, 1));
    let (original, copied) = (
        whole(store, owner, source).await,
        whole(store, owner, copy).await,
    );
    assert!(copied[0].id > original[3].id, "numbered anew");
    let elsewhere = |contact: Contact| Contact {
        id: ContactId(0),
        list: ListId(0),
        ..contact
    };
    let compare = |contacts: Vec<Contact>| contacts.into_iter().map(elsewhere).collect::<Vec<_>>();
    assert_eq!(compare(copied), compare(original));
    let now = [(0, "name".into()), (2, "sum".into())];
    assert_eq!(names(store, owner, copy).await, now);
    store.add_variable(owner, copy, "date").await.unwrap();
    assert_eq!(names(store, owner, copy).await[2], (3, "date".into()));
    // From now on each goes its own way.
    store.clear_list(owner, copy, 9).await.unwrap();
    assert_eq!(whole(store, owner, source).await.len(), 4);
    assert_eq!(names(store, owner, source).await, now);
}

pub async fn a_number_that_moves_in_a_list_while_it_is_copied_is_copied_once(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let source = fill(store, owner, 5).await;
    store.stop(owner, number(0), None, "", at(2)).await.unwrap();
    let begun = store.begin_copy(owner, source, at(7)).await.unwrap();
    let copy = begun.unwrap();
    assert!(!store.go_on_copying(copy, 2).await.unwrap());
    let gone = whole(store, owner, source).await[0].id;
    store.remove_contacts(owner, vec![gone]).await.unwrap();
    let again = store.add_contacts(owner, source, contacts([0, 5])).await;
    assert_eq!(again.unwrap().unwrap().added, 2);
    while !store.go_on_copying(copy, 9).await.unwrap() {}

    let copied = whole(store, owner, copy).await;
    let numbers: Vec<_> = copied.iter().map(|contact| contact.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5].map(number));
    let list = store.list(owner, copy).await.unwrap().unwrap();
    assert_eq!((list.contacts, list.stopped), (6, 1));
    // Its numbers are its own: what is added next meets none of them.
    let next = store.add_contacts(owner, source, contacts(6..8)).await;
    assert_eq!(next.unwrap().unwrap().added, 2);
}

pub async fn an_abandoned_copy_goes(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let source = fill(store, owner, 5).await;
    let begin = async |at| store.begin_copy(owner, source, at).await.unwrap().unwrap();
    let (old, young) = (begin(at(10)).await, begin(at(20)).await);
    for copy in [old, young] {
        assert!(!store.go_on_copying(copy, 4).await.unwrap());
    }
    assert!(store.forget_removed_lists(at(20), 3).await.unwrap());
    for _ in 0..2 {
        let gone = store.go_on_copying(old, 4).await.unwrap_err();
        assert!(gone.is_conflict(), "not even half of it is left: {gone:?}");
        forget(store, 20, 3).await;
    }
    assert!(store.go_on_copying(young, 4).await.unwrap());
    let lists = store.lists(owner).await.unwrap();
    assert_eq!(lists.len(), 2, "the source and the young copy");
}

pub async fn a_copy_of_a_list_removed_meanwhile_is_never_complete(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let source = fill(store, owner, 5).await;
    let begun = store.begin_copy(owner, source, at(7)).await.unwrap();
    let copy = begun.unwrap();
    assert!(!store.go_on_copying(copy, 2).await.unwrap());
    assert!(store.remove_list(owner, source).await.unwrap());
    for _ in 0..2 {
        let refused = store.go_on_copying(copy, 9).await.unwrap_err();
        assert!(refused.is_conflict(), "{refused:?}");
        forget(store, 0, 100).await;
    }
    assert_eq!(store.lists(owner).await.unwrap(), []);
}

pub async fn only_copies_are_copied_into(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 2).await;
    for other in [list, ListId(list.0 + 9)] {
        let refused = store.go_on_copying(other, 9).await.unwrap_err();
        assert!(refused.is_conflict(), "{refused:?}");
    }
}

pub async fn a_removed_list_is_unknown_at_once_and_goes_in_steps(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let (list, other) = (fill(store, owner, 10).await, fill(store, owner, 3).await);
    store.add_variable(owner, list, "name").await.unwrap();
    let ids: Vec<_> = (whole(store, owner, list).await.iter())
        .map(|contact| contact.id)
        .collect();
    let kept = whole(store, owner, other).await;
    assert!(store.remove_list(owner, list).await.unwrap());
    let unknown = async || {
        assert!(!store.remove_list(owner, list).await.unwrap());
        assert_eq!(store.list(owner, list).await.unwrap(), None);
        assert_eq!(store.variables(owner, list).await.unwrap(), None);
        assert_eq!(store.clear_list(owner, list, 9).await.unwrap(), None);
        assert_eq!(whole(store, owner, list).await, []);
        let known = store.contacts(owner, ids.clone()).await.unwrap();
        assert_eq!(known, []);
        let removed = store.remove_contacts(owner, ids.clone()).await.unwrap();
        assert_eq!(removed, 0);
        let found = store.contacts_by_number(owner, list, any()).await;
        assert_eq!(found.unwrap(), []);
    };
    unknown().await;
    let steps = forget(store, 0, 4).await;
    assert!(steps >= 3, "{steps} steps of 4 for 10 contacts");
    assert_eq!(forget(store, 0, 4).await, 1, "nothing is left");
    unknown().await;
    assert_eq!(whole(store, owner, other).await, kept);
    let next = store.add_list(owner, "next", "", at(9)).await.unwrap();
    assert!(next > other, "a number is not used again");
}
