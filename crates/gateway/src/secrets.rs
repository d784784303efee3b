//! Secrets at rest: sealed when they are needed in clear again, hashed when they only have to be recognised.

mod password;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

pub use password::hash_password;
pub(crate) use password::{Given, verify_password};

/// The first octet of every sealed secret: which key and which method, so that either can be replaced one day.
const METHOD: u8 = 1;
const NONCE_LENGTH: usize = 24;

/// Seals and opens secrets with the key of this installation.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

/// Says that a secret was sealed with another key, or altered.
#[derive(Debug, Error)]
#[error("the secret cannot be opened: it was sealed with another key or altered")]
pub struct CannotOpen;

/// Holds a secret in memory; wiped when dropped, and nothing prints it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a clear secret.
    pub fn new(clear: impl Into<String>) -> Self {
        Self(Zeroizing::new(clear.into()))
    }

    /// Shows it, to compute with; never to print.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Vault {
    /// Uses a key of 32 octets.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
        }
    }

    /// Makes a new random key.
    pub fn new_key() -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        fill_random(&mut *key);
        key
    }

    /// Seals a secret for one purpose; only the same purpose opens it, so that rows cannot be swapped.
    pub fn seal(&self, purpose: &str, secret: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE_LENGTH];
        fill_random(&mut nonce);
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret is far shorter than what the cipher can take");
        [&[METHOD], &nonce[..], &sealed].concat()
    }

    /// Opens a sealed secret.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Secret, CannotOpen> {
        let (method, rest) = sealed.split_first().ok_or(CannotOpen)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(CannotOpen)?;
        if *method != METHOD {
            return Err(CannotOpen);
        }
        let payload = Payload {
            msg: text,
            aad: purpose.as_bytes(),
        };
        let clear = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| CannotOpen)?;
        String::from_utf8(clear)
            .map(Secret::new)
            .map_err(|_| CannotOpen)
    }
}

/// Names a token by its SHA-256 in hex: what is random and long needs no slow hash, and the store never sees it.
pub fn token_name(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Makes a random secret of 32 hex digits.
pub fn random_hex() -> String {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    hex::encode(bytes)
}

fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes)
        .expect("an operating system that gives no random numbers cannot run a gateway");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_only_for_the_same_purpose() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("key-pair/1", "private");
        assert!(!sealed.windows(7).any(|window| window == b"private"));
        assert_eq!(
            vault.open("key-pair/1", &sealed).unwrap().reveal(),
            "private"
        );
        assert!(vault.open("key-pair/2", &sealed).is_err());
        assert!(Vault::new(&[8; 32]).open("key-pair/1", &sealed).is_err());
        for end in 0..sealed.len() {
            assert!(vault.open("key-pair/1", &sealed[..end]).is_err());
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(…)");
    }
}
