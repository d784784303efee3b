//! What the simulated phones received, for tests and eyes: `GET` and `DELETE /dev/messages`.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde::{Deserialize, Serialize};
use simulator::{Inbox, Received};
use sms::Msisdn;

/// The longest that one request waits.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Builds the routes.
pub(super) fn routes(inbox: Inbox) -> Router {
    Router::new()
        .route("/dev/messages", routing::get(list).delete(clear))
        .with_state(inbox)
        .layer(middleware::from_fn(only_from_here))
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
    let wait = match asked.wait.as_deref().map(duration).transpose() {
        Ok(wait) => wait.unwrap_or_default().min(LONGEST_WAIT),
        Err(error) => return (StatusCode::BAD_REQUEST, format!("wait: {error}\n")).into_response(),
    };
    let received = inbox.wait(to.as_ref().map(Msisdn::as_str), wait).await;
    Json(received.into_iter().map(show).collect::<Vec<_>>()).into_response()
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
fn instant(millis: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{instant:.3}")
}

/// Reads `10s`, `500ms`, `1m`, or a bare number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is not a length of time such as 10s or 500ms"))?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(number)),
        "" | "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        unit => Err(format!("{unit:?} is not a unit: write ms, s or m")),
    }
}

/// Refuses requests for another host: a page from elsewhere must not reach the phones by pointing its own name at this machine.
async fn only_from_here(headers: HeaderMap, request: Request, next: Next) -> Response {
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    // An address in the request line goes before the header [RFC 9112 §3.2.2].
    let host = request.uri().host().or(named).unwrap_or("localhost");
    if is_loopback(host) {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "the phones are shown to this machine only\n",
        )
            .into_response()
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lengths_of_time() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("3"), Ok(Duration::from_secs(3)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert!(duration("soon").is_err());
        assert!(duration("1h").is_err());
    }

    #[test]
    fn an_instant_always_has_its_milliseconds() {
        assert_eq!(instant(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(instant(1_040), "1970-01-01T00:00:01.040Z");
    }

    #[test]
    fn knows_this_machine_by_its_names() {
        for host in [
            "localhost",
            "localhost:8775",
            "127.0.0.1:80",
            "[::1]:8775",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8775",
            "10.0.0.1:80",
            "127.0.0.1.evil.example",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
