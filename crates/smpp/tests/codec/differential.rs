//! Two other implementations as a measure: what they accept we read to the same values, and what
//! we write they read.

use crate::generated::{Parts, parts};
use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use rusmpp::Command;
use rusmpp::decode::DecodeWithLength;
use rusmpp::encode::{Encode, Length};
use smpp::{CommandStatus, Pdu, SubmitSm, frame};

/// Parts within every limit of the specification: `rusmpp` takes no others.
fn tame() -> impl Strategy<Value = Parts> {
    let tlv = prop_oneof![
        any::<u16>().prop_map(|reference| (0x0204, reference.to_be_bytes().to_vec())),
        vec(any::<u8>(), 0..20).prop_map(|value| (0x1401, value)),
    ];
    parts(0x21_u8..=0x7E, vec(tlv, 0..3))
}

/// Lets `rusmpp` read one PDU and write it again.
fn through_rusmpp(octets: &[u8]) -> Option<Vec<u8>> {
    let mut body = BytesMut::from(&octets[4..]);
    let (command, _) = Command::decode(&mut body, octets.len() - 4).ok()?;
    let mut written = vec![0; 4 + command.length()];
    let length = u32::try_from(written.len()).unwrap();
    written[..4].copy_from_slice(&length.to_be_bytes());
    command.encode(&mut written[4..]);
    Some(written)
}

fn check_submit(ours: &SubmitSm<'_>, theirs: &smpp34::submit_sm) {
    assert_eq!(ours.service_type, theirs.service_type.as_bytes());
    assert_eq!(ours.source.ton, theirs.source_addr_ton);
    assert_eq!(ours.source.npi, theirs.source_addr_npi);
    assert_eq!(ours.source.address, theirs.source_addr.as_bytes());
    assert_eq!(ours.destination.ton, theirs.dest_addr_ton);
    assert_eq!(ours.destination.npi, theirs.dest_addr_npi);
    assert_eq!(ours.destination.address, theirs.destination_addr.as_bytes());
    assert_eq!(ours.esm_class, theirs.esm_class);
    assert_eq!(ours.protocol_id, theirs.protocol_id);
    assert_eq!(ours.priority_flag, theirs.priority_flag);
    assert_eq!(
        ours.schedule_delivery_time,
        theirs.schedule_delivery_time.as_bytes()
    );
    assert_eq!(ours.validity_period, theirs.validity_period.as_bytes());
    assert_eq!(ours.registered_delivery, theirs.registered_delivery);
    assert_eq!(ours.replace_if_present_flag, theirs.replace_if_present_flag);
    assert_eq!(ours.data_coding, theirs.data_coding);
    assert_eq!(ours.sm_default_msg_id, theirs.sm_default_msg_id);
    assert_eq!(ours.short_message, theirs.short_message);
    let ours: Vec<_> = ours
        .tlvs
        .iter()
        .map(|tlv| (tlv.tag.0, tlv.value.to_vec()))
        .collect();
    let theirs: Vec<_> = theirs
        .tlvs
        .iter()
        .map(|tlv| (tlv.tag, tlv.value.clone()))
        .collect();
    assert_eq!(ours, theirs);
}

proptest! {
    #[test]
    fn rusmpp_reads_and_writes_what_we_write(parts in tame()) {
        let octets = parts.octets();
        // Of these two it keeps one TLV, the one that the specification knows there.
        if !matches!(parts.pdu(), Pdu::BindResp(..) | Pdu::AlertNotification(_)) {
            prop_assert_eq!(through_rusmpp(&octets), Some(octets));
        }
    }

    #[test]
    fn what_rusmpp_accepts_we_read_to_the_same_values(
        parts in tame(),
        change in proptest::option::of((16_usize.., any::<u8>())),
    ) {
        let mut octets = parts.octets();
        if let Some((at, octet)) = change
            && octets.len() > 16
        {
            let at = 16 + at % (octets.len() - 16);
            octets[at] = octet;
        }
        // A shorter PDU came back without TLVs that it did not expect.
        if let Some(written) = through_rusmpp(&octets)
            && written.len() == octets.len()
        {
            let (header, body) = frame(&mut BytesMut::from(&octets[..]), 65_536).unwrap().unwrap();
            let (_, again) = frame(&mut BytesMut::from(&written[..]), 65_536).unwrap().unwrap();
            let ours = Pdu::decode(&header, &body);
            prop_assert!(ours.is_ok(), "{:?}", ours);
            prop_assert_eq!(ours, Pdu::decode(&header, &again));
        }
    }

    #[test]
    fn smpp34_reads_the_same_fields_of_a_submit(parts in tame()) {
        let ours = parts.submit_sm();
        let mut octets = BytesMut::new();
        ours.encode(7, &mut octets).unwrap();
        let header = smpp34::CommandHeader::decode(&octets).unwrap();
        let theirs = smpp34::submit_sm::decode(header, &octets).unwrap();
        check_submit(&ours, &theirs);
        if ours.short_message.len() <= 254 {
            prop_assert_eq!(&theirs.encode()[..], &octets[..]);
        }
    }

    #[test]
    fn smpp34_reads_our_message_ids(id in "[!-~]{1,64}", sequence_number in 1_u32..0x7FFF_FFFF) {
        let ours = smpp::SubmitSmResp { message_id: id.as_bytes(), ..Default::default() };
        let mut octets = BytesMut::new();
        ours.encode(CommandStatus::ROK, sequence_number, &mut octets).unwrap();
        let header = smpp34::CommandHeader::decode(&octets).unwrap();
        let theirs = smpp34::submit_sm_resp::decode(header, &octets).unwrap();
        prop_assert_eq!(theirs.header.sequence_number, sequence_number);
        prop_assert_eq!(theirs.message_id, Some(id));
    }
}
