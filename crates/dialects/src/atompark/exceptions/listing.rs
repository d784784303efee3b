//! Lists of exceptions: those of a search or of an address book, page by page.

use futures_util::stream::{self, Stream};
use gateway::search::{Condition, Page};
use gateway::{AccountId, Gateway, ListId, Stop, StopId};

use crate::atompark::answer::{Cells, Dates, Reply};
use crate::atompark::faults::Failure;

/// The columns of a list of exceptions.
pub(super) const FIELDS: &[&str] = &["id", "phone", "added", "comment"];

/// What may be searched, in the words of the text, of the answer and of the parameters.
pub(super) const SEARCHED: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("idException", Field::Id),
    ("phone", Field::Phone),
    ("date", Field::Added),
    ("added", Field::Added),
    ("descr", Field::Comment),
    ("comment", Field::Comment),
    ("reason", Field::Comment),
];

/// How many entries are read at a time.
const PORTION: u32 = 1_000;

/// Names what a search of exceptions looks at.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Id,
    /// As given or as normalised.
    Phone,
    Added,
    Comment,
}

/// Names the entries of a stop list that fulfil conditions.
pub(super) struct Matching {
    pub(super) account: AccountId,
    /// Those of this list's contacts only.
    pub(super) list: Option<ListId>,
    pub(super) conditions: Vec<(Field, Condition)>,
    pub(super) dates: Dates,
}

/// Is a page of entries of which some have been read.
struct Reading {
    gateway: Gateway,
    matching: Matching,
    /// The entry that was read last.
    after: Option<StopId>,
    /// The last entry that was there when they were counted.
    until: Option<StopId>,
    /// How many matching ones are passed over.
    skipped: usize,
    /// How many matching ones are told.
    wanted: usize,
}

impl Matching {
    /// Tells a page of them. They are counted first, and read again as they are told: a stop list may be longer than memory
    /// allows.
    pub(super) async fn answer(self, gateway: &Gateway, page: Page) -> Result<Reply, Failure> {
        let (mut count, mut last) = (0, None);
        loop {
            let (read, matching) = self.portion(gateway, last).await?;
            count += matching.len() as u64;
            if read.is_none() {
                break;
            }
            last = read;
        }
        if count == 0 {
            return Err(Failure::NoRows);
        }
        let reading = Reading {
            gateway: gateway.clone(),
            matching: self,
            after: None,
            until: last,
            skipped: page.from,
            wanted: page.limit.unwrap_or(usize::MAX),
        };
        Ok(Reply::long_table(count, FIELDS, reading.rows()))
    }

    /// Reads entries after one; answers the last that was read, `None` at the end, and those that match.
    async fn portion(
        &self,
        gateway: &Gateway,
        after: Option<StopId>,
    ) -> Result<(Option<StopId>, Vec<Stop>), gateway::Error> {
        let stops = gateway
            .stops(self.account, self.list, after, PORTION)
            .await?;
        let last = stops.last().map(|stop| stop.id);
        let matching = stops.into_iter().filter(|stop| self.holds(stop)).collect();
        Ok((last, matching))
    }

    fn holds(&self, stop: &Stop) -> bool {
        let holds = |field: Field, condition: &Condition| match field {
            Field::Id => condition.holds(&stop.id.to_string()),
            Field::Phone => {
                let given = stop.given.as_deref();
                condition.holds(stop.number.as_str())
                    || given.is_some_and(|given| condition.holds(given))
            }
            Field::Added => condition.holds(&self.dates.write(Some(stop.added_at))),
            Field::Comment => condition.holds(&stop.reason),
        };
        let mut conditions = self.conditions.iter();
        conditions.all(|(field, condition)| holds(*field, condition))
    }
}

impl Reading {
    fn rows(self) -> impl Stream<Item = Result<Vec<Cells>, gateway::Error>> + Send {
        stream::try_unfold(self, |mut reading| async move {
            let rows = reading.next().await?;
            Ok(rows.map(|rows| (rows, reading)))
        })
    }

    /// Makes the next rows, perhaps none of them; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Cells>>, gateway::Error> {
        if self.wanted == 0 || self.after >= self.until {
            return Ok(None);
        }
        let (read, stops) = self.matching.portion(&self.gateway, self.after).await?;
        if read.is_none() {
            return Ok(None);
        }
        self.after = read;
        let mut rows = Vec::new();
        for stop in stops {
            if Some(stop.id) > self.until || self.wanted == 0 {
                break;
            }
            if self.skipped > 0 {
                self.skipped -= 1;
            } else {
                rows.push(cells(stop, &self.matching.dates));
                self.wanted -= 1;
            }
        }
        Ok(Some(rows))
    }
}

/// Makes a row.
pub(super) fn cells(stop: Stop, dates: &Dates) -> Cells {
    vec![
        stop.id.to_string(),
        stop.given
            .unwrap_or_else(|| stop.number.as_str().to_owned()),
        dates.write(Some(stop.added_at)),
        stop.reason,
    ]
}
