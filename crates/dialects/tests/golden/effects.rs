//! What calls do, seen through later calls: golden files show one answer each.

use serde_json::{Value, json};
use sms::SenderStatus;

use crate::caller::call;
use crate::world::World;

const KEYS: (&str, &str) = ("public_key", "private_key");

/// Calls a method and returns its result, or the code of its error as a text.
pub(crate) async fn ask(world: &World, method: &str, parameters: &str) -> Value {
    let answer = call(world, KEYS, method, parameters).await;
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    let code = answer["code"].take();
    if code.is_null() {
        answer["result"].take()
    } else {
        code
    }
}

/// Calls a method that must say that it succeeded.
async fn done(world: &World, method: &str, parameters: &str) {
    let answer = ask(world, method, parameters).await;
    assert_eq!(answer, json!({"successful": true}), "{method} {parameters}");
}

/// Returns a column of the rows of a list.
async fn column(world: &World, method: &str, parameters: &str, column: usize) -> Vec<String> {
    let list = ask(world, method, parameters).await;
    let rows = list["data"].as_array().unwrap_or_else(|| panic!("{list}"));
    let cell = |row: &Value| {
        row[column]
            .as_str()
            .expect("every cell is a text")
            .to_owned()
    };
    rows.iter().map(cell).collect()
}

#[tokio::test]
async fn an_edited_book_keeps_what_is_not_given_and_an_empty_description_is_cleared() {
    let world = World::given("book clients described in Kyiv").await;
    for (parameters, name, description) in [
        ("newName=friends", "friends", json!("in Kyiv")),
        ("newDescr=in+Odesa", "friends", json!("in Odesa")),
        ("newName=", "friends", json!("in Odesa")),
        ("newName=clients&newDescr=", "clients", Value::Null),
    ] {
        done(
            &world,
            "editAddressbook",
            &format!("idAddressBook=1&{parameters}"),
        )
        .await;
        let book = ask(&world, "getAddressbook", "idAddressBook=1").await;
        assert_eq!(book["name"], name, "{parameters}");
        assert_eq!(book["description"], description, "{parameters}");
    }
}

#[tokio::test]
async fn a_deleted_book_takes_its_phones_with_it() {
    let world = World::given("book clients, 3 phones, book friends, 1 phones").await;
    done(&world, "delAddressbook", "idAddressBook=1").await;
    assert_eq!(
        ask(&world, "getAddressbook", "idAddressBook=1").await,
        "206"
    );
    assert_eq!(
        ask(&world, "getPhoneFromAddressBook", "idPhone=1").await,
        "215"
    );
    let phones = column(&world, "getPhoneFromAddressBook", "", 0).await;
    assert_eq!(phones, ["4"]);
    assert_eq!(
        ask(&world, "delAddressbook", "idAddressBook=1").await,
        "202"
    );
}

#[tokio::test]
async fn a_clone_is_a_copy_that_goes_its_own_way() {
    let world = World::given(
        "book clients described in Kyiv, variable name, phone +380632587852 with Anna, phone 380632587853",
    )
    .await;
    let clone = ask(&world, "cloneaddressbook", "idAddressBook=1").await;
    assert_eq!(clone, json!({"successful": true, "idAddressBook": 2}));
    done(&world, "delPhoneFromAddressBook", "idAddressBook=1").await;
    let phones = |number| column(&world, "getPhoneFromAddressBook", "idAddressBook=2", number);
    assert_eq!(phones(1).await, ["+380632587852", "380632587853"]);
    assert_eq!(phones(3).await, ["Anna", ""]);
    let names = column(&world, "getAllAddressBookVariables", "idAddressBook=2", 2).await;
    assert_eq!(names, ["name"]);
    let book = ask(&world, "getAddressbook", "idAddressBook=2").await;
    assert_eq!(book["name"], "clients");
    assert_eq!(book["description"], "in Kyiv");
}

#[tokio::test]
async fn phones_that_are_there_are_counted_once() {
    let world = World::given("book clients, phone 380631690001 with a").await;
    let data =
        "data=[[380631690001,b],[%22%2B380631690002%22,%22c%22],[380631690002],[380631690003]]";
    let data = data.replace(",b]", ",%22b%22]");
    done(
        &world,
        "addPhoneToAddressBook",
        &format!("idAddressBook=1&{data}"),
    )
    .await;
    let phones = |number| column(&world, "getPhoneFromAddressBook", "", number);
    assert_eq!(
        phones(2).await,
        ["380631690001", "380631690002", "380631690003"]
    );
    assert_eq!(phones(3).await, ["a", "c", ""]);
}

#[tokio::test]
async fn ten_thousand_phones_come_in_one_call_and_are_listed_in_one_answer() {
    let world = World::given("book clients").await;
    let phones: Vec<_> = (0..10_000)
        .map(|n| format!("[%22{}%22]", 380_630_000_000_u64 + n))
        .collect();
    let parameters = format!("idAddressBook=1&data=[{}]", phones.join(","));
    done(&world, "addPhoneToAddressBook", &parameters).await;
    let listed = column(
        &world,
        "searchPhones",
        "searchFields[phone][operation]=like&searchFields[phone][value]=38063%25",
        3,
    );
    let listed = listed.await;
    assert_eq!(listed.len(), 10_000);
    assert_eq!(listed[9_999], "380630009999");
}

