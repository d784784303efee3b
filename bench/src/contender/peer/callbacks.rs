//! The customer's program that peers call back with receipts. It takes them as cheaply as it can, for it shares the processors.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::Context;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet, spawn_local};

/// What every call is answered: Kannel wants a success, Jasmin these words too.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nACK/Jasmin";

/// What a final receipt says, in Kannel's numbers: delivered, not delivered, rejected by the operator.
const FINAL: [u32; 3] = [1, 2, 16];

/// Listens for calls until it is dropped.
pub(crate) struct Callbacks {
    address: SocketAddr,
    heard: Rc<RefCell<Heard>>,
    listening: AbortHandle,
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Callbacks {
    /// Begins to listen.
    pub(crate) async fn listen() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("cannot listen for callbacks")?;
        let address = listener.local_addr()?;
        let heard = Rc::default();
        let listening = spawn_local(accept(listener, Rc::clone(&heard))).abort_handle();
        Ok(Self {
            address,
            heard,
            listening,
        })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts the messages whose final receipt has come.
    pub(crate) fn messages(&self) -> u64 {
        self.heard.borrow().messages
    }
}

async fn accept(listener: TcpListener, heard: Rc<RefCell<Heard>>) {
    let mut calls = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        calls.spawn_local(listen_to(stream, Rc::clone(&heard)));
        while calls.try_join_next().is_some() {}
    }
}

/// Answers the calls of one connection until the other side has no more.
async fn listen_to(mut stream: TcpStream, heard: Rc<RefCell<Heard>>) {
    let mut read = BytesMut::with_capacity(4 * 1024);
    let mut answers = Vec::new();
    while stream
        .read_buf(&mut read)
        .await
        .is_ok_and(|octets| octets > 0)
    {
        answers.clear();
        while let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            heard.borrow_mut().take(&read[..end]);
            read.advance(end + 4);
            answers.extend_from_slice(ANSWER);
        }
        if stream.write_all(&answers).await.is_err() {
            return;
        }
    }
}

/// Whose receipts have come.
#[derive(Debug, Default)]
struct Heard {
    /// By the number of the message.
    numbers: Vec<bool>,
    /// How many there are.
    messages: u64,
}

impl Heard {
    fn take(&mut self, head: &[u8]) {
        let Some((number, status)) = receipt(head) else {
            return;
        };
        if !FINAL.contains(&status) {
            return;
        }
        let place = number as usize;
        if place >= self.numbers.len() {
            self.numbers.resize(place + 1, false);
        }
        self.messages += u64::from(!std::mem::replace(&mut self.numbers[place], true));
    }
}

/// Reads `GET /receipt/NUMBER/STATUS`, whatever parameters follow.
fn receipt(head: &[u8]) -> Option<(u32, u32)> {
    let path = head.strip_prefix(b"GET /receipt/")?;
    let end = path.iter().position(|octet| matches!(octet, b' ' | b'?'))?;
    let (number, status) = std::str::from_utf8(&path[..end]).ok()?.split_once('/')?;
    Some((number.parse().ok()?, status.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_once_when_its_final_receipt_comes() {
        let mut heard = Heard::default();
        for (call, messages) in [
            ("GET /receipt/7/8 HTTP/1.1\r\nHost: x", 0),
            ("GET /receipt/7/1 HTTP/1.1\r\nHost: x", 1),
            ("GET /receipt/7/1 HTTP/1.1", 1),
            ("GET /receipt/0/2?id=x&level=2 HTTP/1.1", 2),
            ("GET /receipt/9/16 HTTP/1.0", 3),
            ("GET /receipt/x/1 HTTP/1.1", 3),
            ("POST /receipt/10/1 HTTP/1.1", 3),
        ] {
            heard.take(call.as_bytes());
            assert_eq!(heard.messages, messages, "{call}");
        }
    }
}
