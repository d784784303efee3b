//! How long a field may be, as a policy that is applied after a PDU was read.
//!
//! Reading takes any length, because peers exceed most of the specification's; who serves
//! customers may still want to refuse what would not fit further on.

use crate::pdu::{Address, Bind, CancelSm, DataSm, Pdu, ReplaceSm, SubmitMulti};
use crate::status::CommandStatus;

/// The longest value of each kind of field, in octets and without its NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of a bind.
    pub system_id: usize,
    /// Of a bind.
    pub password: usize,
    /// Of a bind.
    pub system_type: usize,
    /// Of a bind.
    pub address_range: usize,
    /// Of every message.
    pub service_type: usize,
    /// Of an originator or a recipient.
    pub address: usize,
    /// Of `schedule_delivery_time` and `validity_period`.
    pub time: usize,
    /// Of a message's name.
    pub message_id: usize,
    /// Of the text that is not a TLV.
    pub short_message: usize,
}

/// The first field found beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} has {length} octets, the limit is {maximum}")]
pub struct Violation {
    /// The name of the field in the specification.
    pub field: &'static str,
    /// Its length in octets.
    pub length: usize,
    /// The limit.
    pub maximum: usize,
    /// The status to answer with.
    pub status: CommandStatus,
}

impl Limits {
    /// No limit but the length of the PDU.
    pub const NONE: Self = Self {
        system_id: usize::MAX,
        password: usize::MAX,
        system_type: usize::MAX,
        address_range: usize::MAX,
        service_type: usize::MAX,
        address: usize::MAX,
        time: usize::MAX,
        message_id: usize::MAX,
        short_message: usize::MAX,
    };

    /// The limits of the specification [smpp34 §5.2]; for addresses the wider one of the two.
    pub const SPECIFICATION: Self = Self {
        system_id: 15,
        password: 8,
        system_type: 12,
        address_range: 40,
        service_type: 5,
        address: 20,
        time: 16,
        message_id: 64,
        short_message: 254,
    };

    /// Judges a request; responses always pass, because there is nobody to answer to.
    pub fn check(&self, pdu: &Pdu<'_>) -> Result<(), Violation> {
        match pdu {
            Pdu::Bind(_, bind) => self.bind(bind),
            Pdu::Outbind(outbind) => {
                within("system_id", outbind.system_id, self.system_id, SYSTEM_ID)?;
                within("password", outbind.password, self.password, PASSWORD)
            }
            Pdu::SubmitSm(submit) => {
                self.service_type(submit.service_type)?;
                self.addresses(&submit.source, &submit.destination)?;
                self.times(submit.schedule_delivery_time, submit.validity_period)?;
                self.short_message(submit.short_message)
            }
            Pdu::DeliverSm(deliver) => {
                self.service_type(deliver.service_type)?;
                self.addresses(&deliver.source, &deliver.destination)?;
                self.times(deliver.schedule_delivery_time, deliver.validity_period)?;
                self.short_message(deliver.short_message)
            }
            Pdu::DataSm(DataSm {
                service_type,
                source,
                destination,
                ..
            }) => {
                self.service_type(service_type)?;
                self.addresses(source, destination)
            }
            Pdu::SubmitMulti(submit) => self.submit_multi(submit),
            Pdu::QuerySm(query) => {
                self.message_id(query.message_id)?;
                within("source_addr", query.source.address, self.address, SOURCE)
            }
            Pdu::CancelSm(CancelSm {
                service_type,
                message_id,
                source,
                destination,
            }) => {
                self.service_type(service_type)?;
                self.message_id(message_id)?;
                self.addresses(source, destination)
            }
            Pdu::ReplaceSm(replace) => self.replace(replace),
            Pdu::AlertNotification(alert) => self.addresses(&alert.source, &alert.esme),
            Pdu::BindResp(..)
            | Pdu::Unbind
            | Pdu::UnbindResp
            | Pdu::SubmitSmResp(_)
            | Pdu::SubmitMultiResp(_)
            | Pdu::DeliverSmResp(_)
            | Pdu::DataSmResp(_)
            | Pdu::QuerySmResp(_)
            | Pdu::CancelSmResp
            | Pdu::ReplaceSmResp
            | Pdu::EnquireLink
            | Pdu::EnquireLinkResp
            | Pdu::GenericNack => Ok(()),
        }
    }

    fn bind(&self, bind: &Bind<'_>) -> Result<(), Violation> {
        within("system_id", bind.system_id, self.system_id, SYSTEM_ID)?;
        within("password", bind.password, self.password, PASSWORD)?;
        within(
            "system_type",
            bind.system_type,
            self.system_type,
            CommandStatus::RINVSYSTYP,
        )?;
        within(
            "address_range",
            bind.address_range,
            self.address_range,
            CommandStatus::RBINDFAIL,
        )
    }

