//! How many connections there may be: in all, and of one address.
//!
//! Beside those for which there is room a few more are taken, so that probes are answered while the server is full;
//! and one descriptor is kept back, so that this holds while the process has no others.

use super::Bounds;
use crate::edge::limits::block;
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

/// Connections beyond the bound, at once.
const BEYOND: usize = 32;
/// Between two tries when a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(50);
/// Between two lines of the log that say so.
const QUIET: Duration = Duration::from_secs(60);

/// Where connections are counted.
pub(super) struct Room {
    inside: Arc<Semaphore>,
    /// Those beyond the bound, oldest first.
    beyond: Mutex<VecDeque<Weak<Seat>>>,
    addresses: Addresses,
    spare: Spare,
    told: Mutex<Option<Instant>>,
}

/// A connection's place; free again when it is dropped.
pub(super) struct Place {
    /// Of one beyond the bound.
    seat: Option<Arc<Seat>>,
    _permit: Option<OwnedSemaphorePermit>,
    _counted: Counted,
    _refill: Option<Refill>,
}

/// A connection for which there is no room: one probe is answered on it. Until its request has come it gives way to
/// newer ones.
#[derive(Default)]
pub(super) struct Seat {
    gives_way: Notify,
    has_asked: AtomicBool,
}

impl Seat {
    /// A request has come: it is answered.
    pub(super) fn ask(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
    }
}

impl Place {
    /// Where it is one for which there is no room.
    pub(super) fn seat(&self) -> Option<Arc<Seat>> {
        self.seat.clone()
    }

    /// Done when it has to give way.
    pub(super) async fn given_up(&self) {
        let Some(seat) = &self.seat else { return std::future::pending().await };
        seat.gives_way.notified().await;
        if seat.has_asked.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }
}

/// A connection, and its place unless its address has too many.
type Taken = (TcpStream, SocketAddr, Option<Place>);

impl Room {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Self {
            inside: Arc::new(Semaphore::new(bounds.connections.min(Semaphore::MAX_PERMITS))),
            beyond: Mutex::default(),
            addresses: Addresses::new(bounds.per_address, bounds.unbounded.clone()),
            spare: Spare::default(),
            told: Mutex::default(),
        }
    }

    /// The next connection.
    pub(super) async fn take(&self, listener: &TcpListener) -> Option<Taken> {
        let (stream, peer, refill) = self.accept(listener).await?;
        let Some(counted) = self.addresses.count(peer.ip()) else { return Some((stream, peer, None)) };
        let permit = Arc::clone(&self.inside).try_acquire_owned().ok().filter(|_| refill.is_none());
        let seat = permit.is_none().then(|| self.sit());
        let place = Place { seat, _permit: permit, _counted: counted, _refill: refill };
        Some((stream, peer, Some(place)))
    }

    /// A seat beyond the bound; the oldest gives way.
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

    /// Takes a connection; without descriptors by the one that is kept back.
    async fn accept(&self, listener: &TcpListener) -> Option<(TcpStream, SocketAddr, Option<Refill>)> {
        let error = match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, None)),
            Err(error) => error,
        };
        self.tell(&error);
        let refill = self.spare.give_up();
        for seat in self.beyond().drain(..).filter_map(|seat| seat.upgrade()) {
            seat.gives_way.notify_one();
        }
        // Something else may be wrong; or the spare one is given up already, and those who give way take a moment.
        match tokio::time::timeout(PAUSE, listener.accept()).await {
            Ok(Ok((stream, peer))) => Some((stream, peer, refill)),
            Ok(Err(_)) => {
                tokio::time::sleep(PAUSE).await;
                None
            }
            Err(_) => None,
        }
    }

    /// Who opens connections decides how often this happens, and not how long the log is.
    fn tell(&self, error: &Error) {
        metrics::counter!("sluice_connections_not_taken_total").increment(1);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() > QUIET) {
            *told = Some(Instant::now());
            tracing::warn!(%error, "a connection could not be taken; told once a minute");
        }
    }
}

/// A descriptor that is kept back.
#[derive(Clone)]
struct Spare(Arc<Mutex<Option<File>>>);

impl Default for Spare {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(null())))
    }
}

/// Keeps a descriptor back again when it is dropped.
struct Refill(Spare);

impl Drop for Refill {
    fn drop(&mut self) {
        *self.0.file() = null();
    }
}

impl Spare {
    /// Gives the descriptor up until what comes back is dropped. Nothing comes if it is given up already.
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

/// How many connections each address has.
#[derive(Clone)]
struct Addresses {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    unbounded: Arc<[IpNet]>,
}

/// One connection of an address, counted until it is dropped; of those without a bound, none.
struct Counted(Option<(IpAddr, Addresses)>);

impl Addresses {
    fn new(most: usize, unbounded: Vec<IpNet>) -> Self {
        Self { all: Arc::default(), most, unbounded: unbounded.into() }
    }

    /// Counts one more, unless there are too many.
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
    fn an_address_has_so_many_and_loopback_and_proxies_any_number() {
        let networks = ["127.0.0.0/8", "10.0.0.0/8"].iter().map(|text| text.parse().unwrap());
        let addresses = Addresses::new(2, networks.collect());
        let count = |text: &str| addresses.count(text.parse().unwrap());
        for (one, same) in [("203.0.113.1", "::ffff:203.0.113.1"), ("2001:db8::1", "2001:db8::ffff")] {
            let (first, second) = (count(one), count(same));
            assert!(first.is_some() && second.is_some() && count(one).is_none() && count(same).is_none());
            drop(first);
            assert!(count(one).is_some(), "{one}: who goes makes room");
        }
        let many: Vec<_> = (0..1_000).map(|_| (count("127.0.0.1"), count("10.1.2.3"))).collect();
        assert!(many.iter().all(|(loopback, proxy)| loopback.is_some() && proxy.is_some()));
        assert!(addresses.all().is_empty(), "nothing is kept of those who went");
    }

    #[test]
    fn the_spare_descriptor_is_given_up_once_and_kept_back_again() {
        let spare = Spare::default();
        let refill = spare.give_up();
        assert!(refill.is_some() && spare.give_up().is_none());
        drop(refill);
        assert!(spare.give_up().is_some());
    }
}
