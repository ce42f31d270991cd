//! The hub: the connected sockets, the rooms, and the single task that keeps them up to date.
//!
//! The task reads only batches that are being watched, and nothing while no socket is connected. About once a
//! second it checks that the sessions and keys of connected sockets are still valid, and how many notices people have
//! not read.

use super::room::Room;
use futures_util::FutureExt;
use serde::Serialize;
use service::batch::progress::BatchProgress;
use service::identity::{Identity, Who};
use service::session::{self, SessionLife};
use service::{Service, batch, notice};
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The event with the number of a person's unread notices.
const UNREAD: &str = "notices_unread";
/// The maximum number of concurrent sockets.
const SOCKETS_MAX: usize = 10_000;
/// The maximum number of rooms per socket.
const ROOMS_MAX: usize = 50;
/// How often the rooms are checked.
const TICK: Duration = Duration::from_millis(50);
/// How often sessions and keys are checked.
const CHECK: Duration = Duration::from_millis(900);
/// The back-off after a database error.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a stop waits for sockets to close.
const CLOSING: Duration = Duration::from_secs(2);

/// The process's hub. Clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Hub(Arc<HubState>);

#[derive(Debug)]
struct HubState {
    service: Service,
    /// The timeouts of the sockets' sessions.
    life: SessionLife,
    io: OnceLock<SocketIo>,
    members: Mutex<Members>,
    /// Signals a new socket or room, or the closing of the hub.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Members {
    sockets: HashMap<Sid, Member>,
    rooms: HashMap<i64, Room>,
    /// Sockets that did not keep up, until they are closed.
    stuck: Vec<SocketRef>,
    is_running: bool,
    is_closed: bool,
}

#[derive(Debug)]
struct Member {
    socket: SocketRef,
    identity: Identity,
    /// When the socket arrived; it is connected a moment later.
    since: Instant,
    /// The batches the socket watches, or has reserved a place to watch.
    rooms: HashSet<i64>,
    /// Whether the socket is in its person's own room.
    is_in_own_room: bool,
    /// How many unread notices the person was told of over this socket.
    unread: Option<i64>,
}

/// How many notices a person has not read.
#[derive(Debug, Clone, Copy, Serialize)]
struct UnreadEvent {
    unread: i64,
}

impl Member {
    /// The person, if the socket is in that person's own room.
    const fn person(&self) -> Option<i64> {
        match self.identity.who {
            Who::Person { user, .. } if self.is_in_own_room => Some(user),
            Who::Person { .. } | Who::Key { .. } => None,
        }
    }
}

impl Hub {
    pub(crate) fn new(service: Service, life: SessionLife) -> Self {
        let (io, members, changed) = (OnceLock::new(), Mutex::default(), Notify::new());
        Self(Arc::new(HubState { service, life, io, members, changed }))
    }

    /// Sets the server whose sockets a stop has to close.
    pub(super) fn attach(&self, io: SocketIo) {
        drop(self.0.io.set(io));
    }

    /// Recovers from a poisoned lock: after a panic the list of sockets is still usable.
    fn members(&self) -> MutexGuard<'_, Members> {
        self.0.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more socket may connect.
    pub(super) fn has_room(&self) -> bool {
        let members = self.members();
        !members.is_closed && members.sockets.len() < SOCKETS_MAX
    }

    /// Adds a socket.
    pub(super) fn enter(&self, socket: SocketRef, identity: Identity) {
        let mut members = self.members();
        let member = Member {
            socket: socket.clone(),
            identity,
            since: Instant::now(),
            rooms: HashSet::new(),
            is_in_own_room: false,
            unread: None,
        };
        members.sockets.insert(socket.id, member);
        metrics::gauge!("sluice_sockets").set(count(members.sockets.len()));
        if !members.is_running && !members.is_closed {
            members.is_running = true;
            tokio::spawn(self.clone().keep_running());
        }
        drop(members);
        self.0.changed.notify_one();
    }

    /// Removes a socket.
    pub(super) fn leave(&self, socket: Sid) {
        self.members().remove(socket);
    }

    /// Reserves a place in a room for a socket; `false` if it is in too many rooms.
    pub(super) fn reserve(&self, socket: Sid, batch: i64) -> bool {
        let mut members = self.members();
        let Some(member) = members.sockets.get_mut(&socket) else { return false };
        let fits = member.rooms.contains(&batch) || member.rooms.len() < ROOMS_MAX;
        if fits {
            member.rooms.insert(batch);
        }
        fits
    }

