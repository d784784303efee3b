//! Requests over connections that are kept alive, with as little work as can be, so that the load leaves the processors to who is
//! measured.

mod connection;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use anyhow::Context;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

pub(crate) use connection::{Answer, Connection};

use super::{Pace, Seen, now};
use crate::contender::Requests;
use crate::stamp::{Kind, Stamp, epoch_micros};

/// Requests of one kind, and how they are made.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) requests: Rc<dyn Requests>,
    /// How many there are.
    pub(crate) count: u32,
    /// Over how many connections.
    pub(crate) connections: u32,
    pub(crate) pace: Pace,
    /// How their texts are stamped.
    pub(crate) kind: Kind,
    /// Ends the requests before their number is reached.
    pub(crate) stop: Rc<Cell<bool>>,
}

impl Plan {
    /// So many requests over so many connections, each as soon as the one before is answered.
    pub(crate) fn closed(
        address: SocketAddr,
        requests: Rc<dyn Requests>,
        count: u32,
        connections: u32,
    ) -> Self {
        Self {
            address,
            requests,
            count,
            connections,
            pace: Pace::Closed,
            kind: Kind::Ordinary,
            stop: Rc::default(),
        }
    }
}

/// Makes the requests; returns when the last is answered.
pub(crate) async fn drive(plan: &Plan) -> anyhow::Result<Seen> {
    let connections = open_all(plan).await?;
    drive_over(connections, plan).await
}

/// Opens the connections of a plan.
pub(crate) async fn open_all(plan: &Plan) -> anyhow::Result<Vec<Connection>> {
    let mut connections = Vec::new();
    for _ in 0..plan.connections.clamp(1, plan.count.max(1)) {
        connections.push(Connection::open(plan.address).await?);
    }
    Ok(connections)
}

/// Makes the requests over connections that are open.
pub(crate) async fn drive_over(connections: Vec<Connection>, plan: &Plan) -> anyhow::Result<Seen> {
    let start = now();
    let start_micros = epoch_micros();
    let next = Rc::new(Cell::new(0));
    let seen = Rc::new(RefCell::new(Seen::nothing()));
    let mut workers = JoinSet::new();
    for mut connection in connections {
        let (plan, next, seen) = (plan.clone(), Rc::clone(&next), Rc::clone(&seen));
        workers.spawn_local(async move {
            let mut octets = Vec::new();
            while let Some(number) = take(&next, plan.count) {
                if plan.stop.get() {
                    break;
                }
                let due = plan.pace.due(start, number);
                let (since, micros) = match due {
                    Some(due) => {
                        if due > now() {
                            sleep_until(due.into()).await;
                        }
                        (due, start_micros + micros_between(start, due))
                    }
                    None => (now(), epoch_micros()),
                };
                let stamp = Stamp {
                    kind: plan.kind,
                    micros,
                };
                octets.clear();
                plan.requests.write(number, stamp, &mut octets);
                let answer = connection.exchange(&octets).await?;
                let accepted = plan.requests.accepted(&answer)?;
                let mut seen = seen.borrow_mut();
                seen.latencies.take(since.elapsed());
                seen.accepted += u64::from(accepted);
            }
            anyhow::Ok(())
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.context("a connection's task stopped")??;
    }
    let mut seen = seen.replace(Seen::nothing());
    seen.took = start.elapsed();
    Ok(seen)
}

fn take(next: &Cell<u32>, count: u32) -> Option<u32> {
    let number = next.get();
    next.set(number.saturating_add(1));
    (number < count).then_some(number)
}

fn micros_between(start: Instant, later: Instant) -> u64 {
    u64::try_from(later.duration_since(start).as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_taken_once_and_none_beyond_the_last() {
        let next = Cell::new(0);
        let taken: Vec<_> = std::iter::from_fn(|| take(&next, 3)).collect();
        assert_eq!(taken, [0, 1, 2]);
    }
}
