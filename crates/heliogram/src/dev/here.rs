//! Development mode's own pages are for this machine alone.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses requests for another host: a page from elsewhere must not reach the phones by pointing its own name at this machine.
pub(super) async fn only_from_here(headers: HeaderMap, request: Request, next: Next) -> Response {
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
            "development mode shows this to its own machine only\n",
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
