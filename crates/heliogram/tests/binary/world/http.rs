//! An HTTP/1.1 client made by hand, so that it can also do what a good client would not.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::LONG;

/// A connection, kept alive over many requests.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        Self::over(TcpStream::connect(address).await?)
    }

    /// Takes a stream that is connected.
    pub(crate) fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            host: stream.peer_addr()?.to_string(),
            stream: BufReader::new(stream),
        })
    }

    /// Asks with `GET`.
    pub(crate) async fn get(&mut self, target: &str) -> io::Result<Answer> {
        self.ask("GET", target, "", b"").await
    }

    /// Asks with a body; without a content type there is none.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        target: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let content = if content_type.is_empty() {
            String::new()
        } else {
            let length = body.len();
            format!("Content-Type: {content_type}\r\nContent-Length: {length}\r\n")
        };
        let host = &self.host;
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{content}\r\n");
        let mut octets = head.into_bytes();
        octets.extend_from_slice(body);
        self.write(&octets).await?;
        self.read().await
    }

    /// Sends octets as they are.
    pub(crate) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.write_all(octets).await
    }

    /// Reads one answer.
    pub(crate) async fn read(&mut self) -> io::Result<Answer> {
        timeout(LONG, self.read_whole())
            .await
            .expect("an answer or its end comes in time")
    }

    async fn read_whole(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        });
        let chunked = head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        let body = if chunked {
            self.read_chunks().await?
        } else {
            let mut body = vec![0; length.unwrap_or(0)];
            self.stream.read_exact(&mut body).await?;
            body
        };
        Ok(Answer {
            status: status.expect("a status line has a code"),
            head,
            body,
        })
    }
}

impl Connection {
    /// Reads a body in chunks [RFC 9112 §7.1]; one that breaks off is an error.
    async fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let size = usize::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
            let begin = body.len();
            body.resize(begin + size + 2, 0);
            self.stream.read_exact(&mut body[begin..]).await?;
            assert!(body.ends_with(b"\r\n"), "a chunk ends with its line");
            body.truncate(begin + size);
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
