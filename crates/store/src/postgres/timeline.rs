//! The timeline of the server's log that connections are on: a promoted standby starts a new one. It may lack commits,
//! so a node with a mark writes nothing on it before it has compared the two. Connections do not survive a fail-over,
//! so it is enough to look at each new one: no transaction pays for it.

use std::sync::Mutex;
use tokio_postgres::Client;

/// The timeline of a session.
pub(super) const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// The timelines that a node has seen.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    seen: Mutex<Seen>,
}

/// The timeline that the server was found on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimelineSight {
    pub timeline: String,
    /// The connections that had been made before.
    pub connections: u64,
}

#[derive(Debug, Default)]
struct Seen {
    /// The connections made so far.
    connections: u64,
    /// The timeline of the newest one.
    latest: Option<String>,
    /// The one on which the ledger was compared with the mark; none without a mark.
    compared: Option<String>,
}

impl Timelines {
    /// Notes the timeline of a new connection. A server that does not tell it has none.
    pub(super) async fn connected(&self, client: &Client) {
        let Ok(row) = client.query_one(TIMELINE, &[]).await else { return };
        if let (Ok(timeline), Ok(mut seen)) = (row.try_get(0), self.seen.lock()) {
            seen.connected(timeline);
        }
    }

    /// The connections made so far.
    pub(super) fn connections(&self) -> u64 {
        self.seen.lock().map_or(0, |seen| seen.connections)
    }

    /// Notes that the ledger was compared with the mark after the server had been seen on this timeline.
    pub(crate) fn compared(&self, sight: TimelineSight) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.compared(sight);
        }
    }

    /// Whether connections are on a timeline on which the ledger was not compared with the mark.
    pub(crate) fn is_new(&self) -> bool {
        self.seen.lock().is_ok_and(|seen| seen.is_new())
    }
}

impl Seen {
    fn connected(&mut self, timeline: String) {
        self.connections += 1;
        self.latest = Some(timeline);
    }

    fn compared(&mut self, TimelineSight { timeline, connections }: TimelineSight) {
        // What was noted of an earlier connection may have been noted late, when its server had already been replaced.
        if self.connections == connections {
            self.latest = Some(timeline.clone());
        }
        self.compared = Some(timeline);
    }

    fn is_new(&self) -> bool {
        self.compared.is_some() && self.latest.is_some() && self.compared != self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new connection on a timeline, or a comparison after the server was seen on one.
    enum Event {
        Connected(&'static str),
        /// With the connections made before.
        Compared(&'static str, u64),
    }

    use Event::{Compared, Connected};

    #[test]
    fn a_timeline_is_new_until_it_was_compared() {
        for (events, is_new) in [
            (&[][..], false),
            (&[Connected("1")], false),
            (&[Compared("1", 0)], false),
            (&[Connected("1"), Compared("1", 1)], false),
            (&[Connected("1"), Compared("1", 1), Connected("1")], false),
            (&[Connected("1"), Compared("1", 1), Connected("2")], true),
            (&[Connected("1"), Compared("1", 1), Connected("2"), Compared("2", 2)], false),
            // The old server was compared after the connection to the new one had been made.
            (&[Connected("1"), Connected("2"), Compared("1", 1)], true),
            // The connection to the old server was noted last.
            (&[Compared("1", 0), Connected("2"), Connected("1"), Compared("2", 2)], false),
            (&[Compared("1", 0), Connected("2"), Connected("1"), Compared("2", 1)], true),
        ] {
            let mut seen = Seen::default();
            for event in events {
                match event {
                    Connected(timeline) => seen.connected((*timeline).to_owned()),
                    Compared(timeline, connections) => {
                        let (timeline, connections) = ((*timeline).to_owned(), *connections);
                        seen.compared(TimelineSight { timeline, connections });
                    }
                }
            }
            assert_eq!(seen.is_new(), is_new, "{seen:?}");
        }
    }
}
