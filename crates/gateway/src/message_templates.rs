//! Message templates: texts that an account keeps to send again.

use store::templates::{MessageTemplate, TemplateText};
use store::{AccountId, TemplateId};

use crate::{Error, Gateway};

impl Gateway {
    /// Keeps a template. Refuses with `FieldTooLong`, with `EmptyText` and with `InvalidName` when the name is empty.
    pub async fn add_template(
        &self,
        _account: AccountId,
        _template: TemplateText,
    ) -> Result<TemplateId, Error> {
        Err(crate::not_built())
    }

    /// Replaces what a template says; refuses what [`Gateway::add_template`] refuses, and with `UnknownTemplate`.
    pub async fn change_template(
        &self,
        _account: AccountId,
        _id: TemplateId,
        _template: TemplateText,
    ) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Forgets a template; refuses with `UnknownTemplate`.
    pub async fn remove_template(&self, _account: AccountId, _id: TemplateId) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Looks at a template; refuses with `UnknownTemplate`.
    pub async fn template(
        &self,
        _account: AccountId,
        _id: TemplateId,
    ) -> Result<MessageTemplate, Error> {
        Err(crate::not_built())
    }

    /// Lists the account's templates by number: those after `after`, at most `limit`.
    pub async fn templates(
        &self,
        _account: AccountId,
        _after: Option<TemplateId>,
        _limit: u32,
    ) -> Result<Vec<MessageTemplate>, Error> {
        Err(crate::not_built())
    }
}
