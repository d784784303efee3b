//! One connection that is kept alive: requests are written as octets, and of answers no more is read than is needed.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a gateway answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Gives the body of an answer that is no error.
    pub(crate) fn success(&self) -> anyhow::Result<&'a [u8]> {
        let body = || String::from_utf8_lossy(self.body);
        ensure!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            body()
        );
        Ok(self.body)
    }
}

/// One connection, opened again where the other side closes it after an answer.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    /// What came; the answer told last is still at its beginning.
    read: BytesMut,
    /// How much of it is told already.
    told: usize,
    /// The body of an answer that came in chunks.
    chunked: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self {
            address,
            stream: Some(connect(address).await?),
            read: BytesMut::with_capacity(16 * 1024),
            told: 0,
            chunked: Vec::new(),
        })
    }

    /// Sends a whole request and waits for its whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.read.advance(self.told);
        self.told = 0;
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connect(self.address).await?),
        };
        stream.write_all(request).await?;
        let head = loop {
            if let Some(head) = Head::read(&self.read)? {
                break head;
            }
            let octets = stream.read_buf(&mut self.read).await?;
            ensure!(octets > 0, "the connection ended before an answer");
        };
        let body = match head.body {
            Length::Known(length) => {
                let end = head.length + length;
                while self.read.len() < end {
                    let octets = stream.read_buf(&mut self.read).await?;
                    ensure!(octets > 0, "the connection ended within an answer");
                }
                self.told = end;
                &self.read[head.length..end]
            }
            Length::Chunked => {
                let end = loop {
                    if let Some(end) = dechunk(&self.read[head.length..], &mut self.chunked)? {
                        break end;
                    }
                    let octets = stream.read_buf(&mut self.read).await?;
                    ensure!(octets > 0, "the connection ended within an answer");
                };
                self.told = head.length + end;
                &self.chunked
            }
            Length::UntilClosed => {
                while stream.read_buf(&mut self.read).await? > 0 {}
                self.told = self.read.len();
                &self.read[head.length..]
            }
        };
        if head.closes {
            self.stream = None;
        }
        Ok(Answer {
            status: head.status,
            body,
        })
    }

    /// Sends a whole request, and lets the answer, which must come in chunks, be heard piece by piece as it comes, with the lines
    /// between its chunks.
    pub(crate) async fn listen(
        &mut self,
        request: &[u8],
        mut hear: impl FnMut(&[u8]),
    ) -> anyhow::Result<()> {
        const END: &[u8] = b"\r\n0\r\n\r\n";
        self.read.clear();
        self.told = 0;
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connect(self.address).await?),
        };
        stream.write_all(request).await?;
        let mut is_begun = false;
        loop {
            let octets = stream.read_buf(&mut self.read).await?;
            ensure!(octets > 0, "the connection ended within an answer");
            if !is_begun && let Some(found) = Head::read(&self.read)? {
                let (status, body) = (found.status, found.body);
                ensure!(
                    status == 200 && body == Length::Chunked,
                    "answered {status}, not in chunks"
                );
                self.read.advance(found.length);
                is_begun = true;
            }
            if is_begun && self.read.len() > END.len() {
                if self.read.ends_with(END) {
                    hear(&self.read);
                    self.read.clear();
                    return Ok(());
                }
                // What may be the beginning of the end is heard with it.
                let piece = self.read.len() - END.len();
                hear(&self.read[..piece]);
                self.read.advance(piece);
            }
        }
    }
}

async fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// How long a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
    UntilClosed,
}

/// What of an answer's head matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Of the head itself.
    length: usize,
    body: Length,
    /// Whether the connection ends with the answer.
    closes: bool,
}

impl Head {
    /// Reads a head; `None` when it is not whole yet.
    fn read(octets: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&octets[..end])?;
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.with_context(|| format!("{first:?} is no answer"))?;
        let (mut body, mut closes) = (Length::UntilClosed, first.starts_with("HTTP/1.0"));
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                bail!("{line:?} is no header");
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                body = Length::Known(value.parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                body = Length::Chunked;
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(Some(Self {
            status,
            length: end + 4,
            body,
            closes: closes || body == Length::UntilClosed,
        }))
    }
}

/// Joins chunks; gives the length of them all, `None` when they are not whole yet.
fn dechunk(octets: &[u8], body: &mut Vec<u8>) -> anyhow::Result<Option<usize>> {
    body.clear();
    let mut at = 0;
    loop {
        let Some(line) = octets[at..].windows(2).position(|two| two == b"\r\n") else {
            return Ok(None);
        };
        let size = std::str::from_utf8(&octets[at..at + line])?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
        let from = at + line + 2;
        let Some(chunk) = octets.get(from..from + size + 2) else {
            return Ok(None);
        };
        body.extend_from_slice(&chunk[..size]);
        at = from + size + 2;
        if size == 0 {
            return Ok(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Head> {
        Head::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_head_tells_status_length_and_whether_the_connection_stays() {
        let cases = [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
                200,
                Length::Known(3),
                false,
            ),
            (
                "HTTP/1.1 202 Yes\r\nTransfer-Encoding: chunked\r\n\r\n",
                202,
                Length::Chunked,
                false,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length:3\r\nConnection: Close\r\n\r\n",
                200,
                Length::Known(3),
                true,
            ),
            (
                "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n",
                200,
                Length::Known(3),
                true,
            ),
            ("HTTP/1.1 503 No\r\n\r\n", 503, Length::UntilClosed, true),
        ];
        for (text, status, body, closes) in cases {
            let found = head(text).unwrap();
            assert_eq!(
                (found.status, found.body, found.closes),
                (status, body, closes),
                "{text}"
            );
            assert_eq!(&text[found.length - 4..found.length], "\r\n\r\n");
        }
        assert_eq!(head("HTTP/1.1 200 OK\r\nContent-Len"), None);
        assert!(Head::read(b"nonsense\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_are_joined_when_all_are_there() {
        let mut body = Vec::new();
        let text = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nHTTP";
        for cut in 0..text.len() - 4 {
            assert_eq!(dechunk(&text[..cut], &mut body).unwrap(), None, "{cut}");
        }
        assert_eq!(dechunk(text, &mut body).unwrap(), Some(text.len() - 4));
        assert_eq!(body, b"abcde");
        assert!(dechunk(b"xyz\r\n", &mut body).is_err());
    }
}
