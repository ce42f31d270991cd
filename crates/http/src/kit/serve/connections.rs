//! Connection limits: in total and per address.
//!
//! A few connections beyond the limit are accepted, so that probes are answered while the server is full. One
//! file descriptor is held in reserve, so that this works even when the process has run out of them.

use crate::kit::edge::limits::block;
use ipnet::IpNet;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Concurrent connections beyond the limit.
const BEYOND: usize = 32;
/// The pause after a failed `accept`.
const PAUSE: Duration = Duration::from_millis(50);
/// The minimum interval between two log lines about it.
const QUIET: Duration = Duration::from_secs(60);

/// Counts connections and enforces their limits.
pub(super) struct Connections {
    inside: Arc<Semaphore>,
    /// Connections beyond the limit, oldest first.
    beyond: Mutex<VecDeque<Weak<Seat>>>,
    addresses: Addresses,
    spare: Spare,
    logged: Mutex<Option<Instant>>,
}

/// A connection's slot; released when dropped.
pub(super) struct Slot {
    /// Set for a connection beyond the limit.
    seat: Option<Arc<Seat>>,
    _permit: Option<OwnedSemaphorePermit>,
    _counted: Counted,
    _refill: Option<Refill>,
}

/// A connection beyond the limit: one probe is answered on it. Until its request arrives, a newer one may
/// evict it.
#[derive(Default)]
pub(super) struct Seat {
    gives_way: Notify,
    has_asked: AtomicBool,
}

impl Seat {
    /// Notes that a request has arrived, which will be answered.
    pub(super) fn ask(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
    }
}

impl Slot {
    /// The seat of a connection beyond the limit.
    pub(super) fn seat(&self) -> Option<Arc<Seat>> {
        self.seat.clone()
    }

    /// Resolves when the connection is evicted.
    pub(super) async fn evicted(&self) {
        let Some(seat) = &self.seat else { return std::future::pending().await };
        seat.gives_way.notified().await;
        if seat.has_asked.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }
}

/// A connection, and its slot unless its address has too many.
type Taken = (TcpStream, SocketAddr, Option<Slot>);

impl Connections {
    /// At most `most` connections, and `per_address` of each address (0: unlimited) outside the networks `unbounded`.
    pub(super) fn new(most: usize, per_address: usize, unbounded: Vec<IpNet>) -> Self {
        Self {
            inside: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            beyond: Mutex::default(),
            addresses: Addresses::new(per_address, unbounded),
            spare: Spare::default(),
            logged: Mutex::default(),
        }
    }

    /// Accepts the next connection.
    pub(super) async fn take(&self, listener: &TcpListener) -> Option<Taken> {
        let (stream, peer, refill) = self.accept(listener).await?;
        let Some(counted) = self.addresses.count(peer.ip()) else { return Some((stream, peer, None)) };
        let permit = Arc::clone(&self.inside).try_acquire_owned().ok().filter(|_| refill.is_none());
        let seat = permit.is_none().then(|| self.sit());
        let slot = Slot { seat, _permit: permit, _counted: counted, _refill: refill };
        Some((stream, peer, Some(slot)))
    }

    /// A seat beyond the limit; if there are none left, the oldest is evicted.
    fn sit(&self) -> Arc<Seat> {
        let seat = Arc::<Seat>::default();
        let mut beyond = self.beyond();
        if beyond.len() >= BEYOND
            && let Some(oldest) = beyond.pop_front().and_then(|oldest| oldest.upgrade())
        {
            oldest.gives_way.notify_one();
        }
        beyond.push_back(Arc::downgrade(&seat));
        seat
    }

