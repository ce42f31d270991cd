//! Accounts that were left out of a draft.

use super::form::form;
use crate::batch::rows::LeftOut;

form! {
    LeftOutForm of LeftOut {
        "payee" payee: String,
        "code" code: String,
    }
}
