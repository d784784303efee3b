//! `getCampaignList`: arrays of equal length, an entry in each for each campaign [atompark-en "Getting the list of campaigns"].
//!
//! To a program that sends message by message each of them is a campaign, so there may be very many. What is short is kept from
//! the first reading; the texts, which never change, are read again when it is their turn.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use gateway::search::Page;
use gateway::{Account, AccountId, Gateway, SubmissionId};

use crate::atompark::answer::{Pieces, Writer};
use crate::atompark::states;

/// How many campaigns are read at a time.
const PAGE: u32 = 500;

/// Writes the arrays.
pub(super) struct CampaignList {
    gateway: Gateway,
    account: AccountId,
    campaigns: Vec<Kept>,
    /// The array that is written, and before which entry; `None` before the first.
    at: Option<(usize, usize)>,
}

/// Is what is kept of a campaign.
struct Kept {
    id: SubmissionId,
    /// Shared by all campaigns that have it.
    sender: Arc<str>,
    status: u8,
}

/// Names an array.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Ids,
    Senders,
    Texts,
    Statuses,
}

/// The arrays in their order.
const COLUMNS: [(&str, Column); 4] = [
    ("id", Column::Ids),
    ("from", Column::Senders),
    ("body", Column::Texts),
    ("status", Column::Statuses),
];

impl CampaignList {
    /// Reads the campaigns of a page, which begins with the oldest; `None` when there are none on any page.
    pub(super) async fn read(
        gateway: &Gateway,
        account: &Account,
        page: Page,
    ) -> Result<Option<Self>, gateway::Error> {
        let mut campaigns = Vec::new();
        let mut senders: HashMap<String, Arc<str>> = HashMap::new();
        let mut skipped = 0;
        let mut after = None;
        let limit = page.limit.unwrap_or(usize::MAX);
        while campaigns.len() < limit {
            let read = gateway.submissions(account.id, after, PAGE).await?;
            let Some(last) = read.last() else { break };
            after = Some(last.id);
            for campaign in read {
                if skipped < page.from {
                    skipped += 1;
                } else if campaigns.len() < limit {
                    let sender = senders
                        .entry(campaign.originator)
                        .or_insert_with_key(|sender| Arc::from(sender.as_str()));
                    campaigns.push(Kept {
                        id: campaign.id,
                        sender: Arc::clone(sender),
                        status: states::campaign(campaign.state),
                    });
                }
            }
        }
        let none = campaigns.is_empty() && skipped == 0;
        Ok((!none).then(|| Self {
            gateway: gateway.clone(),
            account: account.id,
            campaigns,
            at: None,
        }))
    }

    /// Writes the next entries of an array, those from the first number to before the second.
    async fn entries(
        &self,
        column: Column,
        (from, to): (usize, usize),
        writer: &mut Writer,
    ) -> Result<(), gateway::Error> {
        let campaigns = &self.campaigns[from..to];
        let mut texts = match column {
            Column::Texts => self.texts(campaigns).await?,
            Column::Ids | Column::Senders | Column::Statuses => HashMap::new(),
        };
        for campaign in campaigns {
            match column {
                Column::Ids => writer.value(&campaign.id.to_string()),
                Column::Senders => writer.value(&*campaign.sender),
                Column::Texts => writer.value(&texts.remove(&campaign.id).unwrap_or_default()),
                Column::Statuses => writer.value(&campaign.status),
            }
        }
        Ok(())
    }

    async fn texts(
        &self,
        campaigns: &[Kept],
    ) -> Result<HashMap<SubmissionId, String>, gateway::Error> {
        let ids = campaigns.iter().map(|campaign| campaign.id).collect();
        let read = self.gateway.submissions_by_id(self.account, ids).await?;
        Ok(read
            .into_iter()
            .map(|found| (found.id, found.text))
            .collect())
    }
}

#[async_trait]
impl Pieces for CampaignList {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        let Some((column, from)) = self.at else {
            writer.begin_object();
            self.at = Some((0, 0));
            return Ok(true);
        };
        let Some(&(name, kind)) = COLUMNS.get(column) else {
            writer.end();
            return Ok(false);
        };
        if from == 0 {
            writer.name(name);
            writer.begin_array();
        }
        let to = self.campaigns.len().min(from + PAGE as usize);
        self.entries(kind, (from, to), writer).await?;
        self.at = Some((column, to));
        if to == self.campaigns.len() {
            writer.end();
            self.at = Some((column + 1, 0));
        }
        Ok(true)
    }
}
