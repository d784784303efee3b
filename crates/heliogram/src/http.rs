//! The HTTP door: connections with limits, bodies with limits, and each request to whoever claims its path.

mod bodies;
mod patience;
mod request_line;
mod room;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::State;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::{BoxError, Router, routing};
use bytes::Bytes;
use dialects::{Content, Dialect, Dialects};
use gateway::Gateway;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::config::Http;
use bodies::{Bodies, Failure};
use patience::Patient;
use request_line::Mended;

const NOBODY: &str = "nothing answers under this path\n";

/// How long a stop waits for requests that have begun.
const DRAIN: Duration = Duration::from_secs(10);

/// How long accepting pauses when the machine has no more descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// An answer's body: whole and with its length as nearly all are, or of another kind.
type Body = Either<Full<Bytes>, axum::body::Body>;

/// Knows whom a request is for: a dialect, which is asked directly, or the router of all else.
#[derive(Clone)]
pub(crate) struct Door(Arc<Inside>);

struct Inside {
    gateway: Gateway,
    dialects: Dialects,
    bodies: Bodies,
    others: Router,
}

impl Door {
    /// Takes the dialects; health and what the caller adds have the paths that none of them claims.
    pub(crate) fn new(
        gateway: Gateway,
        dialects: Dialects,
        settings: &Http,
        extra: Router,
    ) -> Self {
        let others = Router::new()
            .route("/health", routing::get(health))
            .with_state(gateway.clone())
            .fallback((StatusCode::NOT_FOUND, NOBODY))
            .merge(extra);
        Self(Arc::new(Inside {
            gateway,
            dialects,
            bodies: Bodies::new(settings),
            others,
        }))
    }

    /// Answers a request from an address.
    pub(crate) async fn answer(
        self,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Result<Response<Body>, Infallible> {
        let inside = &*self.0;
        if let Some(dialect) = inside.dialects.of(request.uri().path()) {
            return Ok(inside.in_dialect(dialect, request, peer).await);
        }
        let request = request.map(axum::body::Body::new);
        let answered = inside.others.clone().oneshot(request).await;
        answered.map(|response| response.map(Either::Right))
    }
}

/// Serves connections until `stop`, then finishes the requests that have begun.
pub(crate) async fn serve<F, B>(
    listener: TcpListener,
    answer: impl Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    settings: Http,
    stop: CancellationToken,
) where
    F: Future<Output = Result<Response<B>, Infallible>> + Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let head_timeout = Duration::from_millis(settings.head_timeout_ms);
    let answer_timeout = Duration::from_millis(settings.answer_timeout_ms);
    let mut server = hyper::server::conn::http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        // Not `pipeline_flush`: with it the server takes in a whole stream, whether or not the client reads.
        .half_close(true);
    let places = Arc::new(Semaphore::new(settings.connections));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = stop.cancelled() => break,
        };
        let Some((stream, peer, place)) = accepted else {
            sleep(ACCEPT_RETRY).await;
            continue;
        };
        let answer = answer.clone();
        let service = hyper::service::service_fn(move |request| answer(request, peer.ip()));
        let server = server.clone();
        let stream = Patient::new(stream, answer_timeout);
        let first_line = timeout(head_timeout, Mended::read(stream));
        let stop = stop.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "connections come and go; the drain below waits for them"
        )]
        tokio::spawn(async move {
            // Whoever says nothing, breaks off, or has said nothing when we stop, hears nothing.
            let Some(Ok(Ok(stream))) = stop.run_until_cancelled(first_line).await else {
                return drop(place);
            };
            let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
            let ended = stop.run_until_cancelled(connection.as_mut()).await;
            let ended = if let Some(ended) = ended {
                ended
            } else {
                connection.as_mut().graceful_shutdown();
                connection.await
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, %error, "the connection ended badly");
            }
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(settings.connections).unwrap_or(u32::MAX);
    if timeout(DRAIN, places.acquire_many(all)).await.is_err() {
        tracing::warn!("some requests were cut off by the stop");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Most answers are small and must not wait for more to send.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            None
        }
    }
}

/// Says whether the store answers; a full disk shows only in what is sent.
async fn health(State(gateway): State<Gateway>) -> (StatusCode, &'static str) {
    match gateway.reload().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        ),
    }
}

impl Inside {
    /// Answers in the dialect that claims the path.
    async fn in_dialect(
        &self,
        dialect: &dyn Dialect,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        // The room is given back when the request has been answered.
        let (body, _room) = match self.bodies.collect(&head.headers, body, peer).await {
            Ok(collected) => collected,
            Err(failure) => return unread(&failure),
        };
        let request = dialects::Request::new(head, body, Some(peer));
        let answer = dialect.answer(&self.gateway, request).await;
        let status =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = respond(status, answer.content_type, content(answer.body));
        response.headers_mut().extend(answer.headers);
        if status.canonical_reason().is_none() {
            // There are programs that read the status line by its words: it must not end with a blank.
            let words = ReasonPhrase::from_static(UNREGISTERED);
            response.extensions_mut().insert(words);
        }
        response
    }
}

/// Makes an answer's body. One that fails in the middle ends its connection without the last chunk, which is an error to clients.
fn content(content: Content) -> Body {
    match content {
        Content::Whole(octets) => Either::Left(Full::new(octets)),
        Content::Stream(pieces) => Either::Right(axum::body::Body::from_stream(pieces)),
    }
}

/// The words for a status that no registry has; the only one is what a provider answers to a message that repeats another.
const UNREGISTERED: &[u8] = b"Duplicate Message";

/// Answers a request whose body could not be read.
fn unread(failure: &Failure) -> Response<Body> {
    match failure {
        Failure::BrokenOff => plain(StatusCode::BAD_REQUEST, "the body broke off\n"),
        Failure::TooSlow => plain(StatusCode::REQUEST_TIMEOUT, "the body came too slowly\n"),
        Failure::NoRoom => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "there was no room for so large a body; try again\n",
        ),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let text = Content::Whole(Bytes::from_static(text.as_bytes()));
    respond(status, "text/plain; charset=utf-8", content(text))
}

fn respond(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let value = HeaderValue::from_static(content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

#[cfg(test)]
mod tests;
