//! The text of a receipt: something comes out, and what was understood survives rewriting.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp::receipt::is_receipt;
use smpp::time::{Time, parse_receipt_date};
use smpp::{DeliverSm, Receipt, Tlvs, message_id};

fuzz_target!(|input: &[u8]| {
    let Some((esm_class, text)) = input.split_first() else {
        return;
    };
    let deliver = DeliverSm {
        esm_class: *esm_class,
        short_message: text,
        ..DeliverSm::default()
    };
    let _ = is_receipt(&deliver);
    let receipt = Receipt::read(&deliver);
    let _ = parse_receipt_date(receipt.done_date);
    let _ = Time::parse(receipt.done_date).map(|time| time.resolve(0));
    let keys = message_id::candidates(receipt.message_id);
    assert!(keys.len() <= message_id::MAXIMUM_CANDIDATES);
    assert!(keys.first().is_none_or(|first| *first == message_id::key(receipt.message_id)));
    let written = receipt.write_text();
    assert_eq!(
        Receipt::parse(&written, Tlvs::default()).state,
        receipt.state
    );
});
