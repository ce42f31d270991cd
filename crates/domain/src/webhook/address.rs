//! The addresses that a webhook may be sent to: those of the public internet, and those in the networks of the
//! configuration file. Everything else is refused, so that nobody who may add a webhook can reach what only this
//! server can reach.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The ports that may be reached on the public internet.
pub const PORTS: [u16; 2] = [443, 8443];

/// Networks that webhooks may reach although they are not public, from the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookNetworks(Vec<IpNet>);

/// What of IPv4 is not public: this network, private, shared, loopback, link-local, reserved by the IETF, examples,
/// relays, benchmarks, multicast, and the future.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The only part of IPv6 that is assigned for global use. Mapped (`::ffff:0:0/96`), NAT64 (`64:ff9b::/96`), unique
/// local (`fc00::/7`), link-local and loopback addresses are outside of it.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is not public either: Teredo and other protocols of the IETF, examples, 6to4, more examples.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl WebhookNetworks {
    /// These networks.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether there are none, as shipped.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address may be connected to. In the networks of the configuration file any scheme and port may be
    /// used; everywhere else only TLS, on the ports of [`PORTS`].
    #[must_use]
    pub fn allow(&self, address: IpAddr, is_tls: bool, port: u16) -> bool {
        let is_inside = self.0.iter().any(|network| network.contains(&address));
        is_inside || (is_tls && PORTS.contains(&port) && is_public(address))
    }
}

/// Whether an address is on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let is_in = |(network, length): (Ipv4Addr, u32)| {
                (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
            };
            !NOT_PUBLIC_V4.into_iter().any(is_in)
        }
        IpAddr::V6(address) => {
            let is_in = |(network, length): (Ipv6Addr, u32)| {
                (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
            };
            is_in(GLOBAL_V6) && !NOT_PUBLIC_V6.into_iter().any(is_in)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let public = "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.0.0 \
             172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 \
             2606:4700::1111 2a00:1450::1 2001:200::1 2003::1";
        let not_public = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 \
             169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 \
             198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 \
             :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 \
             fc00::1 fd12::1 fe80::1 fec0::1 ff02::1 2001::1 2001:1ff::1 2001:db8::1 2002:7f00:1::1 3fff::1 4000::1";
        for (list, expected) in [(public, true), (not_public, false)] {
            for text in list.split_whitespace() {
                assert_eq!(is_public(text.parse().unwrap()), expected, "{text}");
            }
        }
    }

    #[test]
    fn other_addresses_and_plain_http_need_a_network_of_the_configuration_file() {
        let networks = WebhookNetworks::new(vec!["10.1.0.0/16".parse().unwrap(), "::1/128".parse().unwrap()]);
        for (address, is_tls, port, with, without) in [
            ("1.1.1.1", true, 443, true, true),
            ("1.1.1.1", true, 8443, true, true),
            ("1.1.1.1", true, 25, false, false),
            ("1.1.1.1", false, 443, false, false),
            ("10.1.2.3", false, 5_432, true, false),
            ("10.2.2.3", true, 443, false, false),
            ("::1", false, 80, true, false),
            ("::ffff:10.1.2.3", true, 443, false, false),
        ] {
            let address = address.parse().unwrap();
            let none = WebhookNetworks::default();
            let allowed = (networks.allow(address, is_tls, port), none.allow(address, is_tls, port));
            assert_eq!(allowed, (with, without), "{address} {is_tls} {port}");
        }
    }
}
