//! What the simulated phones received, for tests and eyes: `GET` and `DELETE /dev/messages`; and what they answer:
//! `POST /dev/messages` with `from`, `to` and `text`, as JSON or as a form.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json, Router, routing};
use serde::{Deserialize, Serialize};
use simulator::{Inbox, Received};
use sms::{Msisdn, Originator};

use super::length;

/// The longest that one request waits.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The most octets of what a phone is made to say: more than the longest text has.
const LONGEST_BODY: usize = 256 * 1024;

/// Builds the routes.
pub(super) fn routes(inbox: Inbox) -> Router {
    Router::new()
        .route("/dev/messages", routing::get(list).delete(clear).post(say))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
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
    flash: bool,
    binary: bool,
    segments: u16,
    id: String,
    /// RFC 3339, UTC, with milliseconds.
    received_at: String,
}

/// What a phone is to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    from: String,
    to: String,
    text: String,
}

/// What came of it: it is on its way.
#[derive(Serialize)]
struct Said {
    segments: usize,
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

async fn say(State(inbox): State<Inbox>, request: Request) -> Response {
    let refused = |status, why: &str| (status, format!("{why}\n")).into_response();
    let given = request.headers().get(header::CONTENT_TYPE);
    let is_json = given.is_some_and(|given| given.as_bytes().starts_with(b"application/json"));
    let read = if is_json {
        let read = Json::from_request(request, &()).await;
        read.map(|Json(say)| say)
            .map_err(IntoResponse::into_response)
    } else {
        let read = Form::from_request(request, &()).await;
        read.map(|Form(say)| say)
            .map_err(IntoResponse::into_response)
    };
    let say: Say = match read {
        Ok(say) => say,
        Err(answer) => return answer,
    };
    let (from, to) = match (Msisdn::parse(&say.from), Originator::parse(&say.to)) {
        (Ok(from), Ok(to)) => (from, to),
        (Err(error), _) => return refused(StatusCode::BAD_REQUEST, &format!("from: {error}")),
        (_, Err(error)) => return refused(StatusCode::BAD_REQUEST, &format!("to: {error}")),
    };
    match inbox.say(from.as_str(), to.as_str(), &say.text) {
        Some(0) => refused(StatusCode::BAD_REQUEST, "text: too long for any phone"),
        Some(segments) => (StatusCode::ACCEPTED, Json(Said { segments })).into_response(),
        None => refused(
            StatusCode::CONFLICT,
            "the link to the operator is not up yet",
        ),
    }
}

fn show(received: Received) -> Shown {
    let at = i64::try_from(received.received_at).unwrap_or(i64::MAX);
    Shown {
        from: received.from,
        to: received.to,
        text: received.text,
        flash: received.flash,
        binary: received.binary,
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
