//! SMS Club's APIs [smsclub]: JSON, and the older HTTP and XML gateways, all over the same messages.
//!
//! The document gives no paths, no signing in and few words of errors; those are what the provider's own published programs and
//! others' clients show.

mod call;
mod faults;
mod http_gateway;
mod json_api;
mod numbers;
mod sending;
mod settings;
mod sign_in;
mod states;
mod xml_gateway;

use async_trait::async_trait;
use gateway::Gateway;

pub use settings::{LineEnd, Settings};

use crate::apart::Turns;
use crate::{Answer, Dialect, Request};
use call::Door;
use sign_in::Pace;

/// How many octets of a body are read: a hundred texts as long as they may be, every letter of them escaped, are fewer.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// Speaks the three APIs.
pub struct SmsClub {
    settings: Settings,
    /// Counts the requests of each account through all doors.
    pace: Pace,
    turns: Turns,
}

impl SmsClub {
    /// Makes the dialect with settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            pace: Pace::new(settings.requests_per_second),
            settings,
            turns: Turns::default(),
        }
    }
}

#[async_trait]
impl Dialect for SmsClub {
    fn name(&self) -> &'static str {
        "smsclub"
    }

    fn claims(&self, path: &str) -> bool {
        call::door(path).is_some()
    }

    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        match call::door(&request.path) {
            Some(Door::Http(call)) => http_gateway::answer(self, gateway, call, request).await,
            Some(Door::Xml(call)) => xml_gateway::answer(self, gateway, call, request).await,
            Some(Door::Json(call)) => json_api::answer(self, gateway, call, request).await,
            None => json_api::answer(self, gateway, None, request).await,
        }
    }
}
