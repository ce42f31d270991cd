//! A room: a batch, its watchers, and what they have been sent.

use super::view::{ProgressView, average, decided, per_second};
use domain::batch::BatchState;
use service::batch::progress::BatchProgress;
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;
use socketioxide::{SendError, SocketError};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// The event with a batch's progress.
pub(super) const UPDATE: &str = "progress_update";
/// A running batch notifies its watchers at most ten times a second …
const FASTEST: Duration = Duration::from_millis(100);
/// … and less often the more watchers there are, so that the cost of notifying them stays constant …
const PER_WATCHER: Duration = Duration::from_millis(1);
/// … but at least this often.
const SLOWEST: Duration = Duration::from_secs(2);
/// How often a batch that is not running is checked: it only starts when a person acts.
const RESTING: Duration = Duration::from_millis(500);
/// The period over which speed is measured.
const WINDOW: Duration = Duration::from_secs(5);

/// A room.
#[derive(Debug, Default)]
pub(super) struct Room {
    watchers: HashMap<Sid, Watcher>,
    latest: Option<Latest>,
    /// The first event of a run, to be sent before the latest reading.
    begun: Option<ProgressView>,
    window: VecDeque<(Instant, i64)>,
    due: Option<Instant>,
}

#[derive(Debug)]
struct Watcher {
    socket: SocketRef,
    /// The sequence number of the last event it was sent.
    seen: i64,
}

/// The latest reading of the batch.
#[derive(Debug)]
struct Latest {
    /// The commit at which it was last read.
    read: i64,
    progress: BatchProgress,
    view: ProgressView,
}

impl Room {
    /// Adds a watcher and sends it the current progress, under this reading's sequence number, which is later
    /// than anything this or another server has sent the watcher before.
    pub(super) fn join(
        &mut self,
        socket: &SocketRef,
        progress: &BatchProgress,
        now: i64,
    ) -> Result<(), SendError> {
        self.note(progress, now);
        let Some(latest) = &self.latest else { return Ok(()) };
        let view = ProgressView { seq: latest.view.seq.max(progress.seq), ..latest.view.clone() };
        self.watchers.insert(socket.id, Watcher { socket: socket.clone(), seen: view.seq });
        socket.emit(UPDATE, &view)
    }

    /// Removes a watcher.
    pub(super) fn leave(&mut self, socket: Sid) {
        self.watchers.remove(&socket);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| due <= now)
    }

    /// The commit at which the batch was last read.
    pub(super) fn read(&self) -> i64 {
        self.latest.as_ref().map_or(-1, |latest| latest.read)
    }

    /// Schedules the next reading.
    pub(super) fn wait(&mut self, now: Instant) {
        let runs = self.latest.as_ref().is_none_or(|l| l.progress.batch.state == BatchState::Processing);
        self.due = Some(now + if runs { pace(self.watchers.len()) } else { RESTING });
    }

    /// Records a reading. Of two readings the later one wins, in whatever order they arrive.
    pub(super) fn note(&mut self, progress: &BatchProgress, now: i64) {
        if self.read() >= progress.seq {
            return;
        }
        let is_new = self.latest.as_ref().is_none_or(|latest| latest.progress.batch != progress.batch);
        let speed = self.speed(progress, now);
        match &mut self.latest {
            Some(latest) if !is_new => latest.read = progress.seq,
            latest => {
                let mut view = ProgressView::new(progress, speed);
                let began = latest.as_ref().filter(|l| l.progress.batch.runs < progress.batch.runs);
                if let Some(before) = began {
                    self.begun = beginning(before, progress, &mut view).or(self.begun.take());
                }
                *latest = Some(Latest { read: progress.seq, progress: progress.clone(), view });
            }
        }
    }

    /// Notifies the watchers that have not seen the latest reading. Returns the sockets that could not be
    /// notified without waiting.
    pub(super) fn notify(&mut self) -> Vec<SocketRef> {
        let Some(latest) = &self.latest else { return Vec::new() };
        let mut stuck = Vec::new();
        self.watchers.retain(|_, watcher| {
            if watcher.seen >= latest.view.seq {
                return true;
            }
            let begun = self.begun.as_ref().filter(|begun| begun.seq > watcher.seen);
            watcher.seen = latest.view.seq;
            let told = begun.map_or(Ok(()), |begun| watcher.socket.emit(UPDATE, begun));
            match told.and_then(|()| watcher.socket.emit(UPDATE, &latest.view)) {
                Ok(()) => true,
                Err(SendError::Socket(SocketError::Closed)) => false,
                Err(error) => {
                    tracing::debug!(%error, "watcher does not keep up");
                    stuck.push(watcher.socket.clone());
                    false
                }
            }
        });
        self.begun = None;
        stuck
    }

    /// Items per second over the last few seconds; until enough readings exist, since the batch began.
    fn speed(&mut self, progress: &BatchProgress, now: i64) -> i64 {
        let (at, decided) = (Instant::now(), decided(progress));
        // After a retry, fewer items are decided than before.
        if self.window.back().is_some_and(|(_, before)| *before > decided) {
            self.window.clear();
        }
        self.window.push_back((at, decided));
        while self.window.get(1).is_some_and(|(time, _)| at.duration_since(*time) > WINDOW) {
            self.window.pop_front();
        }
        match self.window.front() {
            Some((begun, before)) if *begun < at => {
                let elapsed = i64::try_from(at.duration_since(*begun).as_micros()).unwrap_or(i64::MAX);
                per_second(decided - before, elapsed)
            }
            _ => average(progress, now),
        }
    }
}

/// The first event of a run, unless the reading is itself that event. It gets a sequence number between the
/// two readings. If there is no number between them, the run has done nothing yet, and the reading is its
/// first event.
fn beginning(before: &Latest, now: &BatchProgress, view: &mut ProgressView) -> Option<ProgressView> {
    let is_first = now.batch.state == BatchState::Processing && view.progress == 0;
    if is_first || now.seq - 1 <= before.view.seq {
        view.progress = 0;
        return None;
    }
    Some(ProgressView::beginning(&before.progress, now))
}

fn pace(watchers: usize) -> Duration {
    let watchers = u32::try_from(watchers).unwrap_or(u32::MAX);
    PER_WATCHER.saturating_mul(watchers).clamp(FASTEST, SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_watchers_the_less_often_they_are_notified() {
        let all: Vec<_> = [0, 1, 100, 1_000, 2_000, 1_000_000].iter().map(|n| pace(*n).as_millis()).collect();
        assert_eq!(all, [100, 100, 100, 1_000, 2_000, 2_000]);
    }
}