#[tokio::test]
async fn an_edited_phone_keeps_what_is_not_given_and_empty_variables_are_cleared() {
    let world = World::given("book clients, phone 380632587852 with a;b").await;
    for (parameters, phone, variables) in [
        ("phone=%2B380657412569", "+380657412569", "a;b"),
        ("variables=c", "+380657412569", "c"),
        ("phone=&variables=", "+380657412569", ""),
        ("phone=380657412569&variables=d", "380657412569", "d"),
    ] {
        done(&world, "editPhone", &format!("idPhone=1&{parameters}")).await;
        let edited = ask(&world, "getPhoneFromAddressBook", "idPhone=1").await;
        assert_eq!(edited["phone"], phone, "{parameters}");
        assert_eq!(edited["normalphone"], "380657412569", "{parameters}");
        assert_eq!(edited["variables"], variables, "{parameters}");
    }
}

#[tokio::test]
async fn only_the_phones_of_the_group_are_deleted() {
    let world = World::given("book clients, 4 phones").await;
    done(&world, "delphonefromaddressbookgroup", "idPhones=1,+3,77").await;
    let left = column(&world, "getPhoneFromAddressBook", "", 0).await;
    assert_eq!(left, ["2", "4"]);
    let book = ask(&world, "getAddressbook", "idAddressBook=1").await;
    assert_eq!(book["phones"], 2);
}

#[tokio::test]
async fn a_book_counts_its_phones_that_are_exceptions() {
    let world = World::given("book clients, 3 phones").await;
    let exceptions =
        async || ask(&world, "getAddressbook", "idAddressBook=1").await["exceptions"].take();
    let exception = ask(&world, "addPhoneToExceptions", "idPhone=1&reason=a").await;
    assert_eq!(exception, json!({"exseption_id": 1}));
    ask(&world, "addPhoneToExceptions", "phone=%2B380630000002").await;
    ask(&world, "addPhoneToExceptions", "phone=380639999999").await;
    assert_eq!(exceptions().await, 2);
    done(&world, "editExceptions", "idException=1&reason=").await;
    let reasons = column(&world, "getException", "from=0", 3).await;
    assert_eq!(reasons, ["", "", ""]);
    done(&world, "delPhoneFromExceptions", "phone=380630000001").await;
    done(&world, "delPhoneFromExceptions", "idPhone=2").await;
    done(&world, "delPhoneFromExceptions", "idException=3").await;
    assert_eq!(exceptions().await, 0);
    assert_eq!(ask(&world, "getException", "").await, "256");
}

#[tokio::test]
async fn a_stop_list_that_is_read_in_portions_is_listed_without_a_gap() {
    let world = World::given("book clients, 1050 phones, 1100 exceptions").await;
    let ids = |range: std::ops::RangeInclusive<u32>| -> Vec<_> {
        range.map(|id| id.to_string()).collect()
    };
    assert_eq!(column(&world, "getException", "", 0).await, ids(1..=1100));
    let page = column(&world, "getException", "from=995&offset=10", 0).await;
    assert_eq!(page, ids(996..=1005));
    let search = "searchFields[id][operation]=>&searchFields[id][value]=500&from=495&offset=10";
    let page = column(&world, "searchPhonesInExceptions", search, 0).await;
    assert_eq!(page, ids(996..=1005));
    let of_book = column(&world, "getException", "idAddressBook=1&from=1040", 0).await;
    assert_eq!(of_book, ids(1041..=1050));
}

#[tokio::test]
async fn variables_are_renamed_and_removed_in_their_places() {
    let world = World::given("book clients").await;
    for (id, name) in [(1, "name"), (2, "surname"), (3, "city")] {
        let parameters = format!("idAddressBook=1&varType=string&varName={name}");
        let added = ask(&world, "addAddressBookVariable", &parameters).await;
        assert_eq!(added, json!({"id": id}));
    }
    done(
        &world,
        "editAddressBookVariable",
        "idAddressBook=1&varId=2&varName=town",
    )
    .await;
    done(&world, "delAddressBookVariable", "idAddressBook=1&varId=1").await;
    let names = column(&world, "getAllAddressBookVariables", "idAddressBook=1", 2).await;
    assert_eq!(names, ["town", "city"]);
}

#[tokio::test]
async fn what_is_said_of_a_decision_is_told_with_the_sender_name() {
    let world = World::given("now 2012-04-01 12:00:00").await;
    ask(
        &world,
        "registerSenderName",
        "name=a&country=RU&description=tea+shop!",
    )
    .await;
    let sender = world
        .gateway
        .senders(None, None, 1)
        .await
        .unwrap()
        .remove(0);
    let denied = world
        .gateway
        .decide_sender(sender.id, SenderStatus::Denied, "not yours");
    denied.await.unwrap();
    let told = column(&world, "getSenderStatus", "", 4).await;
    assert_eq!(told, ["not yours"]);
}

#[tokio::test]
async fn what_a_program_tells_about_a_sender_name_is_its_description() {
    let world = World::given("now 2012-04-01 12:00:00").await;
    for (parameters, described) in [
        ("name=a&country=ru", ""),
        (
            "name=b&country=RU&description=0JzQsNCz0LDQt9C40L0%3D",
            "Магазин",
        ),
        (
            "name=c&country=RU&description=tea+shop!&siteUrl=example.com&taxName=VGVh&operatorId=1",
            "tea shop!; site: example.com; company: Tea; mobile operator: 1",
        ),
    ] {
        ask(&world, "registerSenderName", parameters).await;
        let descriptions = column(&world, "getSenderStatus", "", 4).await;
        assert_eq!(descriptions.last().unwrap(), described, "{parameters}");
    }
    assert_eq!(
        column(&world, "getSenderStatus", "", 1).await,
        ["RU", "RU", "RU"]
    );
}
