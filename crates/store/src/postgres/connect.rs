//! How the server is reached, and what it must guarantee before it may hold money.

use super::error::{connect_error, error, pool_error};
use super::timeline::Timelines;
use crate::error::StoreError;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::FusedFuture;
use futures_util::{FutureExt, StreamExt, stream};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The oldest supported server: version 14 introduced a waiting `pg_terminate_backend`, and
/// `client_connection_check_interval`.
const VERSION_MIN: i64 = 140_000;
/// Timeout for connecting to the server, per host.
const CONNECT: Duration = Duration::from_secs(3);
/// How long to wait for a free connection in the pool.
pub(super) const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long a session may block others: with a lock wait, a statement, an idle transaction. A disconnected
/// client is noticed within two seconds, even in the middle of a statement.
const SESSION: &str = "-c lock_timeout=5s -c statement_timeout=30s \
     -c idle_in_transaction_session_timeout=15s -c client_connection_check_interval=2s \
     -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 \
     -c default_transaction_isolation=read\\ committed -c jit=off";

/// What a pool's commits must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commits {
    /// A crash of the server.
    Durable,
    /// Nothing: it only draws numbers, and the commit that uses a number makes it durable, since the log is
    /// flushed in order.
    Drawn,
}

/// How to connect: the parsed URL and the trusted certificates.
#[derive(Clone)]
pub(super) struct ConnectOptions {
    config: Config,
    tls: MakeRustlsConnect,
    /// Told of every new connection of a pool.
    pub timelines: Arc<Timelines>,
}

impl std::fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectOptions").field("hosts", &self.config.get_hosts()).finish_non_exhaustive()
    }
}

