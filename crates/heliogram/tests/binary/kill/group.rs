//! The group send, or the campaign to a list, that is interrupted, tried again as a careful program would, and what must hold of
//! it in the end.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::moments::{Moments, WHOLE};
use super::phone;
use crate::world::{Customer, Process, eventually};

/// Recipients of the group send.
const RECIPIENTS: u64 = 20_000;

/// The price of each message, in hundredths of the account's currency.
const PRICE: u64 = 13;

/// Sends, each with a text of its own, of which the last was certainly accepted.
pub(super) struct Group {
    audience: Audience,
    /// The text of each try, and the number of the campaign when it was answered.
    tries: Vec<(String, Option<i64>)>,
}

/// How the recipients are named in a send.
enum Audience {
    /// All of them, each time.
    Phones(String),
    /// By the number of the list that they are in.
    List(String),
}

impl Group {
    /// Sends that name every recipient.
    pub(super) fn new() -> Self {
        let audience = Audience::Phones(phones());
        let tries = Vec::new();
        Self { audience, tries }
    }

    /// Campaigns to a list, which this makes.
    pub(super) async fn of_list(customer: &Customer) -> Self {
        let list = customer
            .call("addAddressbook", &[("name", "everybody")])
            .await;
        let list = list["addressbook_id"].to_string();
        let contacts = [("idAddressBook", list.as_str()), ("data", &phones())];
        customer.call("addPhoneToAddressBook", &contacts).await;
        let audience = Audience::List(list);
        let tries = Vec::new();
        Self { audience, tries }
    }

    /// Sends, and kills and starts the gateway at the given moments; gives it as started last.
    ///
    /// `steps` tells how much was done so far: two steps make a message, of which the second is its receipt.
    pub(super) async fn interrupted<G: Into<Process>>(
        &mut self,
        moments: &Moments,
        start: impl AsyncFn() -> (G, Customer),
        steps: impl AsyncFn(&Customer) -> u64,
    ) -> (G, Customer) {
        for after in &moments.accepting {
            let (gateway, customer) = start().await;
            self.send_and_kill(&customer, gateway.into(), *after).await;
        }
        let (mut gateway, mut customer) = start().await;
        let last = self.send(&customer).await;
        let mut accepted = 0;
        for id in 1..=last {
            accepted += u64::from(customer.campaign(id).await.is_some());
        }
        let begun = steps(&customer).await;
        let left = 2 * RECIPIENTS * accepted - begun;
        for part in &moments.carrying_out {
            let far_enough = begun + left * part / WHOLE;
            eventually("the moment of the kill", async || {
                (steps(&customer).await >= far_enough).then_some(())
            })
            .await;
            gateway.into().kill().await;
            (gateway, customer) = start().await;
        }
        (gateway, customer)
    }

    /// Sends and kills the gateway so long after: whether the send was accepted may then be unknown.
    async fn send_and_kill(&mut self, customer: &Customer, gateway: Process, after: Duration) {
        let text = self.next_text();
        let parameters = self.parameters(&text);
        let killed = async {
            sleep(after).await;
            gateway.kill().await;
        };
        let (answer, ()) = tokio::join!(customer.ask(self.method(), &parameters), killed);
        let id = answer.ok().map(|answer| number(&answer["result"]["id"]));
        let answered = if id.is_some() {
            "answered"
        } else {
            "not answered"
        };
        eprintln!("killed {after:?} into a send that was {answered}");
        self.tries.push((text, id));
    }

    /// Sends; the answer comes.
    async fn send(&mut self, customer: &Customer) -> i64 {
        let text = self.next_text();
        let answer = customer.call(self.method(), &self.parameters(&text)).await;
        let id = number(&answer["id"]);
        self.tries.push((text, Some(id)));
        id
    }

