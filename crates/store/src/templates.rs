//! Message templates: texts that an account keeps to send again.

use async_trait::async_trait;

use crate::{AccountId, Error, TemplateId};

/// Describes what can be changed of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateText {
    /// Its name, for people.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Who messages of it are from; empty for whoever the request says.
    pub originator: String,
    /// What kind of message it makes, in the words of whoever wrote it.
    pub kind: String,
}

/// Describes a template as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageTemplate {
    /// Its number.
    pub id: TemplateId,
    /// What it says.
    pub text: TemplateText,
}

/// Keeps message templates.
#[async_trait]
pub trait Templates: Send + Sync {
    /// Writes a template. Conflict when there is no such account.
    async fn add_template(
        &self,
        account: AccountId,
        template: TemplateText,
    ) -> Result<TemplateId, Error>;

    /// Replaces what a template says; tells whether the account has it.
    async fn change_template(
        &self,
        account: AccountId,
        id: TemplateId,
        template: TemplateText,
    ) -> Result<bool, Error>;

    /// Removes a template; tells whether the account had it.
    async fn remove_template(&self, account: AccountId, id: TemplateId) -> Result<bool, Error>;

    /// Looks up a template.
    async fn template(
        &self,
        account: AccountId,
        id: TemplateId,
    ) -> Result<Option<MessageTemplate>, Error>;

    /// Reads the account's templates by number: those after `after`, at most `limit`.
    async fn templates(
        &self,
        account: AccountId,
        after: Option<TemplateId>,
        limit: u32,
    ) -> Result<Vec<MessageTemplate>, Error>;
}
