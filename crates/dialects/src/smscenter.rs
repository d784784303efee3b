//! SMS Center's API.

mod settings;

use async_trait::async_trait;
use gateway::Gateway;

pub use settings::Settings;

use crate::{Answer, Dialect, Request};

/// Answers requests of this API.
pub struct SmsCenter {
    #[expect(dead_code, reason = "about to be built")]
    settings: Settings,
}

impl SmsCenter {
    /// Makes the dialect with its settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

#[async_trait]
impl Dialect for SmsCenter {
    fn name(&self) -> &'static str {
        "smscenter"
    }

    fn claims(&self, _path: &str) -> bool {
        false
    }

    async fn answer(&self, _gateway: &Gateway, _request: Request) -> Answer {
        Answer::whole(503, "text/plain; charset=utf-8", "not built yet\n")
    }
}
