//! One object for each message: `gettaskinfo` [atompark-en "Get task status"].

use async_trait::async_trait;
use serde::Serialize;
use serde_json::value::RawValue;

use super::reading::Reading;
use crate::atompark::answer::{Dates, Pieces, Writer, currency, number};

/// Writes the messages as they are read.
pub(super) struct Messages {
    reading: Reading,
    dates: Dates,
    begun: bool,
}

/// Is one message; the members are in the order of the document.
#[derive(Serialize)]
struct Task<'a> {
    id: i64,
    phone: &'a str,
    /// The provider's own number of a country, of which only one is known: 0 stands for all.
    country: u8,
    parts: String,
    sentdate: String,
    donedate: String,
    price: Box<RawValue>,
    status: &'static str,
    variable: &'a str,
    currency: String,
}

impl Messages {
    /// Begins before the first message.
    pub(super) fn new(reading: Reading, dates: Dates) -> Self {
        Self {
            reading,
            dates,
            begun: false,
        }
    }
}

#[async_trait]
impl Pieces for Messages {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        if !self.begun {
            writer.begin_array();
            self.begun = true;
        }
        let Some((campaign, messages)) = self.reading.page().await? else {
            writer.end();
            return Ok(false);
        };
        for listed in &messages {
            let message = &listed.message;
            writer.value(&Task {
                id: campaign.0,
                phone: listed.phone(),
                country: 0,
                parts: message.segments.to_string(),
                sentdate: self.dates.write(message.submitted_at),
                donedate: self.dates.write(message.done_at),
                price: number(message.price, 0),
                status: listed.status.word(),
                variable: message.variables.as_deref().unwrap_or_default(),
                currency: currency(message.price),
            });
        }
        Ok(true)
    }
}
