//! Providers' documented APIs, served so that programs written for them run unchanged: a folder for each dialect.

mod apart;
mod at_once;
pub mod atl;
pub mod atompark;
mod exchange;
mod long_answers;
pub mod smscenter;
pub mod smsclub;
mod unavailable;
mod wire;

use async_trait::async_trait;
use gateway::Gateway;
use serde::Deserialize;

pub use exchange::{Answer, BODY_LIMIT, Body, Content, Request};
// The only provider of these that calls back.
pub use smscenter::{CallbackRequest, callback};

use crate::atl::Atl;
use crate::atompark::Atompark;
use crate::smscenter::SmsCenter;
use crate::smsclub::SmsClub;

/// Holds the settings of every dialect: what is not given is as the provider documents it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Those of the API of Atompark and ePochta.
    pub atompark: atompark::Settings,
    /// Those of the API of ATL InfoTech and LSIM.
    pub atl: atl::Settings,
    /// Those of the API of SMS Club.
    pub smsclub: smsclub::Settings,
    /// Those of the API of SMS Center.
    pub smscenter: smscenter::Settings,
}

/// Holds every dialect; this is the only place that names them all.
pub struct Dialects(Vec<Box<dyn Dialect>>);

impl Dialects {
    /// Makes the dialects with their settings.
    pub fn new(settings: Settings) -> Self {
        Self(vec![
            Box::new(Atompark::new(settings.atompark)),
            Box::new(Atl::new(settings.atl)),
            Box::new(SmsClub::new(settings.smsclub)),
            Box::new(SmsCenter::new(settings.smscenter)),
        ])
    }

    /// Adds a dialect that is written elsewhere; it gets the paths that none of the others claims.
    #[must_use]
    pub fn with(mut self, dialect: Box<dyn Dialect>) -> Self {
        self.0.push(dialect);
        self
    }

    /// Answers a request in the dialect that claims its path; `None` when none does.
    pub async fn answer(&self, gateway: &Gateway, request: Request) -> Option<Answer> {
        Some(self.of(&request.path)?.answer(gateway, request).await)
    }

    /// Finds the dialect that claims a path; `None` when none does.
    pub fn of(&self, path: &str) -> Option<&dyn Dialect> {
        let mut all = self.0.iter().map(AsRef::as_ref);
        all.find(|dialect: &&dyn Dialect| dialect.claims(path))
    }
}

impl Default for Dialects {
    /// Makes the dialects as their documents describe them.
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

/// Speaks one provider's API.
///
/// The implementer's duties:
///
/// 1. `claims` looks at the path alone, and no two dialects claim the same path.
/// 2. `answer` answers everything on a claimed path in the provider's own form: unknown calls, octets that make no
///    sense, a body beyond the limit, and the gateway's own failures too.
/// 3. A request is answered as accepted only after the gateway has accepted it.
/// 4. No answer and no log line holds a secret; the texts of messages appear in neither.
#[async_trait]
pub trait Dialect: Send + Sync {
    /// Returns the dialect's name, in lower case.
    fn name(&self) -> &'static str;

    /// Tells whether requests for this path are this dialect's.
    fn claims(&self, path: &str) -> bool;

    /// Does what the request asks for, and answers as the provider would.
    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_dialect_are_claimed() {
        let dialects = Dialects::default();
        let claimed = |path: &str| dialects.of(path).map(Dialect::name);
        assert_eq!(claimed("/api/sms/3.0/sendSMS"), Some("atompark"));
        assert_eq!(claimed("/dev/messages"), None);
        assert_eq!(claimed("/"), None);
    }
}
