//! Mends the first request line of a connection when its target is not written as HTTP demands.
//!
//! The providers' documents print addresses with quotation marks and spaces in them
//! (`…&datetime=2013-01-19 00:00:00&phones=[["380…","Sergey"]]`), and there are programs that send just that. Servers of their day
//! took it; ours encodes those octets and goes on. Such programs open a connection for each request, so the first line is enough.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// Lines that are longer go on unmended; the server has its own limit for them.
const LONGEST_LINE: usize = 64 * 1024;

/// A stream of which the beginning has been read already.
pub(super) struct Mended<S> {
    beginning: Bytes,
    stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Mended<S> {
    /// Reads up to the end of the first line and mends it. An error when the connection ends before.
    pub(super) async fn read(mut stream: S) -> io::Result<Self> {
        let mut beginning = BytesMut::with_capacity(4 * 1024);
        let mut looked_at = 0;
        loop {
            let end = beginning[looked_at..]
                .iter()
                .position(|octet| *octet == b'\n');
            if let Some(end) = end {
                let line = beginning.split_to(looked_at + end);
                let mended = mend(&line).map_or(line, |mended| BytesMut::from(&mended[..]));
                let mut whole = mended;
                whole.unsplit(beginning);
                return Ok(Self {
                    beginning: whole.freeze(),
                    stream,
                });
            }
            looked_at = beginning.len();
            if looked_at > LONGEST_LINE {
                return Ok(Self {
                    beginning: beginning.freeze(),
                    stream,
                });
            }
            if stream.read_buf(&mut beginning).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// Encodes what must not stand in the target; `None` when there is nothing of that kind.
fn mend(line: &[u8]) -> Option<Vec<u8>> {
    let first = line.iter().position(|octet| *octet == b' ')?;
    let last = line.iter().rposition(|octet| *octet == b' ')?;
    let target = line.get(first + 1..last)?;
    if target.iter().all(|octet| may_stand(*octet)) {
        return None;
    }
    let mut mended = line[..=first].to_vec();
    for &octet in target {
        if may_stand(octet) {
            mended.push(octet);
        } else {
            mended.extend_from_slice(format!("%{octet:02X}").as_bytes());
        }
    }
    mended.extend_from_slice(&line[last..]);
    Some(mended)
}

/// Tells whether an octet may stand in a target, by the lenient reading of servers [rfc3986 §2].
fn may_stand(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`')
}

impl<S: AsyncRead + Unpin> AsyncRead for Mended<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.beginning.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.beginning.len().min(buffer.remaining());
        buffer.put_slice(&self.beginning[..length]);
        self.beginning.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Mended<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(line: &str) -> Option<String> {
        mend(line.as_bytes()).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn encodes_what_the_documents_print_raw() {
        assert_eq!(
            mended(
                "GET /sms/3.0/x?datetime=2013-01-19 00:00:00&phones=[[\"38063\",\"Я\"]] HTTP/1.1\r"
            )
            .unwrap(),
            "GET /sms/3.0/x?datetime=2013-01-19%2000:00:00&phones=[[%2238063%22,%22%D0%AF%22]] HTTP/1.1\r"
        );
    }

    #[test]
    fn leaves_a_proper_line_as_it_is() {
        for line in [
            "GET /a?b=%22[1]{2} HTTP/1.1\r",
            "GET / HTTP/1.0",
            "nonsense",
            "two words",
            "",
        ] {
            assert_eq!(mended(line), None, "{line}");
        }
    }

    #[tokio::test]
    async fn the_rest_of_the_stream_follows_unchanged() {
        let sent: &[u8] = b"POST /\"x\" HTTP/1.1\r\nHost: \"y\"\r\n\r\nbody \"z\"";
        let mut read = Vec::new();
        let stream = tokio::io::join(sent, tokio::io::sink());
        Mended::read(stream)
            .await
            .unwrap()
            .read_to_end(&mut read)
            .await
            .unwrap();
        let expected: &[u8] = b"POST /%22x%22 HTTP/1.1\r\nHost: \"y\"\r\n\r\nbody \"z\"";
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn a_connection_that_ends_in_the_first_line_is_an_error() {
        let stream = tokio::io::join(&b"GET /"[..], tokio::io::sink());
        assert!(Mended::read(stream).await.is_err());
    }
}
