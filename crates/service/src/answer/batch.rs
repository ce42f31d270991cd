//! Batches as they are stored.

use super::author::AuthorForm;
use super::form::{form, words};
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchTally, BatchType};
use store::batch::Batch;

form! {
    BatchForm of Batch {
        "id" id: i64,
        "day" day: i64,
        "day_number" day_number: i64,
        "name" name: String,
        "type" kind: BatchTypeWord,
        "mode" mode: BatchModeWord,
        "state" state: BatchStateWord,
        "intent" intent: BatchIntentWord,
        "asset" asset: i64,
        "account" account: Option<i64>,
        "remarks" remarks: Option<String>,
        "file_hash" file_hash: Option<String>,
        "content_hash" content_hash: Option<String>,
        "first_number" first_number: i64,
        "last_number" last_number: i64,
        "refused_count" refused_count: i64,
        "tally" tally: TallyForm,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
        "submitted_at" submitted_at: Option<i64>,
        "started_at" started_at: Option<i64>,
        "interrupted_at" interrupted_at: Option<i64>,
        "completed_at" completed_at: Option<i64>,
        "convert" convert: bool,
        "allow_repeat" allow_repeat: bool,
        "called_off_at" called_off_at: Option<i64>,
        "version" version: i64,
        "runs" runs: i64,
        "follows_rates" follows_rates: bool,
    }
}

form! {
    TallyForm of BatchTally {
        "total_count" total_count: i64,
        "total_amount" total_amount: i64,
        "success_count" success_count: i64,
        "success_amount" success_amount: i64,
        "failed_count" failed_count: i64,
        "failed_amount" failed_amount: i64,
        "skipped_count" skipped_count: i64,
        "fee_amount" fee_amount: i64,
        "flight_count" flight_count: i64,
        "flight_amount" flight_amount: i64,
        "unknown_count" unknown_count: i64,
    }
}

words! {
    BatchTypeWord of BatchType {
        "one_to_many" OneToMany,
        "many_to_one" ManyToOne,
        "many_to_many" ManyToMany,
        "deposit" Deposit,
        "withdrawal" Withdrawal,
    }
}

words! {
    BatchModeWord of BatchMode {
        "continue" Continue,
        "stop_on_failure" StopOnFailure,
        "atomic" Atomic,
    }
}

words! {
    BatchStateWord of BatchState {
        "draft" Draft,
        "pending" Pending,
        "approved" Approved,
        "rejected" Rejected,
        "processing" Processing,
        "paused" Paused,
        "completed" Completed,
        "partially_completed" PartiallyCompleted,
        "failed" Failed,
        "cancelled" Cancelled,
    }
}

words! {
    BatchIntentWord of BatchIntent {
        "run" Run,
        "pause" Pause,
        "interrupt" Interrupt,
    }
}

form! {
    BatchCountedForm of (Batch, i64) {
        "batch" batch: BatchForm,
        "count" count: i64,
    }
}
