//! Message templates: texts that an account keeps to send again.

use sms::Refusal;
use store::templates::{MessageTemplate, TemplateText};
use store::{AccountId, TemplateId};

use crate::{Error, Gateway};

/// How many templates are read at once, at the most: each may be several texts long.
const PAGE: u32 = 1_000;

impl Gateway {
    /// Keeps a template. Refuses with `FieldTooLong`, with `EmptyText` and with `InvalidName` when the name is empty.
    pub async fn add_template(
        &self,
        account: AccountId,
        template: TemplateText,
    ) -> Result<TemplateId, Error> {
        self.check_template(&template)?;
        Ok(self.store().add_template(account, template).await?)
    }

    /// Replaces what a template says; refuses what [`Gateway::add_template`] refuses, and with `UnknownTemplate`.
    pub async fn change_template(
        &self,
        account: AccountId,
        id: TemplateId,
        template: TemplateText,
    ) -> Result<(), Error> {
        self.check_template(&template)?;
        known(self.store().change_template(account, id, template).await?)
    }

    /// Forgets a template; refuses with `UnknownTemplate`.
    pub async fn remove_template(&self, account: AccountId, id: TemplateId) -> Result<(), Error> {
        known(self.store().remove_template(account, id).await?)
    }

    /// Looks at a template; refuses with `UnknownTemplate`.
    pub async fn template(
        &self,
        account: AccountId,
        id: TemplateId,
    ) -> Result<MessageTemplate, Error> {
        let found = self.store().template(account, id).await?;
        Ok(found.ok_or(Refusal::UnknownTemplate)?)
    }

    /// Lists the account's templates by number: those after `after`, at most `limit` and 1,000; an empty page is the end.
    pub async fn templates(
        &self,
        account: AccountId,
        after: Option<TemplateId>,
        limit: u32,
    ) -> Result<Vec<MessageTemplate>, Error> {
        let limit = limit.min(PAGE);
        Ok(self.store().templates(account, after, limit).await?)
    }

    fn check_template(&self, template: &TemplateText) -> Result<(), Error> {
        let TemplateText {
            name,
            text,
            originator,
            kind,
        } = template;
        for field in [name, text, originator, kind] {
            self.check_length(field)?;
        }
        if name.trim().is_empty() {
            return Err(Refusal::InvalidName.into());
        }
        if text.is_empty() {
            return Err(Refusal::EmptyText.into());
        }
        Ok(())
    }
}

fn known(known: bool) -> Result<(), Error> {
    if known {
        Ok(())
    } else {
        Err(Refusal::UnknownTemplate.into())
    }
}
