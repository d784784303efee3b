//! What comes out of a stream: the same PDUs that went in, wherever it was cut, and no panic
//! whatever went in.

use crate::generated::{Parts, wild};
use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use smpp::session::{Config, Event};
use smpp::{
    Bind, BindMode, CommandId, CommandStatus, Header, Limits, Pdu, Receipt, Session, frame,
    message_id,
};

/// Reads everything lazily readable of a PDU.
fn exhaust(pdu: &Pdu<'_>) {
    let _ = format!("{pdu:?}");
    let _ = Limits::SPECIFICATION.check(pdu);
    if let Pdu::DeliverSm(deliver) = pdu {
        let receipt = Receipt::read(deliver);
        let _ = message_id::candidates(receipt.message_id);
    }
}

/// Plays the user of a session: takes every event and answers what must be answered.
fn serve(session: &mut Session) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = session.poll_event() {
        match &event {
            Event::BindRequest(_) => {
                // What followed the bind may have ended the session before its user heard of it.
                let accepted = session.accept_bind(0, b"centre");
                assert!(accepted.is_ok() || session.is_closed(), "{accepted:?}");
            }
            Event::Request(request) => {
                exhaust(&request.pdu());
                let _ = session.refuse(request.header(), CommandStatus::ROK);
            }
            _ => {
                let _ = format!("{event:?}");
            }
        }
        events.push(event);
    }
    events
}

fn sessions() -> [Session; 2] {
    let mut client = Session::client(Config::client(), 0);
    client
        .bind(0, BindMode::Transceiver, &Bind::default())
        .unwrap();
    [client, Session::server(Config::server(), 0)]
}

fn written(parts: &[Parts]) -> Vec<u8> {
    parts.iter().flat_map(Parts::octets).collect()
}

proptest! {
    #[test]
    fn a_pdu_comes_back_as_it_was(parts in wild(), status: u32, sequence_number: u32) {
        let pdu = parts.pdu();
        let mut stream = BytesMut::new();
        pdu.encode(CommandStatus(status), sequence_number, &mut stream).unwrap();
        let (header, body) = frame(&mut stream, 65_536).unwrap().unwrap();
        let command_status = CommandStatus(status);
        let expected = Header { command_id: pdu.command_id(), command_status, sequence_number };
        prop_assert_eq!(header, expected);
        prop_assert_eq!(Pdu::decode(&header, &body), Ok(pdu));
        prop_assert!(stream.is_empty());
    }

    #[test]
    fn a_stream_may_be_cut_anywhere(parts in vec(wild(), 1..6), cuts in vec(1_usize..40, 1..20)) {
        let octets = written(&parts);
        let mut stream = BytesMut::new();
        let mut found = Vec::new();
        let (mut rest, mut cuts) = (&octets[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            stream.extend_from_slice(piece);
            rest = left;
            while let Some(pdu) = frame(&mut stream, 65_536).unwrap() {
                found.push(pdu);
            }
        }
        prop_assert_eq!(found.len(), parts.len());
        for ((header, body), parts) in found.iter().zip(&parts) {
            prop_assert_eq!(Pdu::decode(header, body), Ok(parts.pdu()));
        }
    }

    #[test]
    fn random_bodies_are_read_or_refused_with_what_to_answer(
        named in 0..CommandId::NAMED.len(),
        body in vec(prop_oneof![any::<u8>(), 0_u8..5], 0..120),
    ) {
        let (command_id, _) = CommandId::NAMED[named];
        let header = Header { command_id, command_status: CommandStatus::ROK, sequence_number: 9 };
        match Pdu::decode(&header, &body) {
            Ok(pdu) => exhaust(&pdu),
            Err(error) => {
                prop_assert_eq!((error.command_id, error.sequence_number), (command_id, 9));
                prop_assert!(!error.status.is_ok());
            }
        }
    }

    #[test]
    fn a_changed_octet_never_costs_the_next_pdu(
        parts in wild(),
        change in (4_usize.., any::<u8>()),
        cut in 0_usize..8,
    ) {
        let mut octets = parts.octets();
        octets.truncate((octets.len() - cut).max(16));
        let length = u32::try_from(octets.len()).unwrap();
        octets[..4].copy_from_slice(&length.to_be_bytes());
        let at = 4 + change.0 % (octets.len() - 4);
        octets[at] = change.1;
        let mut stream = BytesMut::from(&octets[..]);
        let next = Header {
            command_id: CommandId::ENQUIRE_LINK,
            command_status: CommandStatus::ROK,
            sequence_number: 77,
        };
        next.encode(&mut stream);
        let (header, body) = frame(&mut stream, 65_536).unwrap().unwrap();
        if let Ok(pdu) = Pdu::decode(&header, &body) {
            exhaust(&pdu);
        }
        let (header, _) = frame(&mut stream, 65_536).unwrap().unwrap();
        prop_assert_eq!(header, next);
    }

    #[test]
    fn a_session_survives_any_octets_and_reports_each_token_once(
        pieces in vec(
            prop_oneof![
                3 => wild().prop_map(|parts| parts.octets()),
                1 => vec(any::<u8>(), 0..40),
                1 => (wild(), 16_usize..).prop_map(|(parts, at)| {
                    let mut octets = parts.octets();
                    let at = at % octets.len();
                    octets[at] ^= 0x55;
                    octets
                }),
            ],
            0..12,
        ),
        pauses in vec(0_u64..20_000, 12),
    ) {
        for mut session in sessions() {
            let (mut now_ms, mut sent, mut events) = (0, 0, Vec::new());
            for (octets, pause) in pieces.iter().zip(&pauses) {
                session.handle_bytes(now_ms, octets);
                events.extend(serve(&mut session));
                if session.request(now_ms, sent, &Pdu::DataSm(smpp::DataSm::default())).is_ok() {
                    sent += 1;
                }
                session.poll_transmit();
                now_ms += pause;
                session.handle_timeout(now_ms);
                prop_assert!(session.poll_timeout().is_none_or(|at| at > now_ms));
            }
            session.close();
            events.extend(serve(&mut session));
            let mut tokens: Vec<_> = events.iter().flat_map(reported).collect();
            tokens.sort_unstable();
            prop_assert_eq!(tokens, (0..sent).collect::<Vec<_>>());
            let ended = matches!(events.last(), Some(Event::Closed { .. }));
            prop_assert!(ended);
        }
    }
}

fn reported(event: &Event) -> Vec<u64> {
    match event {
        Event::Answered(answer) => vec![answer.token],
        Event::TimedOut { token } => vec![*token],
        Event::Closed { outstanding, .. } => outstanding.clone(),
        _ => Vec::new(),
    }
}
