//! The accounts and external ids that a file has named so far.

use crate::batch::terms::RepeatKey;
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

/// The accounts seen so far. Without repeats one bit per account is enough; with repeats each key is kept.
#[derive(Default)]
pub(super) struct SeenRows {
    seen: Vec<u64>,
    accounts: HashSet<i64>,
    keys: HashMap<RepeatKey, i64>,
    lines: HashSet<i64>,
    /// Items whose external id appears again in a later row.
    pub same_id: HashSet<i64>,
}

impl SeenRows {
    pub(super) fn account(&mut self, id: i64) {
        let (Ok(word), bit) = (usize::try_from(id / 64), id % 64) else { return };
        if word >= self.seen.len() {
            self.seen.resize(word + 1, 0);
        }
        if let Some(bits) = self.seen.get_mut(word) {
            if *bits & (1 << bit) != 0 {
                self.accounts.insert(id);
            }
            *bits |= 1 << bit;
        }
    }

    pub(super) fn key(&mut self, key: RepeatKey, line: i64) {
        match self.keys.entry(key) {
            Entry::Occupied(first) => self.lines.extend([*first.get(), line]),
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
    }

    pub(super) fn is_twice(&self, other: i64, line: i64) -> bool {
        self.accounts.contains(&other) || self.lines.contains(&line)
    }

    pub(super) fn has_doubles(&self) -> bool {
        !(self.accounts.is_empty() && self.lines.is_empty() && self.same_id.is_empty())
    }
}
