//! Accounts that were left out of a draft.

use super::form::form;
use crate::batch::rows::{LeftOut, LeftOuts};

form! {
    LeftOutForm of LeftOut {
        "payee" payee: String,
        "code" code: String,
    }
}

form! {
    LeftOutsForm of LeftOuts {
        "count" count: u64,
        "first" first: Vec<LeftOutForm>,
    }
}
