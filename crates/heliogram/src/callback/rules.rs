//! Which addresses and ports may be called: those of the public network, and what the operator of the gateway allows besides.

use std::net::IpAddr;

use gateway::directory::Network;

/// What is not of the public network of IPv4 [IANA IPv4 Special-Purpose Address Registry].
const DENIED_V4: [&str; 16] = [
    "0.0.0.0/8",       // this network
    "10.0.0.0/8",      // private
    "100.64.0.0/10",   // behind a carrier's address translation
    "127.0.0.0/8",     // this machine
    "169.254.0.0/16", // this link; among them the addresses at which clouds tell machines their secrets
    "172.16.0.0/12",  // private
    "192.0.0.0/24",   // protocols' own
    "192.0.2.0/24",   // documentation
    "192.88.99.0/24", // relays of 6to4
    "192.168.0.0/16", // private
    "198.18.0.0/15",  // benchmarks
    "198.51.100.0/24", // documentation
    "203.0.113.0/24", // documentation
    "224.0.0.0/4",    // multicast
    "240.0.0.0/4",    // reserved
    "255.255.255.255", // broadcast
];

/// What is not of the public network of IPv6 [IANA IPv6 Special-Purpose Address Registry]. Addresses that have one of IPv4 inside are
/// among it: how a network reads them is not for us to guess.
const DENIED_V6: [&str; 7] = [
    "::/3", // unspecified, this machine, compatible with IPv4, local address translation, discard
    "2001::/23", // protocols' own: Teredo, benchmarks, ORCHID
    "2001:db8::/32", // documentation
    "2002::/16", // 6to4
    "3fff::/20", // documentation
    "4000::/2", // not assigned
    "8000::/1", // not assigned, private, this link, this site, multicast
];

/// Where a translator reaches IPv4 by IPv6: the last 32 bits are the address [RFC 6052 §2.1].
const TRANSLATED: &str = "64:ff9b::/96";

/// Says what may be called.
pub(crate) struct Rules {
    denied_v4: Vec<Network>,
    denied_v6: Vec<Network>,
    translated: Option<Network>,
    /// What may be called although it is denied.
    allow: Vec<Network>,
    /// Any when `None`.
    ports: Option<Vec<u16>>,
}

impl Rules {
    /// Permits the public network and what is allowed besides, at these ports; at any when `None`.
    pub(crate) fn new(allow: Vec<Network>, ports: Option<Vec<u16>>) -> Self {
        let read = |texts: &[&str]| texts.iter().copied().filter_map(Network::parse).collect();
        Self {
            denied_v4: read(&DENIED_V4),
            denied_v6: read(&DENIED_V6),
            translated: Network::parse(TRANSLATED),
            allow,
            ports,
        }
    }

    /// Permits the public network and this machine, at any port: there programs that are tried out listen.
    pub(crate) fn development() -> Self {
        let here = ["127.0.0.0/8", "::1"];
        Self::new(here.into_iter().filter_map(Network::parse).collect(), None)
    }

    /// Tells whether this port may be called.
    pub(super) fn permit_port(&self, port: u16) -> bool {
        self.ports
            .as_ref()
            .is_none_or(|ports| ports.contains(&port))
    }

    /// Tells whether this address may be called.
    pub(super) fn permit(&self, address: IpAddr) -> bool {
        // One of IPv4 that is mapped into IPv6 is connected to as what it is.
        let address = address.to_canonical();
        let among = |networks: &[Network]| networks.iter().any(|one| one.contains(address));
        if among(&self.allow) {
            return true;
        }
        match address {
            IpAddr::V4(_) => !among(&self.denied_v4),
            IpAddr::V6(whole) if self.translated.is_some_and(|one| one.contains(address)) => {
                let [.., a, b, c, d] = whole.octets();
                self.permit(IpAddr::from([a, b, c, d]))
            }
            IpAddr::V6(_) => !among(&self.denied_v6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(rules: &Rules, address: &str) -> bool {
        rules.permit(address.parse().unwrap())
    }

    #[test]
    fn every_network_of_the_tables_is_one() {
        let rules = Rules::new(vec![], None);
        assert_eq!(rules.denied_v4.len(), DENIED_V4.len());
        assert_eq!(rules.denied_v6.len(), DENIED_V6.len());
        assert!(rules.translated.is_some());
        assert_eq!(Rules::development().allow.len(), 2);
    }

    #[test]
    fn the_public_network_may_be_called() {
        let rules = Rules::new(vec![], None);
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2003::1",
            "2a00:1450::1",
            "2606:4700::1111",
            "3ffe::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(permitted(&rules, address), "{address}");
        }
    }

    #[test]
    fn nothing_but_the_public_network_may_be_called() {
        let rules = Rules::new(vec![], None);
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::1.1.1.1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:0:1:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:101:101::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "8000::1",
            "c000::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ] {
            assert!(!permitted(&rules, address), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_may_be_called_and_nothing_more() {
        let allow = ["10.0.0.0/8", "fd00::/8"].map(|text| Network::parse(text).unwrap());
        let rules = Rules::new(allow.into(), Some(vec![80, 8080]));
        for address in [
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "64:ff9b::10.1.2.3",
            "fd00::1",
        ] {
            assert!(permitted(&rules, address), "{address}");
        }
        for address in ["127.0.0.1", "192.168.0.1", "fc00::1", "::10.1.2.3"] {
            assert!(!permitted(&rules, address), "{address}");
        }
        let ports = [80, 443, 8080].map(|port| rules.permit_port(port));
        assert_eq!(ports, [true, false, true]);
    }

    #[test]
    fn development_mode_calls_this_machine() {
        let rules = Rules::development();
        assert!(permitted(&rules, "127.0.0.1") && permitted(&rules, "::1"));
        assert!(!permitted(&rules, "192.168.0.1"));
        assert!(rules.permit_port(1));
    }
}
