//! Contact lists: kept, found, copied; the stop list beside them.

use gateway::search::Operation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Like};
use gateway::search::{Condition, Operation, Page};
use gateway::{ContactEntry, ContactField, ContactId, ContactSearch, ListId};
use sms::Refusal;

use crate::world::{World, account, refusal};

fn entry(number: &str, variables: &str) -> ContactEntry {
    ContactEntry {
        number: number.into(),
        variables: variables.into(),
    }
}

/// A list with four contacts, given as the person who made it wrote them.
async fn furnished(world: &World) -> ListId {
    let list = world
        .gateway
        .add_list(world.account, "clients", "")
        .await
        .unwrap();
    let entries = [
        entry("+380 63 111 11 11", "Иван Васильевич;7"),
        entry("380672222222", "Anna"),
        entry("no number", ""),
        entry("380633333333", ""),
        entry("380672222222", "again"),
        entry("48501234567", "ИВАНКА"),
    ];
    let added = world
        .gateway
        .add_contacts(world.account, list, &entries)
        .await
        .unwrap();
    assert_eq!((added.added, added.repeated), (4, 1));
    list
}

async fn numbers(world: &World, search: &ContactSearch, page: Page) -> (u64, Vec<String>) {
    let found = world
        .gateway
        .find_contacts(world.account, search, page)
        .await
        .unwrap();
    let contacts = world
        .gateway
        .contacts(world.account, found.items)
        .await
        .unwrap();
    let number = |contact: &gateway::Contact| contact.number.as_str().to_owned();
    (found.total, contacts.iter().map(number).collect())
}

