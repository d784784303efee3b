//! SMPP's octets: writing and reading the PDUs of a message's life.

use std::hint::black_box;

use anyhow::Context;
use bytes::BytesMut;
use smpp::frame::DEFAULT_MAXIMUM_LENGTH;
use smpp::{
    Address, CommandStatus, DeliverSm, Pdu, Receipt, SubmitSm, SubmitSmResp, Tag, TlvBuffer, frame,
};

use super::Work;

/// How often each is done: as many instructions as a second or so of valgrind.
const TIMES: u32 = 20_000;

/// What is counted.
pub(super) const WORKS: &[Work] = &[
    work("submit_sm, written", |times| written(&submit(), times)),
    work("submit_sm, framed and read", |times| read(&submit(), times)),
    work("submit_sm_resp, written", |times| {
        written(&response(), times)
    }),
    work("submit_sm_resp, framed and read", |times| {
        read(&response(), times)
    }),
    work("deliver_sm with a receipt, written", |times| {
        with_receipt(|deliver| written(&Pdu::DeliverSm(deliver), times))
    }),
    work("deliver_sm with a receipt, framed and read", |times| {
        with_receipt(|deliver| read(&Pdu::DeliverSm(deliver), times))
    }),
    work("receipt's text and parameters, read", |times| {
        with_receipt(|deliver| {
            receipt(&deliver, times);
            Ok(())
        })
    }),
    work("forms of a message id", |times| {
        forms(times);
        Ok(())
    }),
];

const fn work(name: &'static str, run: fn(u32) -> anyhow::Result<()>) -> Work {
    Work::exact(name, TIMES, run)
}

fn submit() -> Pdu<'static> {
    Pdu::SubmitSm(SubmitSm {
        source: Address::alphanumeric(b"Heliogram"),
        destination: Address::international(b"380501234567"),
        registered_delivery: 1,
        short_message: b"Your code is 123456",
        ..SubmitSm::default()
    })
}

fn response() -> Pdu<'static> {
    Pdu::SubmitSmResp(SubmitSmResp {
        message_id: b"1000001",
        ..SubmitSmResp::default()
    })
}

fn with_receipt(then: impl FnOnce(DeliverSm<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"1000001\0")?;
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    then(DeliverSm {
        source: Address::international(b"380501234567"),
        destination: Address::alphanumeric(b"Heliogram"),
        esm_class: 4,
        short_message: b"id:1000001 sub:001 dlvrd:001 submit date:2611220000 done date:2611220001 \
                         stat:DELIVRD err:000 text:Your code is 123456",
        tlvs: tlvs.tlvs(),
        ..DeliverSm::default()
    })
}

fn written(pdu: &Pdu<'_>, times: u32) -> anyhow::Result<()> {
    let mut octets = BytesMut::with_capacity(4_096);
    for sequence in 0..times {
        octets.clear();
        black_box(pdu).encode(CommandStatus::ROK, sequence + 1, &mut octets)?;
        black_box(&octets);
    }
    Ok(())
}

fn read(pdu: &Pdu<'_>, times: u32) -> anyhow::Result<()> {
    let mut octets = BytesMut::new();
    pdu.encode(CommandStatus::ROK, 1, &mut octets)?;
    // As many as one read of a busy link brings.
    let together = octets.repeat(16);
    let mut buffer = BytesMut::with_capacity(together.len());
    for time in 0..times {
        if time % 16 == 0 {
            buffer.extend_from_slice(black_box(&together));
        }
        let framed = frame(&mut buffer, DEFAULT_MAXIMUM_LENGTH)?;
        let (header, body) = framed.context("what was written is no whole PDU")?;
        black_box(Pdu::decode(&header, &body)?);
    }
    Ok(())
}

fn receipt(deliver: &DeliverSm<'_>, times: u32) {
    for _ in 0..times {
        black_box(Receipt::read(black_box(deliver)));
    }
}

fn forms(times: u32) {
    for _ in 0..times {
        black_box(smpp::message_id::key(black_box(b"1000001")));
        black_box(smpp::message_id::candidates(black_box(b"1000001")));
    }
}
