//! How answers that come in pieces leave, to clients that read them and to those that do not.

use std::future::ready;
use std::sync::Mutex;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::*;

type Piece = Result<Bytes, gateway::Error>;

/// Serves what a stream makes; gives the octets that a client reads until the connection ends.
async fn answered(version: &str, pieces: fn() -> Vec<Piece>) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move || async move {
        // Each piece takes its time, as those do that are read from a store.
        let in_time = |piece| async {
            tokio::task::yield_now().await;
            piece
        };
        let pieces = stream::iter(pieces()).then(in_time).boxed();
        respond(
            StatusCode::OK,
            "text/plain",
            content(Content::Stream(pieces)),
        )
    };
    let stop = CancellationToken::new();
    let client = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET / {version}\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets).await;
        stop.cancel();
        octets
    };
    let serving = serve(
        listener,
        move |_, _| answer().map(Ok),
        Http::default(),
        stop.clone(),
    );
    tokio::join!(serving, client).1
}

#[tokio::test]
async fn a_stream_is_sent_to_its_end() {
    let pieces = || vec![Ok("one ".into()), Ok("two".into())];
    let chunked = answered("HTTP/1.1", pieces).await;
    assert!(chunked.ends_with(b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"));
    // Who cannot read chunks reads to the end of the connection.
    let plain = answered("HTTP/1.0", pieces).await;
    assert!(plain.ends_with(b"\r\n\r\none two"));
}

#[tokio::test]
async fn a_stream_that_fails_has_no_last_chunk() {
    let octets = answered("HTTP/1.1", || {
        let failed = gateway::Error::from(sms::Refusal::InvalidTime);
        vec![Ok("one ".into()), Err(failed)]
    })
    .await;
    assert!(octets.starts_with(b"HTTP/1.1 200"));
    assert!(!octets.ends_with(b"0\r\n\r\n"));
}

/// Counts the pieces that are asked for; tells their number when nobody asks any more.
struct Count(u32, Option<oneshot::Sender<u32>>);

impl Drop for Count {
    fn drop(&mut self) {
        let told = self.1.take().expect("it is dropped once").send(self.0);
        told.expect("the test waits for it");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_sent_a_little_and_then_given_up() {
    const PIECES: u32 = 10_000;
    static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

    let (count, counted) = oneshot::channel();
    let count = Arc::new(Mutex::new(Some(count)));
    let answer = move || {
        let count = Count(0, count.lock().unwrap().take());
        let pieces = stream::unfold(count, |mut count| async {
            count.0 += 1;
            let piece = Ok(Bytes::from_static(&PIECE));
            (count.0 < PIECES).then_some((piece, count))
        });
        respond(
            StatusCode::OK,
            "text/plain",
            content(Content::Stream(pieces.boxed())),
        )
    };
    let settings = Http {
        answer_timeout_ms: 100,
        ..Http::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let client = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let made = counted.await.unwrap();
        stop.cancel();
        made
    };
    let answer = move |_, _| ready(Ok(answer()));
    let serving = serve(listener, answer, settings, stop.clone());
    let ((), made) = tokio::join!(serving, client);
    // What the system holds for both ends of a connection, and not all of it.
    assert!(made < PIECES / 5, "{made}");
}
