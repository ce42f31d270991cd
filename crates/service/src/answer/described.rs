//! Batches as they are reported: with names, and with what was found or created along the way.

use super::asset::AssetForm;
use super::batch::BatchForm;
use super::form::form;
use super::left_out::LeftOutsForm;
use crate::batch::described::{Described, DescribedRate};
use crate::batch::edit::AddedItems;
use crate::batch::promise::Promise;
use crate::batch::reprice::Repriced;
use crate::batch::similar::{Found, PaidRow, Similar};
use crate::batch::submit::PreparedBatch;
use crate::batch::{AddedAccounts, RemovedItems};
use domain::similar::Overlap;

form! {
    DescribedForm of Described {
        "batch" batch: BatchForm,
        "asset" asset: AssetForm,
        "account" account: Option<String>,
        "rates" rates: Vec<DescribedRateForm>,
    }
}

form! {
    DescribedRateForm of DescribedRate {
        "source" source: String,
        "target" target: String,
        "rate" rate: String,
        "kept_at" kept_at: i64,
    }
}

form! {
    AddedForm of AddedItems {
        "batch" batch: DescribedForm,
        "items" items: Vec<i64>,
    }
}

form! {
    RemovedItemsForm of RemovedItems {
        "batch" batch: DescribedForm,
        "removed" removed: u64,
    }
}

form! {
    AddedAccountsForm of AddedAccounts {
        "batch" batch: DescribedForm,
        "added" added: u64,
        "already" already: u64,
        "refused" refused: LeftOutsForm,
    }
}

form! {
    RepricedForm of Repriced {
        "batch" batch: DescribedForm,
        "from" from: Option<i64>,
    }
}

form! {
    PreparedForm of PreparedBatch {
        "batch" batch: DescribedForm,
        "found" found: FoundForm,
    }
}

form! {
    FoundForm of Found {
        "similar" similar: Option<SimilarForm>,
        "already_paid" already_paid: i64,
        "paid" paid: Vec<PaidRowForm>,
        "left_out" left_out: i64,
        "promise" promise: Option<PromiseForm>,
    }
}

form! {
    SimilarForm of Similar {
        "batch" batch: i64,
        "number" number: String,
        "day" day: String,
        "count" count: i64,
        "sum" sum: i64,
        "overlap" overlap: OverlapForm,
        "refuses" refuses: bool,
    }
}

form! {
    OverlapForm of Overlap {
        "rows" rows: i64,
        "same" same: i64,
        "is_broken_off" is_broken_off: bool,
    }
}

form! {
    PaidRowForm of PaidRow {
        "line" line: i64,
        "batch" batch: String,
        "item" item: i64,
    }
}

form! {
    PromiseForm of Promise {
        "held_by_others" held_by_others: i64,
        "need" need: i64,
        "balance" balance: i64,
    }
}
