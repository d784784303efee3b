//! Requests of the SMS Club API, in JSON.

use std::ops::Range;

use anyhow::ensure;
use serde_json::{Value, json};

use super::post;
use crate::contender::Requests;
use crate::contender::heliogram::token;
use crate::load::http::Answer;
use crate::load::phone;
use crate::stamp::Stamp;

/// `/sms/send`: a text to one or to many.
pub(crate) struct Send {
    /// Of one request; 100 at most.
    pub(crate) phones: u32,
    /// The places of the accounts that send in turn; not empty.
    pub(crate) accounts: Range<u32>,
}

impl Send {
    /// Of the first account, to so many.
    pub(crate) const fn to(phones: u32) -> Self {
        Self {
            phones,
            accounts: 0..1,
        }
    }
}

impl Requests for Send {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let first = number * self.phones;
        let phones: Vec<_> = (first..first + self.phones).map(phone).collect();
        let text = format!("Your code is {number:06} {stamp}");
        let body = json!({ "phone": phones, "message": text, "src_addr": "Heliogram" }).to_string();
        let Range { start, end } = self.accounts;
        let bearer = format!("Bearer {}", token(start + number % (end - start)));
        let fields = [
            ("Content-Type", "application/json"),
            ("Authorization", &bearer),
        ];
        post("/sms/send", &fields, body.as_bytes(), into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let value: Value = serde_json::from_slice(answer.success()?)?;
        let sent = value["success_request"]["info"].as_object();
        ensure!(
            sent.is_some_and(|sent| sent.len() == self.phones as usize),
            "{value}"
        );
        Ok(self.phones)
    }
}
