//! The load: requests as a customer's program makes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use tokio::task::JoinSet;

use super::Bench;
use super::stage::{PRIVATE_KEY, PUBLIC_KEY, Stage, now};
use crate::client::Client;

/// Says what the load saw.
pub(super) struct Load {
    pub(super) start: Instant,
    /// From the first request to the last answer.
    pub(super) accepted: Duration,
    /// How long each request waited for its answer, sorted.
    pub(super) latencies: Vec<Duration>,
}

/// A call of the API: method and parameters.
pub(super) type Call = (&'static str, Vec<(&'static str, String)>);

/// Sends messages one by one over many connections.
pub(super) async fn singles(stage: &Stage, options: &Bench) -> anyhow::Result<Load> {
    drive(stage, options.connections, options.singles, |number| {
        let parameters = vec![
            ("sender", "Heliogram".to_owned()),
            ("text", format!("Your code is {number:06}")),
            ("phone", phone(number)),
        ];
        ("sendSMS", parameters)
    })
    .await
}

/// Sends to groups over few connections.
pub(super) async fn groups(
    stage: &Stage,
    options: &Bench,
    recipients: u32,
) -> anyhow::Result<Load> {
    let group = options.group.max(1);
    let requests = recipients.div_ceil(group);
    drive(stage, options.connections.min(4), requests, move |number| {
        let first = number * group;
        let rows: Vec<_> = (first..recipients.min(first + group))
            .map(|number| json!([phone(number), format!("Name{number}")]))
            .collect();
        let text = "Hello %1%, your parcel has arrived and waits for you until Friday";
        let parameters = vec![
            ("sender", "Heliogram".to_owned()),
            ("text", text.to_owned()),
            ("phones", json!(rows).to_string()),
        ];
        ("sendsmsgroup", parameters)
    })
    .await
}

/// Makes so many calls over so many connections.
pub(super) async fn drive(
    stage: &Stage,
    connections: u32,
    requests: u32,
    make: impl Fn(u32) -> Call + Copy + Send + 'static,
) -> anyhow::Result<Load> {
    let next = Arc::new(AtomicU32::new(0));
    let mut workers = JoinSet::new();
    let start = now();
    for _ in 0..connections.max(1) {
        let mut client = Client::connect(stage.http, PUBLIC_KEY, PRIVATE_KEY).await?;
        let next = Arc::clone(&next);
        workers.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return anyhow::Ok(latencies);
                }
                let (method, parameters) = make(number);
                let parameters: Vec<_> = parameters
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                let asked = now();
                client.call(method, &parameters).await?;
                latencies.push(asked.elapsed());
            }
        });
    }
    let mut latencies = Vec::with_capacity(requests as usize);
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker.context("a worker stopped")??);
    }
    let accepted = start.elapsed();
    latencies.sort_unstable();
    Ok(Load {
        start,
        accepted,
        latencies,
    })
}

/// An ordinary number: its last digits mean nothing to the simulated phones.
pub(super) fn phone(number: u32) -> String {
    format!("38050{:05}9{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phone_of_the_load_is_magic() {
        for number in [0, 1, 9, 10, 99, 100, 999_999] {
            let phone = phone(number);
            assert!(!phone[phone.len() - 4..].starts_with("000"), "{phone}");
        }
    }
}
