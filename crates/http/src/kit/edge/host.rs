//! The host check, against DNS rebinding: a page under a foreign name that was pointed at this server is of
//! the same origin as its requests; only the `Host` header gives it away.

use crate::app::Options;
use crate::kit::problem::Problem;
use axum::extract::Request;
use axum::http::Version;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use domain::code::Code;
use std::net::{IpAddr, SocketAddr};

/// Paths for probes, which may use any host name. Their responses are not meant for a single origin.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The local address on which a connection was accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalAddress(pub SocketAddr);

/// Whether a path is answered for any host name, and even when the server is full.
pub(crate) fn is_open(path: &str) -> bool {
    OPEN.contains(&path)
}

/// Checks that a request names exactly one host, and that it is ours.
pub(crate) fn check(request: &Request, options: &Options) -> Result<(), Problem> {
    let is_open = is_open(request.uri().path());
    let Some(host) = named(request)? else {
        // Probes of old load balancers speak HTTP/1.0, which has no `Host` header.
        let is_old_probe = is_open && request.version() < Version::HTTP_11;
        return if is_old_probe { Ok(()) } else { Err(Code::HostInvalid.into()) };
    };
    let local = request.extensions().get().map(|local: &LocalAddress| local.0.ip().to_canonical());
    if is_open || is_ours(&host, local, options) {
        Ok(())
    } else {
        Err(Problem::about(Code::HostUnknown, host.as_str()))
    }
}

/// The single host that a request names. An absolute request target must name the same host.
fn named(request: &Request) -> Result<Option<Authority>, Problem> {
    let invalid = || Problem::from(Code::HostInvalid);
    let mut all = request.headers().get_all(HOST).iter();
    let (first, more) = (all.next(), all.next());
    let Some(value) = first else { return Ok(None) };
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok());
    let host: Authority =
        parsed.filter(|host: &Authority| !host.as_str().contains('@')).ok_or_else(invalid)?;
    let is_one = request.uri().authority().is_none_or(|target| *target == host);
    if more.is_some() || !is_one { Err(invalid()) } else { Ok(Some(host)) }
}

/// An IP address cannot be rebound, so the address the connection was accepted on is always ours.
fn is_ours(host: &Authority, local: Option<IpAddr>, options: &Options) -> bool {
    let name = name(host);
    let address = name.parse().ok().map(|address: IpAddr| address.to_canonical());
    let is_address = address.is_some() && address == local;
    let is_known = match &options.public_url {
        Some(url) => is_of(host, url),
        None => name == "localhost" || address.is_some_and(|address| address.is_loopback()),
    };
    is_address || is_known || options.allowed_hosts.iter().any(|allowed| is_like(host, allowed))
}

/// The bare name in lower case, without brackets and the trailing dot.
fn name(host: &Authority) -> String {
    let bare = host.host().trim_start_matches('[').trim_end_matches(']');
    bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()
}

/// Whether this is the host of a URL. Proxies omit the port or send the public one.
fn is_of(host: &Authority, url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let Ok(ours) = rest.trim_end_matches('/').parse::<Authority>() else { return false };
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = ours.port_u16().unwrap_or(usual);
    name(host) == name(&ours) && host.port_u16().is_none_or(|given| given == port)
}

/// Whether this host matches a configured one; a configured host without a port matches any port.
fn is_like(host: &Authority, allowed: &str) -> bool {
    let Ok(allowed) = allowed.parse::<Authority>() else { return false };
    name(host) == name(&allowed) && (allowed.port().is_none() || allowed.port_u16() == host.port_u16())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn asked(hosts: &[&str], target: &str, options: &Options) -> &'static str {
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(LocalAddress("192.0.2.7:8080".parse().unwrap()));
        check(&request, options).map_or_else(|problem| problem.code.name(), |()| "ok")
    }

    #[test]
    fn only_our_own_hosts_are_answered() {
        let options = |url: Option<&str>, hosts: &[&str]| Options {
            public_url: url.map(str::to_owned),
            allowed_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Options::default()
        };
        let (plain, public) = (options(None, &[]), options(Some("https://Pay.test/"), &[]));
        let (odd, named) =
            (options(Some("http://pay.test:8443"), &[]), options(None, &["a.test", "b.test:81"]));
        let cases: &[(&Options, &str, &str)] = &[
            (&plain, "localhost", "ok"),
            (&plain, "LocalHost.:8080", "ok"),
            (&plain, "127.0.0.1:9", "ok"),
            (&plain, "[::1]:8080", "ok"),
            (&plain, "192.0.2.7", "ok"),
            (&plain, "192.0.2.7:81", "ok"),
            (&plain, "192.0.2.8", "HOST_UNKNOWN"),
            (&plain, "evil.test", "HOST_UNKNOWN"),
            (&plain, "localhost.evil.test", "HOST_UNKNOWN"),
            (&plain, "2130706433", "HOST_UNKNOWN"),
            (&plain, "user@localhost", "HOST_INVALID"),
            (&plain, "a b", "HOST_INVALID"),
            (&plain, "", "HOST_INVALID"),
            (&public, "pay.test", "ok"),
            (&public, "pay.test:443", "ok"),
            (&public, "pay.test:8080", "HOST_UNKNOWN"),
            (&public, "192.0.2.7:8080", "ok"),
            (&public, "localhost", "HOST_UNKNOWN"),
            (&public, "127.0.0.1", "HOST_UNKNOWN"),
            (&public, "evil.test", "HOST_UNKNOWN"),
            (&odd, "pay.test:8443", "ok"),
            (&odd, "pay.test", "ok"),
            (&odd, "pay.test:80", "HOST_UNKNOWN"),
            (&named, "a.test:8080", "ok"),
            (&named, "b.test:81", "ok"),
            (&named, "b.test", "HOST_UNKNOWN"),
            (&named, "c.test", "HOST_UNKNOWN"),
        ];
        for (options, host, expected) in cases {
            assert_eq!(asked(&[host], "/api/v1/auth/me", options), *expected, "{host} {options:?}");
        }
    }

    #[test]
    fn a_request_must_name_one_of_our_hosts_and_a_probe_may_name_any() {
        let plain = Options::default();
        for (hosts, target, expected) in [
            (&[][..], "/x", "HOST_INVALID"),
            (&["localhost", "localhost"], "/x", "HOST_INVALID"),
            (&["localhost", "evil.test"], "/healthz", "HOST_INVALID"),
            (&[], "/healthz", "HOST_INVALID"),
            (&["evil.test"], "/healthz", "ok"),
            (&["evil.test"], "/readyz", "ok"),
            (&["evil.test"], "/metrics", "ok"),
            (&["localhost"], "http://evil.test/x", "HOST_INVALID"),
            (&["localhost"], "http://localhost/x", "ok"),
        ] {
            assert_eq!(asked(hosts, target, &plain), expected, "{hosts:?} {target}");
        }
    }
}
