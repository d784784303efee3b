//! PDUs made up by proptest: owned parts from which each command can be built.

use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use smpp::{
    Address, AlertNotification, Bind, BindMode, BindResp, CancelSm, CommandStatus, DataSm,
    DataSmResp, DeliverSm, DeliverSmResp, Destination, DestinationBuffer, Outbind, Pdu, QuerySm,
    QuerySmResp, ReplaceSm, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp, Tag, TlvBuffer,
    Unsuccessful, UnsuccessfulBuffer,
};

/// How many commands `Parts::pdu` can build.
const COMMANDS: usize = 25;

/// What a PDU is built from; every command takes what it has a field for.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    command: usize,
    words: [Vec<u8>; 4],
    addresses: [(u8, u8, Vec<u8>); 3],
    times: [Vec<u8>; 2],
    octets: [u8; 8],
    text: Vec<u8>,
    tlvs: TlvBuffer,
    destinations: DestinationBuffer,
    refused: UnsuccessfulBuffer,
}

/// Makes up parts; `octet` is what C-Octet Strings are made of and must not give NUL.
pub(crate) fn parts(
    octet: impl Strategy<Value = u8> + Clone + 'static,
    tlvs: impl Strategy<Value = Vec<(u16, Vec<u8>)>> + 'static,
) -> impl Strategy<Value = Parts> {
    let word = vec(octet.clone(), 0..6);
    let address = (
        0_u8..=6,
        prop_oneof![Just(0_u8), Just(1), Just(18)],
        vec(octet.clone(), 0..20),
    );
    let time = prop_oneof![Just(Vec::new()), vec(octet.clone(), 16)];
    (
        0..COMMANDS,
        [word.clone(), word.clone(), word.clone(), word],
        [address.clone(), address.clone(), address],
        [time.clone(), time],
        any::<[u8; 8]>(),
        vec(any::<u8>(), 0..=255),
        tlvs,
        0_usize..4,
    )
        .prop_map(
            |(command, words, addresses, times, octets, text, values, listed)| {
                let mut tlvs = TlvBuffer::new();
                for (tag, value) in values {
                    tlvs.push(Tag(tag), &value).unwrap();
                }
                let mut destinations = DestinationBuffer::new();
                let mut refused = UnsuccessfulBuffer::new();
                for (ton, npi, address) in addresses.iter().take(listed) {
                    let address = Address {
                        ton: *ton,
                        npi: *npi,
                        address,
                    };
                    destinations.push(Destination::Address(address)).unwrap();
                    destinations
                        .push(Destination::List(address.address))
                        .unwrap();
                    let status = CommandStatus::RINVDSTADR;
                    refused
                        .push(Unsuccessful {
                            destination: address,
                            status,
                        })
                        .unwrap();
                }
                Parts {
                    command,
                    words,
                    addresses,
                    times,
                    octets,
                    text,
                    tlvs,
                    destinations,
                    refused,
                }
            },
        )
}

/// Makes up parts of any octets and any TLVs.
pub(crate) fn wild() -> impl Strategy<Value = Parts> {
    parts(
        1_u8..=255,
        vec((any::<u16>(), vec(any::<u8>(), 0..12)), 0..4),
    )
}