    fn submit_multi(&self, submit: &SubmitMulti<'_>) -> Result<(), Violation> {
        use crate::pdu::Destination;
        self.service_type(submit.service_type)?;
        within("source_addr", submit.source.address, self.address, SOURCE)?;
        for destination in submit.destinations {
            match destination {
                Destination::Address(Address { address, .. }) => {
                    within("destination_addr", address, self.address, DESTINATION)?;
                }
                Destination::List(name) => {
                    within("dl_name", name, self.address, CommandStatus::RINVDLNAME)?;
                }
            }
        }
        self.times(submit.schedule_delivery_time, submit.validity_period)?;
        self.short_message(submit.short_message)
    }

    fn replace(&self, replace: &ReplaceSm<'_>) -> Result<(), Violation> {
        self.message_id(replace.message_id)?;
        within("source_addr", replace.source.address, self.address, SOURCE)?;
        self.times(replace.schedule_delivery_time, replace.validity_period)?;
        self.short_message(replace.short_message)
    }

    fn service_type(&self, value: &[u8]) -> Result<(), Violation> {
        within(
            "service_type",
            value,
            self.service_type,
            CommandStatus::RINVSERTYP,
        )
    }

    fn addresses(&self, source: &Address<'_>, destination: &Address<'_>) -> Result<(), Violation> {
        within("source_addr", source.address, self.address, SOURCE)?;
        within(
            "destination_addr",
            destination.address,
            self.address,
            DESTINATION,
        )
    }

    fn times(&self, schedule: &[u8], validity: &[u8]) -> Result<(), Violation> {
        within(
            "schedule_delivery_time",
            schedule,
            self.time,
            CommandStatus::RINVSCHED,
        )?;
        within(
            "validity_period",
            validity,
            self.time,
            CommandStatus::RINVEXPIRY,
        )
    }

    fn message_id(&self, value: &[u8]) -> Result<(), Violation> {
        within(
            "message_id",
            value,
            self.message_id,
            CommandStatus::RINVMSGID,
        )
    }

    fn short_message(&self, value: &[u8]) -> Result<(), Violation> {
        within(
            "short_message",
            value,
            self.short_message,
            CommandStatus::RINVMSGLEN,
        )
    }
}

const SYSTEM_ID: CommandStatus = CommandStatus::RINVSYSID;
const PASSWORD: CommandStatus = CommandStatus::RINVPASWD;
const SOURCE: CommandStatus = CommandStatus::RINVSRCADR;
const DESTINATION: CommandStatus = CommandStatus::RINVDSTADR;

fn within(
    field: &'static str,
    value: &[u8],
    maximum: usize,
    status: CommandStatus,
) -> Result<(), Violation> {
    if value.len() <= maximum {
        Ok(())
    } else {
        Err(Violation {
            field,
            length: value.len(),
            maximum,
            status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::BindMode;
    use crate::pdu::SubmitSm;

    fn refused(pdu: Pdu<'_>) -> Option<(&'static str, CommandStatus)> {
        assert_eq!(Limits::NONE.check(&pdu), Ok(()));
        let violation = Limits::SPECIFICATION.check(&pdu).err()?;
        Some((violation.field, violation.status))
    }

    fn bind<'a>(system_id: &'a [u8], password: &'a [u8]) -> Pdu<'a> {
        Pdu::Bind(
            BindMode::Transceiver,
            Bind {
                system_id,
                password,
                ..Bind::default()
            },
        )
    }

    #[test]
    fn the_specifications_limits_are_inclusive() {
        assert_eq!(refused(bind(b"123456789012345", b"12345678")), None);
        assert_eq!(
            refused(bind(b"1234567890123456", b"")),
            Some(("system_id", SYSTEM_ID))
        );
        assert_eq!(
            refused(bind(b"", b"123456789")),
            Some(("password", PASSWORD))
        );
    }

    #[test]
    fn the_status_names_the_field_that_is_too_long() {
        let long = [b'1'; 255];
        let submit = SubmitSm::default();
        let rows = [
            (
                SubmitSm {
                    service_type: b"123456",
                    ..submit
                },
                CommandStatus::RINVSERTYP,
            ),
            (
                SubmitSm {
                    source: Address::international(&long),
                    ..submit
                },
                SOURCE,
            ),
            (
                SubmitSm {
                    destination: Address::international(&long),
                    ..submit
                },
                DESTINATION,
            ),
            (
                SubmitSm {
                    schedule_delivery_time: &long,
                    ..submit
                },
                CommandStatus::RINVSCHED,
            ),
            (
                SubmitSm {
                    validity_period: &long,
                    ..submit
                },
                CommandStatus::RINVEXPIRY,
            ),
            (
                SubmitSm {
                    short_message: &long,
                    ..submit
                },
                CommandStatus::RINVMSGLEN,
            ),
        ];
        for (submit, status) in rows {
            assert_eq!(
                refused(Pdu::SubmitSm(submit)).map(|found| found.1),
                Some(status)
            );
        }
    }
}
