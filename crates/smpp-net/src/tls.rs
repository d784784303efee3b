//! TLS: towards an operator, and for customers.

mod certificate;

pub use certificate::Certificate;

use std::path::Path;
use std::sync::Arc;

use gateway::directory::Tls;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What is needed to begin TLS on a connection to an operator.
#[derive(Clone)]
pub struct Client {
    connector: TlsConnector,
    server_name: ServerName<'static>,
}

impl Client {
    /// Reads the settings; `host` is whom the certificate must name unless they say otherwise.
    pub fn new(settings: &Tls, host: &str) -> Result<Self, String> {
        let authorities = match &settings.authorities_file {
            Some(file) => read_authorities(Path::new(file))?,
            None => RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            },
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("cannot set up TLS: {error}"))?
            .with_root_certificates(authorities)
            .with_no_client_auth();
        let name = settings.server_name.as_deref().unwrap_or(host);
        let server_name = ServerName::try_from(name.to_owned())
            .map_err(|_| format!("{name:?} cannot be the name in a certificate"))?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            server_name,
        })
    }

    /// Begins TLS on a connection that is open.
    pub async fn connect(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.connector
            .connect(self.server_name.clone(), stream)
            .await
    }
}

fn read_authorities(file: &Path) -> Result<RootCertStore, String> {
    let wrong = |error| format!("cannot read the authorities in {}: {error}", file.display());
    let mut authorities = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        authorities
            .add(certificate)
            .map_err(|error| wrong(error.to_string()))?;
    }
    if authorities.is_empty() {
        return Err(wrong("it has no certificate".to_owned()));
    }
    Ok(authorities)
}
