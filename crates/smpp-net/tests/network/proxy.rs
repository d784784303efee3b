//! Something between a connector and its network: TLS, a line that goes dead, or one that breaks.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Carries octets both ways until it is frozen or dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    frozen: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Stands before an address.
    pub(crate) async fn start(to: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let frozen = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let freezing = frozen.subscribe();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(to).await.unwrap();
                let (tls, freezing) = (tls.clone(), freezing.clone());
                connections.spawn(async move {
                    match tls {
                        None => carry(near, far, freezing).await,
                        Some(tls) => {
                            if let Ok(near) = tls.accept(near).await {
                                carry(near, far, freezing).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            frozen,
            _tasks: tasks,
        }
    }

    /// Carries nothing any more, and closes nothing either.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }
}

async fn carry<S: AsyncRead + AsyncWrite + Unpin>(
    mut near: S,
    mut far: TcpStream,
    mut freezing: watch::Receiver<bool>,
) {
    let mut freezes = freezing.clone();
    tokio::select! {
        // Whichever side closes first ends the other.
        _ = copy_bidirectional(&mut near, &mut far) => return,
        _ = freezes.wait_for(|frozen| *frozen) => {}
    }
    // Held open until the line is given up; what was written into it is lost.
    let _ = freezing.wait_for(|frozen| !*frozen).await;
}

/// Stands before an address and breaks its first connection after so many octets from there.
pub(crate) async fn breaking(to: SocketAddr, octets: u64) -> (SocketAddr, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut left = octets;
        let mut connections = JoinSet::new();
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(to).await.unwrap();
            connections.spawn(carry_at_most(near, far, left));
            left = u64::MAX;
        }
    });
    (address, tasks)
}

async fn carry_at_most(near: TcpStream, far: TcpStream, octets: u64) {
    let (mut near_reader, mut near_writer) = near.into_split();
    let (far_reader, mut far_writer) = far.into_split();
    let mut some = far_reader.take(octets);
    tokio::select! {
        _ = copy(&mut near_reader, &mut far_writer) => {}
        _ = copy(&mut some, &mut near_writer) => {}
    }
}

/// A certificate for `localhost`: what accepts with it, and the file of authorities that trusts it.
pub(crate) fn certificate() -> (TlsAcceptor, NamedTempFile) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), cert.pem()).unwrap();
    (TlsAcceptor::from(Arc::new(config)), file)
}
