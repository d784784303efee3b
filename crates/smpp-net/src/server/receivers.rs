//! The binds that receive, by account, and what they and the deliverer of their account tell each other.
//!
//! A deliverer runs for each account with a receiver, and ends when the last one has left. Nothing waits for a receiver: what a
//! deliverer hands over is bounded by the receiver's window, what comes back by the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gateway::{AccountId, Gateway, NoticeId};
use smpp::session::{Answer, SendError};
use smpp::status::{Class, classify};
use smpp::{CommandId, CommandStatus};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::door::lock;
use super::notices::{self, BindId, Outcome, Written};

/// The largest window: what a session may hold of a program that never answers.
pub(super) const WINDOW: usize = 1_000;

/// A notice on its way to a bind.
pub(super) struct Delivery {
    pub(super) notice: NoticeId,
    pub(super) written: Written,
}

/// What a deliverer is told.
pub(super) enum Report {
    Joined(BindId, usize, mpsc::Sender<Delivery>),
    Window(BindId, usize),
    CameOf(BindId, NoticeId, Outcome),
    Left(BindId),
}

/// Knows the deliverer of each account that has a receiver.
pub(super) struct Receivers {
    deliverers: Mutex<HashMap<AccountId, UnboundedSender<Report>>>,
    /// Where deliverers that have yet to be started are announced: one at most for each account.
    newcomers: UnboundedSender<Newcomer>,
}

/// An account whose deliverer has yet to be started.
pub(super) struct Newcomer {
    account: AccountId,
    reports: UnboundedReceiver<Report>,
}

/// Is a bind's place among the receivers of its account; dropping it gives it up.
pub(super) struct Receiver {
    bind: BindId,
    window: usize,
    reports: UnboundedSender<Report>,
    deliveries: mpsc::Receiver<Delivery>,
}

impl Receivers {
    /// Makes a place where nobody is yet, and what [`run`] is started with.
    pub(super) fn new() -> (Self, UnboundedReceiver<Newcomer>) {
        let (newcomers, announced) = mpsc::unbounded_channel();
        let receivers = Self {
            deliverers: Mutex::default(),
            newcomers,
        };
        (receivers, announced)
    }

    /// Takes a bind in: what its account has yet to be given comes to it and to the others.
    pub(super) fn join(&self, account: AccountId, bind: BindId, window: usize) -> Receiver {
        let window = window.min(WINDOW);
        let (hands, deliveries) = mpsc::channel(WINDOW);
        let mut deliverers = lock(&self.deliverers);
        let joined = Report::Joined(bind, window, hands);
        let known = deliverers.get(&account);
        let refused = match known {
            Some(deliverer) => deliverer.send(joined).err().map(|error| error.0),
            None => Some(joined),
        };
        if let Some(joined) = refused {
            let (deliverer, reports) = mpsc::unbounded_channel();
            let sent = deliverer.send(joined).is_ok();
            debug_assert!(sent, "its other end is here");
            // Nobody listens any more when the door is closed: then nothing is delivered.
            let _ = self.newcomers.send(Newcomer { account, reports });
            deliverers.insert(account, deliverer);
        }
        let reports = deliverers[&account].clone();
        Receiver {
            bind,
            window,
            reports,
            deliveries,
        }
    }

    /// Lets a deliverer end unless it has been told something that it has not heard.
    pub(super) fn retire(&self, account: AccountId, reports: &UnboundedReceiver<Report>) -> bool {
        let mut deliverers = lock(&self.deliverers);
        let unheard = !reports.is_empty();
        if !unheard {
            deliverers.remove(&account);
        }
        !unheard
    }
}

impl Receiver {
    /// Waits for the next notice to give; for ever when no more will come.
    pub(super) async fn next(&mut self) -> Delivery {
        match self.deliveries.recv().await {
            Some(delivery) => delivery,
            None => std::future::pending().await,
        }
    }

    /// Takes a further notice if one is there.
    pub(super) fn another(&mut self) -> Option<Delivery> {
        self.deliveries.try_recv().ok()
    }

