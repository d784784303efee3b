//! The place of one link in its connector: what the connector may ask about it and send to it.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway::connector::{Attempt, LinkCondition, Ticket, Unreported};
use smpp::BindMode;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// What a connector tells one of its links. The channel needs no bound of its own: attempts are bounded by the capacity,
/// tickets by the receipts that a session may leave unanswered, and queries by what the gateway asks at a time.
#[derive(Debug)]
pub(super) enum Command {
    /// Send these.
    Submit(Vec<Attempt>),
    /// Answer these receipts.
    Acknowledge {
        /// By which they came.
        tickets: Vec<Ticket>,
        /// Whether they are stored.
        taken: bool,
    },
    /// Ask what became of these.
    Query(Vec<Unreported>),
    /// Go on with the plan's new settings.
    Adjust,
}

/// Where a link stands, as far as sending goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum State {
    /// Not bound.
    Down,
    /// Bound.
    Bound,
    /// Bound, and waiting because the operator asked for a slower pace.
    Pausing,
}

/// Where a link is, as people are told.
#[derive(Debug, Default)]
struct Place {
    /// The address that it is connected to, or tries.
    address: String,
    /// Why it went down last.
    last_setback: Option<String>,
}

pub(super) struct Slot {
    pub(super) number: u32,
    pub(super) mode: BindMode,
    state: AtomicU8,
    /// Segments given to the link and not answered.
    load: AtomicUsize,
    sessions: AtomicU32,
    place: Mutex<Place>,
    commands: UnboundedSender<Command>,
}

impl Slot {
    pub(super) fn new(number: u32, mode: BindMode) -> (Self, UnboundedReceiver<Command>) {
        let (commands, received) = mpsc::unbounded_channel();
        let slot = Self {
            number,
            mode,
            state: AtomicU8::new(State::Down as u8),
            load: AtomicUsize::new(0),
            sessions: AtomicU32::new(0),
            place: Mutex::default(),
            commands,
        };
        (slot, received)
    }

    pub(super) fn can_submit(&self) -> bool {
        self.mode.submits() && !self.is_down()
    }

    fn is_down(&self) -> bool {
        self.state.load(Ordering::Acquire) == State::Down as u8
    }

    pub(super) fn is_pausing(&self) -> bool {
        self.state.load(Ordering::Acquire) == State::Pausing as u8
    }

    /// Takes note of the address that is tried.
    pub(super) fn tries(&self, address: &str) {
        address.clone_into(&mut self.place().address);
    }

    /// Takes note of why the link is down.
    pub(super) fn went_down(&self, setback: String) {
        self.place().last_setback = Some(setback);
    }

    /// Tells how the link is.
    pub(super) fn condition(&self) -> LinkCondition {
        let place = self.place();
        LinkCondition {
            number: self.number,
            mode: match self.mode {
                BindMode::Transmitter => "transmitter",
                BindMode::Receiver => "receiver",
                BindMode::Transceiver => "transceiver",
            }
            .to_owned(),
            address: place.address.clone(),
            state: match (self.is_down(), self.is_pausing()) {
                (true, _) => "down",
                (false, true) => "pausing",
                (false, false) => "bound",
            }
            .to_owned(),
            last_setback: place.last_setback.clone(),
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        // Each is replaced as a whole.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and tells whether it was another.
    pub(super) fn change(&self, state: State) -> bool {
        self.state.swap(state as u8, Ordering::AcqRel) != state as u8
    }

    pub(super) fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, segments: usize) {
        self.load.fetch_add(segments, Ordering::Relaxed);
    }

    pub(super) fn release(&self, segments: usize) {
        self.load.fetch_sub(segments, Ordering::Relaxed);
    }

    /// Numbers the link's sessions, so that a ticket of an earlier one is told from the present one's.
    pub(super) fn next_session(&self) -> u64 {
        u64::from(self.sessions.fetch_add(1, Ordering::Relaxed)) + 1
    }

    /// Sends a command; gives it back when the link has ended.
    pub(super) fn send(&self, command: Command) -> Result<(), Command> {
        self.commands.send(command).map_err(|error| error.0)
    }
}
