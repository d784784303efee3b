//! Programs bind to the running gateway, plain and inside TLS; each refusal has a line of its own in the log.

use std::sync::Arc;

use bytes::BytesMut;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use smpp::{Bind, BindMode, CommandStatus, Pdu};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::world::{LONG, Serve};

/// Binds with a login; gives the status of the answer.
async fn bind(
    mut line: impl AsyncRead + AsyncWrite + Unpin,
    login: &str,
    password: &str,
) -> CommandStatus {
    let mut octets = BytesMut::new();
    let bind = Bind {
        system_id: login.as_bytes(),
        password: password.as_bytes(),
        interface_version: 0x34,
        ..Bind::default()
    };
    let pdu = Pdu::Bind(BindMode::Transceiver, bind);
    pdu.encode(CommandStatus::ROK, 1, &mut octets).unwrap();
    line.write_all(&octets).await.unwrap();
    let mut header = [0; 16];
    let read = timeout(LONG, line.read_exact(&mut header)).await;
    read.expect("an answer in time").unwrap();
    let status: [u8; 4] = header[8..12].try_into().unwrap();
    CommandStatus(u32::from_be_bytes(status))
}

#[tokio::test]
async fn a_bind_is_let_in_plain_and_inside_tls_and_each_refusal_is_logged() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (certificate, key) = (files.path().join("crt"), files.path().join("key"));
    std::fs::write(&certificate, cert.pem()).unwrap();
    std::fs::write(&key, signing_key.serialize_pem()).unwrap();
    let serve = Serve::with(&format!(
        "[smpp]\nlisten = \"127.0.0.1:0\"\ntls_listen = \"127.0.0.1:0\"\ncertificate_file = \"{}\"\nkey_file = \"{}\"\n",
        certificate.display(),
        key.display()
    ));
    serve
        .done(&["tariff", "set", "default", "--default", "0.13"])
        .await;
    for (name, change) in [
        ("shop", &[][..]),
        ("away", &["change", "away", "--address", "192.0.2.1"]),
        ("none", &["change", "none", "--smpp-binds", "1"]),
        ("idle", &["suspend", "idle"]),
    ] {
        serve.done(&["account", "add", name]).await;
        let give = ["credential", name, "--kind", "password", "--public", name];
        let give = [&["account"], &give[..], &["--secret", "sesame"]].concat();
        serve.done(&give).await;
        if !change.is_empty() {
            serve.done(&[&["account"], change].concat()).await;
        }
    }
    let (gateway, _) = serve.start().await;
    let plain = gateway.address("smpp").await;
    let tls = gateway.address("smpp_tls").await;
    let connect = async || TcpStream::connect(plain).await.unwrap();
    assert_eq!(
        bind(connect().await, "shop", "sesame").await,
        CommandStatus::ROK
    );

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let line = TcpStream::connect(tls).await.unwrap();
    let line = connector.connect(name, line).await.unwrap();
    assert_eq!(bind(line, "shop", "sesame").await, CommandStatus::ROK);

    let mut kept = connect().await;
    assert_eq!(bind(&mut kept, "none", "sesame").await, CommandStatus::ROK);
    for (login, password, status, said) in [
        (
            "shop",
            "wrong",
            CommandStatus::RINVPASWD,
            "no such login with that password",
        ),
        (
            "nobody",
            "sesame",
            CommandStatus::RINVPASWD,
            "no such login with that password",
        ),
        (
            "away",
            "sesame",
            CommandStatus::RBINDFAIL,
            "may not be used from this address",
        ),
        (
            "idle",
            "sesame",
            CommandStatus::RBINDFAIL,
            "the account is suspended",
        ),
        (
            "none",
            "sesame",
            CommandStatus::RALYBND,
            "as many as it may have",
        ),
    ] {
        assert_eq!(
            bind(connect().await, login, password).await,
            status,
            "{login}"
        );
        let line = gateway.logged(&format!("\"login\":\"{login}\"")).await;
        let line = if login == "shop" || login == "none" {
            // The first line of theirs says that they are bound.
            gateway.logged(said).await
        } else {
            line
        };
        assert!(line.contains(said) && !line.contains("sesame"), "{line}");
    }
    drop(kept);
    assert_eq!(gateway.terminate().await.0, Some(0));
}
