//! Sends messages another way that wait for a connector which is passed over, or have waited for it too long.

use std::collections::HashMap;
use std::time::Duration;

use sms::{Lane, Timestamp};
use store::waiting::{Move, WaitingMessage};
use store::{ConnectorId, MessageId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ticks::Ticks;
use crate::Gateway;
use crate::directory::{Directory, Features, Route, choose};
use crate::health::PassedOver;

/// How many messages one transaction moves, so that others get their turn between.
const AT_ONCE: u32 = 1_000;

/// How soon messages are looked at again of which none had another way.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How many times within a route's `max_wait_ms` it is looked for those that have waited so long.
const LOOKS_FOR_AGE: u32 = 10;

pub(crate) async fn run(gateway: Gateway, stop: CancellationToken) {
    let mut turns = gateway.0.health.subscribe();
    let mut ticks = Ticks::every(gateway.0.tempo.failover_ms);
    let mut looks = Looks::default();
    loop {
        let tick = ticks.next(&stop);
        let goes_on = tokio::select! {
            goes_on = tick => goes_on,
            // The sender lives as long as the gateway.
            _ = turns.changed() => { looks.begin_anew(); true }
        };
        if !goes_on {
            return;
        }
        let directory = gateway.directory();
        if looks.revision != directory.revision {
            looks.begin_anew();
            looks.revision = directory.revision;
        }
        for (id, connector) in directory.all_connectors() {
            let passed_over = gateway.0.health.passed_over();
            let Some(view) = View::of(&directory, &passed_over, id) else {
                continue;
            };
            if !looks.is_due(&view, gateway.now()) {
                continue;
            }
            match look(&gateway, &view, connector, &stop).await {
                Ok(seen) => looks.note(&view, gateway.now(), seen),
                Err(error) => {
                    tracing::error!(connector, ?error, "cannot send messages another way");
                }
            }
        }
    }
}

/// What decides whether messages that wait for one connector go another way.
struct View<'a> {
    directory: &'a Directory,
    passed_over: &'a PassedOver,
    from: ConnectorId,
    /// How long a message must have waited; 0 where the connector is passed over.
    wait_ms: u32,
    /// Whether no route leads to the connector any more.
    is_left: bool,
}

impl<'a> View<'a> {
    /// Looks at a connector; `None` when nothing that waits for it can have another way now.
    fn of(
        directory: &'a Directory,
        passed_over: &'a PassedOver,
        from: ConnectorId,
    ) -> Option<Self> {
        let is_passed_over = passed_over.has(from);
        let leads_there = |route: &Route| route.tiers.tier_of(from).is_some();
        let is_left = !directory.routes.iter().any(leads_there);
        let ways = |route: &Route| {
            let place = match route.tiers.tier_of(from) {
                Some(place) => place,
                None if is_left && is_passed_over => 0,
                None => return None,
            };
            let mut others = route
                .tiers
                .iter()
                .skip(if is_passed_over { 0 } else { place + 1 });
            let has_another = others.any(|tier| {
                tier.iter()
                    .any(|way| way.id() != from && !passed_over.has(way.id()))
            });
            if is_passed_over {
                has_another.then_some(0)
            } else {
                route.settings.max_wait_ms.filter(|_| has_another)
            }
        };
        let wait_ms = directory.routes.iter().filter_map(ways).min()?;
        Some(Self {
            directory,
            passed_over,
            from,
            wait_ms,
            is_left,
        })
    }

