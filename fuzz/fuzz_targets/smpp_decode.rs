//! One body of any command: what is read can be written, and is read again to the same value.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smpp::{CommandId, CommandStatus, Header, Limits, Pdu, frame};

fuzz_target!(|input: &[u8]| {
    let Some((command, body)) = input.split_first_chunk::<4>() else {
        return;
    };
    let header = Header {
        command_id: CommandId(u32::from_be_bytes(*command)),
        command_status: CommandStatus::ROK,
        sequence_number: 1,
    };
    let Ok(pdu) = Pdu::decode(&header, body) else {
        return;
    };
    let _ = format!("{pdu:?}");
    let _ = Limits::SPECIFICATION.check(&pdu);
    let mut stream = BytesMut::new();
    pdu.encode(CommandStatus::ROK, 1, &mut stream)
        .expect("what was read can be written");
    let (header, body) = frame(&mut stream, usize::MAX)
        .expect("what we write is framed")
        .expect("and is whole");
    assert_eq!(Pdu::decode(&header, &body), Ok(pdu));
});