    /// Waits until every message of every accepted send has been delivered; gives the number of those sends.
    pub(super) async fn delivered(&self, customer: &Customer) -> u64 {
        let (_, last) = self.tries.last().expect("something was sent");
        let mut accepted = 0;
        for id in 1..=last.expect("the last send was answered") {
            let state = eventually("the delivery of every message", async || {
                let Some(state) = customer.campaign(id).await else {
                    return Some(None);
                };
                let ended = number(&state["delivered"]) + number(&state["not_delivered"]);
                (ended >= RECIPIENTS.cast_signed()).then_some(Some(state))
            });
            let Some(state) = state.await else {
                let known = self.tries.iter().any(|(_, answered)| *answered == Some(id));
                assert!(!known, "campaign {id} was accepted and has disappeared");
                continue;
            };
            accepted += 1;
            assert_eq!(state["delivered"], RECIPIENTS, "{state}");
            assert_eq!(state["sent"], RECIPIENTS, "{state}");
            let listed: HashSet<_> = customer.phones(id).await.into_iter().collect();
            let expected: HashSet<_> = recipients()
                .map(|number| (number, "DELIVERED".to_owned()))
                .collect();
            assert!(listed == expected, "campaign {id} lists other phones");
        }
        accepted
    }

    /// Compares with what the phones show: each send reached all of its recipients or, when it was never accepted, none.
    /// Gives how many messages came more than once.
    pub(super) fn compare(
        &self,
        accepted: u64,
        shown: impl Iterator<Item = (String, String)>,
    ) -> u64 {
        let mut arrivals: HashMap<String, HashMap<String, u64>> = HashMap::new();
        for (to, text) in shown {
            *arrivals.entry(text).or_default().entry(to).or_default() += 1;
        }
        let expected: HashSet<_> = recipients().collect();
        for (text, id) in &self.tries {
            let reached: HashSet<_> = arrivals
                .get(text)
                .map(|phones| phones.keys().cloned().collect())
                .unwrap_or_default();
            if id.is_some() || !reached.is_empty() {
                let missing = expected.difference(&reached).count();
                assert!(
                    reached == expected,
                    "{text:?} did not reach {missing} phones"
                );
            }
        }
        assert_eq!(arrivals.len() as u64, accepted, "sends that reached phones");
        let more_than_once = arrivals.values().flat_map(HashMap::values).map(|n| n - 1);
        more_than_once.sum()
    }

    fn next_text(&self) -> String {
        format!("Send number {}", self.tries.len() + 1)
    }

    fn method(&self) -> &'static str {
        match self.audience {
            Audience::Phones(_) => "sendsmsgroup",
            Audience::List(_) => "createCampaign",
        }
    }

    fn parameters<'a>(&'a self, text: &'a str) -> [(&'a str, &'a str); 3] {
        let audience = match &self.audience {
            Audience::Phones(phones) => ("phones", phones.as_str()),
            Audience::List(list) => ("list_id", list.as_str()),
        };
        [("sender", "SHOP"), ("text", text), audience]
    }
}

/// The balance as the API writes it when so many sends were charged once.
pub(super) fn balance_after(money: u32, sends: u64) -> String {
    let hundredths = u64::from(money) * 100 - sends * RECIPIENTS * PRICE;
    // 20,000 messages cost whole units.
    assert_eq!(hundredths % 100, 0);
    format!("{}.0", hundredths / 100)
}

/// Checks the promise about duplicates: a kill can repeat no more than what may be on the wire.
pub(super) fn assert_few(duplicates: u64, moments: &Moments, window: u64) {
    let kills = moments.count();
    eprintln!("{kills} kills: {duplicates} duplicates, {window} allowed for each kill");
    assert!(duplicates <= kills * window);
}

/// The recipients as the API takes them.
fn phones() -> String {
    let phones: Vec<_> = recipients().map(|number| json!([number, "x"])).collect();
    json!(phones).to_string()
}

fn recipients() -> impl Iterator<Item = String> {
    (0..RECIPIENTS).map(phone)
}

fn number(value: &serde_json::Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}
