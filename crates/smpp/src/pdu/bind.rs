//! Opening a session: the three binds, their responses, and outbind [smpp34 §4.1].

use super::layout::layout;
use crate::tlv::Tlvs;

layout! {
    /// Asks for a session; the mode is the command itself [smpp34 §4.1.1].
    pub struct Bind<'a> {
        /// Who asks.
        system_id: &'a [u8] as c_octets,
        /// Never shown by `Debug`. Eight octets by the specification, longer in the field.
        password: &'a [u8] as password,
        /// Kind of system, often empty.
        system_type: &'a [u8] as c_octets,
        /// Version that the ESME speaks: 0x34 for this one.
        interface_version: u8 as octet,
        /// Type of number of the addresses served.
        addr_ton: u8 as octet,
        /// Numbering plan of the addresses served.
        addr_npi: u8 as octet,
        /// Pattern of the addresses served, usually empty.
        address_range: &'a [u8] as c_octets,
    }
}

layout! {
    /// Answers a bind [smpp34 §4.1.2].
    pub struct BindResp<'a> {
        /// Who answers.
        system_id: &'a [u8] as c_octets,
        /// May hold `sc_interface_version`.
        tlvs: Tlvs<'a> as tlvs,
    }
}

layout! {
    /// Asks an ESME to bind as a receiver; has no response [smpp34 §4.1.7].
    pub struct Outbind<'a> {
        /// Who asks.
        system_id: &'a [u8] as c_octets,
        /// Never shown by `Debug`.
        password: &'a [u8] as password,
    }
    request OUTBIND
}
