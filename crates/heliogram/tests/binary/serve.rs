//! `heliogram serve`: one gateway on its data, a stop in order, and a start that goes on.

use simulator::{Between, Scenario};

use crate::world::{
    Connection, Customer, LONG, Process, Serve, eventually, operator, run, signed_form,
};

/// Sends to so many phones; gives the number of the campaign.
async fn send(customer: &Customer, recipients: u32) -> i64 {
    let phones: Vec<_> = (0..recipients).map(|n| format!("38050{n:06}7")).collect();
    let phones = serde_json::to_string(&phones).unwrap();
    let group = [("sender", "Shop"), ("text", "Hello"), ("phones", &phones)];
    let sent = customer.call("sendsmsgroup", &group).await;
    sent["id"].as_i64().unwrap()
}

async fn all_delivered(customer: &Customer, id: i64, recipients: u32) {
    eventually("the delivery of all", async || {
        let state = customer.campaign(id).await?;
        (state["delivered"] == recipients).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_waits_for_what_is_on_the_wire_and_the_next_start_goes_on() {
    const RECIPIENTS: u32 = 60;
    let operator = operator(Scenario {
        response_delay_ms: Between { min: 200, max: 400 },
        ..Scenario::default()
    })
    .await;
    let serve = Serve::new();
    let furnished = serve.furnish(operator.address(), 20, "100").await;
    let (gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    let id = send(&customer, RECIPIENTS).await;
    let inbox = operator.inbox();
    let counters = inbox
        .wait_for(LONG, |now| now.submitted_segments >= 30)
        .await;
    assert!(counters.messages < u64::from(RECIPIENTS), "{counters:?}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    let left = inbox.counters().submitted_segments;
    assert!(left < u64::from(RECIPIENTS), "the stop came too late");

    let (_gateway, http) = serve.start().await;
    let customer = Customer { http, ..customer };
    all_delivered(&customer, id, RECIPIENTS).await;
    // What was on the wire was answered and recorded: nothing had to be sent again.
    let counters = inbox.counters();
    assert_eq!(counters.messages, u64::from(RECIPIENTS));
    assert_eq!(counters.duplicates, 0);
    assert_eq!(customer.balance().await, "92.2");
    serve.done(&["ledger", "audit"]).await;
}

#[tokio::test]
async fn messages_wait_for_an_operator_that_is_away_over_a_restart() {
    const RECIPIENTS: u32 = 10;
    let operator = operator(Scenario::named("outage").unwrap()).await;
    let serve = Serve::new();
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let (gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    let id = send(&customer, RECIPIENTS).await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    let listed = serve.done(&["connector", "list"]).await;
    let mut cells = listed
        .split_whitespace()
        .skip_while(|cell| *cell != "unlimited");
    assert_eq!(cells.nth(1), Some("10"), "{listed}");

    operator.set_scenario(Scenario::default());
    let (_gateway, http) = serve.start().await;
    let customer = Customer { http, ..customer };
    all_delivered(&customer, id, RECIPIENTS).await;
}

#[tokio::test]
async fn a_second_gateway_on_the_same_data_is_refused() {
    let serve = Serve::new();
    let (_gateway, http) = serve.start().await;
    let config = serve.config();
    let second = run(&["serve", "--config", config.to_str().unwrap()]).await;
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another gateway is running on"), "{said}");
    let answer = Connection::open(http).await.unwrap().get("/health").await;
    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn a_killed_gateway_leaves_no_lock_behind() {
    let serve = Serve::new();
    let (gateway, _) = serve.start().await;
    gateway.kill().await;
    let (gateway, _) = serve.start().await;
    assert_eq!(gateway.terminate().await.0, Some(0));
}

#[tokio::test]
async fn a_door_that_is_taken_is_named_and_nothing_is_left_running() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = Serve::new();
    let text = std::fs::read_to_string(serve.config()).unwrap();
    std::fs::write(serve.config(), text.replace("127.0.0.1:0", &address)).unwrap();
    let config = serve.config();
    let output = run(&["serve", "--config", config.to_str().unwrap()]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(&format!("cannot listen for HTTP on {address}")),
        "{said}"
    );
}

/// Finds a number in the sums that the simulated operator prints at its end.
fn count(said: &str, what: &str) -> u64 {
    let row = said.lines().find_map(|line| line.strip_prefix(what));
    row.unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn the_simulated_operator_runs_alone_and_remembers_by_its_journal() {
    let serve = Serve::new();
    let journal = serve.data().with_file_name("operator.journal");
    let listen = ["simulator", "--listen", "127.0.0.1:0", "--journal"];
    let arguments = [&listen[..], &[journal.to_str().unwrap()]].concat();
    let mut operator = Process::start(&arguments);
    let address = operator.line().await.trim().parse().unwrap();
    let furnished = serve.furnish(address, 10, "10").await;
    let (gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    let id = send(&customer, 3).await;
    all_delivered(&customer, id, 3).await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    let (code, said) = operator.terminate().await;
    assert_eq!(code, Some(0));
    assert_eq!(count(&said, "texts on phones"), 3, "{said}");

    let mut operator = Process::start(&arguments);
    operator.line().await;
    let (_, said) = operator.terminate().await;
    assert_eq!(count(&said, "texts on phones"), 3, "{said}");
    assert_eq!(count(&said, "  still owed"), 0, "{said}");
}

#[tokio::test]
async fn an_api_is_spoken_as_the_configuration_says() {
    let settings = "[atompark]\njson_style = \"compact\"\nregistersender_result = \"wrapped\"\n";
    let serve = Serve::with(settings);
    let furnished = serve.account("shop", "10").await;
    let (_gateway, http) = serve.start().await;
    let name = [
        ("key", furnished.public_key.as_str()),
        ("name", "Shop"),
        ("country", "UA"),
    ];
    let form = signed_form("registerSender", &name, &furnished.private_key);
    let target = format!("/sms/3.0/registerSender?{form}");
    let answer = Connection::open(http).await.unwrap().get(&target).await;
    assert_eq!(
        answer.unwrap().text(),
        r#"{"result":{"name_id":1,"status":0}}"#
    );
}
