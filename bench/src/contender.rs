//! What can be measured: Heliogram, and peers that do the same work.
//!
//! To add one: a file in `contender/` with a type that is a [`Contender`] (its configuration: where its programs are, how it is
//! tuned) and one that is [`Running`] (its processes). Everything goes in and out through the gateway's own doors: it is set up by
//! its own commands and files, is given messages over HTTP or SMPP as customers do, and sends them to the SMSC that it is told.
//! How a message is asked for over HTTP is a [`Requests`]. Then a scenario runs it with [`crate::stage::run`], as any other.

pub(crate) mod heliogram;
pub(crate) mod jasmin;
pub(crate) mod kannel;
mod peer;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;

use crate::load::http::Answer;
use crate::stamp::Stamp;

/// Says what a gateway is started on.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// A directory of its own; it is there until the run's last figure has been taken.
    pub(crate) directory: PathBuf,
    /// Where the operator listens, who lets everybody bind.
    pub(crate) smsc: SocketAddr,
    /// How many links there are to the operator.
    pub(crate) links: u32,
    /// How many submits may be unanswered on each of them.
    pub(crate) window: u32,
    /// How many accounts customers have.
    pub(crate) accounts: u32,
    /// How many programs of one account may be bound at once.
    pub(crate) binds: u32,
}

/// A gateway that can be started, tuned in one way.
#[async_trait(?Send)]
pub(crate) trait Contender {
    /// Its name in tables, such as `heliogram` or `kannel spool`.
    fn name(&self) -> String;

    /// Tells its version, as it says it itself.
    fn version(&self) -> anyhow::Result<String>;

    /// Starts it; returns when its doors are open. That its links are bound is awaited by the caller.
    async fn start(&self, ground: &Ground) -> anyhow::Result<Box<dyn Running>>;
}

/// A gateway that runs. The implementer's duties:
///
/// 1. What it started ends with the value, even without `stop`.
/// 2. `processes` lists all that belong to it, brokers and databases too; they stay the same from `start` to `stop`.
/// 3. A message counts as done when its receipt is recorded and to be seen by the customer. Where the SMSC's own count of
///    answered receipts says that (because nothing is answered before it is recorded), `receipts_seen` is `None`.
#[async_trait(?Send)]
pub(crate) trait Running {
    /// Where it listens for HTTP.
    fn http(&self) -> SocketAddr;

    /// How one message is sent with one HTTP request.
    fn single(&self) -> Rc<dyn Requests>;

    /// Where customers' programs bind, if they can.
    fn smpp(&self) -> Option<SmppDoor>;

    /// The ids of its processes.
    fn processes(&self) -> Vec<u32>;

    /// How long it took from its start until its doors were open, where that is known without what was set up before.
    fn started_in(&self) -> Option<Duration> {
        None
    }

    /// Where it keeps its data.
    fn data(&self) -> &Path;

    /// Says in a few words what is on disk when it answers.
    fn durability(&self) -> String;

    /// Counts the final receipts that the customer could have seen by now.
    fn receipts_seen(&self) -> Option<u64> {
        None
    }

    /// Ends it in order, as its operator would.
    async fn stop(&mut self) -> anyhow::Result<()>;

    /// Checks, after `stop`, that it has taken so many messages, how many of them have not ended, and whatever else it can prove.
    async fn check(&self, messages: u64, under_way: u64) -> anyhow::Result<()>;
}

/// How requests are made and answers read.
pub(crate) trait Requests {
    /// Appends the whole HTTP request of this number; each of its texts ends with the stamp.
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>);

    /// Says how many messages an answer accepts; an answer that refuses is an error.
    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32>;
}

/// Where customers' programs bind, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct SmppDoor {
    pub(crate) address: SocketAddr,
    /// One for each account.
    pub(crate) logins: Vec<Login>,
}

/// Who binds.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) system_id: String,
    pub(crate) password: String,
}
