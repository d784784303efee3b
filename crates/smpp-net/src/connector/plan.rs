//! What all links of one connector share: its settings made ready for use, its inbox, its throughput, what it has learned.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use gateway::Secret;
use gateway::connector::{Answer, Attempt, Inbox};
use gateway::directory::{BindMode, ConnectorSettings, ConnectorSpec};
use smpp::message_id::Learned;
use smpp::session::Config;
use sms::Lane;
use tokio_util::sync::CancellationToken;

use super::failure::LINK_DOWN;
use super::throughput::Throughput;
use crate::clock::Clock;
use crate::pdu_log::PduLogs;
use crate::tls;

/// How many receipts a session may leave unanswered. Operators allow themselves a hundred at most; one who sends more is told
/// to slow down.
const UNANSWERED_RECEIPTS: usize = 5_000;

pub(super) struct Plan {
    pub(super) name: String,
    pub(super) password: Secret,
    /// Where to connect to, in the order in which it is tried; never empty.
    pub(super) destinations: Vec<Destination>,
    pub(super) inbox: Inbox,
    /// Where the links log their PDUs, if the settings ask for it.
    pub(super) logs: PduLogs,
    pub(super) clock: Clock,
    pub(super) stop: CancellationToken,
    settings: RwLock<Arc<ConnectorSettings>>,
    throughput: Mutex<Throughput>,
    learned: Mutex<Learned>,
    cannot_be_asked: AtomicBool,
}

/// An address of the operator.
pub(super) struct Destination {
    /// Host and port.
    pub(super) address: String,
    pub(super) tls: Option<tls::Client>,
}

