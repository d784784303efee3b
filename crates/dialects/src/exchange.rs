//! A request and its answer as every dialect sees them: HTTP without its framing.

use std::net::IpAddr;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// The octets of a body that the server reads at most; a longer one reaches the dialect as [`Body::TooLarge`].
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Holds a request whose body has been read.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path of the target, still percent-encoded, without host and query.
    pub path: String,
    /// The query as sent, without its question mark; empty when there is none.
    pub query: String,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The address that the request came from, where it is known.
    pub peer: Option<IpAddr>,
}

/// Holds a request's body, or says that it was too large to be read.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it; empty when there was none.
    Whole(Bytes),
    /// More than [`BODY_LIMIT`] octets came or were announced, and none of them was kept.
    TooLarge,
}

/// Holds what goes back.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type, with its charset.
    pub content_type: &'static str,
    /// Further header fields.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Content,
}

impl Answer {
    /// Makes an answer that is whole.
    pub fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: Content::Whole(body.into()),
        }
    }
}

/// Holds the body of an answer.
pub enum Content {
    /// All of it: to be sent with its length.
    Whole(Bytes),
    /// One that may be longer than memory allows: each piece is made when it is asked for. After an error, which has been
    /// logged, nothing follows; the connection must then end in a way that cannot be taken for the end of the body.
    Stream(BoxStream<'static, Result<Bytes, gateway::Error>>),
}

impl Request {
    /// Takes the head of a request with the body that was read; the target may be in absolute form.
    pub fn new(head: http::request::Parts, body: Body, peer: Option<IpAddr>) -> Self {
        Self {
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            method: head.method,
            headers: head.headers,
            body,
            peer,
        }
    }

    /// Returns how long query and body are together.
    pub(crate) fn octets(&self) -> usize {
        self.query.len()
            + match &self.body {
                Body::Whole(body) => body.len(),
                Body::TooLarge => 0,
            }
    }

    /// Returns the content type as sent; empty when there is none that is text.
    pub(crate) fn content_type(&self) -> &str {
        let field = self.headers.get(header::CONTENT_TYPE);
        field
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_in_absolute_form_gives_its_path_and_query() {
        let request = http::Request::post("http://api.atompark.com/sms/3.0/sendSMS?key=1&sum=2");
        let (head, ()) = request.body(()).unwrap().into_parts();
        let request = Request::new(head, Body::Whole(Bytes::new()), None);
        assert_eq!(request.path, "/sms/3.0/sendSMS");
        assert_eq!(request.query, "key=1&sum=2");
        assert_eq!(request.content_type(), "");
        assert_eq!(request.octets(), "key=1&sum=2".len());
    }
}
