//! Batches: types, modes and legal state transitions (design, section 7).

use crate::code::Code;
use crate::item::ItemState;
use crate::stored_enum::stored_enum;
use crate::transfer::TransferKind;

/// The most items in one atomic batch, which is one chunk.
pub const ATOMIC_ITEMS_MAX: usize = 50_000;

/// The most items in one chunk of any other batch.
pub const CHUNK_ITEMS_MAX: usize = 160_000;

/// The most items in one chunk as shipped. Large chunks cost less an item, because an account that comes again is
/// written once; nobody waits for them, because slices shrink while single requests arrive.
pub const CHUNK_ITEMS: usize = 131_072;

/// The most items in a batch.
pub const BATCH_ITEMS_MAX: i64 = 10_000_000;

stored_enum! {
    /// Which side of a batch is the single account.
    BatchType {
        /// One account pays many: payroll, bonuses, refunds.
        OneToMany = 1 "one_to_many",
        /// Many accounts pay one: collections.
        ManyToOne = 2 "many_to_one",
        /// Each row names both sides, for files of unrelated payments.
        ManyToMany = 3 "many_to_many",
        /// One payment into the ledger: the payer is outside.
        Deposit = 4 "deposit",
        /// One payment out of the ledger: the payee is outside.
        Withdrawal = 5 "withdrawal",
    }
}

impl BatchType {
    /// Whether the single side is outside the ledger. Such a batch has one item.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        match self {
            Self::Deposit | Self::Withdrawal => true,
            Self::OneToMany | Self::ManyToOne | Self::ManyToMany => false,
        }
    }

    /// Why the money of its items moves.
    #[must_use]
    pub const fn transfer_kind(self) -> TransferKind {
        match self {
            Self::OneToMany | Self::ManyToOne | Self::ManyToMany => TransferKind::Item,
            Self::Deposit => TransferKind::Deposit,
            Self::Withdrawal => TransferKind::Withdrawal,
        }
    }
}

stored_enum! {
    /// What a failed item means for the other items.
    BatchMode {
        /// They are still paid.
        Continue = 1 "continue",
        /// Those after it are not attempted.
        StopOnFailure = 2 "stop_on_failure",
        /// All or nothing, in one chunk.
        Atomic = 3 "atomic",
    }
}

stored_enum! {
    /// How a row named the account on its side of the payment.
    ContactType {
        /// By the holder's uid.
        Uid = 1 "uid",
        /// By the holder's e-mail address.
        Email = 2 "email",
        /// By the account's id or number.
        Inner = 3 "inner",
    }
}

stored_enum! {
    /// The state of a batch.
    BatchState {
        /// Can be edited.
        Draft = 2 "draft",
        /// Submitted: its content is frozen.
        Pending = 3 "pending",
        /// Approved by as many people as its policy requires.
        Approved = 4 "approved",
        /// Rejected by an approver.
        Rejected = 5 "rejected",
        /// Being executed.
        Processing = 6 "processing",
        /// Paused by a user at a chunk boundary; can be resumed.
        Paused = 7 "paused",
        /// Ended: every item that was not skipped is completed.
        Completed = 8 "completed",
        /// Ended: some items failed.
        PartiallyCompleted = 9 "partially_completed",
        /// Ended: no item succeeded.
        Failed = 10 "failed",
        /// Ended: cancelled before anything was paid.
        Cancelled = 11 "cancelled",
    }
}

stored_enum! {
    /// What a user asked of a running batch; the runner obeys at the next chunk boundary.
    BatchIntent {
        /// Run to the end.
        Run = 2 "run",
        /// Stop at the next chunk boundary.
        Pause = 3 "pause",
        /// Stop, and fail the remaining items with `INTERRUPTED`.
        Interrupt = 4 "interrupt",
    }
}

