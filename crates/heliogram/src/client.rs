//! A small HTTP client that speaks the Atompark dialect, as the demonstration needs it.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, header};
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

/// Calls the Atompark dialect over one connection, kept alive over many requests.
pub(crate) struct Client {
    send: SendRequest<Full<Bytes>>,
    host: String,
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
        let mut all = vec![("key", self.public_key.as_str())];
        all.extend_from_slice(parameters);
        let sum = atompark_sum(method, &all, &self.private_key);
        all.push(("sum", &sum));
        let path = format!("/api/sms/3.0/{method}");
        let request = Request::post(&path)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form(&all)))?;
        self.send.ready().await?;
        let response = self.send.send_request(request).await?;
        let status = response.status();
        ensure!(status.is_success(), "{path} answered {status}");
        let body = response.into_body().collect().await?;
        let mut answer: Value = serde_json::from_slice(&body.to_bytes())
            .with_context(|| format!("{method} answered what is not JSON"))?;
        if let Some(error) = answer.get("error") {
            anyhow::bail!("{method} was refused: {error} (code {})", answer["code"]);
        }
        Ok(answer["result"].take())
    }
}

/// Writes a form.
fn form(fields: &[(&str, &str)]) -> String {
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
