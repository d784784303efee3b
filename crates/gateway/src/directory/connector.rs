//! What a connector is configured with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::ConnectorId;
use thiserror::Error;

use crate::secrets::{Secret, Vault};

/// Describes a connector: its settings with its password in clear.
#[derive(Clone)]
pub struct ConnectorSpec {
    /// Its number.
    pub id: ConnectorId,
    /// Its name.
    pub name: String,
    /// Everything but the password.
    pub settings: ConnectorSettings,
    /// The password of the bind.
    pub password: Secret,
    /// What was stored, to notice a change.
    pub(crate) stored: store::configuration::Connector,
}

/// Sets how a connector reaches its operator over SMPP. Stored as JSON; an absent field has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorSettings {
    /// Host name or address, and port, of the operator's SMSC.
    pub address: String,
    /// The login at the operator.
    pub system_id: String,
    /// The system type, if the operator wants one.
    #[serde(default)]
    pub system_type: String,
    /// How to bind.
    #[serde(default)]
    pub bind: BindMode,
    /// How many links of that mode; a pair of transmitter and receiver counts as one.
    #[serde(default = "one")]
    pub links: u32,
    /// Further addresses, host and port, tried in turn when one cannot be reached or does not let us bind for another reason than
    /// the login. Each link does so by itself; after a session that was of use it begins with `address` again.
    #[serde(default)]
    pub failover_addresses: Vec<String>,
    /// How many further links only submit.
    #[serde(default)]
    pub transmitters: u32,
    /// How many further links only take receipts and messages from handsets.
    #[serde(default)]
    pub receivers: u32,
    /// How many submits may wait for their response on one link. May be changed while links are up, as all that follows but
    /// TLS and the log.
    #[serde(default = "window")]
    pub window: u32,
    /// How many segments may leave in a second over all links; 0 for no limit. While the operator throttles fewer leave, as many
    /// as it is found to take.
    #[serde(default)]
    pub throughput_per_second: u32,
    /// How long an idle link waits before it asks whether the other side is alive.
    #[serde(default = "enquire_link_ms")]
    pub enquire_link_ms: u32,
    /// How long a submit waits for its response before its outcome is unknown.
    #[serde(default = "response_timeout_ms")]
    pub response_timeout_ms: u32,
    /// The first wait before reconnecting; doubled after each failure, with jitter.
    #[serde(default = "reconnect_ms")]
    pub reconnect_ms: u32,
    /// The longest wait before reconnecting.
    #[serde(default = "reconnect_max_ms")]
    pub reconnect_max_ms: u32,
    /// TLS; absent for plain TCP.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// What becomes of messages in doubt.
    #[serde(default)]
    pub in_doubt: DoubtPolicy,
    /// What this operator means by a `command_status`, by its number, where that is not what the specification says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub statuses: BTreeMap<u32, StatusMeaning>,
    /// Whether to tell the operator until when a message is worth delivering.
    #[serde(default)]
    pub send_validity: bool,
    /// How long after a segment was taken the operator is asked for its state when no receipt has come; 0 for never.
    #[serde(default)]
    pub query_after_ms: u32,
    /// How long it may be down, or refuse most submits for a while, before messages go another way, where their route has one.
    #[serde(default = "away_after_ms")]
    pub away_after_ms: u32,
    /// How long it must have been well again before messages take it again.
    #[serde(default = "back_after_ms")]
    pub back_after_ms: u32,
    /// How many KiB of its PDUs are kept for people to look at, of each link; 0 for none. Texts and passwords are masked.
    #[serde(default)]
    pub pdu_log_kib: u32,
}

impl ConnectorSettings {
    /// Sets everything but the address and the login to its default.
    pub fn to(address: impl Into<String>, system_id: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            system_id: system_id.into(),
            system_type: String::new(),
            bind: BindMode::default(),
            links: one(),
            window: window(),
            throughput_per_second: 0,
            enquire_link_ms: enquire_link_ms(),
            response_timeout_ms: response_timeout_ms(),
            reconnect_ms: reconnect_ms(),
            reconnect_max_ms: reconnect_max_ms(),
            tls: None,
            in_doubt: DoubtPolicy::default(),
            statuses: BTreeMap::new(),
            send_validity: false,
            failover_addresses: Vec::new(),
            transmitters: 0,
            receivers: 0,
            query_after_ms: 0,
            away_after_ms: away_after_ms(),
            back_after_ms: back_after_ms(),
            pdu_log_kib: 0,
        }
    }
}

