//! A small HTTP client, and on it one that speaks the Atompark dialect, as the demonstration and the benchmark need them.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderName};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

/// Computes the checksum of a request [atompark-en]: values in the order of their names, then the private key.
pub(crate) fn atompark_sum(method: &str, parameters: &[(&str, &str)], private_key: &str) -> String {
    let mut all = vec![("version", "3.0"), ("action", method)];
    all.extend(parameters.iter().filter(|(name, _)| *name != "userapp"));
    all.sort_unstable_by_key(|(name, _)| *name);
    let mut digest = Md5::new();
    for (_, value) in all {
        digest.update(value);
    }
    digest.update(private_key);
    hex::encode(digest.finalize())
}

/// Holds one connection, kept alive over many requests.
pub(crate) struct Connection {
    send: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        let (send, connection) = handshake(TokioIo::new(stream)).await?;
        #[expect(clippy::disallowed_methods, reason = "it ends with the connection")]
        tokio::spawn(async move {
            // Its end is seen by the next request.
            let _ = connection.await;
        });
        Ok(Self {
            send,
            host: address.to_string(),
        })
    }

    /// Posts a body and gives what is answered as it comes, unread; an answer of another status than 200 is an error.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        fields: &[(HeaderName, &str)],
        body: impl Into<Bytes>,
    ) -> anyhow::Result<Incoming> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, &self.host);
        for (name, value) in fields {
            request = request.header(name, *value);
        }
        self.send.ready().await?;
        let response = self
            .send
            .send_request(request.body(Full::from(body.into()))?)
            .await?;
        let status = response.status();
        ensure!(status.is_success(), "{path} answered {status}");
        Ok(response.into_body())
    }
}

/// Calls the Atompark dialect over one connection.
pub(crate) struct Client {
    connection: Connection,
    public_key: String,
    private_key: String,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(
        address: SocketAddr,
        public_key: &str,
        private_key: &str,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            public_key: public_key.to_owned(),
            private_key: private_key.to_owned(),
        })
    }

    /// Calls a method of the API and gives its `result`; the provider's error becomes ours.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<Value> {
        let body = self.ask(method, parameters).await?.collect().await?;
        let mut answer: Value = serde_json::from_slice(&body.to_bytes())
            .with_context(|| format!("{method} answered what is not JSON"))?;
        if let Some(error) = answer.get("error") {
            anyhow::bail!("{method} was refused: {error} (code {})", answer["code"]);
        }
        Ok(answer["result"].take())
    }

    /// Calls a method of the API and gives its answer as it comes, unread.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<Incoming> {
        let mut all = vec![("key", self.public_key.as_str())];
        all.extend_from_slice(parameters);
        let sum = atompark_sum(method, &all, &self.private_key);
        all.push(("sum", &sum));
        self.connection
            .post(&format!("/api/sms/3.0/{method}"), &[FORM], form(&all))
            .await
    }
}

/// Says that a body is a form.
pub(crate) const FORM: (HeaderName, &str) =
    (header::CONTENT_TYPE, "application/x-www-form-urlencoded");

/// Writes a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        form.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_the_checksum_of_the_documents_example() {
        let parameters = [
            ("key", "3f1c9a0b5d7e42868c1de6a7f0b92d54"),
            ("name", "Test addressbook"),
            ("description", "Test description"),
        ];
        assert_eq!(
            atompark_sum(
                "addAddressbook",
                &parameters,
                "b7e0d4c2198f4a3e9c65a1f07d3e8b21"
            ),
            "6cc6ec200289a4b5d2cb97faee816164"
        );
    }
}
