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

#[derive(Debug, Default)]
struct Seen {
    /// That of the newest connection.
    latest: Option<String>,
    /// The one on which the ledger was compared with the mark; none without a mark.
    compared: Option<String>,
}

impl Timelines {
    /// Notes the timeline of a new connection. A server that does not tell it has none.
    pub(super) async fn connected(&self, client: &Client) {
        let Ok(row) = client.query_one(TIMELINE, &[]).await else { return };
        if let (Ok(timeline), Ok(mut seen)) = (row.try_get(0), self.seen.lock()) {
            seen.latest = Some(timeline);
        }
    }

    /// Notes that the ledger was compared with the mark after this timeline had been read.
    pub(crate) fn compared(&self, timeline: Option<String>) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.compared = timeline;
        }
    }

    /// Whether connections are on a timeline on which the ledger was not compared with the mark.
    pub(crate) fn is_new(&self) -> bool {
        self.seen.lock().is_ok_and(|seen| seen.is_new())
    }
}

impl Seen {
    fn is_new(&self) -> bool {
        self.compared.is_some() && self.latest.is_some() && self.compared != self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_is_new_until_it_was_compared() {
        let (one, two) = (|| Some("1".to_owned()), || Some("2".to_owned()));
        for (latest, compared, is_new) in [
            (None, None, false),
            (one(), None, false),
            (None, one(), false),
            (one(), one(), false),
            (two(), one(), true),
        ] {
            assert_eq!(Seen { latest, compared }.is_new(), is_new);
        }
    }
}
