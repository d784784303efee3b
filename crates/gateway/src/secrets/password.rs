//! Passwords at rest: slow hashes of every form in which programs send them.
//!
//! Some providers' programs send the MD5 or the SHA-1 of the password in its place. So three hashes are kept, a line each: of the
//! password, of its MD5 and of its SHA-1, both in lower-case hex. A secret of one line, as earlier versions wrote it, verifies the
//! clear password only.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use md5::Md5;
use sha1::Sha1;
use sha2::Digest;

use super::Secret;

/// A form in which a password is given; also the place of its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Clear,
    Md5,
    Sha1,
}

/// Holds what was given as a password, in the forms that it may be, the likeliest first.
pub(crate) struct Given {
    digest: Option<(Form, Secret)>,
    clear: Secret,
}

impl Given {
    /// Takes what was given: 32 or 40 hex digits may be a digest, and a clear password all the same.
    pub(crate) fn new(given: &str) -> Self {
        let form = match given.len() {
            32 => Some(Form::Md5),
            40 => Some(Form::Sha1),
            _ => None,
        };
        let is_hex = given.bytes().all(|octet| octet.is_ascii_hexdigit());
        Self {
            digest: form
                .filter(|_| is_hex)
                .map(|form| (form, Secret::new(given.to_ascii_lowercase()))),
            clear: Secret::new(given),
        }
    }

    /// Returns what was given, letter for letter.
    pub(crate) fn clear(&self) -> &Secret {
        &self.clear
    }

    fn forms(&self) -> impl Iterator<Item = (Form, &Secret)> {
        let digest = self.digest.iter().map(|(form, digest)| (*form, digest));
        digest.chain([(Form::Clear, &self.clear)])
    }
}

/// Hashes a password that a person or program signs in with, in each of its forms (Argon2id, 19 MiB, two passes: about 20 ms
/// for each).
pub fn hash_password(password: &str) -> Vec<u8> {
    let md5 = Secret::new(hex::encode(Md5::digest(password)));
    let sha1 = Secret::new(hex::encode(Sha1::digest(password)));
    [password, md5.reveal(), sha1.reveal()]
        .map(hash)
        .join("\n")
        .into_bytes()
}

/// Tells whether what was given is the password that was hashed, or its MD5 or SHA-1 in hex of either case. Takes one hash's time,
/// or two when it looks like a digest and is not the password's, whatever the secret is: none at all too.
pub(crate) fn verify_password(given: &Given, secret: &[u8]) -> bool {
    let lines = std::str::from_utf8(secret).unwrap_or_default();
    given.forms().any(|(form, text)| {
        let line = lines.split('\n').nth(form as usize);
        let Some(hash) = line.and_then(|line| PasswordHash::new(line).ok()) else {
            hash(text.reveal());
            return false;
        };
        Argon2::default()
            .verify_password(text.reveal().as_bytes(), &hash)
            .is_ok()
    })
}

fn hash(text: &str) -> String {
    Argon2::default()
        .hash_password(text.as_bytes())
        .expect("the default parameters are valid")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifies(given: &str, secret: &[u8]) -> bool {
        verify_password(&Given::new(given), secret)
    }

    #[test]
    fn verifies_the_password_that_was_hashed_and_no_other() {
        let secret = hash_password("dev");
        assert!(verifies("dev", &secret));
        for other in ["Dev", "", "dev ", "dev\n"] {
            assert!(!verifies(other, &secret), "{other:?}");
        }
        assert!(!verifies("dev", b"not a hash"));
        assert!(!verifies("dev", b"\xff\n\n"));
    }

    #[test]
    fn verifies_the_md5_and_the_sha1_of_a_password_in_either_case() {
        let secret = hash_password("dev");
        for digest in [
            "e77989ed21758e78331b20e477fc5582",
            "34c6fceca75e456f25e7e99531e2425c6c1de443",
        ] {
            assert!(verifies(digest, &secret), "{digest}");
            assert!(verifies(&digest.to_ascii_uppercase(), &secret), "{digest}");
            let other = digest.replace('e', "f");
            assert!(!verifies(&other, &secret), "{other}");
        }
    }

    #[test]
    fn a_password_that_looks_like_a_digest_is_one_letter_for_letter() {
        let password = "E77989ED21758E78331B20E477FC5582";
        let secret = hash_password(password);
        assert!(verifies(password, &secret));
        assert!(!verifies(&password.to_ascii_lowercase(), &secret));
        assert!(!verifies("dev", &secret));
    }

    #[test]
    fn a_secret_of_an_earlier_version_verifies_the_clear_password_only() {
        let secret = hash("dev").into_bytes();
        assert!(verifies("dev", &secret));
        assert!(!verifies("e77989ed21758e78331b20e477fc5582", &secret));
    }
}
