//! The network around an address: people sign in from changing addresses of few networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// For how many days a network counts as seen.
pub const SEEN_FOR_DAYS: i64 = 90;

/// The network that an address is in: a /24 of IPv4, a /48 of IPv6. An IPv4 address written as IPv6 is in its IPv4
/// network.
#[must_use]
pub fn around(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    #[test]
    fn addresses_of_a_network_share_it() {
        check(
            &[
                ("203.0.113.7", "203.0.113.0/24"),
                ("203.0.113.255", "203.0.113.0/24"),
                ("203.0.114.7", "203.0.114.0/24"),
                ("::ffff:203.0.113.7", "203.0.113.0/24"),
                ("2001:db8:1:2::3", "2001:db8:1::/48"),
                ("2001:db8:1:ffff::", "2001:db8:1::/48"),
                ("2001:db8:2::1", "2001:db8:2::/48"),
                ("127.0.0.1", "127.0.0.0/24"),
                ("::1", "::/48"),
            ],
            |text| around(text.parse().unwrap()),
        );
    }
}
