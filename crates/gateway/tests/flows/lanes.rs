//! One-time passwords beside a full queue of bulk.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gateway::Running;
use sms::Lane;
use testkit::Machine;
use testkit::paced::Paced;
use tokio::time::sleep;

use crate::world::{PRICE, World, eventually, request};

const BULK: usize = 10_000;

/// How many one-time passwords are sent, one each so long: fewer than the operator may have of them at once.
const CODES: usize = 24;
const EACH: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_full_bulk_queue_one_time_passwords_are_on_the_wire_within_a_second() {
    let (gateway, account, _place) = World::new().await.stop().await;
    let enough = i64::try_from(BULK + CODES).unwrap() * PRICE;
    gateway.top_up(account, enough, "for bulk").await.unwrap();
    for _ in 0..BULK / 50 {
        let mut submit = request(account, &["380670000001"; 50]);
        submit.lane = Lane::Bulk;
        gateway.submit(submit).await.unwrap();
    }
    // The operator is slow to answer: what is in its hands of bulk stays there for seconds.
    let seen = Arc::new(Mutex::new(Vec::new()));
    let saw = Arc::clone(&seen);
    let machine = Arc::new(Machine::watch());
    let clock = Arc::clone(&machine);
    let operator = Paced {
        capacity: 25,
        per_second: 50,
        answers_after: Duration::from_secs(4),
        on_wire: Arc::new(move |attempt| {
            saw.lock().unwrap().push((attempt.lane, clock.ran()));
        }),
    };
    let running = Running::start(gateway.clone(), Arc::new(operator), None).await;
    let on_wire = |lane| {
        let seen = seen.lock().unwrap();
        let times = seen.iter().filter(|(seen, _)| *seen == lane);
        times.map(|(_, at)| *at).collect::<Vec<_>>()
    };
    eventually("the operator is full of bulk", async || {
        on_wire(Lane::Bulk).len() >= 25
    })
    .await;

    let mut sent = Vec::new();
    for _ in 0..CODES {
        let mut submit = request(account, &["380670000002"]);
        submit.lane = Lane::Otp;
        sent.push(machine.ran());
        gateway.submit(submit).await.unwrap();
        sleep(EACH).await;
    }
    eventually("all are on the wire", async || {
        on_wire(Lane::Otp).len() == CODES
    })
    .await;
    let mut waited: Vec<_> = on_wire(Lane::Otp)
        .into_iter()
        .zip(sent)
        .map(|(seen, sent)| seen.saturating_sub(sent))
        .collect();
    waited.sort_unstable();
    let p99 = waited[CODES * 99 / 100];
    assert!(p99 <= Duration::from_secs(1), "{waited:?}");
    running.stop().await;
}
