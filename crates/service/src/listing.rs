//! What lists share: how they are counted.

pub use store::listing::{CursorKey, Order, PageRequest, Window};

/// The upper bound of a bounded count.
pub const COUNT_MAX: i64 = 10_000;

/// Whether the rows of the whole list are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    /// They are not counted.
    #[default]
    No,
    /// Up to [`COUNT_MAX`]; beyond it the total is a lower bound.
    Bounded,
    /// All of them, however long it takes.
    Whole,
}

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number counted.
    pub rows: i64,
    /// Whether there may be more.
    pub is_least: bool,
}

impl Counting {
    /// The most rows to count; none counts all.
    pub(crate) const fn most(self) -> Option<i64> {
        match self {
            Self::No | Self::Bounded => Some(COUNT_MAX + 1),
            Self::Whole => None,
        }
    }

    /// The total for a number of counted rows.
    pub(crate) fn total(self, counted: i64) -> Total {
        match self {
            Self::Whole => Total { rows: counted, is_least: false },
            Self::No | Self::Bounded => Total { rows: counted.min(COUNT_MAX), is_least: counted > COUNT_MAX },
        }
    }
}
