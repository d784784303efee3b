//! The certificate that the door shows to customers.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Is a certificate with its key, ready to begin TLS with. Cheap to clone.
#[derive(Clone)]
pub struct Certificate(TlsAcceptor);

impl Certificate {
    /// Reads a file of certificates in PEM, the server's own first and then those that vouch for it, and the file of its private
    /// key in PEM. The error says which file is wrong and why.
    pub fn read(certificate_file: &Path, key_file: &Path) -> Result<Self, String> {
        let wrong = |file: &Path, what: &str, error: &dyn fmt::Display| {
            format!("cannot read the {what} in {}: {error}", file.display())
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(certificate_file).and_then(Iterator::collect);
        let chain = chain.map_err(|error| wrong(certificate_file, "certificate", &error))?;
        if chain.is_empty() {
            return Err(wrong(certificate_file, "certificate", &"there is none"));
        }
        let key = PrivateKeyDer::from_pem_file(key_file)
            .map_err(|error| wrong(key_file, "private key", &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("cannot set up TLS: {error}"))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| {
                let (certificate, key) = (certificate_file.display(), key_file.display());
                format!("the certificate in {certificate} and the key in {key} do not go together: {error}")
            })?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Certificate")
    }
}
