//! Ten million hostile inputs: PDUs cut short, PDUs with octets changed, octets of chance. Nothing panics, and no input makes the
//! codec or a session hold more than a PDU may have.
//!
//! Whatever fails says its seed, and is the same again under it.

use bytes::BytesMut;
use peak_alloc::PeakAlloc;
use smpp::frame::{DEFAULT_MAXIMUM_LENGTH, HEADER_LENGTH};
use smpp::session::Config;
use smpp::{
    Address, Bind, BindMode, CancelSm, CommandId, CommandStatus, DataSm, DeliverSm, Destination,
    DestinationBuffer, Header, Pdu, QuerySm, QuerySmResp, Receipt, ReplaceSm, Session, SubmitMulti,
    SubmitSm, SubmitSmResp, Tag, TlvBuffer, frame, message_id, receipt,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CHANGED: u64 = 4_000_000;
const CUT: u64 = 3_000_000;
const CHANCE: u64 = 2_000_000;
const STREAMS: u64 = 1_000_000;

/// The octets that one more PDU than is handed out may take: its own, and as many that have been read behind it.
const MOST: usize = 2 * DEFAULT_MAXIMUM_LENGTH;

#[test]
fn ten_million_hostile_inputs_neither_panic_nor_take_more_memory_than_a_pdu_may() {
    // One test: others of this program would count into its memory.
    let samples = samples();
    let mut room = Vec::with_capacity(DEFAULT_MAXIMUM_LENGTH);
    cases(CHANGED, |chance| {
        let sample = &samples[chance.below(samples.len())];
        room.clear();
        room.extend_from_slice(sample);
        for _ in 0..=chance.below(4) {
            let place = chance.below(room.len());
            room[place] = chance.octet();
        }
        read(&room);
    });
    cases(CUT, |chance| {
        let sample = &samples[chance.below(samples.len())];
        read(&sample[..chance.below(sample.len())]);
    });
    cases(CHANCE, |chance| {
        room.clear();
        room.resize_with(HEADER_LENGTH + chance.below(256), || chance.octet());
        // A command that there is: others are not looked into.
        room[..4].copy_from_slice(&COMMANDS[chance.below(COMMANDS.len())].0.to_be_bytes());
        read(&room);
    });
    cases(STREAMS, |chance| stream(&samples, chance));
}

/// Runs something so many times, each with chances of its own, and looks at what it took.
fn cases(number: u64, mut run: impl FnMut(&mut Chance)) {
    for seed in 0..number {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        run(&mut Chance(seed));
        let taken = MEMORY.peak_usage() - before;
        assert!(taken <= MOST, "{taken} octets with seed {seed}");
    }
}

/// Reads a PDU without its `command_length` in every way that there is, and everything that was read.
fn read(octets: &[u8]) {
    let Some((fixed, body)) = octets.split_first_chunk::<{ HEADER_LENGTH - 4 }>() else {
        return;
    };
    let word = |place: usize| {
        fixed[place..]
            .first_chunk()
            .map_or(0, |word| u32::from_be_bytes(*word))
    };
    let header = Header {
        command_id: CommandId(word(0)),
        command_status: CommandStatus(word(4)),
        sequence_number: word(8),
    };
    let Ok(pdu) = Pdu::decode(&header, body) else {
        return;
    };
    if let Pdu::DeliverSm(deliver) = &pdu {
        let _ = receipt::is_receipt(deliver);
        let read = Receipt::read(deliver);
        let _ = message_id::candidates(read.message_id);
    }
    if let Pdu::DataSm(data) = &pdu {
        let _ = Receipt::read_data(data);
    }
    let mut again = BytesMut::new();
    if pdu.encode(CommandStatus::ROK, 1, &mut again).is_ok() {
        let (header, body) = frame(&mut again, usize::MAX).unwrap().unwrap();
        let read = Pdu::decode(&header, &body);
        assert_eq!(
            read.as_ref().ok(),
            Some(&pdu),
            "what was written reads back"
        );
    }
}

/// Lets a session hear a stream of PDUs, some of them changed, in pieces of any length.
fn stream(samples: &[Vec<u8>], chance: &mut Chance) {
    let mut session = if chance.below(2) == 0 {
        Session::server(Config::server(), 0)
    } else {
        Session::client(Config::client(), 0)
    };
    for _ in 0..chance.below(4) {
        let sample = &samples[chance.below(samples.len())];
        let mut octets = Vec::with_capacity(sample.len() + 4);
        let length = u32::try_from(sample.len() + 4).unwrap();
        octets.extend_from_slice(&length.to_be_bytes());
        octets.extend_from_slice(sample);
        if chance.below(2) == 0 {
            let place = chance.below(octets.len());
            octets[place] = chance.octet();
        }
        let (first, second) = octets.split_at(chance.below(octets.len()));
        session.handle_bytes(0, first);
        session.handle_bytes(0, second);
        while session.poll_event().is_some() {}
        session.poll_transmit();
    }
}

const COMMANDS: &[CommandId] = &[
    CommandId::GENERIC_NACK,
    CommandId::BIND_RECEIVER,
    CommandId::BIND_RECEIVER_RESP,
    CommandId::BIND_TRANSMITTER,
    CommandId::BIND_TRANSCEIVER,
    CommandId::BIND_TRANSCEIVER_RESP,
    CommandId::OUTBIND,
    CommandId::UNBIND,
    CommandId::QUERY_SM,
    CommandId::QUERY_SM_RESP,
    CommandId::SUBMIT_SM,
    CommandId::SUBMIT_SM_RESP,
    CommandId::SUBMIT_MULTI,
    CommandId::SUBMIT_MULTI_RESP,
    CommandId::DELIVER_SM,
    CommandId::DELIVER_SM_RESP,
    CommandId::DATA_SM,
    CommandId::DATA_SM_RESP,
    CommandId::REPLACE_SM,
    CommandId::CANCEL_SM,
    CommandId::ENQUIRE_LINK,
    CommandId::ALERT_NOTIFICATION,
];

/// PDUs as they should be, without their `command_length`.
fn samples() -> Vec<Vec<u8>> {
    let source = Address::alphanumeric(b"Shop");
    let destination = Address::international(b"380501234567");
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"1000001\0").unwrap();
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    tlvs.push(Tag::MESSAGE_PAYLOAD, &[b'a'; 300]).unwrap();
    let mut destinations = DestinationBuffer::new();
    for _ in 0..3 {
        destinations
            .push(Destination::Address(destination))
            .unwrap();
        destinations.push(Destination::List(b"friends")).unwrap();
    }
    let text = b"id:00B8BE19 sub:001 dlvrd:001 submit date:2611220000 done date:2611220001 stat:DELIVRD err:000 text:Hi";
    let bind = Bind {
        system_id: b"shop",
        password: b"secret",
        interface_version: 0x34,
        ..Bind::default()
    };
    let submit = SubmitSm {
        source,
        destination,
        validity_period: b"000001000000000R",
        short_message: b"Hello",
        tlvs: tlvs.tlvs(),
        ..SubmitSm::default()
    };
    let pdus = [
        Pdu::Bind(BindMode::Transceiver, bind),
        Pdu::SubmitSm(submit),
        Pdu::SubmitSmResp(SubmitSmResp {
            message_id: b"00B8BE19",
            ..SubmitSmResp::default()
        }),
        Pdu::DeliverSm(DeliverSm {
            source: destination,
            destination: source,
            esm_class: 4,
            short_message: text,
            tlvs: tlvs.tlvs(),
            ..DeliverSm::default()
        }),
        Pdu::SubmitMulti(SubmitMulti {
            source,
            destinations: destinations.list(),
            short_message: b"Hello",
            ..SubmitMulti::default()
        }),
        Pdu::DataSm(DataSm {
            source,
            destination,
            tlvs: tlvs.tlvs(),
            ..DataSm::default()
        }),
        Pdu::QuerySm(QuerySm {
            message_id: b"1000001",
            source,
        }),
        Pdu::QuerySmResp(QuerySmResp {
            message_id: b"1000001",
            final_date: b"261122000100000+",
            message_state: 2,
            error_code: 0,
        }),
        Pdu::CancelSm(CancelSm {
            service_type: b"",
            message_id: b"1000001",
            source,
            destination,
        }),
        Pdu::ReplaceSm(ReplaceSm {
            message_id: b"1000001",
            source,
            short_message: b"Better",
            ..ReplaceSm::default()
        }),
        Pdu::EnquireLink,
        Pdu::GenericNack,
    ];
    pdus.iter()
        .map(|pdu| {
            let mut octets = BytesMut::new();
            pdu.encode(CommandStatus::ROK, 1, &mut octets).unwrap();
            octets[4..].to_vec()
        })
        .collect()
}

/// A small generator of repeatable numbers: `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap().max(1);
        usize::try_from(self.next() % bound).unwrap()
    }

    fn octet(&mut self) -> u8 {
        // Mostly octets that mean something to a decoder.
        match self.below(4) {
            0 => [0, 1, 4, 8, 0x24, 0x7F, 0x80, 0xFF][self.below(8)],
            _ => self.next().to_le_bytes()[0],
        }
    }
}