/// Conditions, and the numbers of the contacts that fulfil them.
type Case<'a> = (&'a [(ContactField, Operation, &'a str)], &'a [&'a str]);

#[tokio::test]
async fn contacts_are_found_by_everything_that_is_known_of_them() {
    let world = World::new().await;
    let list = furnished(&world).await;
    let other = world
        .gateway
        .add_list(world.account, "others", "")
        .await
        .unwrap();
    world
        .gateway
        .add_contact(world.account, other, &entry("380634444444", ""))
        .await
        .unwrap();
    let (first, second, third, fourth, elsewhere) = (
        "380631111111",
        "380672222222",
        "380633333333",
        "48501234567",
        "380634444444",
    );
    let (number, normalised, variables, of_list) = (
        ContactField::Number,
        ContactField::NormalisedNumber,
        ContactField::Variables,
        ContactField::List,
    );
    let the_list = list.to_string();
    let cases: &[Case<'_>] = &[
        (&[], &[first, second, third, fourth, elsewhere]),
        (
            &[(of_list, Equal, &the_list)],
            &[first, second, third, fourth],
        ),
        (&[(number, Like, "38063%")], &[first, third, elsewhere]),
        (
            &[(number, Like, "38063%"), (of_list, Equal, &the_list)],
            &[first, third],
        ),
        (&[(number, Like, "+380 63%")], &[first]),
        (&[(normalised, Like, "+380%")], &[]),
        (&[(number, Like, "38063_3%")], &[third]),
        (&[(number, Like, "%4567")], &[fourth]),
        (&[(number, Equal, second)], &[second]),
        (&[(number, Equal, "+380 63 111 11 11")], &[first]),
        (&[(number, Like, "380672222222")], &[second]),
        (&[(variables, Like, "иван%")], &[first, fourth]),
        (
            &[(variables, Like, "иван%"), (number, Like, "38%")],
            &[first],
        ),
        (&[(variables, Equal, "")], &[third, elsewhere]),
        (&[(variables, Like, "%;7")], &[first]),
        (&[(normalised, Greater, "380640000000")], &[second]),
        (&[(normalised, GreaterOrEqual, second)], &[second]),
        (&[(normalised, Less, first)], &[fourth]),
        (&[(normalised, LessOrEqual, first)], &[first, fourth]),
    ];
    for (conditions, expected) in cases {
        let search = ContactSearch {
            list: None,
            conditions: conditions
                .iter()
                .map(|(field, operation, value)| (*field, Condition::new(*operation, value)))
                .collect(),
        };
        let (total, found) = numbers(&world, &search, Page::default()).await;
        assert_eq!(found, *expected, "{conditions:?}");
        assert_eq!(total, expected.len() as u64);
    }
}

#[tokio::test]
async fn a_page_of_contacts_knows_how_many_there_are_on_all() {
    let world = World::new().await;
    let search = ContactSearch {
        list: Some(furnished(&world).await),
        conditions: vec![],
    };
    let page = |from, limit| Page { from, limit };
    let (total, found) = numbers(&world, &search, page(1, Some(2))).await;
    assert_eq!(
        (total, found),
        (4, vec!["380672222222".into(), "380633333333".into()])
    );
    assert_eq!(
        numbers(&world, &search, page(9, Some(2))).await,
        (4, vec![])
    );
    let search = ContactSearch {
        conditions: vec![(ContactField::Number, Condition::new(Like, "380%"))],
        ..search
    };
    let (total, found) = numbers(&world, &search, page(2, None)).await;
    assert_eq!((total, found), (3, vec!["380633333333".into()]));
}

#[tokio::test]
async fn a_contact_is_changed_and_removed_by_its_account_only() {
    let world = World::new().await;
    let list = furnished(&world).await;
    let (gateway, account_id) = (&world.gateway, world.account);
    let other = account(gateway, "other", 0).await;
    let id = gateway
        .add_contact(account_id, list, &entry("380505555555", "a;b"))
        .await
        .unwrap();
    gateway
        .change_contact(account_id, id, None, Some("c".into()))
        .await
        .unwrap();
    gateway
        .change_contact(account_id, id, Some("+380505555556"), None)
        .await
        .unwrap();
    let contact = gateway.contact(account_id, id).await.unwrap();
    assert_eq!(
        (contact.number.as_str(), contact.variables.as_str()),
        ("380505555556", "c")
    );
    assert_eq!(contact.given.as_deref(), Some("+380505555556"));
    for (account, id, number, expected) in [
        (account_id, id, "380672222222", Refusal::AlreadyThere),
        (account_id, id, "letters", Refusal::InvalidNumber),
        (
            account_id,
            ContactId(99),
            "letters",
            Refusal::UnknownContact,
        ),
        (
            account_id,
            ContactId(99),
            "380505555557",
            Refusal::UnknownContact,
        ),
        (other, id, "380505555557", Refusal::UnknownContact),
    ] {
        assert_eq!(
            refusal(
                gateway
                    .change_contact(account, id, Some(number), None)
                    .await
            ),
            expected
        );
    }
    assert_eq!(gateway.remove_contacts(other, &[id]).await.unwrap(), 0);
    assert_eq!(
        gateway
            .remove_contacts(account_id, &[id, id, ContactId(99)])
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        refusal(gateway.contact(account_id, id).await),
        Refusal::UnknownContact
    );
    assert_eq!(
        refusal(gateway.clear_list(other, list).await),
        Refusal::UnknownList
    );
    assert_eq!(gateway.clear_list(account_id, list).await.unwrap(), 4);
    assert_eq!(gateway.list(account_id, list).await.unwrap().contacts, 0);
}

#[tokio::test]
async fn a_long_list_is_copied_whole() {
    let world = World::new().await;
    let list = world
        .gateway
        .add_list(world.account, "long", "many")
        .await
        .unwrap();
    let entries: Vec<_> = (0..12_000_u64)
        .map(|index| entry(&format!("{}", 380_670_000_000 + index), "x"))
        .collect();
    let added = world
        .gateway
        .add_contacts(world.account, list, &entries)
        .await
        .unwrap();
    assert_eq!(added.added, 12_000);
    world
        .gateway
        .add_variable(world.account, list, "Name")
        .await
        .unwrap();
    let copy = world.gateway.copy_list(world.account, list).await.unwrap();
    let copied = world.gateway.list(world.account, copy).await.unwrap();
    assert_eq!(
        (copied.name.as_str(), copied.description.as_str()),
        ("long", "many")
    );
    assert_eq!(copied.contacts, 12_000);
    assert_eq!(
        world.gateway.variables(world.account, copy).await.unwrap()[0].name,
        "Name"
    );
    let search = ContactSearch {
        list: Some(copy),
        conditions: vec![],
    };
    let end = Page {
        from: 11_999,
        limit: None,
    };
    assert_eq!(numbers(&world, &search, end).await.1, ["380670011999"]);
    assert_eq!(
        refusal(world.gateway.copy_list(world.account, ListId(99)).await),
        Refusal::UnknownList
    );
}

#[tokio::test]
async fn texts_that_nobody_would_write_are_refused() {
    let world = World::new().await;
    let (gateway, account) = (&world.gateway, world.account);
    let long = "x".repeat(4_097);
    let too_long = Refusal::FieldTooLong { limit: 4_096 };
    assert_eq!(
        refusal(gateway.add_list(account, &long, "").await),
        too_long
    );
    assert_eq!(
        refusal(gateway.add_list(account, " ", "").await),
        Refusal::InvalidName
    );
    let list = gateway.add_list(account, "a", "").await.unwrap();
    let contact = entry("380671111111", &long);
    assert_eq!(
        refusal(gateway.add_contact(account, list, &contact).await),
        too_long
    );
    assert_eq!(
        refusal(gateway.stop(account, "380671111111", &long).await),
        too_long
    );
    for name in ["", "1st", "a;b", "a%"] {
        assert_eq!(
            refusal(gateway.add_variable(account, list, name).await),
            Refusal::InvalidName,
            "{name}"
        );
    }
    gateway.add_variable(account, list, "Name").await.unwrap();
    assert_eq!(
        refusal(gateway.add_variable(account, list, "Name").await),
        Refusal::AlreadyThere
    );
}

#[tokio::test]
async fn a_beginning_that_all_numbers_have_finds_them_all() {
    let world = World::new().await;
    let list = world
        .gateway
        .add_list(world.account, "all alike", "")
        .await
        .unwrap();
    for number in ["380631111111", "+380 63 333 33 33", "380632222222"] {
        let contact = entry(number, "");
        let added = world.gateway.add_contact(world.account, list, &contact);
        added.await.unwrap();
    }
    let like = |pattern| ContactSearch {
        list: Some(list),
        conditions: vec![(ContactField::Number, Condition::new(Like, pattern))],
    };
    let page = |from, limit| Page { from, limit };
    let (total, found) = numbers(&world, &like("38063%"), page(1, Some(1))).await;
    assert_eq!((total, found), (3, vec!["380633333333".into()]));
    let (total, found) = numbers(&world, &like("380631%"), page(0, Some(2))).await;
    assert_eq!((total, found), (1, vec!["380631111111".into()]));
}
