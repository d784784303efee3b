//! The HTTP API of SMS Center: one address for each kind of thing, four formats of answers, three character sets [smscenter].

mod answer;
mod balance;
mod call;
mod callback;
mod credentials;
mod endpoint;
mod faults;
mod get;
mod ids;
mod info;
mod jobs;
mod limits;
mod message;
mod parameters;
mod phones;
mod send;
mod senders;
mod settings;
mod states;
mod statistics;
mod status;
mod templates;
mod times;
mod users;

use async_trait::async_trait;
use gateway::Gateway;

pub use callback::{CallbackRequest, callback};
pub use settings::{DefaultCharset, PerMinute, SenderCountry, Settings};

use crate::apart::Turns;
use crate::{Answer, Dialect, Request};
use answer::Answered;
use call::Call;
use endpoint::Called;
use faults::{Codes, Failure};
use limits::Limits;
use parameters::Parameters;

/// Answers requests of this API.
pub struct SmsCenter {
    settings: Settings,
    limits: Limits,
    turns: Turns,
}

impl SmsCenter {
    /// Makes the dialect with its settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            limits: Limits::new(&settings),
            settings,
            turns: Turns::default(),
        }
    }
}

#[async_trait]
impl Dialect for SmsCenter {
    fn name(&self) -> &'static str {
        "smscenter"
    }

    fn claims(&self, path: &str) -> bool {
        Called::of(path).is_some()
    }

    /// Answers with status 200 whatever happens, and never with an empty body: programs take anything else for a broken
    /// connection and send the same message again, to the provider's other addresses.
    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        let called = Called::of(&request.path).expect("only claimed paths are answered");
        let (method, peer) = (request.method.clone(), request.peer);
        let parameters = self.read(request, called.rest).await;
        let codes = called.endpoint.map_or(&Codes::PLAIN, |row| &row.codes);
        // A HEAD that sends a message, as a preview of links may make it, would be a trap.
        let answered = match method {
            http::Method::GET | http::Method::POST => {
                self.call(gateway, &called, &parameters, peer).await
            }
            _ => Err(Failure::Parameters),
        };
        let reply = parameters.reply();
        match answered {
            Ok(answered) => reply.write(&answered),
            Err(failure) => {
                let id = called.endpoint.is_some_and(|row| row.names_id);
                let id = id.then(|| parameters.id());
                reply.write_fault(&faults::fault(&failure, codes, id))
            }
        }
    }
}

impl SmsCenter {
    /// Does a call once it is known who calls: a blocked address first, then the credentials, the address that the account may be
    /// used from, how many requests of its are under way, and last of all the parameters.
    async fn call(
        &self,
        gateway: &Gateway,
        called: &Called,
        parameters: &Parameters,
        peer: Option<std::net::IpAddr>,
    ) -> Result<Answered, Failure> {
        self.limits.check_address(peer, gateway.now())?;
        let answered = async {
            let account = credentials::sign_in(gateway, parameters, peer).await?;
            let _under_way = self.limits.begin(account.id)?;
            let row = called.endpoint.ok_or(Failure::Parameters)?;
            if parameters.is_broken() {
                return Err(Failure::Parameters);
            }
            let call = Call {
                gateway,
                account: &account,
                settings: &self.settings,
                parameters,
                limits: &self.limits,
                endpoint: row.name,
            };
            (row.answer)(call).await
        };
        let answered = answered.await;
        if answered.as_ref().is_err_and(Failure::is_bad_request) {
            self.limits.note_bad(peer, gateway.now());
        }
        answered
    }

    async fn read(&self, request: Request, rest: bool) -> Parameters {
        let settings = self.settings;
        let read = self.turns.read(request.octets(), move || {
            Parameters::read(&request, rest, &settings)
        });
        read.await
    }
}