impl BatchState {
    /// Whether a batch may change to another state. The database trigger enforces the same list.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Draft, Self::Pending | Self::Cancelled)
                | (
                    Self::Pending,
                    Self::Draft | Self::Approved | Self::Rejected | Self::Processing | Self::Cancelled
                )
                | (Self::Approved, Self::Draft | Self::Pending | Self::Processing | Self::Cancelled)
                | (Self::Rejected, Self::Draft)
                | (
                    Self::Processing,
                    Self::Paused
                        | Self::Completed
                        | Self::PartiallyCompleted
                        | Self::Failed
                        | Self::Cancelled
                )
                | (
                    Self::Paused,
                    Self::Processing
                        | Self::Completed
                        | Self::PartiallyCompleted
                        | Self::Failed
                        | Self::Cancelled
                )
                | (Self::PartiallyCompleted, Self::Processing | Self::Completed)
                | (Self::Failed, Self::Processing | Self::Cancelled)
        )
    }

    /// Whether execution has begun, including batches that have ended since.
    #[must_use]
    pub const fn has_begun(self) -> bool {
        matches!(
            self,
            Self::Processing | Self::Paused | Self::Completed | Self::PartiallyCompleted | Self::Failed
        )
    }

    /// Whether nothing more happens to the batch unless a user asks for it.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::PartiallyCompleted | Self::Failed | Self::Rejected | Self::Cancelled
        )
    }

    /// Document 000's four statuses.
    #[must_use]
    pub const fn operator_status(self) -> &'static str {
        match self {
            Self::Draft | Self::Pending | Self::Approved => "pending",
            Self::Processing | Self::Paused => "processing",
            Self::Completed => "completed",
            Self::PartiallyCompleted | Self::Failed | Self::Rejected | Self::Cancelled => "failed",
        }
    }

    /// `submit`: only from draft.
    pub const fn submit(self) -> Result<Self, Code> {
        match self {
            Self::Draft => Ok(Self::Pending),
            _ => Err(Code::BatchState),
        }
    }

    /// `execute`: only from pending (where no approval is required) or approved.
    pub const fn execute(self) -> Result<Self, Code> {
        match self {
            Self::Pending | Self::Approved => Ok(Self::Processing),
            _ => Err(Code::BatchState),
        }
    }

    /// `retry` and `skip` need a batch that has begun, so that nothing unapproved or cancelled is paid by a
    /// retry.
    pub const fn rework(self) -> Result<(), Code> {
        if self.has_begun() { Ok(()) } else { Err(Code::BatchState) }
    }
}

/// The batch's counters, always equal to the fold over its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchTally {
    /// Items.
    pub total_count: i64,
    /// Their sum, in minor units.
    pub total_amount: i64,
    /// Completed items.
    pub success_count: i64,
    /// Their sum.
    pub success_amount: i64,
    /// Failed items.
    pub failed_count: i64,
    /// Their sum.
    pub failed_amount: i64,
    /// Skipped items.
    pub skipped_count: i64,
    /// Fees charged on the completed items.
    pub fee_amount: i64,
    /// Items in flight: handed to an external rail that has neither settled nor refused them.
    pub flight_count: i64,
    /// Their sum.
    pub flight_amount: i64,
    /// How many of them have an unknown outcome.
    pub unknown_count: i64,
}

impl BatchTally {
    /// Items that have no outcome yet: they wait to be executed or are in flight.
    #[must_use]
    pub const fn open_count(&self) -> i64 {
        self.total_count - self.success_count - self.failed_count - self.skipped_count
    }

    /// Items that wait to be executed.
    #[must_use]
    pub const fn waiting_count(&self) -> i64 {
        self.open_count() - self.flight_count
    }

    /// Items in a state.
    #[must_use]
    pub const fn count_in(&self, state: ItemState) -> i64 {
        match state {
            ItemState::Pending => self.waiting_count(),
            ItemState::Processing => self.flight_count - self.unknown_count,
            ItemState::Completed => self.success_count,
            ItemState::Failed => self.failed_count,
            ItemState::Unknown => self.unknown_count,
            ItemState::Skipped => self.skipped_count,
        }
    }

    /// Whether a `processing` batch needs a runner. It does not while all its open items are in flight:
    /// a run would find nothing to do, and end only to begin again. `store::batch::waiting` has the same
    /// condition.
    #[must_use]
    pub const fn needs_runner(&self, intent: BatchIntent) -> bool {
        self.waiting_count() > 0 || self.flight_count == 0 || !matches!(intent, BatchIntent::Run)
    }