    /// Adds a socket to the room reserved for it, and sends it the batch's current progress.
    pub(super) fn join(&self, socket: &SocketRef, progress: &BatchProgress) {
        let (now, batch) = (self.0.service.now(), progress.batch.id.0);
        let mut members = self.members();
        // The socket may have left in the meantime.
        if !members.sockets.get(&socket.id).is_some_and(|member| member.rooms.contains(&batch)) {
            return;
        }
        let room = members.rooms.entry(batch).or_default();
        let told = room.join(socket, progress, now);
        // This reading may be news to the other watchers as well, and a later one is not guaranteed.
        let mut stuck = room.notify();
        if told.is_err() {
            stuck.push(socket.clone());
        }
        stuck.into_iter().for_each(|socket| members.give_up(socket));
        drop(members);
        self.0.changed.notify_one();
    }

    /// Adds a socket to its person's own room, or removes it. On joining, the person is told how many notices are
    /// unread, and again whenever that changes.
    pub(super) fn set_own_room(&self, socket: Sid, is_in_own_room: bool) {
        if let Some(member) = self.members().sockets.get_mut(&socket) {
            (member.is_in_own_room, member.unread) = (is_in_own_room, None);
        }
    }

    /// Removes a socket from a room.
    pub(super) fn leave_room(&self, socket: Sid, batch: i64) {
        self.members().leave_room(socket, batch);
    }

    /// Closes every socket, and admits no new one.
    pub(crate) async fn close(&self) {
        self.members().is_closed = true;
        self.0.changed.notify_one();
        if let Some(io) = self.0.io.get()
            && tokio::time::timeout(CLOSING, io.close()).await.is_err()
        {
            tracing::debug!("sockets did not close in time");
        }
        let mut members = self.members();
        *members = Members { is_closed: true, ..Members::default() };
    }

