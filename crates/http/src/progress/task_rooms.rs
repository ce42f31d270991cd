//! The rooms of tasks: `batch_task_{N}`. While somebody watches a task it is read a few times a second, once for all its
//! watchers, and they are sent what changed; the last event is the task's end.

use crate::kit::language;
use crate::task::view::TaskView;
use domain::code::Language;
use domain::id::TaskId;
use service::{Service, task};
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The event with a task.
const UPDATE: &str = "task_update";
/// How often a watched task is read.
const PACE: Duration = Duration::from_millis(250);
/// The most tasks that a socket watches.
const ROOMS_MAX: usize = 50;

/// The rooms of this process. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct TaskRooms {
    service: Service,
    rooms: Arc<Mutex<HashMap<i64, Vec<TaskWatcher>>>>,
}

#[derive(Debug)]
struct TaskWatcher {
    socket: SocketRef,
    seen: Option<TaskView>,
}

impl TaskRooms {
    pub(crate) fn new(service: Service) -> Self {
        Self { service, rooms: Arc::default() }
    }

    /// Recovers from a poisoned lock: after a panic the rooms are still usable.
    fn rooms(&self) -> MutexGuard<'_, HashMap<i64, Vec<TaskWatcher>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a socket to a task's room, where it is told at once how far the task is; `false` if it is in too many rooms.
    pub(super) fn join(&self, socket: &SocketRef, id: TaskId) -> bool {
        let mut rooms = self.rooms();
        let is_in =
            |watchers: &Vec<TaskWatcher>| watchers.iter().any(|watcher| watcher.socket.id == socket.id);
        if rooms.values().filter(|watchers| is_in(watchers)).count() >= ROOMS_MAX {
            return false;
        }
        let is_new = !rooms.contains_key(&id.0);
        let watchers = rooms.entry(id.0).or_default();
        watchers.retain(|watcher| watcher.socket.id != socket.id);
        watchers.push(TaskWatcher { socket: socket.clone(), seen: None });
        drop(rooms);
        if is_new {
            tokio::spawn(self.clone().keep(id));
        }
        true
    }

    /// Removes a socket from a task's room.
    pub(super) fn leave(&self, socket: Sid, id: TaskId) {
        if let Some(watchers) = self.rooms().get_mut(&id.0) {
            watchers.retain(|watcher| watcher.socket.id != socket);
        }
    }

    /// Keeps a room up to date until it is empty, or its task has ended or was removed.
    async fn keep(self, id: TaskId) {
        loop {
            match task::of_ids(&self.service, &[id]).await {
                Ok(found) => {
                    let goes_on = match found.first() {
                        Some(task) => self.tell(id, task),
                        None => false,
                    };
                    if !goes_on && self.close(id) {
                        return;
                    }
                }
                Err(error) => tracing::debug!(%error, "could not read a task that is watched"),
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// Tells the watchers what changed; `false` if nothing will change any more.
    fn tell(&self, id: TaskId, task: &task::Task) -> bool {
        let now = self.service.now();
        let mut rooms = self.rooms();
        let Some(watchers) = rooms.get_mut(&id.0) else { return false };
        watchers.retain_mut(|watcher| {
            let view = TaskView::in_language(task.clone(), now, language_of(&watcher.socket));
            let is_news = watcher.seen.as_ref().is_none_or(|seen| !seen.is_like(&view));
            if !is_news {
                return watcher.socket.connected();
            }
            let is_told = watcher.socket.emit(UPDATE, &view).is_ok();
            watcher.seen = Some(view);
            is_told
        });
        !task.state.has_ended() && !watchers.is_empty()
    }

    /// Closes a room, unless somebody has joined who was told nothing yet.
    fn close(&self, id: TaskId) -> bool {
        let mut rooms = self.rooms();
        let has_news = |watchers: &Vec<TaskWatcher>| watchers.iter().any(|watcher| watcher.seen.is_none());
        if rooms.get(&id.0).is_some_and(has_news) {
            return false;
        }
        rooms.remove(&id.0);
        true
    }
}

fn language_of(socket: &SocketRef) -> Language {
    language::of(&socket.req_parts().headers, Language::default())
}
