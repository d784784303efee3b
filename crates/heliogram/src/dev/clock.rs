//! The clock of development mode, which can be put forward, so that nobody need wait for what is scheduled: `GET /dev/clock` and
//! `POST /dev/clock?forward=1h`. It goes by the machine's again with the next start.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use gateway::clock::{Clock, SystemClock};
use serde::{Deserialize, Serialize};
use sms::Timestamp;

use super::{length, phones};

/// The furthest that one request puts the clock forward.
const FURTHEST: Duration = Duration::from_hours(24 * 366);

/// Tells the machine's time, and so much more as it has been put forward by; clones are the same clock.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForwardClock(Arc<AtomicI64>);

impl ForwardClock {
    fn forward(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ForwardClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Builds the routes.
pub(super) fn routes(clock: ForwardClock) -> Router {
    Router::new()
        .route("/dev/clock", routing::get(tell).post(put_forward))
        .with_state(clock)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    forward: String,
}

/// The gateway's time.
#[derive(Serialize)]
struct Told {
    /// RFC 3339, UTC, with milliseconds.
    now: String,
}

async fn tell(State(clock): State<ForwardClock>) -> Json<Told> {
    Json(told(&clock))
}

async fn put_forward(State(clock): State<ForwardClock>, Query(asked): Query<Asked>) -> Response {
    match length::read(&asked.forward, &length::LONG) {
        Ok(by) if by <= FURTHEST => {
            clock.forward(by);
            Json(told(&clock)).into_response()
        }
        Ok(_) => refused("a year at the most"),
        Err(error) => refused(&error),
    }
}

fn told(clock: &ForwardClock) -> Told {
    Told {
        now: phones::instant(clock.now().as_millis()),
    }
}

fn refused(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, format!("forward: {why}\n")).into_response()
}
