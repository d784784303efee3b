//! Providers' documented APIs, served so that programs written for them run unchanged: a folder for each dialect.

pub mod atompark;
mod exchange;
mod wire;

use async_trait::async_trait;
use gateway::Gateway;

pub use exchange::{Answer, BODY_LIMIT, Body, Request};

use crate::atompark::Atompark;

/// Every dialect: the only place that names them all.
pub const DIALECTS: &[&dyn Dialect] = &[&Atompark::DEFAULT];

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
pub trait Dialect: Sync {
    /// Returns the dialect's name, in lower case.
    fn name(&self) -> &'static str;

    /// Tells whether requests for this path are this dialect's.
    fn claims(&self, path: &str) -> bool;

    /// Does what the request asks for, and answers as the provider would.
    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer;
}

/// Answers a request in the dialect that claims its path; `None` when none does.
pub async fn answer(gateway: &Gateway, request: Request) -> Option<Answer> {
    let dialect = DIALECTS
        .iter()
        .find(|dialect| dialect.claims(&request.path))?;
    Some(dialect.answer(gateway, request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_dialect_are_claimed() {
        let claimed = |path: &str| {
            let claims = |dialect: &&&dyn Dialect| dialect.claims(path);
            DIALECTS.iter().find(claims).map(|dialect| dialect.name())
        };
        assert_eq!(claimed("/api/sms/3.0/sendSMS"), Some("atompark"));
        assert_eq!(claimed("/dev/messages"), None);
        assert_eq!(claimed("/"), None);
    }
}
