//! The gateway is killed while programs send through every door that accepts things once only, and repeat each request until it is
//! answered: each of their messages is accepted once and reaches its phone.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use simulator::Scenario;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::gateway::WINDOW;
use crate::world::{Connection, Serve, eventually, operator};

/// Messages that each program sends, one with each request.
const MESSAGES: u32 = 400;

/// After how many answers the gateway is killed.
const KILLS: [u32; 4] = [50, 400, 700, 1_050];

const TOKEN: &str = "a-token";
const LOGIN: &str = "till";
const PASSWORD: &str = "password";

#[derive(Clone, Copy)]
enum Door {
    Atl,
    SmsCenter,
    SmsClub,
}

const DOORS: [Door; 3] = [Door::Atl, Door::SmsCenter, Door::SmsClub];

impl Door {
    const fn name(self) -> &'static str {
        match self {
            Self::Atl => "ATL",
            Self::SmsCenter => "SMS Center",
            Self::SmsClub => "SMS Club",
        }
    }

    /// The text of a message: no other has it.
    fn text(self, number: u32) -> String {
        format!("{} {number}", self.name())
    }

    /// Sends a message; tells whether it is known to be accepted, now or before.
    async fn send(self, http: SocketAddr, number: u32) -> io::Result<bool> {
        let (text, phone) = (self.text(number), format!("38050001{:04}", 1_000 + number));
        let mut connection = Connection::open(http).await?;
        Ok(match self {
            Self::Atl => {
                let request = format!(
                    "<request><head><operation>submit</operation><login>{LOGIN}</login><password>{PASSWORD}</password>\
                     <title>Till</title><bulkmessage>{text}</bulkmessage><scheduled>NOW</scheduled><isbulk>true</isbulk>\
                     <controlid>{number}</controlid></head><body><msisdn>{phone}</msisdn></body></request>"
                );
                let sent = connection.ask("POST", "/bulksms/api", "text/xml", request.as_bytes());
                let answer = sent.await?;
                let says = |code| {
                    let head = format!("<responsecode>{code}</responsecode>");
                    answer.text().contains(&head)
                };
                says("000") || says("002")
            }
            Self::SmsCenter => {
                let text = text.replace(' ', "+");
                let query = format!(
                    "/sys/send.php?login={LOGIN}&psw={PASSWORD}&phones={phone}&mes={text}&sender=Till&fmt=1"
                );
                let answer = connection.get(&query).await?;
                let (_, count) = answer.text().split_once(',').unwrap_or_default();
                matches!(count, "1" | "-9")
            }
            Self::SmsClub => {
                let body = format!(
                    "{{\"phone\":[\"{phone}\"],\"message\":\"{text}\",\"src_addr\":\"Till\"}}"
                );
                let head = format!(
                    "POST /sms/send HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {TOKEN}\r\n\
                     Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                connection.write((head + &body).as_bytes()).await?;
                let answer = connection.read().await?;
                assert!(matches!(answer.status, 200 | 453 | 500), "{answer:?}");
                matches!(answer.status, 200 | 453)
            }
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_repeat_what_was_not_answered_send_nothing_twice() {
    let operator = operator(Scenario::default()).await;
    let serve = Serve::new();
    let customer = serve.furnish(operator.address(), WINDOW, "1000").await;
    for command in [
        format!("account credential shop --kind password --public {LOGIN} --secret {PASSWORD}"),
        format!("account credential shop --kind token --secret {TOKEN}"),
        "account change shop --requests-per-second 10000".to_owned(),
    ] {
        serve.done(&command.split(' ').collect::<Vec<_>>()).await;
    }
    let (mut gateway, http) = serve.start().await;
    let (at, address) = watch::channel(http);
    let answered = Arc::new(AtomicU32::new(0));
    let mut programs = JoinSet::new();
    for door in DOORS {
        let (address, answered) = (address.clone(), Arc::clone(&answered));
        programs.spawn(async move {
            for number in 0..MESSAGES {
                loop {
                    let http = *address.borrow();
                    if matches!(door.send(http, number).await, Ok(true)) {
                        break;
                    }
                    sleep(Duration::from_millis(5)).await;
                }
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for after in KILLS {
        eventually("the moment of the kill", async || {
            (answered.load(Ordering::Relaxed) >= after).then_some(())
        })
        .await;
        gateway.kill().await;
        let started = serve.start().await;
        gateway = started.0;
        at.send_replace(started.1);
    }
    while let Some(program) = programs.join_next().await {
        program.unwrap();
    }

    let expected: HashSet<_> = DOORS
        .into_iter()
        .flat_map(|door| (0..MESSAGES).map(move |number| door.text(number)))
        .collect();
    let inbox = operator.inbox();
    eventually("every message at its phone", async || {
        let shown = inbox.messages(None);
        let shown: HashSet<_> = shown.into_iter().map(|message| message.text).collect();
        (shown == expected).then_some(())
    })
    .await;
    // What is in doubt after a kill may arrive twice; it was accepted once and is charged once.
    let customer = crate::world::Customer {
        http: *address.borrow(),
        ..customer
    };
    let spent = MESSAGES * 3 * 13;
    assert_eq!(spent % 100, 0, "what is left is whole");
    let left = format!("{}.0", 1_000 - spent / 100);
    eventually("every hold becoming a charge", async || {
        (customer.balance().await == left).then_some(())
    })
    .await;
    let audited = serve.done(&["ledger", "audit"]).await;
    assert!(audited.contains("the books balance"), "{audited}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    operator.stop().await;
}
