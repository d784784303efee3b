//! Admin commands on a running gateway: each takes effect within about a second, and survives a restart.

mod accounts;
mod campaigns;
mod first;
mod given;
mod money;
mod prices;
mod senders;
mod stops;
mod ways;

use std::time::Duration;

use serde_json::Value;
use simulator::{Scenario, Simulator};
use tokio::time::Instant;

use crate::world::{Customer, Process, Serve, eventually, operator};

/// The second that is promised, on a machine that is ten times slower.
const SOON: Duration = Duration::from_secs(10);

/// A gateway that runs, an operator that takes everything, and a customer with money.
struct Shop {
    serve: Serve,
    operator: Simulator,
    gateway: Process,
    customer: Customer,
}

impl Shop {
    async fn open() -> Self {
        Self::with("").await
    }

    /// Opens one whose configuration has further sections.
    async fn with(sections: &str) -> Self {
        let operator = operator(Scenario::default()).await;
        let serve = Serve::with(sections);
        let furnished = serve.furnish(operator.address(), 10, "10").await;
        let (gateway, http) = serve.start().await;
        Self {
            serve,
            operator,
            gateway,
            customer: Customer { http, ..furnished },
        }
    }

    async fn done(&self, command: &str) -> String {
        let words: Vec<_> = command.split(' ').collect();
        self.serve.done(&words).await
    }

    /// Runs a command that must be refused; gives the reason.
    async fn refused(&self, command: &str) -> String {
        let words: Vec<_> = command.split(' ').collect();
        let (success, said) = self.serve.admin(&words).await;
        assert!(!success, "{command}: {said}");
        said
    }

    /// Ends the gateway and starts it anew.
    async fn restart(self) -> Self {
        assert_eq!(self.gateway.terminate().await.0, Some(0));
        let (gateway, http) = self.serve.start().await;
        let customer = Customer {
            http,
            ..self.customer
        };
        Self {
            gateway,
            customer,
            ..self
        }
    }
}

/// Waits until a campaign has a status of the API.
async fn stands(customer: &Customer, campaign: i64, status: u64) {
    eventually(&format!("status {status}"), async || {
        let state = customer.campaign(campaign).await?;
        (state["status"] == status).then_some(())
    })
    .await;
}

/// Asks for the price of a message to a number: by it the gateway shows what it knows, and nothing is sent.
async fn price(customer: &Customer, phone: &str) -> Value {
    let phones = format!("[\"{phone}\"]");
    let group = [("sender", "Shop"), ("text", "Hello"), ("phones", &phones)];
    customer
        .ask("checkCampaignPriceGroup", &group)
        .await
        .unwrap()
}

/// Waits until the price is so; `None` for a refusal.
async fn becomes(customer: &Customer, phone: &str, expected: Option<&str>) {
    let begun = Instant::now();
    eventually("the new price", async || {
        let answer = price(customer, phone).await;
        let told = answer.get("error").is_none();
        let told = told.then(|| answer["result"]["price"].to_string());
        (told.as_deref() == expected).then_some(())
    })
    .await;
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

async fn send(customer: &Customer, sender: &str, phone: &str) -> Value {
    let single = [("sender", sender), ("text", "Hello"), ("phone", phone)];
    customer.ask("sendSMS", &single).await.unwrap()
}

const UKRAINE: &str = "380501234567";
const LIFECELL: &str = "380631234567";
const POLAND: &str = "48501234567";
