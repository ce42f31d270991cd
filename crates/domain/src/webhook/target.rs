//! The URL of a webhook.

use super::address::{PORTS, WebhookNetworks};
use crate::code::Code;
use crate::visible::is_seen;
use std::net::{IpAddr, Ipv4Addr};
use url::{Host, Url};

/// The most characters of a URL.
pub const URL_MAX: usize = 2_000;

/// A host as a URL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetHost {
    /// An address, however it was spelled: `127.1`, `0x7f000001` and `2130706433` are 127.0.0.1.
    Address(IpAddr),
    /// A name, which is looked up for each connection.
    Name(String),
}

/// Where a webhook is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    /// Whether the connection uses TLS.
    pub is_tls: bool,
    /// The host.
    pub host: TargetHost,
    /// The port, also where the URL names none.
    pub port: u16,
}

impl Target {
    /// Reads a URL: `http` or `https`, with a host, without user, password or fragment; anything else is
    /// `WEBHOOK_URL_INVALID`.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let is_plain = text.chars().all(|c| is_seen(c) && c != ' ' && c != '\\');
        if !is_plain || text.chars().count() > URL_MAX || !has_authority(text) {
            return Err(Code::WebhookUrlInvalid);
        }
        let url = Url::parse(text).map_err(|_| Code::WebhookUrlInvalid)?;
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Code::WebhookUrlInvalid),
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Code::WebhookUrlInvalid);
        }
        let host = match url.host() {
            Some(Host::Ipv4(address)) => TargetHost::Address(address.into()),
            Some(Host::Ipv6(address)) => TargetHost::Address(address.into()),
            Some(Host::Domain(name)) => TargetHost::Name(name.to_owned()),
            None => return Err(Code::WebhookUrlInvalid),
        };
        let port = url.port_or_known_default().filter(|port| *port > 0).ok_or(Code::WebhookUrlInvalid)?;
        Ok(Self { url, is_tls, host, port })
    }

    /// Refuses with `WEBHOOK_ADDRESS_REFUSED` what can be seen to be out of reach before a connection is made: an
    /// address, the local host, a scheme or a port. Names are looked up and checked at each connection.
    pub fn expect_reachable(&self, networks: &WebhookNetworks) -> Result<(), Code> {
        let may_reach = match &self.host {
            TargetHost::Address(address) => networks.allow(*address, self.is_tls, self.port),
            TargetHost::Name(name) if is_local(name) => {
                networks.allow(Ipv4Addr::LOCALHOST.into(), self.is_tls, self.port)
            }
            TargetHost::Name(_) => !networks.is_empty() || (self.is_tls && PORTS.contains(&self.port)),
        };
        if may_reach { Ok(()) } else { Err(Code::WebhookAddressRefused) }
    }

    /// The URL in its one spelling, as it is stored.
    #[must_use]
    pub fn text(&self) -> &str {
        self.url.as_str()
    }

    /// The path with the query, as a request names it.
    #[must_use]
    pub fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The host with the port where the URL names one, as the header `Host` has it.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// Whether a text has `://` and something after it: `https:example.org` means the same to a browser, but people read
/// it as something else.
fn has_authority(text: &str) -> bool {
    let authority = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next());
    authority.flatten().is_some_and(|authority| !authority.is_empty() && !authority.contains('@'))
}

/// Whether a name means this machine, whatever the resolver says.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    fn saved(text: &str) -> String {
        let target = match Target::parse(text) {
            Ok(target) => target,
            Err(code) => return code.to_string(),
        };
        match target.expect_reachable(&WebhookNetworks::default()) {
            Ok(()) => format!("{} {}", target.authority(), target.path()),
            Err(code) => code.to_string(),
        }
    }

    #[test]
    fn a_url_is_https_with_a_host_and_without_user_or_fragment() {
        check(
            &[
                ("https://example.org/hook", "example.org /hook"),
                (" https://EXAMPLE.org:8443/a/b?c=d ", "example.org:8443 /a/b?c=d"),
                ("https://example.org", "example.org /"),
                ("https://1.1.1.1/x", "1.1.1.1 /x"),
                ("https://[2606:4700::1111]/x", "[2606:4700::1111] /x"),
                ("https://bücher.example/x", "xn--bcher-kva.example /x"),
            ],
            saved,
        );
    }

    #[test]
    fn a53_other_schemes_ports_and_users_are_refused() {
        for text in [
            "",
            "example.org",
            "//example.org/x",
            "https:example.org",
            "https:///x",
            "https://",
            "file:///etc/passwd",
            "gopher://example.org/x",
            "ftp://example.org/x",
            "javascript:alert(1)",
            "https://bank.example@example.org/",
            "https://a:b@example.org/",
            "https://@example.org/",
            "https://example.org/x#y",
            "https://exa mple.org/",
            "https://example.org\\@internal/",
            "https://example.org:0/",
            "https://example.org:99999/",
            "https://example.org/\u{200b}",
        ] {
            assert_eq!(saved(text), "WEBHOOK_URL_INVALID", "{}", text.escape_unicode());
        }
        for text in [
            "http://example.org/x",
            "http://example.org:443/x",
            "https://example.org:22/x",
            "https://example.org:25/x",
            "https://example.org:5432/x",
        ] {
            assert_eq!(saved(text), "WEBHOOK_ADDRESS_REFUSED", "{text}");
        }
    }

    #[test]
    fn a50_private_addresses_are_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0x0.0x0.0x1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "0.0.0.0",
            "0",
            "10.1.2.3",
            "0xa.1.2.3",
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "100.64.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::127.0.0.1]",
            "[fc00::1]",
            "[fe80::1]",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "１２７.０.０.１",
        ] {
            assert_eq!(saved(&format!("https://{host}/x")), "WEBHOOK_ADDRESS_REFUSED", "{host}");
        }
    }

    #[test]
    fn the_networks_of_the_configuration_file_may_be_reached() {
        let networks = WebhookNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]);
        for (text, expected) in [
            ("http://127.0.0.1:9000/x", true),
            ("http://localhost:9000/x", true),
            ("http://inside.example:9000/x", true),
            ("http://10.0.0.1/x", false),
            ("https://10.0.0.1/x", false),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.expect_reachable(&networks).is_ok(), expected, "{text}");
        }
    }
}
