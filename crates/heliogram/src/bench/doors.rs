//! The doors of the other providers, each with the largest request that its programs send.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, ensure};
use http_body_util::BodyExt;
use hyper::header;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Bench;
use super::figures::{Figures, latency_ms};
use super::load::phone;
use super::stage::{LOGIN, PASSWORD, Stage, TOKEN, now};
use crate::client::{Connection, FORM, form};

/// How many rows one submit has at ATL's door.
const ROWS: u32 = 10_000;

/// How many numbers one request has at SMS Center's door.
const NUMBERS: u32 = 1_000;

/// How many numbers one request has at SMS Club's door: as many as it may.
const PHONES: u32 = 100;

/// How long after one such request the next one is due.
const PACE: Duration = Duration::from_millis(5);

/// How many connections share them, so that a slow answer does not hold up the next request.
const CONNECTIONS: u32 = 32;

#[derive(Clone, Copy)]
enum Door {
    Atl,
    SmsCenter,
    SmsClub,
}

/// Takes every figure once, each door on fresh data.
pub(super) async fn measure(options: &Bench) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    for door in [Door::Atl, Door::SmsCenter, Door::SmsClub] {
        let stage = Stage::set(options, "clean-now").await?;
        let start = now();
        let (messages, mut latencies) = match door {
            Door::Atl => {
                let submits = options.submits;
                (ROWS * submits, atl(&stage, submits).await?)
            }
            Door::SmsCenter => {
                let requests = options.thousands;
                (NUMBERS * requests, sms_center(&stage, requests).await?)
            }
            Door::SmsClub => {
                let requests = options.hundreds;
                (PHONES * requests, sms_club(&stage, requests).await?)
            }
        };
        latencies.sort_unstable();
        stage.watch(start, u64::from(messages)).await?;
        let used = stage.strike().await?;
        let [median, p99, cpu] = door.names();
        figures.take(median, latency_ms(&latencies, 500), 1);
        figures.take(p99, latency_ms(&latencies, 990), 1);
        figures.take(cpu, used.usage.cpu_micros() / f64::from(messages), 1);
    }
    Ok(figures)
}

impl Door {
    /// Names its figures: the median and the 99th percentile of its latencies, and what a message costs.
    const fn names(self) -> [&'static str; 3] {
        match self {
            Self::Atl => [
                "ATL, submit of 10,000 rows: p50 ms",
                "ATL, submit of 10,000 rows: p99 ms",
                "ATL: CPU µs a message",
            ],
            Self::SmsCenter => [
                "SMS Center, 1,000 numbers: p50 ms",
                "SMS Center, 1,000 numbers: p99 ms",
                "SMS Center: CPU µs a message",
            ],
            Self::SmsClub => [
                "SMS Club, 100 numbers at 200/s: p50 ms",
                "SMS Club, 100 numbers at 200/s: p99 ms",
                "SMS Club: CPU µs a message",
            ],
        }
    }
}

/// Submits many rows with a text each.
async fn atl(stage: &Stage, submits: u32) -> anyhow::Result<Vec<Duration>> {
    let mut connection = Connection::open(stage.http).await?;
    let mut latencies = Vec::new();
    for submit in 0..submits {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><request><head><operation>submit</operation>\
             <login>{LOGIN}</login><password>{PASSWORD}</password><title>Heliogram</title>\
             <scheduled>NOW</scheduled><isbulk>false</isbulk><controlid>{submit}</controlid></head>"
        );
        for row in submit * ROWS..(submit + 1) * ROWS {
            write!(
                xml,
                "<body><msisdn>{}</msisdn><message>Your parcel {row} has arrived</message></body>",
                phone(row)
            )?;
        }
        xml.push_str("</request>");
        let asked = now();
        let answer = text(
            connection
                .post(
                    "/bulksms/api",
                    &[(header::CONTENT_TYPE, "application/xml")],
                    xml,
                )
                .await?,
        )
        .await?;
        latencies.push(asked.elapsed());
        ensure!(
            answer.contains("<responsecode>000</responsecode>"),
            "{answer}"
        );
    }
    Ok(latencies)
}

/// Sends one text to many numbers.
async fn sms_center(stage: &Stage, requests: u32) -> anyhow::Result<Vec<Duration>> {
    let mut connection = Connection::open(stage.http).await?;
    let mut latencies = Vec::new();
    for request in 0..requests {
        let phones: Vec<_> = (request * NUMBERS..(request + 1) * NUMBERS)
            .map(phone)
            .collect();
        let fields = [
            ("login", LOGIN),
            ("psw", PASSWORD),
            ("phones", &phones.join(",")),
            (
                "mes",
                "Your parcel has arrived and waits for you until Friday",
            ),
            ("sender", "Heliogram"),
            ("charset", "utf-8"),
            ("fmt", "3"),
        ];
        let asked = now();
        let answer = connection
            .post("/sys/send.php", &[FORM], form(&fields))
            .await?;
        let answer = text(answer).await?;
        latencies.push(asked.elapsed());
        let answer: Value = serde_json::from_str(&answer)?;
        ensure!(answer["cnt"] == NUMBERS, "{answer}");
    }
    Ok(latencies)
}

/// Sends as many numbers as a request may have, at a steady pace whatever the answers take: each latency counts from when its
/// request was due.
async fn sms_club(stage: &Stage, requests: u32) -> anyhow::Result<Vec<Duration>> {
    let start = now();
    let mut workers = JoinSet::new();
    for worker in 0..CONNECTIONS {
        let mut connection = Connection::open(stage.http).await?;
        workers.spawn(async move {
            let token = format!("Bearer {TOKEN}");
            let fields = [
                (header::CONTENT_TYPE, "application/json"),
                (header::AUTHORIZATION, token.as_str()),
            ];
            let mut latencies = Vec::new();
            for request in (worker..requests).step_by(CONNECTIONS as usize) {
                let phones: Vec<_> = (request * PHONES..(request + 1) * PHONES)
                    .map(phone)
                    .collect();
                let body = json!({ "phone": phones, "message": format!("Your code is {request:06}"), "src_addr": "Heliogram" });
                let due = start + PACE * request;
                tokio::time::sleep_until(due.into()).await;
                let answer = connection.post("/sms/send", &fields, body.to_string()).await?;
                let answer: Value = serde_json::from_str(&text(answer).await?)?;
                latencies.push(due.elapsed());
                let sent = answer["success_request"]["info"].as_object();
                ensure!(sent.is_some_and(|info| info.len() == PHONES as usize), "{answer}");
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker.context("a worker stopped")??);
    }
    Ok(latencies)
}

async fn text(answer: hyper::body::Incoming) -> anyhow::Result<String> {
    let octets = answer.collect().await?.to_bytes();
    Ok(String::from_utf8(octets.to_vec())?)
}
