//! Reads the messages of one or several campaigns page by page.

use std::collections::VecDeque;

use gateway::{Account, AccountId, Gateway, Message, MessageId, SubmissionId};
use sms::Timestamp;

use crate::atompark::states::{self, Status};

/// How many messages are read at a time.
const PAGE: u32 = 1_000;

/// Stands before a page of the messages of one of its campaigns.
pub(super) struct Reading {
    gateway: Gateway,
    account: AccountId,
    /// Those that have not been read to the end.
    campaigns: VecDeque<SubmissionId>,
    changed_after: Option<Timestamp>,
    after: Option<MessageId>,
}

/// Is a message with this API's word for its state.
pub(super) struct Listed {
    pub(super) message: Message,
    pub(super) status: Status,
}

impl Reading {
    /// Begins with the first message of the first campaign; only messages that changed after a time are read if one is given.
    pub(super) fn new(
        gateway: &Gateway,
        account: &Account,
        campaigns: Vec<SubmissionId>,
        changed_after: Option<Timestamp>,
    ) -> Self {
        Self {
            gateway: gateway.clone(),
            account: account.id,
            campaigns: campaigns.into(),
            changed_after,
            after: None,
        }
    }

    /// Reads the next messages that are listed, of one campaign and at least one of them; `None` at the end.
    pub(super) async fn page(
        &mut self,
    ) -> Result<Option<(SubmissionId, Vec<Listed>)>, gateway::Error> {
        while let Some(&campaign) = self.campaigns.front() {
            let (gateway, account) = (&self.gateway, self.account);
            let page = gateway
                .messages(account, campaign, self.changed_after, self.after, PAGE)
                .await?;
            self.after = page.last().map(|message| message.id);
            if page.is_empty() {
                self.campaigns.pop_front();
                continue;
            }
            let listed: Vec<_> = page.into_iter().filter_map(listed).collect();
            if !listed.is_empty() {
                return Ok(Some((campaign, listed)));
            }
        }
        Ok(None)
    }
}

impl Listed {
    /// Returns the phone as it was given.
    pub(super) fn phone(&self) -> &str {
        let Message {
            given, recipient, ..
        } = &self.message;
        given.as_ref().unwrap_or(recipient)
    }
}

fn listed(message: Message) -> Option<Listed> {
    let status = states::message(message.state, message.reason)?;
    Some(Listed { message, status })
}
