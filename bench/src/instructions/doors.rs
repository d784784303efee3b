//! Whole requests at the doors of providers' APIs, from octets to the answer that says that the messages are durable.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::ensure;
use bytes::Bytes;
use dialects::{Body, Content, Dialects, Request};
use gateway::Gateway;
use http::header;
use serde_json::json;

use super::world::{LOGIN, PASSWORD, PRIVATE_KEY, PUBLIC_KEY, World};
use super::{EXACT, THREADED, Work};
use crate::load::phone;
use crate::load::requests::atompark::sum;
use crate::load::requests::{FORM, form};

/// How many recipients a request for many has.
const MANY: u32 = 1_000;

/// What is counted.
pub(super) const WORKS: &[Work] = &[
    Work {
        name: "sendSMS refused for its checksum",
        times: 500,
        units: 1,
        tolerance_percent: EXACT,
        run: refused,
    },
    Work {
        name: "sendSMS accepted, 32 at once",
        times: 512,
        units: 1,
        tolerance_percent: THREADED,
        run: singles,
    },
    Work {
        name: "recipient of sendsmsgroup with 1,000, accepted",
        times: 3,
        units: MANY,
        tolerance_percent: THREADED,
        run: groups,
    },
    Work {
        name: "row of an XML submit with 1,000, accepted",
        times: 3,
        units: MANY,
        tolerance_percent: THREADED,
        run: rows,
    },
];

fn refused(times: u32) -> anyhow::Result<()> {
    // Of the sums that programs in the field compute only the documented one is tried.
    let settings = dialects::Settings {
        atompark: dialects::atompark::Settings {
            strict_sum: true,
            ..Default::default()
        },
        ..Default::default()
    };
    let world = World::new()?;
    let doors = Dialects::new(settings);
    let mut form = single(1);
    form.truncate(form.len() - 32);
    form.push_str("00000000000000000000000000000000");
    world.run(async {
        for _ in 0..times {
            let request = post("/api/sms/3.0/sendSMS", FORM, &form)?;
            let answer = ask(&doors, &world.gateway, request).await?;
            ensure!(answer.contains("error"), "{answer}");
        }
        Ok(())
    })
}

fn singles(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    let doors = Arc::new(Dialects::default());
    world.run(World::together(times, |number| {
        let (doors, gateway) = (Arc::clone(&doors), world.gateway.clone());
        async move {
            let request = post("/api/sms/3.0/sendSMS", FORM, &single(number))?;
            let answer = ask(&doors, &gateway, request).await?;
            ensure!(!answer.contains("error"), "{answer}");
            Ok(())
        }
    }))
}

fn groups(times: u32) -> anyhow::Result<()> {
    let rows: Vec<_> = (0..MANY)
        .map(|number| json!([phone(number), format!("Name{number}")]))
        .collect();
    let form = signed(
        "sendsmsgroup",
        &[
            ("sender", "Heliogram"),
            (
                "text",
                "Hello %1%, your parcel has arrived and waits for you until Friday",
            ),
            ("phones", &json!(rows).to_string()),
        ],
    );
    one_by_one(times, "/api/sms/3.0/sendsmsgroup", FORM, &form, "error\":")
}

fn rows(times: u32) -> anyhow::Result<()> {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><request><head><operation>submit</operation>\
         <login>{LOGIN}</login><password>{PASSWORD}</password><title>Heliogram</title>\
         <scheduled>NOW</scheduled><isbulk>false</isbulk><controlid>CONTROL</controlid></head>"
    );
    for row in 0..MANY {
        let phone = phone(row);
        write!(
            xml,
            "<body><msisdn>{phone}</msisdn><message>Your parcel {row} has arrived</message></body>"
        )?;
    }
    xml.push_str("</request>");
    one_by_one(
        times,
        "/bulksms/api",
        "application/xml",
        &xml,
        "<responsecode>1",
    )
}

/// Makes the same request again and again; the first time, which hashes a password, is not among them.
fn one_by_one(times: u32, path: &str, kind: &str, body: &str, refusal: &str) -> anyhow::Result<()> {
    let world = World::new()?;
    let doors = Dialects::default();
    world.run(async {
        for time in 0..=times {
            let body = body.replace("CONTROL", &time.to_string());
            let answer = ask(&doors, &world.gateway, post(path, kind, &body)?).await?;
            ensure!(!answer.contains(refusal), "{answer}");
        }
        Ok(())
    })
}

fn single(number: u32) -> String {
    let text = format!("Your code is {number:06}");
    let phone = phone(number);
    signed(
        "sendSMS",
        &[("sender", "Heliogram"), ("text", &text), ("phone", &phone)],
    )
}

/// Writes a signed form.
fn signed(method: &str, parameters: &[(&str, &str)]) -> String {
    let mut all = vec![("key", PUBLIC_KEY)];
    all.extend_from_slice(parameters);
    let sum = sum(method, &all, PRIVATE_KEY);
    all.push(("sum", &sum));
    form(&all)
}

fn post(path: &str, kind: &str, body: &str) -> anyhow::Result<Request> {
    let request = http::Request::post(path).header(header::CONTENT_TYPE, kind);
    let (head, ()) = request.body(())?.into_parts();
    let body = Body::Whole(Bytes::copy_from_slice(body.as_bytes()));
    Ok(Request::new(head, body, None))
}

async fn ask(doors: &Dialects, gateway: &Gateway, request: Request) -> anyhow::Result<String> {
    let answer = doors.answer(gateway, request).await;
    let body = answer.map(|answer| answer.body);
    match body {
        Some(Content::Whole(octets)) => Ok(String::from_utf8(octets.to_vec())?),
        Some(Content::Stream(_)) | None => anyhow::bail!("no such answer was to come"),
    }
}