    /// Finds another way for a message. Which kind of route was asked for is not kept: of the routes that fit the message and lead to
    /// its connector, the first that knows another way decides. Where none leads there any more, it goes as if it were accepted now.
    fn another_way(&self, message: &WaitingMessage, now: Timestamp) -> Option<ConnectorId> {
        let features = Features {
            account: message.account,
            originator: &message.originator,
            recipient: &message.recipient,
            lane: message.lane,
            kind: None,
        };
        let operators = &self.directory.operators;
        let is_no_way = |id| id == self.from || self.passed_over.has(id);
        if self.is_left {
            let route = choose(&self.directory.routes, operators, &features)?;
            return route.tiers.pick_from(0, &message.recipient, is_no_way);
        }
        let waited_ms = now.as_millis() - message.since.as_millis();
        self.directory.routes.iter().find_map(|route| {
            let place = route.tiers.tier_of(self.from)?;
            let first = if self.passed_over.has(self.from) {
                0
            } else if waited_ms >= i64::from(route.settings.max_wait_ms?) {
                place + 1
            } else {
                return None;
            };
            if route.misfit(&features, operators).is_some() {
                return None;
            }
            route.tiers.pick_from(first, &message.recipient, is_no_way)
        })
    }
}

/// Goes through the messages that wait for one connector, the most urgent first, and moves those that have another way; answers how
/// many there were, and how many of them moved.
async fn look(
    gateway: &Gateway,
    view: &View<'_>,
    connector: &str,
    stop: &CancellationToken,
) -> Result<(usize, u64), store::Error> {
    let (mut seen, mut moved) = (0, 0);
    for lane in Lane::ALL {
        let of_lane = look_in(gateway, view, lane, stop).await?;
        seen += of_lane.0;
        moved += of_lane.1;
    }
    if moved > 0 {
        tracing::info!(connector, moved, "messages go another way");
    }
    Ok((seen, moved))
}

/// Goes through those of one lane.
async fn look_in(
    gateway: &Gateway,
    view: &View<'_>,
    lane: Lane,
    stop: &CancellationToken,
) -> Result<(usize, u64), store::Error> {
    let (mut seen, mut moved) = (0, 0);
    let mut after: Option<MessageId> = None;
    while !stop.is_cancelled() {
        let now = gateway.now();
        let until = now.plus_millis(-i64::from(view.wait_ms));
        let page = gateway
            .store()
            .waiting_messages(view.from, Some(lane), until, after, AT_ONCE)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen += page.len();
        let to_move: Vec<_> = page
            .iter()
            .filter_map(|message| {
                Some(Move {
                    message: message.id,
                    from: view.from,
                    to: view.another_way(message, now)?,
                })
            })
            .collect();
        if !to_move.is_empty() {
            moved += gateway.store().reroute(to_move, now).await?;
            gateway.wake_dispatch();
        }
        if page.len() < AT_ONCE as usize {
            break;
        }
    }
    Ok((seen, moved))
}

/// When to look again: not at every tick through messages that have no other way, nor for an age that none can have reached.
#[derive(Default)]
struct Looks {
    revision: i64,
    /// Connectors whose messages have no other way, and until when they are let alone.
    in_vain: HashMap<ConnectorId, Instant>,
    /// When it was last looked for messages that had waited too long, by the gateway's clock.
    for_age: HashMap<ConnectorId, Timestamp>,
}

impl Looks {
    fn begin_anew(&mut self) {
        self.in_vain.clear();
        self.for_age.clear();
    }

    fn is_due(&self, view: &View<'_>, now: Timestamp) -> bool {
        let in_vain = self.in_vain.get(&view.from);
        if in_vain.is_some_and(|until| Instant::now() < *until) {
            return false;
        }
        let pause_ms = i64::from(view.wait_ms / LOOKS_FOR_AGE);
        let looked_at = self.for_age.get(&view.from);
        looked_at.is_none_or(|at| (now.as_millis() - at.as_millis()).abs() >= pause_ms)
    }

    fn note(&mut self, view: &View<'_>, now: Timestamp, (seen, moved): (usize, u64)) {
        self.for_age.insert(view.from, now);
        if seen > 0 && moved == 0 {
            let until = Instant::now() + LOOK_AGAIN;
            self.in_vain.insert(view.from, until);
        } else {
            self.in_vain.remove(&view.from);
        }
    }
}
