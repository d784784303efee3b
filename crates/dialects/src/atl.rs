//! The bulk API of ATL InfoTech [atl], and of LSIM, its sibling: one request of XML each, or of JSON for the second.

mod answer;
mod balance;
mod codes;
mod list;
mod product;
mod request;
mod schedule;
mod settings;
mod states;
mod submit;
mod tasks;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gateway::{Account, Gateway};
use http::Method;

pub use settings::{PastSchedule, Settings};

use crate::apart::Turns;
use crate::at_once::AtOnce;
use crate::long_answers::MOST_OPEN;
use crate::wire::json;
use crate::{Answer, Body, Dialect, Request};
use answer::Answered;
use codes::Code;
use product::Product;
use request::{Asked, Syntax};

/// Speaks the API.
#[derive(Debug)]
pub struct Atl {
    settings: Settings,
    turns: Turns,
    long_answers: AtOnce,
}

/// Is what a request asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Submit,
    Report,
    DetailedReport { dated: bool },
    Units,
}

impl Atl {
    /// Makes the dialect with its settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            turns: Turns::default(),
            long_answers: AtOnce::new(MOST_OPEN),
        }
    }

    fn product(&self, path: &str) -> Option<Product> {
        Product::at(path).filter(|product| self.settings.lsim || *product != Product::Lsim)
    }
}

#[async_trait]
impl Dialect for Atl {
    fn name(&self) -> &'static str {
        "atl"
    }

    fn claims(&self, path: &str) -> bool {
        self.product(path).is_some()
    }

    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        let product = self.product(&request.path).unwrap_or(Product::Atl);
        if request.method != Method::POST {
            return answer::wrong_method();
        }
        let is_json = json::is_json(request.content_type());
        let (octets, peer) = match request.body {
            Body::Whole(octets) => (octets, request.peer),
            Body::TooLarge => {
                let syntax = Syntax::of(product, b"", is_json);
                return answer::failure(syntax, Code::BAD_REQUEST);
            }
        };
        let syntax = Syntax::of(product, &octets, is_json);
        let answered = async {
            let asked = self.read(octets, syntax).await?;
            let (account, answered) = self.call(gateway, asked, product, peer).await?;
            answer::success(syntax, answered, || self.long_answers.begin(account.id))
                .await
                .map_err(|error| Code::of(error, product, Code::BAD_REQUEST))
        };
        let answered: Result<Answer, Code> = answered.await;
        answered.unwrap_or_else(|code| answer::failure(syntax, code))
    }
}

impl Atl {
    async fn read(&self, octets: Bytes, syntax: Syntax) -> Result<Asked, Code> {
        // One row more than there may be tells that there are too many.
        let most_rows = usize::try_from(self.settings.max_rows.get()).unwrap_or(usize::MAX);
        let most_rows = most_rows.saturating_add(1);
        let asked = self.turns.read(octets.len(), move || {
            Asked::read(&octets, syntax, most_rows)
        });
        asked.await.map_err(|_| Code::BAD_REQUEST)
    }

    /// Does what is asked for. What is wrong with the head is told before what is wrong with the rest, in the order of the codes.
    async fn call(
        &self,
        gateway: &Gateway,
        asked: Asked,
        product: Product,
        peer: Option<IpAddr>,
    ) -> Result<(Arc<Account>, Answered), Code> {
        let operation = operation(&asked.head.operation)?;
        let account = sign_in(gateway, &asked, product, peer).await?;
        let task = &asked.head.task_id;
        let answered = match operation {
            Operation::Submit => {
                submit::submit(gateway, &account, asked, product, &self.settings).await
            }
            Operation::Report => tasks::report(gateway, &account, task, product).await,
            Operation::DetailedReport { dated } => {
                let dates = dated.then(|| self.settings.time_zone.clone());
                tasks::detailed_report(gateway, &account, task, product, dates).await
            }
            Operation::Units => balance::units(gateway, &account, product).await,
        };
        Ok((account, answered?))
    }
}

/// Finds an operation. `detailedreportwithdate` is LSIM's; ATL's programs do not know it.
fn operation(name: &str) -> Result<Operation, Code> {
    Ok(match name {
        "" => return Err(Code::NO_OPERATION),
        "submit" => Operation::Submit,
        "report" => Operation::Report,
        "detailedreport" => Operation::DetailedReport { dated: false },
        "detailedreportwithdate" => Operation::DetailedReport { dated: true },
        "units" => Operation::Units,
        _ => return Err(Code::INVALID_OPERATION),
    })
}

async fn sign_in(
    gateway: &Gateway,
    asked: &Asked,
    product: Product,
    peer: Option<IpAddr>,
) -> Result<Arc<Account>, Code> {
    if asked.head.login.is_empty() {
        return Err(Code::NO_LOGIN);
    }
    if asked.head.password.is_empty() {
        return Err(Code::NO_PASSWORD);
    }
    let account = gateway
        .sign_in_from(&asked.head.login, &asked.head.password, peer)
        .await
        .map_err(|error| Code::of(error, product, Code::BAD_REQUEST))?;
    match account.admits(peer) {
        Ok(()) => Ok(account),
        Err(_) => Err(Code::INVALID_AUTHENTICATION),
    }
}