    /// The state of a batch with these counters: unchanged while an item has no outcome, else derived from the
    /// items' outcomes (contract: "Batch states, verbs, words"). `is_called_off`: a user called it off for
    /// good.
    #[must_use]
    pub const fn state(&self, now: BatchState, is_called_off: bool) -> BatchState {
        if self.open_count() > 0 || self.total_count == 0 {
            now
        } else if self.success_count > 0 && self.failed_count > 0 {
            BatchState::PartiallyCompleted
        } else if self.success_count > 0 {
            BatchState::Completed
        } else if self.failed_count == 0 && (is_called_off || !now.has_begun()) {
            BatchState::Cancelled
        } else {
            BatchState::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transitions_are_those_of_the_design() {
        let mut table = String::new();
        for from in BatchState::ALL {
            let to: Vec<_> =
                BatchState::ALL.iter().filter(|to| from.may_become(**to)).map(|s| s.name()).collect();
            table += &format!("{} -> {}\n", from.name(), to.join(" "));
        }
        let expected = "\
draft -> pending cancelled
pending -> draft approved rejected processing cancelled
approved -> draft pending processing cancelled
rejected -> draft
processing -> paused completed partially_completed failed cancelled
paused -> processing completed partially_completed failed cancelled
completed -> \n\
partially_completed -> processing completed
failed -> processing cancelled
cancelled -> \n";
        assert_eq!(table, expected);
    }

    #[test]
    fn values_are_written_by_their_names() {
        fn written<T: serde::Serialize>(all: &[T]) -> Vec<serde_json::Value> {
            all.iter().map(|value| serde_json::to_value(value).unwrap()).collect()
        }
        assert_eq!(written(&BatchState::ALL), BatchState::ALL.iter().map(|s| s.name()).collect::<Vec<_>>());
        assert_eq!(written(&BatchMode::ALL), BatchMode::ALL.iter().map(|m| m.name()).collect::<Vec<_>>());
        assert_eq!(written(&BatchType::ALL), BatchType::ALL.iter().map(|t| t.name()).collect::<Vec<_>>());
        assert_eq!(written(&ContactType::ALL), ContactType::ALL.iter().map(|c| c.name()).collect::<Vec<_>>());
        let items = crate::item::ItemState::ALL;
        assert_eq!(written(&items), items.iter().map(|state| state.name()).collect::<Vec<_>>());
    }

    #[test]
    fn a_batch_that_has_not_begun_cannot_be_paid_by_retry() {
        for state in BatchState::ALL.iter().filter(|s| !s.has_begun()) {
            assert_eq!(state.rework(), Err(Code::BatchState), "{}", state.name());
        }
    }

    /// Paid, failed, skipped and pending items; the state before; `for_good` if the batch was called off for
    /// good; the state after.
    const FOLDS: &str = "
        2 0 0 0 processing             completed
        2 0 1 0 processing             completed
        2 0 1 0 processing    for_good completed
        1 1 0 0 processing             partially_completed
        1 1 1 0 paused        for_good partially_completed
        0 2 0 0 processing             failed
        0 1 1 0 processing             failed
        0 1 1 0 processing    for_good failed
        0 0 2 0 processing             failed
        0 0 2 0 failed                 failed
        0 0 2 0 processing    for_good cancelled
        0 0 2 0 failed        for_good cancelled
        0 0 2 0 paused        for_good cancelled
        0 0 2 0 draft                  cancelled
        0 0 2 0 pending                cancelled
        0 0 2 0 cancelled              cancelled
        2 0 1 0 partially_completed    completed
        1 0 0 1 processing             processing
        1 1 0 1 paused                 paused
        0 0 1 1 processing    for_good processing
        0 0 0 2 pending                pending
        0 0 0 0 draft                  draft";

    #[test]
    fn every_item_is_counted_in_one_state_and_a_batch_that_only_waits_for_a_rail_needs_no_runner() {
        // Paid, failed, skipped, waiting, in flight, of these unknown; whether a run would find work.
        for (counts, needs) in [
            ([0, 0, 0, 5, 0, 0], true),
            ([1, 1, 1, 1, 2, 1], true),
            ([1, 1, 1, 0, 2, 1], false),
            ([0, 0, 0, 0, 2, 2], false),
            ([1, 1, 1, 0, 0, 0], true),
        ] {
            let [paid, failed, skipped, waiting, flight, unknown] = counts;
            let tally = BatchTally {
                total_count: paid + failed + skipped + waiting + flight,
                success_count: paid,
                failed_count: failed,
                skipped_count: skipped,
                flight_count: flight,
                unknown_count: unknown,
                ..BatchTally::default()
            };
            let of: Vec<_> = ItemState::ALL.iter().map(|state| tally.count_in(*state)).collect();
            assert_eq!(of, [waiting, flight - unknown, paid, failed, unknown, skipped]);
            assert_eq!((tally.open_count(), tally.waiting_count()), (waiting + flight, waiting));
            assert_eq!(tally.needs_runner(BatchIntent::Run), needs, "{counts:?}");
            assert!(tally.needs_runner(BatchIntent::Pause) && tally.needs_runner(BatchIntent::Interrupt));
            let state = tally.state(BatchState::Processing, false);
            assert_eq!(state == BatchState::Processing, waiting + flight > 0, "{counts:?}");
        }
    }

    #[test]
    fn the_state_follows_from_the_counters() {
        for line in FOLDS.lines().skip(1) {
            let words: Vec<_> = line.split_whitespace().collect();
            let count = |place: usize| words[place].parse::<i64>().unwrap();
            let tally = BatchTally {
                total_count: (0..4).map(count).sum(),
                success_count: count(0),
                failed_count: count(1),
                skipped_count: count(2),
                ..BatchTally::default()
            };
            let state = |place: usize| BatchState::from_name(words[place]).unwrap();
            let next = tally.state(state(4), words[5] == "for_good");
            assert_eq!(next, state(words.len() - 1), "{line}");
            assert!(next == state(4) || state(4).may_become(next), "{line}");
        }
    }
}
