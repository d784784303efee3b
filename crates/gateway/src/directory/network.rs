//! Addresses and networks of them, as allow-lists name them and as strangers are counted by them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Names an address, or all those that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    /// Its addresses; of IPv4 those that are mapped into IPv6.
    first: u128,
    /// How many bits they have in common.
    bits: u32,
}

/// The bits that all mapped addresses of IPv4 have in common.
const MAPPED_BITS: u32 = 96;

/// The bits that the addresses of IPv6 have in common that one household or server has.
const HOUSEHOLD_BITS: u32 = 64;

impl Network {
    /// Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/32`, with blanks around it; `None` when it is anything else.
    /// Bits of the address behind the length do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (before, most) = match address {
            IpAddr::V4(_) => (MAPPED_BITS, 32),
            IpAddr::V6(_) => (0, 128),
        };
        let length = match length {
            Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
                digits.parse().ok().filter(|length| *length <= most)?
            }
            Some(_) => return None,
            None => most,
        };
        let bits = before + length;
        Some(Self {
            first: begin(mapped(address), bits),
            bits,
        })
    }

    /// Gives the addresses that whoever has this one has: of IPv4 itself alone, of IPv6 its /64.
    pub fn of(address: IpAddr) -> Self {
        let bits = match address.to_canonical() {
            IpAddr::V4(_) => 128,
            IpAddr::V6(_) => HOUSEHOLD_BITS,
        };
        Self {
            first: begin(mapped(address), bits),
            bits,
        }
    }

    /// Tells whether the address is one of them; one of IPv4 is the same whether it comes mapped into IPv6 or not.
    pub fn contains(self, address: IpAddr) -> bool {
        begin(mapped(address), self.bits) == self.first
    }
}

/// Writes it as [`Network::parse`] reads it.
impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = IpAddr::V6(Ipv6Addr::from_bits(self.first)).to_canonical();
        let (first, before) = match first {
            IpAddr::V4(_) if self.bits >= MAPPED_BITS => (first, MAPPED_BITS),
            IpAddr::V4(_) | IpAddr::V6(_) => (Ipv6Addr::from_bits(self.first).into(), 0),
        };
        write!(formatter, "{first}")?;
        if self.bits < 128 {
            write!(formatter, "/{}", self.bits - before)?;
        }
        Ok(())
    }
}

fn mapped(address: IpAddr) -> u128 {
    let address: Ipv6Addr = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    address.to_bits()
}

/// The first bits of an address, the others zero.
fn begin(address: u128, bits: u32) -> u128 {
    let rest = 128 - bits;
    address.checked_shr(rest).map_or(0, |begin| begin << rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_the_addresses_that_begin_like_it() {
        for (network, inside, outside) in [
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            (" 192.0.2.1 ", "192.0.2.1", "192.0.2.0"),
            ("192.0.2.1/32", "192.0.2.1", "192.0.2.0"),
            ("192.0.2.7/24", "192.0.2.255", "192.0.3.0"),
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.0"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
            ("192.0.2.0/24", "::ffff:192.0.2.9", "::192.0.2.9"),
            ("2001:db8::1", "2001:db8:0::1", "2001:db8::2"),
            ("2001:db8::/32", "2001:db8:ffff::", "2001:db9::"),
            ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"),
            ("::/1", "2001:db8::", "fe80::1"),
        ] {
            let read = Network::parse(network).unwrap();
            assert!(read.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(
                !read.contains(outside.parse().unwrap()),
                "{network} {outside}"
            );
        }
        let all = Network::parse("::/0").unwrap();
        assert!(all.contains("192.0.2.1".parse().unwrap()));
        assert!(all.contains("fe80::1".parse().unwrap()));
    }

    #[test]
    fn whoever_has_an_address_has_it_alone_or_the_upper_half_of_sixteen_octets() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("::"), of("0.0.0.0"));
    }

    #[test]
    fn a_network_is_written_as_it_is_read() {
        for (given, written) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:db8::1/64", "2001:db8::/64"),
            ("::/0", "::/0"),
            ("::ffff:0:0/90", "::ffc0:0:0/90"),
        ] {
            let network = Network::parse(given).unwrap();
            assert_eq!(network.to_string(), written, "{given}");
            assert_eq!(Network::parse(written), Some(network), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_names_no_network() {
        for text in [
            "",
            " ",
            "/",
            "/8",
            "192.0.2",
            "192.0.2.1/",
            "192.0.2.1/33",
            "192.0.2.1/-1",
            "192.0.2.1/+1",
            "192.0.2.0/24/8",
            "192.0.2.256",
            "192.0.2.*",
            "010.0.0.1",
            "2001:db8::/129",
            "2001:db8",
            "[::1]",
            "localhost",
            "192.0.2.1:80",
            "192.0.2.1/99999999999999999999",
            "fe80::1%eth0",
            "192.0.2.1 192.0.2.2",
        ] {
            assert_eq!(Network::parse(text), None, "{text:?}");
        }
    }
}
