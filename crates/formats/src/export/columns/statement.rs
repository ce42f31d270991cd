//! Lines of an account's statement.

use crate::export::cell::{Cell, Day, Moment};
use crate::export::table::CellKind::{Amount, Balance, Day as Date, Integer, Moment as Time, Text, Word};
use crate::export::table::export_table;
use crate::export::words::ENTRY_KINDS;

export_table! {
    /// An entry of a statement.
    StatementRow<'a>, STATEMENT = "statement" "对账单" {
        /// The account's number.
        account: Text => &'a str, "账号", 20;
        /// The entry's id: the posting's number and side.
        entry: Text => &'a str, "分录编号", 16;
        /// The value date.
        value_date: Date => Option<Day>, "起息日", 12;
        /// What it is.
        kind: Word(ENTRY_KINDS) => &'a str, "类型", 14;
        /// The amount; negative if the account paid.
        amount: Amount => Cell<'a>, "金额", 18;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// The balance before it.
        balance_before: Balance => Cell<'a>, "变动前余额", 18;
        /// The balance after it.
        balance_after: Balance => Cell<'a>, "变动后余额", 18;
        /// The other account's number.
        counterparty: Text => &'a str, "对方账号", 20;
        /// What the transfer was for.
        memo: Text => &'a str, "备注", 30;
        /// The transfer's id.
        transfer: Integer => Option<i64>, "转账编号", 12;
        /// When it was booked.
        booked_at: Time => Option<Moment>, "记账时间", 20;
    }
}
