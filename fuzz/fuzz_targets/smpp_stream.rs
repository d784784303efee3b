//! One stream, whole and in pieces: the same PDUs and the same end come out.
#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use smpp::{FrameError, Header, frame};

type Framed = (Vec<(Header, Bytes)>, Option<FrameError>);

fuzz_target!(|input: &[u8]| {
    let Some((sizes, stream)) = input.split_first_chunk::<4>() else {
        return;
    };
    let sizes = sizes.map(|size| usize::from(size).max(1));
    let whole = framed([stream].into_iter());
    let mut rest = stream;
    let pieces = sizes.iter().cycle().map_while(|size| {
        let (piece, left) = rest.split_at(rest.len().min(*size));
        rest = left;
        (!piece.is_empty()).then_some(piece)
    });
    assert_eq!(framed(pieces), whole);
});

fn framed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Framed {
    let mut buffer = BytesMut::new();
    let mut found = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match frame(&mut buffer, 4096) {
                Ok(Some(pdu)) => found.push(pdu),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    (found, None)
}
