//! What the simulated phones received, for tests and eyes: `GET` and `DELETE /dev/messages`.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde::{Deserialize, Serialize};
use simulator::{Inbox, Received};
use sms::Msisdn;

use super::length;

/// The longest that one request waits.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Builds the routes.
pub(super) fn routes(inbox: Inbox) -> Router {
    Router::new()
        .route("/dev/messages", routing::get(list).delete(clear))
        .with_state(inbox)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    to: Option<String>,
    wait: Option<String>,
}

/// A message as a phone shows it.
#[derive(Serialize)]
struct Shown {
    from: String,
    to: String,
    text: String,
    segments: u16,
    id: String,
    /// RFC 3339, UTC, with milliseconds.
    received_at: String,
}

async fn list(State(inbox): State<Inbox>, Query(asked): Query<Asked>) -> Response {
    let to = match asked.to.as_deref().map(Msisdn::parse).transpose() {
        Ok(to) => to,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("to: {error}\n")).into_response(),
    };
    let wait = match asked.wait.as_deref().map(wait_time).transpose() {
        Ok(wait) => wait.unwrap_or_default().min(LONGEST_WAIT),
        Err(error) => return (StatusCode::BAD_REQUEST, format!("wait: {error}\n")).into_response(),
    };
    let received = inbox.wait(to.as_ref().map(Msisdn::as_str), wait).await;
    Json(received.into_iter().map(show).collect::<Vec<_>>()).into_response()
}

fn wait_time(text: &str) -> Result<Duration, String> {
    length::read(text, &length::SHORT)
}

async fn clear(State(inbox): State<Inbox>, uri: Uri) -> Response {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        let told = "all phones are emptied at once: leave the parameters out\n";
        return (StatusCode::BAD_REQUEST, told).into_response();
    }
    inbox.clear();
    StatusCode::NO_CONTENT.into_response()
}

fn show(received: Received) -> Shown {
    let at = i64::try_from(received.received_at).unwrap_or(i64::MAX);
    Shown {
        from: received.from,
        to: received.to,
        text: received.text,
        segments: received.segments,
        id: received.id,
        received_at: instant(at),
    }
}

/// Writes an instant with its milliseconds, also when they are zero, so that texts sort as instants do.
pub(super) fn instant(millis: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{instant:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_always_has_its_milliseconds() {
        assert_eq!(instant(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(instant(1_040), "1970-01-01T00:00:01.040Z");
    }
}
