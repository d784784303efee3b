//! What all links of one connector share: its settings made ready for use, its inbox, its pace.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};

use gateway::Secret;
use gateway::connector::{Answer, Attempt, Inbox};
use gateway::directory::{ConnectorSettings, ConnectorSpec};
use smpp::session::Config;
use tokio_util::sync::CancellationToken;

use super::failure::LINK_DOWN;
use super::pace::Pace;
use crate::clock::Clock;
use crate::pdu_log::PduLogs;
use crate::tls;

/// How many receipts a session may leave unanswered. Operators allow themselves a hundred at most; one who sends more is told
/// to slow down.
const UNANSWERED_RECEIPTS: usize = 5_000;

pub(super) struct Plan {
    pub(super) name: String,
    pub(super) settings: ConnectorSettings,
    pub(super) password: Secret,
    pub(super) tls: Option<tls::Client>,
    /// Segments that may be outstanding over all links.
    pub(super) capacity: u32,
    pub(super) inbox: Inbox,
    /// Where the links log their PDUs, if the settings ask for it.
    pub(super) logs: PduLogs,
    pub(super) clock: Clock,
    pub(super) stop: CancellationToken,
    pace: Option<Mutex<Pace>>,
}

impl Plan {
    /// Reads the specification; an error tells what is wrong with it.
    pub(super) fn new(spec: &ConnectorSpec, inbox: Inbox, logs: PduLogs) -> Result<Self, String> {
        let settings = spec.settings.clone();
        let (host, port) = settings
            .address
            .rsplit_once(':')
            .ok_or_else(|| format!("the address {:?} has no port", settings.address))?;
        if host.is_empty() || port.parse::<u16>().is_err() {
            return Err(format!(
                "the address {:?} is not host:port",
                settings.address
            ));
        }
        for (what, value) in [
            ("system_id", settings.system_id.as_str()),
            ("system_type", settings.system_type.as_str()),
            ("password", spec.password.reveal()),
        ] {
            if value.contains('\0') {
                return Err(format!("the {what} has a NUL inside"));
            }
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = settings
            .tls
            .as_ref()
            .map(|tls| tls::Client::new(tls, host))
            .transpose()?;
        Ok(Self {
            name: spec.name.clone(),
            password: spec.password.clone(),
            tls,
            capacity: settings.links.saturating_mul(settings.window).max(1),
            inbox,
            logs,
            clock: Clock::start(),
            stop: CancellationToken::new(),
            pace: (settings.throughput_per_second > 0)
                .then(|| Mutex::new(Pace::new(settings.throughput_per_second))),
            settings,
        })
    }

    /// The bounds and timers of a session.
    pub(super) fn session_config(&self) -> Config {
        let response_ms = u64::from(self.settings.response_timeout_ms.max(1));
        let defaults = Config::client();
        Config {
            window: usize::try_from(self.settings.window.max(1)).unwrap_or(usize::MAX),
            peer_window: UNANSWERED_RECEIPTS,
            response_ms,
            enquire_link_ms: (self.settings.enquire_link_ms > 0)
                .then_some(u64::from(self.settings.enquire_link_ms)),
            enquire_link_response_ms: response_ms.min(defaults.enquire_link_response_ms),
            ..defaults
        }
    }

    /// Lets one segment leave by the throughput agreed, or says when to ask again.
    pub(super) fn pace(&self, now_ms: u64) -> Result<(), u64> {
        match &self.pace {
            // The counts are changed in one step: a panic elsewhere cannot leave them half done.
            Some(pace) => pace
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(now_ms),
            None => Ok(()),
        }
    }

    /// Answers an attempt of which nothing was written because no link is up.
    pub(super) fn return_unwritten(&self, attempt: &Attempt) {
        self.answer(Answer {
            message: attempt.message,
            accepted: vec![],
            failure: Some(LINK_DOWN),
            late: false,
        });
    }

    pub(super) fn answer(&self, answer: Answer) {
        // Who does not listen any more has stopped: the leases tell the next start.
        let _ = self.inbox.answers.send(answer);
    }

    /// A number that no other process or connector draws at the same time.
    pub(super) fn random() -> u64 {
        RandomState::new().build_hasher().finish()
    }
}
