//! Reads requests' bodies in bounded memory and time, from people who have not shown a key yet.

use std::future::poll_fn;
use std::mem;
use std::net::IpAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::{error::Elapsed, timeout};

use super::room::{Held, Room};
use crate::config::Http;

/// Bodies up to this length are read at once, without room: there may be one on each connection. Any ordinary call is shorter.
const SMALL_BYTES: usize = 16 * 1024;

/// How much is thrown away of a body that is not wanted.
const DISCARD_BYTES: usize = 64 * 1024 * 1024;

/// What bodies are read by.
#[derive(Clone, Copy)]
struct Limits {
    /// The longest body that is taken.
    octets: usize,
    /// How long the wait for room may take, and how long the reading.
    whole: Duration,
    /// How long nothing of a body may come.
    pause: Duration,
}

/// Reads bodies within their limits.
pub(super) struct Bodies {
    limits: Limits,
    room: Room,
}

/// A body that was read, with its room: to be given back when the request has been answered.
pub(super) type Collected = (dialects::Body, Option<Held>);

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The connection ended within it, or it is not framed as HTTP demands.
    BrokenOff,
    /// Nothing of it came for too long, or the whole took too long.
    TooSlow,
    /// The others' bodies have left no room for it in time.
    NoRoom,
}

impl Bodies {
    /// Makes the room.
    pub(super) fn new(settings: &Http) -> Self {
        Self {
            limits: Limits {
                octets: settings.body_limit_bytes,
                whole: Duration::from_millis(settings.body_timeout_ms),
                pause: Duration::from_millis(settings.body_idle_timeout_ms),
            },
            room: Room::new(settings.bodies_limit_bytes),
        }
    }

    /// Reads a body. One that says that it is too large is not waited for; its client can read the answer while it sends.
    pub(super) async fn collect<B>(
        &self,
        headers: &HeaderMap,
        body: B,
        peer: IpAddr,
    ) -> Result<Collected, Failure>
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    {
        let mut reading = Reading {
            limits: self.limits,
            body,
            octets: Vec::new(),
            ahead: Bytes::new(),
            // A client that asks first is told to go on when its body is first read.
            begun: !headers.contains_key(header::EXPECT),
        };
        let collected = self.read(&mut reading, peer).await;
        let unwanted = matches!(
            collected,
            Ok((dialects::Body::TooLarge, _)) | Err(Failure::NoRoom)
        );
        if unwanted && reading.begun {
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends in time by itself, and with its connection, for which a stop waits"
            )]
            tokio::spawn(discard(reading.body, self.limits));
        }
        collected
    }

    async fn read<B: HttpBody<Data = Bytes> + Unpin>(
        &self,
        reading: &mut Reading<B>,
        peer: IpAddr,
    ) -> Result<Collected, Failure> {
        let Limits { octets, whole, .. } = self.limits;
        let told = reading.body.size_hint().exact();
        let expected = told.map_or(octets, |told| usize::try_from(told).unwrap_or(usize::MAX));
        if expected > octets {
            return Ok((dialects::Body::TooLarge, None));
        }
        // A body that does not tell its length is small as long as no more of it has come.
        let may_be_small = told.is_none() || expected <= SMALL_BYTES;
        if may_be_small && reading.up_to(expected.min(SMALL_BYTES)).await? {
            return Ok((reading.whole(), None));
        }
        let held = timeout(whole, self.room.take(peer, expected)).await;
        let mut held = held.map_err(|_| Failure::NoRoom)?;
        if !reading.up_to(expected).await? {
            return Ok((dialects::Body::TooLarge, None));
        }
        let length = reading.octets.len();
        let body = reading.whole();
        held.keep(length);
        Ok((body, Some(held)))
    }
}

/// A body as far as it has been read.
struct Reading<B> {
    limits: Limits,
    body: B,
    octets: Vec<u8>,
    /// A piece that has come and would have been too much.
    ahead: Bytes,
    /// Whether the client sends, or has been told to.
    begun: bool,
}

impl<B: HttpBody<Data = Bytes> + Unpin> Reading<B> {
    /// Reads so many octets at most; tells whether that was all.
    async fn up_to(&mut self, most: usize) -> Result<bool, Failure> {
        let Limits { whole, pause, .. } = self.limits;
        self.begun = true;
        self.octets.reserve_exact(most - self.octets.len());
        let reading = async {
            while self.octets.len() + self.ahead.len() <= most {
                self.octets.extend_from_slice(&mem::take(&mut self.ahead));
                let frame = within(pause, self.body.frame()).await;
                match frame.map_err(|_| Failure::TooSlow)? {
                    None => return Ok(true),
                    Some(Err(_)) => return Err(Failure::BrokenOff),
                    Some(Ok(frame)) => self.ahead = frame.into_data().unwrap_or_default(),
                }
            }
            Ok(false)
        };
        let read = within(whole, reading).await;
        read.map_err(|_| Failure::TooSlow)?
    }

