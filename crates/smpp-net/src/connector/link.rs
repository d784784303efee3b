//! One link for the life of its connector: connects, binds, serves the session, waits, and begins again.

use std::sync::Arc;
use std::time::Duration;

use gateway::connector::Attempt;
use smpp::session::CloseReason;
use smpp::{Bind, CommandStatus, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::backoff::{Backoff, Setback};
use super::bound::Bound;
use super::plan::{Destination, Plan, session_config};
use super::slot::{Command, Slot};
use super::trust::Trust;
use crate::driver::drive;
use crate::pdu_log::link_name;

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

/// The version that this side speaks [smpp34 §5.2.4].
const INTERFACE_VERSION: u8 = 0x34;

/// Runs until the plan's token is cancelled.
pub(super) async fn run(
    plan: Arc<Plan>,
    slot: Arc<Slot>,
    mut commands: UnboundedReceiver<Command>,
) {
    let settings = plan.settings();
    let mut backoff = Backoff::new(settings.reconnect_ms, settings.reconnect_max_ms);
    let mut trust = Trust::new(settings.window);
    let mut tried = 0;
    while !plan.stop.is_cancelled() {
        let settings = plan.settings();
        backoff.change(settings.reconnect_ms, settings.reconnect_max_ms);
        trust.resize(settings.window);
        let destination = &plan.destinations[tried];
        slot.tries(&destination.address);
        let connected = while_down(&plan, &slot, &mut commands, connect(destination)).await;
        let end = match connected {
            None => break,
            Some(Ok(Connection::Plain(stream))) => {
                serve(
                    &plan,
                    &slot,
                    &mut commands,
                    stream,
                    &mut backoff,
                    &mut trust,
                )
                .await
            }
            Some(Ok(Connection::Tls(stream))) => {
                serve(
                    &plan,
                    &slot,
                    &mut commands,
                    *stream,
                    &mut backoff,
                    &mut trust,
                )
                .await
            }
            Some(Err(error)) => {
                tracing::warn!(
                    connector = plan.name,
                    link = slot.number,
                    address = destination.address,
                    error,
                    "cannot connect"
                );
                slot.went_down(format!("cannot connect: {error}"));
                End {
                    setback: Setback::Lost,
                    useful: false,
                }
            }
        };
        tried = end.next(tried, plan.destinations.len());
        if tried > 0 {
            // The wait comes when all have been tried.
            continue;
        }
        let wait_ms = backoff.wait_ms(end.setback, Plan::random());
        let wait = sleep(Duration::from_millis(wait_ms));
        if !plan.stop.is_cancelled() {
            tracing::debug!(
                connector = plan.name,
                link = slot.number,
                wait_ms,
                "will connect again"
            );
        }
        if while_down(&plan, &slot, &mut commands, wait)
            .await
            .is_none()
        {
            break;
        }
    }
    commands.close();
    while let Some(command) = commands.recv().await {
        refuse(&plan, &slot, command);
    }
}

/// How a try to be of use ended.
#[derive(Clone, Copy, Debug)]
struct End {
    setback: Setback,
    /// Whether a session did what it is for.
    useful: bool,
}

impl End {
    /// Says which of so many addresses to try next; the first after a wait. One that refuses the login is not asked through the
    /// others: they are doors of the same house.
    fn next(self, tried: usize, addresses: usize) -> usize {
        match self.setback {
            Setback::Refused => 0,
            Setback::Lost | Setback::AlreadyBound if self.useful => 0,
            Setback::Lost | Setback::AlreadyBound => (tried + 1) % addresses,
        }
    }
}

enum Connection {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

/// Waits for something while the link is down: attempts that come all the same are given back at once. `None` when the
/// connector stops.
async fn while_down<T>(
    plan: &Plan,
    slot: &Slot,
    commands: &mut UnboundedReceiver<Command>,
    waited_for: impl Future<Output = T>,
) -> Option<T> {
    let mut waited_for = std::pin::pin!(waited_for);
    loop {
        tokio::select! {
            result = &mut waited_for => return Some(result),
            command = commands.recv() => refuse(plan, slot, command?),
            () = plan.stop.cancelled() => return None,
        }
    }
}

fn refuse(plan: &Plan, slot: &Slot, command: Command) {
    match command {
        Command::Submit(attempts) => give_back(plan, slot, &attempts),
        // The session that the tickets belong to is over; whoever asks comes again; the next session begins with new settings.
        Command::Acknowledge { .. } | Command::Query(_) | Command::Adjust => {}
    }
}

/// Answers attempts of which nothing was written.
pub(super) fn give_back(plan: &Plan, slot: &Slot, attempts: &[Attempt]) {
    for attempt in attempts {
        slot.release(attempt.segments.len());
        plan.return_unwritten(attempt);
    }
}

async fn connect(destination: &Destination) -> Result<Connection, String> {
    let connecting = async {
        let stream = TcpStream::connect(&destination.address)
            .await
            .map_err(|error| error.to_string())?;
        // Submits leave in batches already; waiting for more only delays the last of them.
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        match &destination.tls {
            None => Ok(Connection::Plain(stream)),
            Some(tls) => tls
                .connect(stream)
                .await
                .map(|stream| Connection::Tls(Box::new(stream)))
                .map_err(|error| format!("TLS: {error}")),
        }
    };
    timeout(CONNECT, connecting)
        .await
        .unwrap_or_else(|_| Err("no connection in time".to_owned()))
}

/// Binds and serves the session to its end, and says how it ended.
async fn serve<S: AsyncRead + AsyncWrite + Send>(
    plan: &Plan,
    slot: &Slot,
    commands: &mut UnboundedReceiver<Command>,
    stream: S,
    backoff: &mut Backoff,
    trust: &mut Trust,
) -> End {
    let now_ms = plan.clock.now_ms();
    let settings = plan.settings();
    let mut session = Session::client(session_config(&settings), now_ms);
    let bind = Bind {
        system_id: settings.system_id.as_bytes(),
        password: plan.password.reveal().as_bytes(),
        system_type: settings.system_type.as_bytes(),
        interface_version: INTERFACE_VERSION,
        ..Bind::default()
    };
    session
        .bind(now_ms, slot.mode, &bind)
        .expect("a fresh session can bind, and the plan has checked the fields");
    let mut bound = Bound::new(plan, slot, commands, trust);
    let name = link_name(&plan.name, slot.number);
    let log = plan.logs.log(&name, settings.pdu_log_kib);
    let tap = log.map(|log| log.tap(name));
    drive(stream, &mut session, &mut bound, plan.clock, tap).await;
    let useful = bound.was_useful();
    if useful {
        backoff.reset();
    }
    let reason = bound.end();
    slot.went_down(reason.to_string());
    let (connector, link) = (&plan.name, slot.number);
    match setback(reason) {
        Setback::Refused => {
            tracing::error!(connector, link, %reason, "the operator refuses the login: look at the settings");
        }
        Setback::Lost | Setback::AlreadyBound if plan.stop.is_cancelled() => {
            tracing::info!(connector, link, %reason, "the link is closed");
        }
        Setback::Lost | Setback::AlreadyBound => {
            tracing::warn!(connector, link, %reason, "the link is down");
        }
    }
    End {
        setback: setback(reason),
        useful,
    }
}

fn setback(reason: CloseReason) -> Setback {
    match reason {
        CloseReason::BindRefused(CommandStatus::RALYBND) => Setback::AlreadyBound,
        CloseReason::BindRefused(
            CommandStatus::RBINDFAIL | CommandStatus::RINVPASWD | CommandStatus::RINVSYSID,
        ) => Setback::Refused,
        CloseReason::BindRefused(_)
        | CloseReason::Closed
        | CloseReason::Unbound
        | CloseReason::UnboundByPeer
        | CloseReason::ConnectionLost
        | CloseReason::SessionInitTimeout
        | CloseReason::LinkDead
        | CloseReason::Inactive
        | CloseReason::UnbindTimeout
        | CloseReason::OutOfStep(_) => Setback::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_tried_in_turn_and_the_first_again_after_a_useful_session() {
        for (setback, useful, tried, expected) in [
            (Setback::Lost, false, 0, 1),
            (Setback::AlreadyBound, false, 1, 2),
            (Setback::Lost, false, 2, 0),
            (Setback::Lost, true, 1, 0),
            (Setback::Refused, false, 1, 0),
        ] {
            assert_eq!(End { setback, useful }.next(tried, 3), expected);
        }
        let lost = End {
            setback: Setback::Lost,
            useful: false,
        };
        assert_eq!(lost.next(0, 1), 0);
    }
}
