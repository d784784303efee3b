//! Listens to one session: cuts each direction into PDUs, and hands them on.

use std::sync::Arc;

use bytes::BytesMut;
use smpp::frame::DEFAULT_MAXIMUM_LENGTH;

use super::PduLog;
use super::writer::{Entry, What};

/// Whether the other side said it or this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Received,
    Sent,
}

/// Listens to one session.
pub(crate) struct Tap {
    log: PduLog,
    label: Arc<str>,
    received: Cutter,
    sent: Cutter,
}

/// The octets of one direction that are no whole PDU yet.
#[derive(Default)]
struct Cutter {
    octets: BytesMut,
    /// The stream is no SMPP any more; what comes is only counted.
    lost: bool,
    foreign: u64,
}

impl Tap {
    pub(super) fn new(log: PduLog, label: Arc<str>) -> Self {
        let tap = Self {
            log,
            label,
            received: Cutter::default(),
            sent: Cutter::default(),
        };
        tap.tell(What::Began);
        tap
    }

    /// Takes note of octets of the other side, cut anywhere.
    pub(crate) fn received(&mut self, octets: &[u8]) {
        self.hear(Direction::Received, octets);
    }

    /// Takes note of octets of this side, cut anywhere.
    pub(crate) fn sent(&mut self, octets: &[u8]) {
        self.hear(Direction::Sent, octets);
    }

    fn hear(&mut self, direction: Direction, octets: &[u8]) {
        let cutter = match direction {
            Direction::Received => &mut self.received,
            Direction::Sent => &mut self.sent,
        };
        if cutter.lost {
            cutter.foreign = cutter.foreign.saturating_add(octets.len() as u64);
            return;
        }
        cutter.octets.extend_from_slice(octets);
        let mut whole = Vec::new();
        loop {
            match smpp::frame(&mut cutter.octets, DEFAULT_MAXIMUM_LENGTH) {
                Ok(Some(pdu)) => whole.push(pdu),
                Ok(None) => break,
                Err(_) => {
                    cutter.lost = true;
                    cutter.foreign = cutter.octets.len() as u64;
                    cutter.octets = BytesMut::new();
                    break;
                }
            }
        }
        for (header, body) in whole {
            self.tell(What::Pdu {
                direction,
                header,
                body,
            });
        }
    }

    fn tell(&self, what: What) {
        self.log.writer.take(Entry {
            path: Arc::clone(&self.log.path),
            half: self.log.half,
            missing: Arc::clone(&self.log.missing),
            label: Arc::clone(&self.label),
            what,
        });
    }
}

impl Drop for Tap {
    /// Tells the end of the session, and how many octets were no PDU: torn off, or another protocol's.
    fn drop(&mut self) {
        let foreign = |cutter: &Cutter| cutter.foreign + cutter.octets.len() as u64;
        self.tell(What::Ended {
            received: foreign(&self.received),
            sent: foreign(&self.sent),
        });
    }
}