    /// Runs until the hub closes. After a panic it restarts: everything it reads is in the database.
    async fn keep_running(self) {
        while AssertUnwindSafe(self.clone().run()).catch_unwind().await.is_err() {
            metrics::counter!("sluice_panics_total", "task" => "hub").increment(1);
            tracing::error!("the hub panicked; restarting it");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Keeps the rooms up to date until the hub closes.
    async fn run(self) {
        let mut checked = Instant::now();
        loop {
            let (is_closed, is_empty, is_quiet) = self.members().state();
            if is_closed {
                return;
            }
            if is_empty {
                self.0.changed.notified().await;
                continue;
            }
            // No batch is watched: only check sessions and keys until a socket joins a room.
            let pause = if is_quiet { CHECK } else { TICK };
            drop(tokio::time::timeout(pause, self.pause(is_quiet)).await);
            if checked.elapsed() >= CHECK {
                checked = Instant::now();
                self.members().sweep();
                self.check().await;
                self.tell_unread().await;
            }
            self.update().await;
        }
    }

    /// Wakes up early only for the first room; other rooms are checked at their own pace.
    async fn pause(&self, is_quiet: bool) {
        if is_quiet {
            self.0.changed.notified().await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    /// Reads all batches that are due in one query, and notifies their watchers.
    async fn update(&self) {
        let (due, since) = self.members().due(Instant::now());
        if due.is_empty() {
            return;
        }
        match batch::progress_since(&self.0.service, due, since).await {
            Ok(None) => {}
            Ok(Some(read)) => self.members().notify(&read, self.0.service.now()),
            Err(error) => {
                tracing::warn!(%error, "could not read progress");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Tells people in their own rooms how many notices they have not read, where that changed.
    async fn tell_unread(&self) {
        let people = self.members().people();
        if people.is_empty() {
            return;
        }
        match notice::unread_of(&self.0.service, &people).await {
            Ok(unread) => self.members().tell_unread(&unread),
            Err(error) => {
                tracing::warn!(%error, "could not count the unread notices of people who are connected")
            }
        }
    }

    /// Disconnects sockets whose session or key is no longer valid.
    async fn check(&self) {
        let asked = self.members().identities();
        match session::identities_hold(&self.0.service, &asked.0, &asked.1, self.0.life).await {
            Ok((sessions, keys)) => {
                let (sessions, keys) = (sessions.into_iter().collect(), keys.into_iter().collect());
                self.members().keep(&asked, &sessions, &keys);
            }
            Err(error) => tracing::warn!(%error, "could not check the sessions and keys of sockets"),
        }
    }
}

impl Members {
    /// Whether the hub is closed, has no sockets, and has no rooms.
    fn state(&self) -> (bool, bool, bool) {
        (self.is_closed, self.sockets.is_empty() && self.stuck.is_empty(), self.rooms.is_empty())
    }

    fn remove(&mut self, socket: Sid) {
        if let Some(member) = self.sockets.remove(&socket) {
            member.rooms.iter().for_each(|batch| self.empty(*batch, socket));
            metrics::gauge!("sluice_sockets").set(count(self.sockets.len()));
        }
    }

    fn leave_room(&mut self, socket: Sid, batch: i64) {
        if let Some(member) = self.sockets.get_mut(&socket) {
            member.rooms.remove(&batch);
        }
        self.empty(batch, socket);
    }

    /// Removes a socket from a room, and the room if it is then empty.
    fn empty(&mut self, batch: i64, socket: Sid) {
        if let Some(room) = self.rooms.get_mut(&batch) {
            room.leave(socket);
            if room.is_empty() {
                self.rooms.remove(&batch);
            }
        }
    }

    /// Drops a socket that does not keep up: it receives nothing more, and is closed as soon as the
    /// disconnect can be sent.
    fn give_up(&mut self, socket: SocketRef) {
        metrics::counter!("sluice_sockets_dropped_total").increment(1);
        self.remove(socket.id);
        if socket.clone().disconnect().is_err() {
            self.stuck.push(socket);
        }
    }

    /// Removes closed sockets.
    fn sweep(&mut self) {
        let gone = |m: &&Member| !m.socket.connected() && m.since.elapsed() > PAUSE;
        let gone: Vec<_> = self.sockets.values().filter(gone).map(|m| m.socket.id).collect();
        gone.into_iter().for_each(|socket| self.remove(socket));
        self.stuck.retain(|socket| socket.connected() && socket.clone().disconnect().is_err());
    }

    /// The rooms that are due now, and the commit up to which all of them have been read.
    fn due(&mut self, now: Instant) -> (Vec<i64>, i64) {
        let mut since = i64::MAX;
        let mut due = Vec::new();
        for (batch, room) in self.rooms.iter_mut().filter(|(_, room)| room.is_due(now)) {
            room.wait(now);
            since = since.min(room.read());
            due.push(*batch);
        }
        due.sort_unstable();
        (due, since)
    }

    fn notify(&mut self, read: &[BatchProgress], now: i64) {
        let mut stuck = Vec::new();
        for progress in read {
            if let Some(room) = self.rooms.get_mut(&progress.batch.id.0) {
                room.note(progress, now);
                stuck.append(&mut room.notify());
            }
        }
        stuck.into_iter().for_each(|socket| self.give_up(socket));
    }

    /// The people in their own rooms, sorted and distinct.
    fn people(&self) -> Vec<i64> {
        let mut people: Vec<i64> = self.sockets.values().filter_map(Member::person).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Sends the number of unread notices to the sockets that were sent another one, or none.
    fn tell_unread(&mut self, unread: &BTreeMap<i64, i64>) {
        let mut stuck = Vec::new();
        for member in self.sockets.values_mut() {
            let Some(count) = member.person().and_then(|user| unread.get(&user)).copied() else { continue };
            if member.unread.replace(count) != Some(count)
                && member.socket.emit(UNREAD, &UnreadEvent { unread: count }).is_err()
            {
                stuck.push(member.socket.clone());
            }
        }
        stuck.into_iter().for_each(|socket| self.give_up(socket));
    }

    /// The sessions and keys of the connected sockets.
    fn identities(&self) -> (Vec<i64>, Vec<i64>) {
        let (mut sessions, mut keys) = (HashSet::new(), HashSet::new());
        for member in self.sockets.values() {
            match member.identity.who {
                Who::Person { session, .. } => sessions.insert(session),
                Who::Key { key, .. } => keys.insert(key),
            };
        }
        (sessions.into_iter().collect(), keys.into_iter().collect())
    }

    /// Disconnects the sockets whose session or key is not in the valid sets. Sockets that connected after
    /// the check are covered by the next one.
    fn keep(&mut self, asked: &(Vec<i64>, Vec<i64>), sessions: &HashSet<i64>, keys: &HashSet<i64>) {
        let ended = |member: &&Member| match member.identity.who {
            Who::Person { session, .. } => asked.0.contains(&session) && !sessions.contains(&session),
            Who::Key { key, .. } => asked.1.contains(&key) && !keys.contains(&key),
        };
        let ended: Vec<_> = self.sockets.values().filter(ended).map(|member| member.socket.clone()).collect();
        ended.into_iter().for_each(|socket| self.give_up(socket));
    }
}

fn count(sockets: usize) -> f64 {
    u32::try_from(sockets).map_or(f64::MAX, f64::from)
}
