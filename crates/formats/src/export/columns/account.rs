//! Accounts with their holders and balances. The balance is read as the opening balance on import.

use crate::export::cell::{Cell, Moment};
use crate::export::table::CellKind::{Amount, Balance, Moment as Time, Text, Word};
use crate::export::table::export_table;
use crate::export::words::{ACCOUNT_KINDS, ACCOUNT_STATUSES};

export_table! {
    /// An account.
    AccountExportRow<'a>, ACCOUNTS = "accounts" "账户" {
        /// The account's id, such as `acct_17`.
        id: Text => &'a str, "编号", 12;
        /// Its number.
        number: Text => &'a str, "账号", 20;
        /// The holder's name.
        holder: Text => &'a str, "户名", 24;
        /// The holder's email.
        email: Text => &'a str, "邮箱", 24;
        /// The holder's uid.
        uid: Text => &'a str, "用户编号", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// What it is for.
        kind: Word(ACCOUNT_KINDS) => &'a str, "账户类型", 14;
        /// Whether it sends and receives.
        status: Word(ACCOUNT_STATUSES) => &'a str, "状态", 10;
        /// The sum of its postings.
        balance: Amount => Cell<'a>, "余额", 18;
        /// What can be paid out.
        available: Balance => Cell<'a>, "可用金额", 18;
        /// What is reserved.
        held: Balance => Cell<'a>, "冻结金额", 18;
        /// How far below zero it may go.
        overdraft: Balance => Cell<'a>, "透支额度", 18;
        /// When it was opened.
        opened_at: Time => Option<Moment>, "创建时间", 20;
    }
}
