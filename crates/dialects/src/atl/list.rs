//! The messages of a task, read page by page: however many they are, one page of them is in memory.

use std::collections::HashMap;

use gateway::{AccountId, Error, Gateway, Message, MessageId, Submission};
use jiff::tz::TimeZone;

use super::answer::Row;
use super::product::Product;
use super::states;
use crate::wire::local_time;

/// How many messages are read at a time.
const PAGE: u32 = 1_000;

/// Reads the messages of a task.
pub(super) struct List {
    gateway: Gateway,
    account: AccountId,
    task: Submission,
    product: Product,
    /// The zone of dates, where they are told.
    dates: Option<TimeZone>,
    place: Place,
}

/// Says which page is next.
enum Place {
    /// The one behind this message, from the first to the last.
    Forwards(Option<MessageId>),
    /// The ones behind these messages, from the last to the first; where they begin is found before the first is read.
    Backwards(Option<Vec<Option<MessageId>>>),
}

impl List {
    /// Begins before the first message. ATL lists them in the order of the request, LSIM the last first.
    pub(super) fn of(
        gateway: Gateway,
        account: AccountId,
        task: Submission,
        product: Product,
        dates: Option<TimeZone>,
    ) -> Self {
        let place = match product {
            Product::Atl => Place::Forwards(None),
            Product::Lsim => Place::Backwards(None),
        };
        Self {
            gateway,
            account,
            task,
            product,
            dates,
            place,
        }
    }

    /// Reads the next page; `None` when there is no other.
    pub(super) async fn page(&mut self) -> Result<Option<Vec<Row>>, Error> {
        let page = match &mut self.place {
            Place::Forwards(after) => {
                let after = *after;
                let page = self.messages(after).await?;
                if let Some(last) = page.last() {
                    self.place = Place::Forwards(Some(last.id));
                }
                page
            }
            Place::Backwards(begins) => {
                let mut begins = match begins.take() {
                    Some(begins) => begins,
                    None => self.begins().await?,
                };
                let page = self.last_page(&mut begins).await?;
                self.place = Place::Backwards(Some(begins));
                page
            }
        };
        if page.is_empty() {
            return Ok(None);
        }
        self.rows(page).await.map(Some)
    }

    async fn messages(&self, after: Option<MessageId>) -> Result<Vec<Message>, Error> {
        self.gateway
            .messages(self.account, self.task.id, None, after, PAGE)
            .await
    }

    /// Finds behind which message each page begins.
    async fn begins(&self) -> Result<Vec<Option<MessageId>>, Error> {
        let mut begins = vec![None];
        let mut page = self.messages(None).await?;
        while let Some(last) = page.last() {
            begins.push(Some(last.id));
            page = self.messages(Some(last.id)).await?;
        }
        begins.pop();
        Ok(begins)
    }

    /// Reads the last of these pages, the last message first; nothing when there is none.
    async fn last_page(&self, begins: &mut Vec<Option<MessageId>>) -> Result<Vec<Message>, Error> {
        let Some(after) = begins.pop() else {
            return Ok(Vec::new());
        };
        let mut page = self.messages(after).await?;
        page.reverse();
        Ok(page)
    }

    async fn rows(&self, page: Vec<Message>) -> Result<Vec<Row>, Error> {
        let mut texts = self.texts(&page).await?;
        let row = |message: Message| Row {
            text: texts
                .remove(&message.id)
                .or(message.text)
                .unwrap_or_else(|| self.task.text.clone()),
            status: states::status(self.product, message.state, message.reason),
            date: self.dates.as_ref().map(|zone| {
                let moment = message.done_at.or(message.submitted_at);
                local_time::format(moment.unwrap_or(self.task.created_at), zone)
            }),
            msisdn: message
                .recipient
                .chars()
                .filter(char::is_ascii_digit)
                .collect(),
        };
        Ok(page.into_iter().map(row).collect())
    }

    /// Reads the texts of messages that are not as the task or the message has them: those that had gaps to fill, and those that
    /// were transliterated. Only other APIs make such.
    async fn texts(&self, page: &[Message]) -> Result<HashMap<MessageId, String>, Error> {
        let is_made = self.task.form.transliteration.is_some()
            || page.iter().any(|message| message.variables.is_some());
        if !is_made {
            return Ok(HashMap::new());
        }
        let ids = page.iter().map(|message| message.id).collect();
        let sent = self.gateway.messages_by_id(self.account, ids).await?;
        let text = |sent: gateway::Sent| (sent.message.id, sent.text);
        Ok(sent.into_iter().map(text).collect())
    }
}
