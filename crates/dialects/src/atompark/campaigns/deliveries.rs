//! Arrays of equal length, an entry in each for each message: `getCampaignDeliveryStats` and its sibling for several campaigns.
//!
//! The arrays stand one after another, so all but the first have to wait until the last message is read. Messages change while
//! they are read, and reading them again might find others; so each is read once, and what the later arrays tell of it is kept.

use std::mem;

use async_trait::async_trait;
use gateway::SubmissionId;
use sms::Timestamp;

use super::reading::{Listed, Reading};
use crate::atompark::answer::{Dates, Pieces, Writer};
use crate::atompark::states::Status;

/// How many entries of a later array are written in one step.
const STEP: usize = 1_000;

/// Writes the arrays.
pub(super) struct Deliveries {
    reading: Reading,
    dates: Dates,
    /// The first messages, until they are written.
    first: Option<(SubmissionId, Vec<Listed>)>,
    kept: Vec<Kept>,
    /// How many messages there are up to the end of each campaign.
    ends: Vec<(usize, SubmissionId)>,
    /// The arrays that follow that of the phones.
    columns: &'static [Column],
    stage: Stage,
}

/// Is what the later arrays tell of a message: 24 octets, so that a million of them fit.
struct Kept {
    sent: Moment,
    done: Moment,
    status: Status,
}

/// Holds a moment, or none as the least number.
#[derive(Clone, Copy)]
struct Moment(i64);

/// Names an array.
#[derive(Clone, Copy)]
enum Column {
    Sent,
    Done,
    Status,
    Campaign,
}

/// Says how far the writing has come.
#[derive(Clone, Copy)]
enum Stage {
    Begin,
    Phones,
    /// In a later array, before an entry.
    Column(usize, usize),
}

impl Deliveries {
    /// Begins to read; `None` when no message is listed.
    pub(super) async fn begin(
        mut reading: Reading,
        dates: Dates,
    ) -> Result<Option<Self>, gateway::Error> {
        let Some(first) = reading.page().await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            reading,
            dates,
            first: Some(first),
            kept: Vec::new(),
            ends: Vec::new(),
            columns: &[Column::Sent, Column::Done, Column::Status],
            stage: Stage::Begin,
        }))
    }

    /// Adds an array of the campaigns' ids.
    pub(super) fn with_campaigns(self) -> Self {
        Self {
            columns: &[Column::Sent, Column::Done, Column::Status, Column::Campaign],
            ..self
        }
    }

    /// Writes the phones of one page; tells whether there was one.
    async fn phones(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        let page = match self.first.take() {
            Some(first) => Some(first),
            None => self.reading.page().await?,
        };
        let Some((campaign, messages)) = page else {
            return Ok(false);
        };
        for listed in messages {
            writer.value(listed.phone());
            self.kept.push(Kept {
                sent: listed.message.submitted_at.into(),
                done: listed.message.done_at.into(),
                status: listed.status,
            });
        }
        match self.ends.last_mut() {
            Some((end, last)) if *last == campaign => *end = self.kept.len(),
            Some(_) | None => self.ends.push((self.kept.len(), campaign)),
        }
        Ok(true)
    }

    fn entry(&self, column: Column, index: usize, writer: &mut Writer) {
        let kept = &self.kept[index];
        match column {
            Column::Sent => writer.value(&self.dates.write(kept.sent.into())),
            Column::Done => writer.value(&self.dates.write(kept.done.into())),
            Column::Status => writer.value(kept.status.word()),
            Column::Campaign => {
                let before = self.ends.partition_point(|(end, _)| *end <= index);
                writer.value(&self.ends[before].1.0);
            }
        }
    }
}

#[async_trait]
impl Pieces for Deliveries {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        match self.stage {
            Stage::Begin => {
                writer.begin_object();
                writer.name("phone");
                writer.begin_array();
                self.stage = Stage::Phones;
            }
            Stage::Phones => {
                if !self.phones(writer).await? {
                    writer.end();
                    self.stage = Stage::Column(0, 0);
                }
            }
            Stage::Column(at, from) => {
                let Some(&column) = self.columns.get(at) else {
                    writer.end();
                    return Ok(false);
                };
                if from == 0 {
                    writer.name(column.name());
                    writer.begin_array();
                }
                let to = self.kept.len().min(from + STEP);
                for index in from..to {
                    self.entry(column, index, writer);
                }
                self.stage = Stage::Column(at, to);
                if to == self.kept.len() {
                    writer.end();
                    self.stage = Stage::Column(at + 1, 0);
                }
            }
        }
        Ok(true)
    }
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sentdate",
            Self::Done => "donedate",
            Self::Status => "status",
            Self::Campaign => "id",
        }
    }
}

impl From<Option<Timestamp>> for Moment {
    fn from(moment: Option<Timestamp>) -> Self {
        Self(moment.map_or(i64::MIN, Timestamp::as_millis))
    }
}

impl From<Moment> for Option<Timestamp> {
    fn from(moment: Moment) -> Self {
        (moment.0 != i64::MIN).then(|| Timestamp::from_millis(moment.0))
    }
}

const _: () = assert!(mem::size_of::<Kept>() <= 24);