    /// Changes how much it may have unanswered: nothing more comes when that is nothing.
    pub(super) fn set_window(&mut self, window: usize) {
        let window = window.min(WINDOW);
        if window != self.window {
            self.window = window;
            self.tell(Report::Window(self.bind, window));
        }
    }

    /// Tells what the program answered.
    pub(super) fn answered(&self, answer: &Answer) {
        let is_answer = answer.header.command_id == CommandId::DELIVER_SM_RESP;
        let outcome = if is_answer {
            outcome(answer.status())
        } else {
            Outcome::Unclear
        };
        self.came_of(answer.token, outcome);
    }

    /// Tells that the program did not answer in time.
    pub(super) fn unanswered(&self, token: u64) {
        self.came_of(token, Outcome::Silent);
    }

    /// Tells that a notice was not sent.
    pub(super) fn not_sent(&self, token: u64, error: SendError) {
        let outcome = match error {
            SendError::WindowFull | SendError::NotAllowed => Outcome::NotSent,
            SendError::WrongDirection | SendError::Encode(_) => Outcome::Unsendable,
        };
        self.came_of(token, outcome);
    }

    fn came_of(&self, token: u64, outcome: Outcome) {
        self.tell(Report::CameOf(self.bind, notice(token), outcome));
    }

    fn tell(&self, report: Report) {
        // A deliverer that has ended by a defect has said so: its notices are still stored.
        let _ = self.reports.send(report);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tell(Report::Left(self.bind));
    }
}

/// By which number a session knows a notice.
pub(super) fn token(notice: NoticeId) -> u64 {
    notice.0.cast_unsigned()
}

fn notice(token: u64) -> NoticeId {
    NoticeId(token.cast_signed())
}

/// Says what a program means by a status. What is its last word for a submit is taken for that here, too.
fn outcome(status: CommandStatus) -> Outcome {
    match classify(status) {
        Class::Accepted => Outcome::Taken,
        Class::Throttling | Class::QueueFull => Outcome::Busy,
        Class::Temporary => Outcome::Later,
        Class::Permanent(_) => Outcome::Refused,
        Class::Ambiguous | Class::SessionFault | Class::BindRefused | Class::Unknown => {
            Outcome::Unclear
        }
    }
}

/// Starts a deliverer for each account that gets its first receiver, until `stop`; returns when all have ended.
pub(super) async fn run(
    gateway: Gateway,
    receivers: Arc<Receivers>,
    mut announced: UnboundedReceiver<Newcomer>,
    stop: CancellationToken,
) {
    let mut deliverers = JoinSet::new();
    loop {
        tokio::select! {
            Some(Newcomer { account, reports }) = announced.recv() => {
                let (gateway, receivers) = (gateway.clone(), Arc::clone(&receivers));
                deliverers.spawn(notices::run(gateway, account, receivers, reports));
            }
            Some(ended) = deliverers.join_next() => log(ended),
            () = stop.cancelled() => break,
        }
    }
    while let Some(ended) = deliverers.join_next().await {
        log(ended);
    }
}

fn log(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "giving notices to an account's programs did not end in order");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_answer_is_understood() {
        for (status, expected) in [
            (CommandStatus::ROK, Outcome::Taken),
            (CommandStatus::RMSGQFUL, Outcome::Busy),
            (CommandStatus::RTHROTTLED, Outcome::Busy),
            (CommandStatus::RX_T_APPN, Outcome::Later),
            (CommandStatus::RSYSERR, Outcome::Later),
            (CommandStatus::RX_P_APPN, Outcome::Refused),
            (CommandStatus::RX_R_APPN, Outcome::Refused),
            (CommandStatus::RINVDSTADR, Outcome::Refused),
            (CommandStatus::RINVESMCLASS, Outcome::Refused),
            (CommandStatus::RUNKNOWNERR, Outcome::Unclear),
            (CommandStatus::RINVCMDID, Outcome::Unclear),
            (CommandStatus(0x401), Outcome::Unclear),
        ] {
            assert_eq!(outcome(status), expected, "{status}");
        }
    }
}