impl Parts {
    /// Builds the PDU of the chosen command.
    pub(crate) fn pdu(&self) -> Pdu<'_> {
        let [_, message_id, system_id, password] = &self.words;
        let (source, destination) = (self.address(0), self.address(1));
        let octet = self.octets[0];
        let tlvs = self.tlvs.tlvs();
        match self.command {
            0 => Pdu::SubmitSm(self.submit_sm()),
            1 => Pdu::DeliverSm(self.deliver_sm()),
            2 => Pdu::SubmitSmResp(SubmitSmResp { message_id, tlvs }),
            3 => Pdu::DeliverSmResp(DeliverSmResp { message_id, tlvs }),
            4 => Pdu::DataSm(self.data_sm()),
            5 => Pdu::DataSmResp(DataSmResp { message_id, tlvs }),
            6 => Pdu::QuerySm(QuerySm { message_id, source }),
            7 => Pdu::QuerySmResp(QuerySmResp {
                message_id,
                final_date: &self.times[0],
                message_state: octet,
                error_code: self.octets[1],
            }),
            8 => {
                let service_type = &self.words[0];
                Pdu::CancelSm(CancelSm {
                    service_type,
                    message_id,
                    source,
                    destination,
                })
            }
            9 => Pdu::ReplaceSm(self.replace_sm()),
            10 => Pdu::SubmitMulti(self.submit_multi()),
            11 => {
                let unsuccessful = self.refused.list();
                Pdu::SubmitMultiResp(SubmitMultiResp {
                    message_id,
                    unsuccessful,
                    tlvs,
                })
            }
            12 => Pdu::Bind(BindMode::Transmitter, self.bind()),
            13 => Pdu::Bind(BindMode::Receiver, self.bind()),
            14 => Pdu::Bind(BindMode::Transceiver, self.bind()),
            15 => Pdu::BindResp(BindMode::Transmitter, BindResp { system_id, tlvs }),
            16 => Pdu::BindResp(BindMode::Transceiver, BindResp { system_id, tlvs }),
            17 => Pdu::Outbind(Outbind {
                system_id,
                password,
            }),
            18 => Pdu::AlertNotification(AlertNotification {
                source,
                esme: destination,
                tlvs,
            }),
            19 => Pdu::EnquireLink,
            20 => Pdu::EnquireLinkResp,
            21 => Pdu::Unbind,
            22 => Pdu::UnbindResp,
            23 => Pdu::CancelSmResp,
            _ => Pdu::GenericNack,
        }
    }

    /// Writes the PDU with a number of its own.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut out = BytesMut::new();
        self.pdu()
            .encode(CommandStatus::ROK, 1 + u32::from(self.octets[7]), &mut out)
            .unwrap();
        out.to_vec()
    }

    pub(crate) fn submit_sm(&self) -> SubmitSm<'_> {
        let [
            esm_class,
            protocol_id,
            registered_delivery,
            data_coding,
            id,
            ..,
        ] = self.octets;
        SubmitSm {
            service_type: &self.words[0],
            source: self.address(0),
            destination: self.address(1),
            esm_class,
            protocol_id,
            priority_flag: 0,
            schedule_delivery_time: &self.times[0],
            validity_period: &self.times[1],
            registered_delivery,
            replace_if_present_flag: 1,
            data_coding,
            sm_default_msg_id: id,
            short_message: &self.text,
            tlvs: self.tlvs.tlvs(),
        }
    }

    fn deliver_sm(&self) -> DeliverSm<'_> {
        DeliverSm {
            source: self.address(0),
            destination: self.address(1),
            esm_class: self.octets[0],
            data_coding: self.octets[1],
            short_message: &self.text,
            tlvs: self.tlvs.tlvs(),
            ..DeliverSm::default()
        }
    }

    fn data_sm(&self) -> DataSm<'_> {
        DataSm {
            service_type: &self.words[0],
            source: self.address(0),
            destination: self.address(1),
            esm_class: self.octets[0],
            registered_delivery: self.octets[1],
            data_coding: self.octets[2],
            tlvs: self.tlvs.tlvs(),
        }
    }

    fn replace_sm(&self) -> ReplaceSm<'_> {
        ReplaceSm {
            message_id: &self.words[1],
            source: self.address(0),
            schedule_delivery_time: &self.times[0],
            validity_period: &self.times[1],
            registered_delivery: self.octets[0],
            sm_default_msg_id: self.octets[1],
            short_message: &self.text,
        }
    }

    fn submit_multi(&self) -> SubmitMulti<'_> {
        SubmitMulti {
            source: self.address(2),
            destinations: self.destinations.list(),
            esm_class: self.octets[0],
            validity_period: &self.times[1],
            data_coding: self.octets[1],
            short_message: &self.text,
            tlvs: self.tlvs.tlvs(),
            ..SubmitMulti::default()
        }
    }

    fn bind(&self) -> Bind<'_> {
        Bind {
            system_id: &self.words[2],
            password: &self.words[3],
            system_type: &self.words[0],
            interface_version: 0x34,
            addr_ton: self.addresses[0].0,
            addr_npi: self.addresses[0].1,
            address_range: &self.addresses[0].2,
        }
    }

    fn address(&self, index: usize) -> Address<'_> {
        let (ton, npi, address) = &self.addresses[index];
        Address {
            ton: *ton,
            npi: *npi,
            address,
        }
    }
}
