//! The section of the door for customers who speak SMPP.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use smpp_net::PduLogs;
use smpp_net::server::{Certificate, Listen};

/// Sets the door for customers who speak SMPP; without the section there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Smpp {
    pub(crate) listen: Option<SocketAddr>,
    /// Where the same is spoken inside TLS.
    pub(crate) tls_listen: Option<SocketAddr>,
    /// The certificate for that, and those that vouch for it, in PEM.
    pub(crate) certificate_file: Option<PathBuf>,
    /// Its private key, in PEM.
    pub(crate) key_file: Option<PathBuf>,
    /// The name by which the gateway answers a bind.
    pub(crate) system_id: String,
    pub(crate) connections: usize,
    pub(crate) unbound_connections_per_address: usize,
    /// Of an account that has no number of its own, as the two that follow.
    pub(crate) binds: usize,
    pub(crate) window: usize,
    pub(crate) throughput_per_second: u32,
    pub(crate) bind_timeout_ms: u64,
    pub(crate) response_timeout_ms: u64,
    pub(crate) enquire_link_ms: u64,
    pub(crate) enquire_link_timeout_ms: u64,
    pub(crate) inactivity_ms: u64,
    /// How many KiB of all PDUs are kept in the data directory, texts and passwords masked; 0 for none.
    pub(crate) pdu_log_kib: u32,
}

impl Default for Smpp {
    fn default() -> Self {
        let settings = smpp_net::Settings::default();
        Self {
            listen: None,
            tls_listen: None,
            certificate_file: None,
            key_file: None,
            system_id: settings.system_id,
            connections: settings.connections,
            unbound_connections_per_address: settings.unbound_connections_per_address,
            binds: settings.binds,
            window: settings.window,
            throughput_per_second: settings.throughput_per_second,
            bind_timeout_ms: settings.bind_timeout_ms,
            response_timeout_ms: settings.response_ms,
            enquire_link_ms: settings.enquire_link_ms,
            enquire_link_timeout_ms: settings.enquire_link_response_ms,
            inactivity_ms: settings.inactivity_ms,
            pdu_log_kib: settings.pdu_log_kib,
        }
    }
}

impl Smpp {
    /// Where the door listens; fails when the certificate cannot be read.
    pub(crate) fn listen(&self) -> Result<Listen, String> {
        let tls = match (self.tls_listen, self.certificate()) {
            (Some(address), Some(certificate)) => Some((address, certificate?)),
            (Some(_), None) | (None, _) => None,
        };
        Ok(Listen {
            plain: self.listen,
            tls,
        })
    }

    /// What its certificate is, where both files are named.
    pub(super) fn certificate(&self) -> Option<Result<Certificate, String>> {
        let (certificate, key) = (self.certificate_file.as_ref()?, self.key_file.as_ref()?);
        Some(Certificate::read(certificate, key))
    }

    /// The door's bounds.
    pub(crate) fn settings(&self, pdu_logs: PduLogs) -> smpp_net::Settings {
        smpp_net::Settings {
            system_id: self.system_id.clone(),
            connections: self.connections,
            unbound_connections_per_address: self.unbound_connections_per_address,
            binds: self.binds,
            window: self.window,
            throughput_per_second: self.throughput_per_second,
            bind_timeout_ms: self.bind_timeout_ms,
            response_ms: self.response_timeout_ms,
            enquire_link_ms: self.enquire_link_ms,
            enquire_link_response_ms: self.enquire_link_timeout_ms,
            inactivity_ms: self.inactivity_ms,
            pdu_log_kib: self.pdu_log_kib,
            pdu_logs,
        }
    }
}
