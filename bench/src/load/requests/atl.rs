//! Requests of the bulk API of ATL, in XML.

use std::io::Write;

use anyhow::ensure;

use super::post;
use crate::contender::Requests;
use crate::contender::heliogram::{LOGIN, PASSWORD};
use crate::load::http::Answer;
use crate::load::phone;
use crate::stamp::Stamp;

/// A `submit` of rows with a text each.
pub(crate) struct Submit {
    /// Of one request.
    pub(crate) rows: u32,
}

impl Requests for Submit {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><request><head><operation>submit</operation>\
             <login>{LOGIN}</login><password>{PASSWORD}</password><title>Heliogram</title>\
             <scheduled>NOW</scheduled><isbulk>false</isbulk><controlid>{number}</controlid></head>"
        )
        .into_bytes();
        for row in number * self.rows..(number + 1) * self.rows {
            let to = phone(row);
            write!(
                xml,
                "<body><msisdn>{to}</msisdn><message>Your parcel {row} has arrived {stamp}</message></body>"
            )
            .expect("a vector takes everything");
        }
        xml.extend_from_slice(b"</request>");
        post(
            "/bulksms/api",
            &[("Content-Type", "application/xml")],
            &xml,
            into,
        );
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let body = String::from_utf8_lossy(answer.success()?);
        ensure!(body.contains("<responsecode>000</responsecode>"), "{body}");
        Ok(self.rows)
    }
}
