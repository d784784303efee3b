//! ATL InfoTech's bulk API and its sibling LSIM.

mod settings;

use async_trait::async_trait;
use gateway::Gateway;

pub use settings::Settings;

use crate::{Answer, Dialect, Request};

/// Answers requests of this API.
pub struct Atl {
    #[expect(dead_code, reason = "about to be built")]
    settings: Settings,
}

impl Atl {
    /// Makes the dialect with its settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

#[async_trait]
impl Dialect for Atl {
    fn name(&self) -> &'static str {
        "atl"
    }

    fn claims(&self, _path: &str) -> bool {
        false
    }

    async fn answer(&self, _gateway: &Gateway, _request: Request) -> Answer {
        Answer::whole(503, "text/plain; charset=utf-8", "not built yet\n")
    }
}
