//! Calling accounts' programs over HTTP, without being made to call what is none of theirs.
//!
//! Whoever has an account chooses the address. So a name is resolved once, every address that it leads to is checked, and the one
//! that is connected to is one of those: whatever the name is made to mean the next moment, and however it is written. Redirects
//! are not followed, and no proxy is asked.

mod exchange;
mod resolver;
mod rules;

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dialects::CallbackRequest;
use gateway::callback::{Call, Caller, NotTold, Url};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use resolver::{Resolve, System};
pub(crate) use rules::Rules;

/// How long a program may take in all, from its name to the end of its answer.
const WHOLE: Duration = Duration::from_secs(10);

/// How long it may take until there is a connection, and until there is one to one of its addresses.
const CONNECT: Duration = Duration::from_secs(5);
const CONNECT_TO_ONE: Duration = Duration::from_millis(2_500);

/// Calls programs by HTTP, as far as the rules permit.
pub(crate) struct HttpCaller {
    rules: Rules,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    limits: Limits,
}

/// How long things may take.
#[derive(Clone, Copy)]
struct Limits {
    whole: Duration,
    connect: Duration,
}

/// What is said, and where.
struct Post<'a> {
    url: &'a str,
    content_type: &'static str,
    body: Bytes,
}

impl HttpCaller {
    /// Makes a caller that keeps to these rules, and trusts the authorities that browsers trust.
    pub(crate) fn new(rules: Rules) -> anyhow::Result<Self> {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        Self::with(rules, Arc::new(System), roots)
    }

    fn with(
        rules: Rules,
        resolver: Arc<dyn Resolve>,
        roots: RootCertStore,
    ) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            rules,
            resolver,
            tls: TlsConnector::from(Arc::new(config)),
            limits: Limits {
                whole: WHOLE,
                connect: CONNECT,
            },
        })
    }

    async fn post(&self, post: Post<'_>) -> Result<(), NotTold> {
        let deadline = Instant::now() + self.limits.whole;
        let late = |_| later("it did not answer in time");
        let url = Url::parse(post.url).map_err(|why| NotTold::Never(why.to_string()))?;
        let addresses = timeout_at(deadline, self.addresses(&url)).await;
        let addresses = addresses.map_err(late)??;
        let connected = deadline.min(Instant::now() + self.limits.connect);
        let stream = timeout_at(connected, connect(&addresses)).await;
        let stream = stream.map_err(|_| later("it cannot be connected to in time"))??;
        let status = if url.secure {
            let stream = timeout_at(deadline, self.secure(&url, stream)).await;
            exchange::post(stream.map_err(late)??, &url, post, deadline).await
        } else {
            exchange::post(stream, &url, post, deadline).await
        };
        match status? {
            status if status.is_success() => Ok(()),
            status => Err(later(format_args!("it answered {}", status.as_u16()))),
        }
    }

    /// Resolves the host, once, and answers its addresses if each of them may be called.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, NotTold> {
        if !self.rules.permit_port(url.port) {
            let why = format!("port {} must not be called ([callbacks] ports)", url.port);
            return Err(NotTold::Never(why));
        }
        let resolved = self.resolver.resolve(&url.host, url.port).await;
        let addresses = resolved
            .map_err(|error| later(format_args!("{} cannot be resolved: {error}", url.host)))?;
        if let Some(denied) = addresses
            .iter()
            .find(|address| !self.rules.permit(address.ip()))
        {
            let why = format!(
                "{} is at {}, which must not be called ([callbacks] allow)",
                url.host,
                denied.ip()
            );
            return Err(NotTold::Never(why));
        }
        Ok(addresses)
    }

    /// Begins TLS with a program that has a certificate for the host of its address.
    async fn secure(&self, url: &Url, stream: TcpStream) -> Result<impl Stream, NotTold> {
        let host = url.host.strip_suffix('.').unwrap_or(&url.host).to_owned();
        let name = ServerName::try_from(host)
            .map_err(|_| NotTold::Never("its host cannot be the name in a certificate".into()))?;
        let secured = self.tls.connect(name, stream).await;
        secured.map_err(|error| later(format_args!("TLS with it failed: {error}")))
    }
}

#[async_trait]
impl Caller for HttpCaller {
    async fn tell(&self, call: &Call) -> Result<(), NotTold> {
        let CallbackRequest { content_type, body } = dialects::callback(call);
        self.post(Post {
            url: &call.url,
            content_type,
            body: body.into(),
        })
        .await
    }
}

/// What is spoken over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to the first of the addresses that can be connected to.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, NotTold> {
    let mut why = later("its host has no address");
    for address in addresses {
        match timeout(CONNECT_TO_ONE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                why = later(format_args!("it cannot be connected to: {error}"));
            }
            Err(_) => why = later("it cannot be connected to in time"),
        }
    }
    Err(why)
}

fn later(why: impl Display) -> NotTold {
    NotTold::Later(why.to_string())
}

#[cfg(test)]
mod tests;
