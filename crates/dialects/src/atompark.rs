//! Atomic SMS Sender API 3.0, in Russian ePochta SMS API 3.0, of Atompark [atompark-en] [atompark-ru].

mod answer;
mod balance;
mod books;
mod campaigns;
mod checksum;
mod contacts;
mod envelope;
mod exceptions;
mod faults;
mod ids;
mod method;
mod paging;
mod parameter;
mod path;
mod phones;
mod request;
mod search;
mod senders;
mod sending;
mod settings;
mod signature;
mod states;
mod style;
mod terms;
mod variables;

use async_trait::async_trait;
use gateway::Gateway;

pub use settings::{Profile, RegisterSenderResult, Settings};
pub use style::JsonStyle;

use crate::apart::Turns;
use crate::at_once::AtOnce;
use crate::long_answers::MOST_OPEN;
use crate::{Answer, Content, Dialect, Request};
use faults::{Codes, Failure, Fault};
use method::Row;
use request::Arguments;
use signature::Verified;

/// Speaks the API.
#[derive(Debug)]
pub struct Atompark {
    settings: Settings,
    turns: Turns,
    long_answers: AtOnce,
}

impl Atompark {
    /// Makes the dialect with settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            turns: Turns::default(),
            long_answers: AtOnce::new(MOST_OPEN),
        }
    }
}

#[async_trait]
impl Dialect for Atompark {
    fn name(&self) -> &'static str {
        "atompark"
    }

    fn claims(&self, path: &str) -> bool {
        path::method_name(path).is_some()
    }

    /// Answers with status 200 whatever happens: several client libraries look no further at another one.
    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        let name = path::method_name(&request.path)
            .unwrap_or_default()
            .into_owned();
        // A HEAD that sends a message, as a preview of links may make it, would be a trap.
        let asked = matches!(request.method, http::Method::GET | http::Method::POST);
        let content = match method::find(&name).filter(|_| asked) {
            Some(row) => self.call(gateway, row, name, request).await,
            None => Err(faults::fault(&Failure::UnknownMethod, &Codes::GENERAL)),
        };
        let style = self.settings.json_style;
        Answer {
            status: 200,
            content_type: "application/json; charset=utf-8",
            headers: Vec::new(),
            body: content.unwrap_or_else(|fault| answer::failure(fault, style)),
        }
    }
}

impl Atompark {
    async fn call(
        &self,
        gateway: &Gateway,
        row: &'static Row,
        name: String,
        request: Request,
    ) -> Result<Content, Fault> {
        let Verified {
            account,
            parameters,
        } = self
            .verified(gateway, row, name, request)
            .await
            .map_err(|failure| faults::fault(&failure, row.codes(None)))?;
        let arguments = Arguments::new(&parameters, &self.settings);
        let answered = async {
            let reply = (row.call)(gateway, &account, arguments).await?;
            let open = || self.long_answers.begin(account.id);
            Ok(answer::success(reply, self.settings.json_style, open).await?)
        };
        answered
            .await
            .map_err(|failure: Failure| faults::fault(&failure, row.codes(Some(arguments))))
    }

    /// Reads a request and verifies who signed it.
    async fn verified(
        &self,
        gateway: &Gateway,
        row: &'static Row,
        name: String,
        request: Request,
    ) -> Result<Verified, Failure> {
        let strict = self.settings.strict_sum;
        let gateway = gateway.clone();
        let verified = self.turns.read(request.octets(), move || {
            signature::verify(&gateway, &request, row, &name, strict)
        });
        verified.await
    }
}
