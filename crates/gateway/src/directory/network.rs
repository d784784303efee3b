//! Addresses and networks of them, as allow-lists name them.

use std::net::{IpAddr, Ipv6Addr};

/// Names an address, or all those that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// Its addresses; of IPv4 those that are mapped into IPv6.
    first: u128,
    /// How many bits they have in common.
    bits: u32,
}

/// The bits that all mapped addresses of IPv4 have in common.
const MAPPED_BITS: u32 = 96;

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

    /// Tells whether the address is one of them; one of IPv4 is the same whether it comes mapped into IPv6 or not.
    pub fn contains(self, address: IpAddr) -> bool {
        begin(mapped(address), self.bits) == self.first
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
