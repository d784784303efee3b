//! What reading and writing PDUs takes, and a session's share.

use std::hint::black_box;

use anyhow::Context;
use bytes::BytesMut;
use smpp::frame::DEFAULT_MAXIMUM_LENGTH;
use smpp::{
    Address, CommandStatus, DeliverSm, Pdu, Receipt, SubmitSm, SubmitSmResp, Tag, TlvBuffer, frame,
};

use super::figures::Figures;
use super::stage::now;

/// How often each is done for one figure.
const TIMES: u32 = 1_000_000;

/// Takes every figure once.
pub(super) fn measure() -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    let submit = Pdu::SubmitSm(SubmitSm {
        source: Address::alphanumeric(b"Heliogram"),
        destination: Address::international(b"380501234567"),
        registered_delivery: 1,
        short_message: b"Your code is 123456",
        ..SubmitSm::default()
    });
    let response = Pdu::SubmitSmResp(SubmitSmResp {
        message_id: b"1000001",
        ..SubmitSmResp::default()
    });
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"1000001\0")?;
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    let receipt = DeliverSm {
        source: Address::international(b"380501234567"),
        destination: Address::alphanumeric(b"Heliogram"),
        esm_class: 4,
        short_message: b"id:1000001 sub:001 dlvrd:001 submit date:2611220000 done date:2611220001 stat:DELIVRD err:000 text:Your code is 123456",
        tlvs: tlvs.tlvs(),
        ..DeliverSm::default()
    };
    for (names, pdu) in [
        (["submit_sm: write ns", "submit_sm: read ns"], submit),
        (
            ["submit_sm_resp: write ns", "submit_sm_resp: read ns"],
            response,
        ),
        (
            [
                "deliver_sm, a receipt: write ns",
                "deliver_sm, a receipt: read ns",
            ],
            Pdu::DeliverSm(receipt),
        ),
    ] {
        let mut octets = BytesMut::with_capacity(4096);
        figures.take(
            names[0],
            nanos(|| {
                octets.clear();
                black_box(
                    black_box(&pdu)
                        .encode(CommandStatus::ROK, 1, &mut octets)
                        .is_ok(),
                );
            }),
            0,
        );
        octets.clear();
        pdu.encode(CommandStatus::ROK, 1, &mut octets)?;
        let mut buffer = octets.clone();
        let framed = frame(&mut buffer, DEFAULT_MAXIMUM_LENGTH)?;
        let (header, body) = framed.context("what was written is no whole PDU")?;
        figures.take(
            names[1],
            nanos(|| {
                black_box(Pdu::decode(&header, black_box(&body)).is_ok());
            }),
            0,
        );
    }
    figures.take(
        "a receipt's text and parameters: read ns",
        nanos(|| {
            black_box(Receipt::read(black_box(&receipt)).message_id.len());
        }),
        0,
    );
    Ok(figures)
}

/// Does something many times; gives the time of one in nanoseconds.
fn nanos(mut work: impl FnMut()) -> f64 {
    let start = now();
    for _ in 0..TIMES {
        work();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
}