    fn beyond(&self) -> MutexGuard<'_, VecDeque<Weak<Seat>>> {
        self.beyond.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts a connection; if the process is out of descriptors, with the spare one.
    async fn accept(&self, listener: &TcpListener) -> Option<(TcpStream, SocketAddr, Option<Refill>)> {
        let error = match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, None)),
            Err(error) => error,
        };
        self.log_failure(&error);
        let refill = self.spare.give_up();
        for seat in self.beyond().drain(..).filter_map(|seat| seat.upgrade()) {
            seat.gives_way.notify_one();
        }
        // Something else may be wrong, or the spare is already in use and the evicted connections take a
        // moment to close.
        match tokio::time::timeout(PAUSE, listener.accept()).await {
            Ok(Ok((stream, peer))) => Some((stream, peer, refill)),
            Ok(Err(_)) => {
                tokio::time::sleep(PAUSE).await;
                None
            }
            Err(_) => None,
        }
    }

    /// Clients determine how often this happens, so logging is rate-limited.
    fn log_failure(&self, error: &Error) {
        metrics::counter!("sluice_connections_not_taken_total").increment(1);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|at| at.elapsed() > QUIET) {
            *logged = Some(Instant::now());
            tracing::warn!(%error, "could not accept a connection; logged at most once a minute");
        }
    }
}

/// A file descriptor held in reserve.
#[derive(Clone)]
struct Spare(Arc<Mutex<Option<File>>>);

impl Default for Spare {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(null())))
    }
}

/// Restores the spare descriptor when dropped.
struct Refill(Spare);

impl Drop for Refill {
    fn drop(&mut self) {
        *self.0.file() = null();
    }
}

impl Spare {
    /// Releases the descriptor until the returned value is dropped; `None` if it is already released.
    fn give_up(&self) -> Option<Refill> {
        let mut file = self.file();
        let refill = file.is_some().then(|| Refill(self.clone()));
        *file = None;
        refill
    }

    fn file(&self) -> MutexGuard<'_, Option<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn null() -> Option<File> {
    File::open("/dev/null").ok()
}

/// The number of connections per address.
#[derive(Clone)]
struct Addresses {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    unbounded: Arc<[IpNet]>,
}

/// One connection of an address, counted until it is dropped; empty for an unlimited address.
struct Counted(Option<(IpAddr, Addresses)>);

impl Addresses {
    fn new(most: usize, unbounded: Vec<IpNet>) -> Self {
        Self { all: Arc::default(), most, unbounded: unbounded.into() }
    }

    /// Counts one more connection, unless the address has too many.
    fn count(&self, address: IpAddr) -> Option<Counted> {
        let address = address.to_canonical();
        if self.most == 0 || self.unbounded.iter().any(|network| network.contains(&address)) {
            return Some(Counted(None));
        }
        let address = block(address);
        let mut all = self.all();
        let count = all.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Counted(Some((address, self.clone()))))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some((address, addresses)) = &self.0 else { return };
        let mut all = addresses.all();
        if let Some(count) = all.get_mut(address) {
            *count -= 1;
            if *count == 0 {
                all.remove(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_per_address_are_limited_except_for_loopback_and_proxies() {
        let networks = ["127.0.0.0/8", "10.0.0.0/8"].iter().map(|text| text.parse().unwrap());
        let addresses = Addresses::new(2, networks.collect());
        let count = |text: &str| addresses.count(text.parse().unwrap());
        for (one, same) in [("203.0.113.1", "::ffff:203.0.113.1"), ("2001:db8::1", "2001:db8::ffff")] {
            let (first, second) = (count(one), count(same));
            assert!(first.is_some() && second.is_some() && count(one).is_none() && count(same).is_none());
            drop(first);
            assert!(count(one).is_some(), "{one}: a closed connection frees its slot");
        }
        let many: Vec<_> = (0..1_000).map(|_| (count("127.0.0.1"), count("10.1.2.3"))).collect();
        assert!(many.iter().all(|(loopback, proxy)| loopback.is_some() && proxy.is_some()));
        assert!(addresses.all().is_empty(), "closed connections leave nothing behind");
    }

    #[test]
    fn the_spare_descriptor_is_released_once_and_then_restored() {
        let spare = Spare::default();
        let refill = spare.give_up();
        assert!(refill.is_some() && spare.give_up().is_none());
        drop(refill);
        assert!(spare.give_up().is_some());
    }
}
