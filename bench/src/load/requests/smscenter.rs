//! Requests of the SMS Center API, as forms.

use anyhow::ensure;
use serde_json::Value;

use super::{FORM, form, post};
use crate::contender::Requests;
use crate::contender::heliogram::{LOGIN, PASSWORD};
use crate::load::http::Answer;
use crate::load::phone;
use crate::stamp::Stamp;

/// `send.php`: a text to many.
pub(crate) struct Send {
    /// Of one request.
    pub(crate) phones: u32,
}

impl Requests for Send {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let first = number * self.phones;
        let phones: Vec<_> = (first..first + self.phones).map(phone).collect();
        let fields = [
            ("login", LOGIN),
            ("psw", PASSWORD),
            ("phones", &phones.join(",")),
            (
                "mes",
                &format!("Your parcel has arrived and waits for you until Friday {stamp}"),
            ),
            ("sender", "Heliogram"),
            ("charset", "utf-8"),
            ("fmt", "3"),
        ];
        post(
            "/sys/send.php",
            &[("Content-Type", FORM)],
            form(&fields).as_bytes(),
            into,
        );
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let value: Value = serde_json::from_slice(answer.success()?)?;
        ensure!(value["cnt"] == self.phones, "{value}");
        Ok(self.phones)
    }
}
