//! `health`: asks the server with the same settings whether it is ready. For containers and scripts.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::say;
use crate::settings::Settings;
use crate::word;
use clap::Args;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Timeout for connecting to the server, and for its response.
const PATIENCE: Duration = Duration::from_secs(3);
/// With HTTP/1.0 the server closes the connection after one response.
const REQUEST: &[u8] = b"GET /readyz HTTP/1.0\r\n\r\n";

/// Arguments of `health`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 the server is ready, 75 it is not ready or not reachable.\n\n\
                        Example:\n  sluice --config /etc/sluice/sluice.toml health")]
pub(crate) struct HealthArgs {}

/// Asks the server once.
pub(crate) fn run(globals: &Globals, settings: &Settings) -> Result<Exit, Failure> {
    let (address, language) = (within_reach(settings.listen), globals.language());
    let line = ask(address)
        .map_err(|error| Failure::NotReady(format!("{address}: {}", word::io(&error, language))))?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(Failure::NotReady(format!("{address}: {line}")));
    }
    let text = || say!(language, "The server on {address} is ready", "{address} 上的服务器已就绪");
    globals.out().answer(json!({ "ready": true }), text)?;
    Ok(Exit::Success)
}

/// The address to reach the server at: loopback if it listens on every address.
pub(crate) const fn within_reach(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The first line of the response.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}
