//! An id is written in one way when a submit is answered, and in another in the receipt.

use std::collections::VecDeque;

use smpp::session::Request;
use smpp::{Address, CommandStatus, DeliverSm, Pdu, SubmitSmResp};

use super::{mixed, provoked};
use crate::smsc::{Smsc, octets};
use crate::world::{World, settings};

/// Receipts find their messages, and none finds another's.
async fn ids_are_found(case: &str) {
    let simulator = provoked(case).await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 100).await;
    world.money(0, 100).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_01_leading_zeros_of_an_id_make_no_difference() {
    ids_are_found("case-01-leading-zeros").await;
}

#[tokio::test]
async fn case_02_ids_that_look_like_numbers_are_octets() {
    ids_are_found("case-02-ids-as-text").await;
}

#[tokio::test]
async fn case_03_hexadecimal_and_decimal_ids_meet_at_any_width() {
    ids_are_found("case-03-more-than-63-bits").await;
}

#[tokio::test]
async fn case_04_letter_case_and_dashes_of_an_id_make_no_difference() {
    ids_are_found("case-04-case-and-dashes").await;
}

#[tokio::test]
async fn case_05_ids_that_differ_only_above_32_bits_are_two() {
    // Hexadecimal in the response, decimal in the receipt, the last 32 bits the same in all. What is answered later comes
    // with the receipts for what was answered before: those that came, in reverse.
    const COUNT: u64 = 40;
    let mut submits = 0_u64;
    let mut receipts = VecDeque::new();
    let smsc = Smsc::start(move |request: &Request| {
        let Pdu::SubmitSm(submit) = request.pdu() else {
            return vec![];
        };
        submits += 1;
        let id = (submits << 32) | 0x77;
        let answered = format!("{id:x}");
        let response = Pdu::SubmitSmResp(SubmitSmResp {
            message_id: answered.as_bytes(),
            ..SubmitSmResp::default()
        });
        let mut all = octets(&response, CommandStatus::ROK, request.sequence_number());
        let stat = match submit.destination.address.last() {
            Some(b'0') => "DELIVRD",
            Some(b'1') => "UNDELIV",
            Some(b'2') => "EXPIRED",
            _ => "REJECTD",
        };
        let text = format!("id:{id} sub:001 dlvrd:001 stat:{stat} err:000 text:hello");
        let receipt = Pdu::DeliverSm(DeliverSm {
            source: Address::international(submit.destination.address),
            destination: Address::alphanumeric(b"Shop"),
            esm_class: 0x04,
            short_message: text.as_bytes(),
            ..DeliverSm::default()
        });
        let number = u32::try_from(submits).unwrap();
        receipts.push_front(octets(&receipt, CommandStatus::ROK, number));
        if submits == COUNT {
            all.extend(receipts.drain(..).flatten());
        }
        all
    })
    .await;
    let world = World::sending(&settings(smsc.address)).await;
    let (numbers, ends) = mixed(u32::try_from(COUNT).unwrap());
    let submission = world.submit_to("hello", &numbers).await;
    world.reaches(submission, &ends).await;
    world.stop().await;
}
