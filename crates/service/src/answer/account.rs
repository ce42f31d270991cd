//! Accounts.

use super::form::{form, words};
use domain::account::{AccountKind, AccountStatus};
use store::account::AccountView;

form! {
    AccountForm of AccountView {
        "id" id: i64,
        "number" number: String,
        "kind" kind: AccountKindWord,
        "asset" asset: i64,
        "holder" holder: Option<i64>,
        "holder_name" holder_name: Option<String>,
        "email" email: Option<String>,
        "uid" uid: Option<String>,
        "status" status: AccountStatusWord,
        "balance" balance: i64,
        "held" held: i64,
        "overdraft" overdraft: i64,
        "head" head: Option<i64>,
        "opened_at" opened_at: i64,
        "is_default" is_default: bool,
        "is_totp_bound" is_totp_bound: bool,
    }
}

words! {
    AccountKindWord of AccountKind {
        "customer" Customer,
        "world" World,
        "fee_income" FeeIncome,
        "fx_clearing" FxClearing,
        "rail_clearing" RailClearing,
    }
}

words! {
    AccountStatusWord of AccountStatus {
        "active" Active,
        "frozen" Frozen,
        "closed" Closed,
    }
}
