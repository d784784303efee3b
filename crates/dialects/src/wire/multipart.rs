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
    let parts = parts(content_type, body)?.into_iter();
    Ok(parts.map(|part| (part.name, part.value.to_vec())).collect())
}

/// Reads the pairs of a whole body like [`pairs`], but leaves out the files, and answers how many these are.
pub(crate) fn pairs_and_files(
    content_type: &str,
    body: Bytes,
) -> Result<(Vec<Pair>, usize), Malformed> {
    let mut parts = parts(content_type, body)?;
    let all = parts.len();
    parts.retain(|part| !part.is_file);
    let files = all - parts.len();
    let parts = parts.into_iter();
    let pairs = parts.map(|part| (part.name, part.value.to_vec())).collect();
    Ok((pairs, files))
}

/// Is one of the parts that has a name.
struct Part {
    name: Vec<u8>,
    value: Bytes,
    is_file: bool,
}

fn parts(content_type: &str, body: Bytes) -> Result<Vec<Part>, Malformed> {
    // All of the body is there, so that nothing waits.
    let parts = split(content_type, body).now_or_never();
    parts.unwrap_or(Err(Malformed))
}

async fn split(content_type: &str, body: Bytes) -> Result<Vec<Part>, Malformed> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Malformed)?;
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut multipart = Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(part) = multipart.next_field().await.map_err(|_| Malformed)? {
        let name = part.name().map(|name| name.as_bytes().to_vec());
        let is_file = part.file_name().is_some();
        let value = part.bytes().await.map_err(|_| Malformed)?;
        parts.extend(name.map(|name| Part {
            name,
            value,
            is_file,
        }));
    }
    Ok(parts)
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
    fn a_part_with_the_name_of_a_file_is_a_file() {
        let body = b"--a\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n\
            --a\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.jpg\"\r\n\r\n\xFF\xD8\r\n--a--\r\n";
        let body = Bytes::from_static(body);
        let read = pairs_and_files("multipart/form-data; boundary=a", body).unwrap();
        assert_eq!(read, (vec![(b"text".to_vec(), b"hello".to_vec())], 1));
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
