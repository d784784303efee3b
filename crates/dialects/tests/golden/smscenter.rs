//! What calls of SMS Center's API do that no answer shows, and lists that are longer than one answer.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use gateway::AccountSettings;
use gateway::directory::Originators;
use serde_json::Value;

use crate::caller;
use crate::world::World;

const FACTS: &str = "api key key, setting per_minute {\"phones\":0}";

/// Calls `path?form`, and returns the answer as JSON.
async fn ask(world: &World, call: &str) -> Value {
    let line = format!("GET /sys/{call}&apikey=key&fmt=3&charset=utf-8");
    let answer = caller::ask(world, (&line, ""), "").await;
    serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{call}: {answer}"))
}

/// Returns the settings of the account `branch` under the account.
fn branch(world: &World) -> AccountSettings {
    let below = world.gateway.sub_account(world.account("shop"), "branch");
    below.unwrap().settings.clone()
}

#[tokio::test]
async fn a_client_has_what_its_maker_has_and_a_program_of_its_own() {
    let facts = "api key key, originators Shop Other, zone Europe/Kyiv, addresses 192.0.2.1, peer 192.0.2.1, \
                 callback url http://example.org/shop, setting per_minute {\"users\":0}";
    let world = World::speaking("smscenter", facts).await;
    let add = "users.php?add=1&user=branch&password=secret-17&sender=Other";
    assert!(ask(&world, add).await["id"].is_number());
    let settings = branch(&world);
    let both = ["Shop", "Other"].map(str::to_owned).to_vec();
    assert_eq!(settings.originators, Originators::Only(both));
    assert_eq!(settings.originator.as_deref(), Some("Other"));
    assert_eq!(settings.time_zone, "Europe/Kyiv");
    assert_eq!((settings.callback_url, settings.addresses), (None, vec![]));

    let url = "http://example.org/branch";
    for (change, called) in [
        (format!("url={url}"), Some(url)),
        ("fl[10]=0".to_owned(), None),
        (format!("url={url}&fl[10]=0&fl[11]=1"), Some(url)),
        ("fl[11]=1".to_owned(), Some(url)),
        ("url=".to_owned(), None),
    ] {
        let change = format!("users.php?chg=1&user=branch&{change}");
        assert_eq!(ask(&world, &change).await["result"], "OK", "{change}");
        let settings = branch(&world);
        assert_eq!(settings.callback_url.as_deref(), called, "{change}");
        assert_eq!(settings.originator.as_deref(), Some("Other"));
    }
}

#[tokio::test]
async fn a_long_list_of_contacts_is_told_in_several_answers_each_contact_once() {
    let facts = format!("{FACTS}, book one, 1500 phones, book two, 700 phones, phone 380970000001");
    let world = World::speaking("smscenter", &facts).await;
    let (mut after, mut numbers, mut answers) = (0, Vec::new(), Vec::new());
    loop {
        let page = ask(&world, &format!("phones.php?get=1&after_id={after}")).await;
        let Some(page) = page.as_array() else {
            assert_eq!(page["error_code"], 3);
            break;
        };
        answers.push(page.len());
        let told = page.iter().map(|contact| contact["phone"].to_string());
        numbers.extend(told);
        after = page.last().unwrap()["int_id"].as_i64().unwrap();
    }
    assert_eq!(answers, [1_000, 501]);
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 1_501);
}

#[tokio::test]
async fn a_thousand_contacts_are_added_together_and_more_are_refused() {
    let world = World::speaking("smscenter", &format!("{FACTS}, book one")).await;
    let numbers = |count: u64| {
        let numbers = (0..count).map(|n| (79_990_000_000 + n).to_string());
        numbers.collect::<Vec<_>>().join(",")
    };
    for (count, error) in [(1_001, Value::from(1)), (1_000, Value::Null)] {
        let add = format!("phones.php?add=1&grp=1&name=x&phone={}", numbers(count));
        assert_eq!(ask(&world, &add).await["error_code"], error, "{count}");
    }
    let groups = ask(&world, "phones.php?get_group=1").await;
    assert_eq!(groups[0]["cnt"], "1000");
}

#[tokio::test]
async fn of_requests_at_once_each_contact_is_added_once_with_what_is_known_of_it() {
    let world = World::speaking("smscenter", &format!("{FACTS}, book one")).await;
    let fields = ["name=Anna", "fnm=Anna", "cmt=x", "tags=y"];
    let adds = (0..12).map(|n| {
        let number = 79_990_000_000_u64 + n % 3;
        let field = fields[usize::try_from(n).unwrap() % fields.len()];
        format!("phones.php?add=1&grp=1&phone={number}&{field}")
    });
    let adds: Vec<_> = adds.collect();
    for answer in join_all(adds.iter().map(|add| ask(&world, add))).await {
        assert!(answer["id"].is_number(), "{answer}");
    }
    let found = ask(&world, "phones.php?get=1&grp=1").await;
    assert_eq!(found.as_array().unwrap().len(), 3, "{found}");
    let variables = world
        .gateway
        .variables(world.account("shop"), gateway::ListId(1));
    assert_eq!(variables.await.unwrap().len(), fields.len());
}