    /// Gives what was read, in no more memory than its length.
    fn whole(&mut self) -> dialects::Body {
        let octets = mem::take(&mut self.octets).into_boxed_slice();
        dialects::Body::Whole(Bytes::from(octets))
    }
}

/// Waits for so long at the most. No timer is needed for what is there at once, or as soon as the connection has been looked at
/// again, as most bodies are.
async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    let mut is_again = false;
    let soon = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if is_again => Poll::Ready(None),
        Poll::Pending => {
            is_again = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    });
    match soon.await {
        Some(done) => Ok(done),
        None => timeout(limit, future).await,
    }
}

/// Throws away what comes of a body, so that a client that sends before it reads gets to its answer, and may go on to its next
/// request. A body that goes on for too long ends its connection.
async fn discard(mut body: impl HttpBody<Data = Bytes> + Unpin, limits: Limits) {
    let discarding = async {
        let mut left = DISCARD_BYTES;
        while let Ok(Some(Ok(frame))) = timeout(limits.pause, body.frame()).await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _ = timeout(limits.whole, discarding).await;
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures_util::{FutureExt, StreamExt, stream};

    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    const LARGE: usize = 64 * 1024;

    fn bodies() -> Bodies {
        Bodies::new(&Http {
            body_limit_bytes: LARGE,
            bodies_limit_bytes: 2 * LARGE,
            body_timeout_ms: 50,
            body_idle_timeout_ms: 20,
            ..Http::default()
        })
    }

    /// Tells how many octets were read and how many were taken of the room.
    async fn read(bodies: &Bodies, body: Body) -> Result<(Option<usize>, usize), Failure> {
        let headers = HeaderMap::new();
        let (body, held) = bodies.collect(&headers, body, PEER).await?;
        let read = match body {
            dialects::Body::Whole(octets) => Some(octets.len()),
            dialects::Body::TooLarge => None,
        };
        Ok((read, held.map_or(0, |held| held.octets())))
    }

    /// A body of many pieces that does not tell its length.
    fn untold(length: usize) -> Body {
        let pieces = (0..length).map(|_| Ok::<_, std::io::Error>("x"));
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn only_a_large_body_takes_room_and_none_keeps_more_than_it_needs() {
        let bodies = bodies();
        for (length, taken) in [
            (0, 0),
            (SMALL_BYTES, 0),
            (SMALL_BYTES + 1, SMALL_BYTES + 1),
            (LARGE, LARGE),
        ] {
            let whole = Ok((Some(length), taken));
            assert_eq!(read(&bodies, Body::from(vec![0; length])).await, whole);
            assert_eq!(read(&bodies, untold(length)).await, whole);
        }
        let too_large = Ok((None, 0));
        assert_eq!(
            read(&bodies, Body::from(vec![0; LARGE + 1])).await,
            too_large
        );
        assert_eq!(read(&bodies, untold(LARGE + 1)).await, too_large);
    }

    #[tokio::test]
    async fn a_small_body_is_read_while_there_is_no_room() {
        let bodies = bodies();
        let _held = bodies.room.take(PEER, LARGE).await;
        for body in [Body::from(vec![0; SMALL_BYTES]), untold(SMALL_BYTES)] {
            assert_eq!(read(&bodies, body).await, Ok((Some(SMALL_BYTES), 0)));
        }
        for body in [Body::from(vec![0; LARGE]), untold(LARGE)] {
            assert_eq!(read(&bodies, body).await, Err(Failure::NoRoom));
        }
    }

    #[tokio::test]
    async fn a_body_that_comes_slowly_or_not_at_all_is_given_up_and_one_that_breaks_off_is_told() {
        let bodies = bodies();
        let silent = stream::pending::<Result<Bytes, std::io::Error>>();
        let silent = Body::from_stream(silent);
        assert_eq!(read(&bodies, silent).await, Err(Failure::TooSlow));
        let slow = stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok::<_, std::io::Error>("x")
        });
        let slow = Body::from_stream(slow);
        assert_eq!(read(&bodies, slow).await, Err(Failure::TooSlow));
        let broken = stream::iter([Ok("x"), Err(std::io::Error::other("broken"))]);
        let broken = Body::from_stream(broken);
        assert_eq!(read(&bodies, broken).await, Err(Failure::BrokenOff));
        assert!(bodies.room.take(PEER, LARGE).now_or_never().is_some());
    }
}
