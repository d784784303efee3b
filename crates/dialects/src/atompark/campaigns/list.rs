//! `getCampaignList`: arrays of equal length, an entry in each for each campaign [atompark-en "Get campaigns list"].
//!
//! To a program that sends message by message each of them is a campaign, so there may be very many. What is short is kept from the
//! first reading; the texts, which never change, are read again when it is their turn.

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
    stage: Stage,
}

/// Is what is kept of a campaign.
struct Kept {
    id: SubmissionId,
    /// Shared by all campaigns that have it.
    sender: Arc<str>,
    status: u8,
}

/// Names the array that comes next; the texts have come to a campaign.
#[derive(Clone, Copy)]
enum Stage {
    Ids,
    Senders,
    Texts(usize),
    Statuses,
}

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
            stage: Stage::Ids,
        }))
    }

    /// Writes the texts of the next campaigns; tells whether others follow.
    async fn texts(&self, from: usize, writer: &mut Writer) -> Result<usize, gateway::Error> {
        let to = self.campaigns.len().min(from + PAGE as usize);
        let ids: Vec<_> = self.campaigns[from..to]
            .iter()
            .map(|kept| kept.id)
            .collect();
        let read = self
            .gateway
            .submissions_by_id(self.account, ids.clone())
            .await?;
        let mut texts: HashMap<_, _> = read
            .into_iter()
            .map(|found| (found.id, found.text))
            .collect();
        for id in ids {
            writer.value(&texts.remove(&id).unwrap_or_default());
        }
        Ok(to)
    }
}

#[async_trait]
impl Pieces for CampaignList {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        match self.stage {
            Stage::Ids => {
                writer.begin_object();
                let ids = self.campaigns.iter().map(|kept| kept.id.to_string());
                array(writer, "id", ids);
                self.stage = Stage::Senders;
            }
            Stage::Senders => {
                array(
                    writer,
                    "from",
                    self.campaigns.iter().map(|kept| &*kept.sender),
                );
                writer.name("body");
                writer.begin_array();
                self.stage = Stage::Texts(0);
            }
            Stage::Texts(from) if from == self.campaigns.len() => {
                writer.end();
                self.stage = Stage::Statuses;
            }
            Stage::Texts(from) => self.stage = Stage::Texts(self.texts(from, writer).await?),
            Stage::Statuses => {
                array(
                    writer,
                    "status",
                    self.campaigns.iter().map(|kept| kept.status),
                );
                writer.end();
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn array(writer: &mut Writer, name: &str, entries: impl Iterator<Item = impl serde::Serialize>) {
    writer.name(name);
    writer.begin_array();
    for entry in entries {
        writer.value(&entry);
    }
    writer.end();
}