impl ConnectOptions {
    /// Parses a URL in libpq's format. `sslmode=verify-full` and `verify-ca` mean `require`, since a
    /// certificate is always verified; `sslrootcert=FILE` names the certificates to trust instead of the
    /// public ones.
    pub(super) fn parse(url: &str, application: &str) -> Result<Self, StoreError> {
        let wrong = |why: &str| StoreError::Unavailable(format!("the database URL is invalid: {why}"));
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut kept, mut roots, mut has_mode) = (Vec::new(), None, false);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", file)) => roots = Some(PathBuf::from(file)),
                Some(("sslmode", mode)) => {
                    has_mode = true;
                    let mode = if mode.starts_with("verify-") { "require" } else { mode };
                    kept.push(format!("sslmode={mode}"));
                }
                _ => kept.push(pair.to_owned()),
            }
        }
        let text = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        // The parser's own message may quote the password.
        let mut config: Config = text.parse().map_err(|_| wrong("postgres://USER@HOST:PORT/DATABASE"))?;
        if !has_mode && config.get_hosts().iter().all(is_loopback) {
            config.ssl_mode(SslMode::Disable);
        }
        let options = config.get_options().map_or_else(String::new, |given| format!(" {given}"));
        config.options(format!("{SESSION}{options}")).application_name(application);
        config.connect_timeout(CONNECT).tcp_user_timeout(Duration::from_secs(10));
        config.keepalives_idle(Duration::from_secs(5)).keepalives_interval(Duration::from_secs(2));
        config.keepalives_retries(3).target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Self { config, tls: tls(roots)?, timelines: Arc::default() })
    }

    /// The same with one more session setting.
    fn with_option(&self, option: &str) -> Self {
        let mut changed = self.clone();
        let options = changed.config.get_options().unwrap_or_default().to_owned();
        changed.config.options(format!("{options} {option}"));
        changed
    }

    /// A pool of connections.
    pub(super) fn pool(&self, size: usize, commits: Commits) -> Result<Pool, StoreError> {
        let options = match commits {
            Commits::Durable => self.clone(),
            Commits::Drawn => self.with_option("-c synchronous_commit=off"),
        };
        // No clean-up statement: sessions set nothing except with SET LOCAL, take no lock that outlives a
        // transaction, and are returned only when idle (`PostgresTransaction`).
        let recycling_method = RecyclingMethod::Fast;
        let timelines = options.timelines;
        let manager = Manager::from_config(options.config, options.tls, ManagerConfig { recycling_method });
        Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(CONNECT * 2))
            .recycle_timeout(Some(CONNECT))
            // Checked on each connection: Patroni and operators can turn durability off under a running node.
            .post_create(Hook::async_fn(move |client, _| {
                let timelines = Arc::clone(&timelines);
                Box::pin(async move {
                    match check(client, commits).await {
                        Ok(Ok(())) => {
                            timelines.connected(client).await;
                            Ok(())
                        }
                        Ok(Err(why)) => Err(HookError::message(why)),
                        Err(cause) => Err(HookError::Backend(cause)),
                    }
                })
            }))
            .build()
            .map_err(|cause| StoreError::Unavailable(cause.to_string()))
    }

    /// Listens on a channel with a dedicated connection and calls `heard` for each message; returns when the
    /// connection ends.
    pub(super) async fn listen(&self, channel: &str, heard: impl Fn() + Send) -> Result<(), StoreError> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await.map_err(connect_error)?;
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        let text = format!("LISTEN {channel}");
        let asked = client.batch_execute(&text);
        let mut asked = pin!(asked.fuse());
        // The connection works only while its messages are read, so both are driven here.
        loop {
            tokio::select! {
                // Messages sent before LISTEN were missed: poll once.
                listening = &mut asked, if !asked.is_terminated() => { listening.map_err(error)?; heard(); }
                message = messages.next() => match message {
                    Some(Ok(AsyncMessage::Notification(_))) => heard(),
                    Some(Ok(_)) => {}
                    Some(Err(cause)) => return Err(error(cause)),
                    None => return Err(StoreError::Away("the listening connection ended".to_owned())),
                },
            }
        }
    }

    /// The address without the password, for display.
    pub(super) fn shown(&self) -> String {
        let ports = self.config.get_ports();
        let port = |place: usize| ports.get(place).or_else(|| ports.first()).copied().unwrap_or(5432);
        let named = |(place, host)| format!("{}:{}", host_text(host), port(place));
        let hosts: Vec<String> = self.config.get_hosts().iter().enumerate().map(named).collect();
        format!("{}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }
}

/// A connection of a pool.
pub(super) async fn client(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(pool_error)
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

/// rustls with ring; trusts the public authorities, or only those in a file.
fn tls(roots: Option<PathBuf>) -> Result<MakeRustlsConnect, StoreError> {
    let unusable = |why: String| StoreError::Unavailable(format!("certificates: {why}"));
    let mut trusted = RootCertStore::empty();
    match roots {
        None => trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let named = |cause: &dyn std::fmt::Display| unusable(format!("{}: {cause}", file.display()));
            for certificate in CertificateDer::pem_file_iter(&file).map_err(|e| named(&e))? {
                trusted.add(certificate.map_err(|e| named(&e))?).map_err(|e| named(&e))?;
            }
            if trusted.is_empty() {
                return Err(named(&"it contains no certificate"));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.map_err(|cause| unusable(cause.to_string()))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(trusted).with_no_client_auth()))
}

/// Refuses a server that is too old or could lose what it acknowledged; the inner error says why.
async fn check(client: &Client, commits: Commits) -> Result<Result<(), String>, tokio_postgres::Error> {
    let row = client
        .query_one(
            "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('fsync'),
                    current_setting('full_page_writes'), current_setting('synchronous_commit'),
                    current_setting('server_encoding'), current_setting('synchronous_standby_names')",
            &[],
        )
        .await?;
    let text = |place: usize| row.try_get::<_, String>(place);
    let version: i64 = row.try_get(0)?;
    if version < VERSION_MIN {
        return Ok(Err(format!("the server's version is {}, it must be 14 or later", version / 10_000)));
    }
    for (place, setting) in [(1, "fsync"), (2, "full_page_writes")] {
        if text(place)? != "on" {
            return Ok(Err(format!("{setting} is off: the server could lose money in a crash; turn it on")));
        }
    }
    if commits == Commits::Durable && text(3)? == "off" {
        let why = "synchronous_commit is off: an acknowledged transfer could be lost; turn it on";
        return Ok(Err(why.to_owned()));
    }
    if commits == Commits::Durable && text(3)? == "local" && !text(5)?.is_empty() {
        let why = "synchronous_commit is local: an acknowledged transfer may be missing on a standby; use on";
        return Ok(Err(why.to_owned()));
    }
    if text(4)? != "UTF8" {
        return Ok(Err(format!("the database's encoding is {}, it must be UTF8", text(4)?)));
    }
    Ok(Ok(()))
}
