//! The connector: looks the name up, drops the addresses that webhooks may not reach, and connects to one of the
//! others. The address that was checked is the one that is connected to, so a name that changes its address in between
//! gains nothing.

use domain::webhook::address::WebhookNetworks;
use domain::webhook::delivery::DeliveryFailure;
use domain::webhook::target::{Target, TargetHost};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Timeout of a connection attempt, so that the next address gets its turn.
const CONNECT: Duration = Duration::from_secs(5);
/// The most addresses of a name that are tried.
const ADDRESSES: usize = 4;

/// A connection, with or without TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// TLS that trusts the public authorities.
pub(super) fn public_tls() -> Result<TlsConnector, StoreError> {
    let mut trusted = RootCertStore::empty();
    trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = versions.map_err(|error| StoreError::Unavailable(format!("TLS: {error}")))?;
    Ok(Arc::new(builder.with_root_certificates(trusted).with_no_client_auth()).into())
}

/// Connects to where a webhook is sent.
pub(super) async fn connect(
    target: &Target,
    networks: &WebhookNetworks,
    tls: &TlsConnector,
) -> Result<Box<dyn Stream>, DeliveryFailure> {
    let stream = connect_plain(target, networks).await?;
    if !target.is_tls {
        return Ok(Box::new(stream));
    }
    let name = match &target.host {
        TargetHost::Address(address) => ServerName::from(*address),
        TargetHost::Name(name) => {
            ServerName::try_from(name.clone()).map_err(|_| DeliveryFailure::TlsFailed)?
        }
    };
    match tls.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(_) => Err(DeliveryFailure::TlsFailed),
    }
}

async fn connect_plain(target: &Target, networks: &WebhookNetworks) -> Result<TcpStream, DeliveryFailure> {
    let mut allowed = look_up(target).await?;
    allowed.retain(|address| networks.allow(address.ip(), target.is_tls, address.port()));
    if allowed.is_empty() {
        return Err(DeliveryFailure::AddressRefused);
    }
    for address in allowed.into_iter().take(ADDRESSES) {
        if let Ok(Ok(stream)) = timeout(CONNECT, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(DeliveryFailure::Unreachable)
}

/// The addresses of a host, by the system's resolver.
async fn look_up(target: &Target) -> Result<Vec<SocketAddr>, DeliveryFailure> {
    match &target.host {
        TargetHost::Address(address) => Ok(vec![SocketAddr::new(*address, target.port)]),
        TargetHost::Name(name) => match lookup_host((name.as_str(), target.port)).await {
            Ok(found) => Ok(found.collect()),
            Err(_) => Err(DeliveryFailure::NameUnknown),
        },
    }
}