impl Plan {
    /// Reads the specification; an error tells what is wrong with it.
    pub(super) fn new(spec: &ConnectorSpec, inbox: Inbox, logs: PduLogs) -> Result<Self, String> {
        let settings = spec.settings.clone();
        for (what, value) in [
            ("system_id", settings.system_id.as_str()),
            ("system_type", settings.system_type.as_str()),
            ("password", spec.password.reveal()),
        ] {
            if value.contains('\0') {
                return Err(format!("the {what} has a NUL inside"));
            }
        }
        if !modes(&settings).any(smpp::BindMode::submits) {
            return Err("it has no link that submits".to_owned());
        }
        let addresses = std::iter::once(&settings.address).chain(&settings.failover_addresses);
        let destinations = addresses
            .map(|address| Destination::new(address, &settings))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: spec.name.clone(),
            password: spec.password.clone(),
            destinations,
            inbox,
            logs,
            clock: Clock::start(),
            stop: CancellationToken::new(),
            throughput: Mutex::new(Throughput::new(settings.throughput_per_second)),
            learned: Mutex::default(),
            cannot_be_asked: AtomicBool::new(false),
            settings: RwLock::new(Arc::new(settings)),
        })
    }

    /// Gives the settings of the moment.
    pub(super) fn settings(&self) -> Arc<ConnectorSettings> {
        // Replaced as a whole: a panic elsewhere cannot leave them half done. The same goes for the counts below.
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes on settings that differ in nothing that a link is opened with; `false` when they do.
    pub(super) fn adjust(&self, spec: &ConnectorSpec) -> bool {
        let present = self.settings();
        if spec.name != self.name
            || spec.password.reveal() != self.password.reveal()
            || with_links_of(&present, &spec.settings) != spec.settings
        {
            return false;
        }
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(spec.settings.clone());
        self.throughput().agree(spec.settings.throughput_per_second);
        true
    }

    /// How many segments may be outstanding: what the windows hold, but with a throughput no more than leave in a second. That is
    /// half a second for the operator to answer, and as much to wait; what waits is overtaken by more urgent segments all the same.
    pub(super) fn capacity(&self) -> u32 {
        let settings = self.settings();
        let links = modes(&settings).filter(|mode| mode.submits()).count();
        let windows = u32::try_from(links)
            .unwrap_or(u32::MAX)
            .saturating_mul(settings.window.max(1));
        match settings.throughput_per_second {
            0 => windows,
            per_second => windows.min(per_second),
        }
    }

    /// Lets one segment of a lane leave by the throughput, or says when to ask again.
    pub(super) fn pace(&self, now_ms: u64, lane: Lane) -> Result<(), u64> {
        self.throughput().take(now_ms, lane)
    }

    /// Takes note of an answer that was not about too much.
    pub(super) fn taken(&self, now_ms: u64) {
        self.throughput().taken(now_ms);
    }

    /// Takes note that the operator was sent too much, with what left at `left_ms`; tells whether the rate was too much, or a single
    /// segment.
    pub(super) fn throttled(&self, now_ms: u64, left_ms: u64) -> bool {
        self.throughput().throttled(now_ms, left_ms)
    }

    pub(super) fn slowed_to_per_second(&self) -> Option<u32> {
        self.throughput().slowed_to_per_second()
    }

    /// Compares the id of a receipt with that of its answer.
    pub(super) fn learn(&self, answered: &[u8], reported: &[u8]) {
        let changed = self.learned().learn(answered, reported);
        if let Some(form) = changed {
            tracing::warn!(
                connector = self.name,
                %form,
                "the operator writes the ids of receipts in another way than before"
            );
        }
    }

    /// How ids in receipts are written, as far as that is known.
    pub(super) fn id_form(&self) -> Option<String> {
        self.learned().form().map(|form| form.to_string())
    }

    /// The keys under which the segment of a receipt may have been answered, the likeliest first.
    pub(super) fn candidates(&self, id: &[u8]) -> Vec<Vec<u8>> {
        self.learned().candidates(id)
    }

    /// Whether the operator has said in this process that it does not know `query_sm`.
    pub(super) fn cannot_be_asked(&self) -> bool {
        self.cannot_be_asked.load(Ordering::Relaxed)
    }

    /// Takes note that the operator does not know `query_sm`.
    pub(super) fn does_not_know_queries(&self) {
        if !self.cannot_be_asked.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                connector = self.name,
                "the operator cannot be asked what became of messages"
            );
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

    fn throughput(&self) -> MutexGuard<'_, Throughput> {
        self.throughput
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Destination {
    fn new(address: &str, settings: &ConnectorSettings) -> Result<Self, String> {
        let (host, port) = address
            .rsplit_once(':')
            .ok_or_else(|| format!("the address {address:?} has no port"))?;
        if host.is_empty() || port.parse::<u16>().is_err() {
            return Err(format!("the address {address:?} is not host:port"));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = settings
            .tls
            .as_ref()
            .map(|tls| tls::Client::new(tls, host))
            .transpose()?;
        Ok(Self {
            address: address.to_owned(),
            tls,
        })
    }
}

/// Lists the links' modes: those of `bind`, then the further transmitters and receivers.
pub(super) fn modes(settings: &ConnectorSettings) -> impl Iterator<Item = smpp::BindMode> {
    let of_each: &[smpp::BindMode] = match settings.bind {
        BindMode::Transceiver => &[smpp::BindMode::Transceiver],
        BindMode::TransmitterReceiver => &[smpp::BindMode::Transmitter, smpp::BindMode::Receiver],
    };
    let further = |links: u32, mode| (0..links).map(move |_| mode);
    (0..settings.links)
        .flat_map(move |_| of_each.iter().copied())
        .chain(further(settings.transmitters, smpp::BindMode::Transmitter))
        .chain(further(settings.receivers, smpp::BindMode::Receiver))
}

/// The bounds and timers of a session.
pub(super) fn session_config(settings: &ConnectorSettings) -> Config {
    let defaults = Config::client();
    let response_ms = u64::from(settings.response_timeout_ms.max(1));
    let enquire_link_ms = u64::from(settings.enquire_link_ms);
    Config {
        window: usize::try_from(settings.window.max(1)).unwrap_or(usize::MAX),
        peer_window: UNANSWERED_RECEIPTS,
        response_ms,
        enquire_link_ms: (enquire_link_ms > 0).then_some(enquire_link_ms),
        enquire_link_response_ms: response_ms.min(defaults.enquire_link_response_ms),
        ..defaults
    }
}

/// Gives `wanted` with everything of `present` that a link is opened with.
fn with_links_of(present: &ConnectorSettings, wanted: &ConnectorSettings) -> ConnectorSettings {
    ConnectorSettings {
        window: wanted.window,
        throughput_per_second: wanted.throughput_per_second,
        enquire_link_ms: wanted.enquire_link_ms,
        response_timeout_ms: wanted.response_timeout_ms,
        reconnect_ms: wanted.reconnect_ms,
        reconnect_max_ms: wanted.reconnect_max_ms,
        in_doubt: wanted.in_doubt,
        statuses: wanted.statuses.clone(),
        send_validity: wanted.send_validity,
        query_after_ms: wanted.query_after_ms,
        away_after_ms: wanted.away_after_ms,
        back_after_ms: wanted.back_after_ms,
        ..present.clone()
    }
}