/// Says what an operator means by a `command_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusMeaning {
    /// It cannot take the message now: it is tried again, and the attempt counts.
    Retry,
    /// It will not take the message.
    Refused,
    /// It is sent too much: fewer segments leave in a second, and the message keeps its place.
    Throttled,
}

/// Says how to bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindMode {
    /// One link for both directions.
    #[default]
    Transceiver,
    /// One link to submit, one for receipts.
    TransmitterReceiver,
}

/// Sets up TLS towards an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The name the certificate must have; the host of the address when absent.
    #[serde(default)]
    pub server_name: Option<String>,
    /// A PEM file of authorities to trust instead of the public ones.
    #[serde(default)]
    pub authorities_file: Option<String>,
}

/// Says what becomes of a message that may have left without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DoubtPolicy {
    /// Send again: at least once.
    Resend {
        /// How many times more, when the upstream does not answer; a lost link or a stop of ours is forgiven oftener.
        max_resends: u32,
    },
    /// Wait for a receipt or the end of its lifetime: at most once.
    Hold,
}

impl Default for DoubtPolicy {
    fn default() -> Self {
        Self::Resend { max_resends: 3 }
    }
}

/// How much oftener a message is sent again when a link broke or we stopped: that says nothing about the message, whereas
/// silence may be the upstream's answer to it.
const ACCIDENTS: u32 = 20;

impl DoubtPolicy {
    /// How often one message may be sent again after the upstream left it without an answer.
    pub(crate) const fn after_silence(self) -> u32 {
        match self {
            Self::Resend { max_resends } => max_resends,
            Self::Hold => 0,
        }
    }

    /// How often one message may be sent again after a link was lost with it.
    pub(crate) const fn after_accident(self) -> u32 {
        match self {
            Self::Resend { max_resends } => max_resends.saturating_add(ACCIDENTS),
            Self::Hold => 0,
        }
    }
}

impl From<DoubtPolicy> for store::queue::DoubtPolicy {
    fn from(policy: DoubtPolicy) -> Self {
        match policy {
            DoubtPolicy::Resend { .. } => Self::Resend {
                max_resends: policy.after_accident(),
            },
            DoubtPolicy::Hold => Self::Hold,
        }
    }
}

/// Says why a stored connector cannot be used.
#[derive(Debug, Error)]
pub enum SpecError {
    /// The settings are not what this version writes.
    #[error("its settings cannot be read: {0}")]
    Settings(#[from] serde_json::Error),
    /// The password was sealed with another key.
    #[error("its password: {0}")]
    Password(#[from] crate::secrets::CannotOpen),
}

impl ConnectorSpec {
    pub(crate) fn read(
        stored: store::configuration::Connector,
        vault: &Vault,
    ) -> Result<Self, SpecError> {
        let password = if stored.secret.is_empty() {
            Secret::new("")
        } else {
            vault.open(&Self::purpose(&stored.name), &stored.secret)?
        };
        Ok(Self {
            id: stored.id,
            name: stored.name.clone(),
            settings: serde_json::from_str(&stored.settings)?,
            password,
            stored,
        })
    }

    /// The purpose for which a connector's password is sealed.
    pub(crate) fn purpose(name: &str) -> String {
        format!("connector/{name}")
    }
}

const fn away_after_ms() -> u32 {
    10_000
}

const fn back_after_ms() -> u32 {
    30_000
}

const fn one() -> u32 {
    1
}

const fn window() -> u32 {
    10
}

const fn enquire_link_ms() -> u32 {
    30_000
}

const fn response_timeout_ms() -> u32 {
    30_000
}

const fn reconnect_ms() -> u32 {
    500
}

const fn reconnect_max_ms() -> u32 {
    60_000
}
