//! `heliogram smpp bind`: listens.

use std::process::ExitCode;

use smpp::session::Event;

use super::link::{Link, over};
use super::words::Delivered;
use super::{Mode, To};
use crate::lifetime::Ending;
use crate::output;

/// Prints what comes until the program is asked to end; an error when the other side ends the session before.
pub(super) async fn run(mode: Mode, to: &To) -> anyhow::Result<ExitCode> {
    let mut ending = Ending::catch()?;
    let mut link = Link::open(to, mode, 10).await?;
    output::line(format_args!(
        "bound to {} as {}; Ctrl-C ends it",
        to.address, to.system_id
    ))?;
    loop {
        let event = tokio::select! {
            () = ending.asked() => break,
            event = link.next(None) => event?,
        };
        match event {
            Some(Event::Request(request)) => {
                if let Some(Delivered { line, .. }) = link.take(&request)? {
                    output::line(line)?;
                }
            }
            Some(Event::Closed { reason, .. }) => return Err(over(to, reason)),
            Some(
                Event::Bound(_)
                | Event::BindRequest(_)
                | Event::Answered(_)
                | Event::TimedOut { .. }
                | Event::AnsweredLate(_)
                | Event::Unmatched(_)
                | Event::Unbound,
            )
            | None => {}
        }
    }
    link.close().await?;
    Ok(ExitCode::SUCCESS)
}
