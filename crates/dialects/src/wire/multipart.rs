//! `multipart/form-data`, which PHP's curl sends when it is given an array, as pairs of raw octets.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use multer::Multipart;
use thiserror::Error;

use super::form::Pair;

/// Says that a body is not the parts that its content type promises.
#[derive(Debug, Error)]
#[error("the parts of the body cannot be read")]
pub(crate) struct Malformed;

/// Tells whether a content type is `multipart/form-data`.
pub(crate) fn is_multipart(content_type: &str) -> bool {
    const TYPE: &str = "multipart/form-data";
    content_type
        .get(..TYPE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(TYPE))
}

/// Reads the pairs of a whole body, in the order sent; a part without a name is passed over.
///
/// A file is read like any other part: what counts is its content.
pub(crate) fn pairs(content_type: &str, body: Bytes) -> Result<Vec<Pair>, Malformed> {
    // All of the body is there, so that nothing waits.
    let pairs = split(content_type, body).now_or_never();
    pairs.unwrap_or(Err(Malformed))
}

async fn split(content_type: &str, body: Bytes) -> Result<Vec<Pair>, Malformed> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Malformed)?;
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| Malformed)? {
        let name = part.name().map(|name| name.as_bytes().to_vec());
        let value = part.bytes().await.map_err(|_| Malformed)?;
        pairs.extend(name.map(|name| (name, value.to_vec())));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> Result<Vec<Pair>, Malformed> {
        pairs(content_type, Bytes::copy_from_slice(body))
    }

    #[test]
    fn parts_keep_their_order_and_their_octets() {
        let body = b"--limit\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nline\r\n\xFF\r\n\
            --limit\r\nContent-Disposition: form-data; name=\"phones[0][0]\"\r\n\r\n\r\n--limit--\r\n";
        let pairs = read("Multipart/Form-Data; boundary=limit", body).unwrap();
        assert_eq!(
            pairs,
            [
                (b"text".to_vec(), b"line\r\n\xFF".to_vec()),
                (b"phones[0][0]".to_vec(), Vec::new()),
            ]
        );
    }

    #[test]
    fn a_body_without_its_boundary_is_malformed() {
        assert!(read("multipart/form-data", b"").is_err());
        assert!(read("multipart/form-data; boundary=a", b"key=1&sum=2").is_err());
        let cut = b"--a\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhel";
        assert!(read("multipart/form-data; boundary=a", cut).is_err());
    }

    #[test]
    fn the_type_is_recognised_in_any_case() {
        assert!(is_multipart("multipart/form-data; boundary=a"));
        assert!(is_multipart("Multipart/Form-Data"));
        assert!(!is_multipart("application/json"));
        assert!(!is_multipart(""));
    }
}
