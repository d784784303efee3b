//! Programs bind over TLS, and what is wrong with a certificate is said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use smpp::session::CloseReason;
use smpp::{BindMode, CommandStatus, Pdu, QuerySm};
use smpp_net::server::{Certificate, Listen};
use smpp_net::{Server, Settings};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::esme::{Esme, shop};
use crate::world::World;

struct Files {
    directory: TempDir,
    authority: rcgen::Certificate,
}

impl Files {
    fn write() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let directory = TempDir::new().unwrap();
        std::fs::write(directory.path().join("certificate"), cert.pem()).unwrap();
        std::fs::write(directory.path().join("key"), signing_key.serialize_pem()).unwrap();
        Self {
            directory,
            authority: cert,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self) -> Result<Certificate, String> {
        Certificate::read(&self.path("certificate"), &self.path("key"))
    }

    async fn connect(&self, server: &Server) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let line = TcpStream::connect(server.tls_address().unwrap())
            .await
            .unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, line).await.unwrap()
    }
}

#[tokio::test]
async fn programs_bind_over_tls_and_without_it_at_the_same_time() {
    let world = World::open().await.with_login().await;
    let files = Files::write();
    let any = "127.0.0.1:0".parse().unwrap();
    let listen = Listen {
        plain: Some(any),
        tls: Some((any, files.read().unwrap())),
    };
    let settings = Settings {
        // Also for the handshake of TLS, on a slow machine.
        bind_timeout_ms: 3_000,
        ..Settings::default()
    };
    let server = Server::start(listen, world.gateway.clone(), settings)
        .await
        .unwrap();
    assert_ne!(Some(server.address()), server.tls_address());
    let mut secret = Esme::over(files.connect(&server).await, BindMode::Transceiver, &shop()).await;
    secret.is_bound().await;
    let mut plain = Esme::bound(&server, BindMode::Transceiver).await;
    for esme in [&mut secret, &mut plain] {
        let query = Pdu::QuerySm(QuerySm {
            message_id: b"1",
            ..QuerySm::default()
        });
        let statuses = esme.ask_all(&[query; 100]).await;
        assert_eq!(statuses, [CommandStatus::RINVMSGID; 100]);
    }
    // Who speaks no TLS there is put out, and who says nothing, too.
    let address = server.tls_address().unwrap();
    let confused = TcpStream::connect(address).await.unwrap();
    let mut confused = Esme::over(confused, BindMode::Transceiver, &shop()).await;
    confused.closed().await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut octets = Vec::new();
    silent.read_to_end(&mut octets).await.unwrap();
    assert!(octets.is_empty());
    // Both ends in order.
    let end = async {
        assert_eq!(secret.closed().await, CloseReason::UnboundByPeer);
        assert_eq!(plain.closed().await, CloseReason::UnboundByPeer);
    };
    tokio::join!(server.stop(), end);
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let (files, others) = (Files::write(), Files::write());
    assert!(files.read().is_ok());
    let says = |certificate: &Path, key: &Path, expected: &str| {
        let error = Certificate::read(certificate, key).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    let (certificate, key) = (files.path("certificate"), files.path("key"));
    says(&files.path("none"), &key, "cannot read the certificate in");
    says(
        &certificate,
        &files.path("none"),
        "cannot read the private key in",
    );
    says(&key, &key, "there is none");
    says(&certificate, &certificate, "cannot read the private key in");
    says(&certificate, &others.path("key"), "do not go together");
}
