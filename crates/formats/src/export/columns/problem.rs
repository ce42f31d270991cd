//! Refused rows: each row's content as written, its key, and why it was refused.
//!
//! After correction such a file is imported again: as a repair, where the key identifies the row to replace, or as
//! new rows, without the key column. All values are texts, also in a spreadsheet: they are to be read as they were.

use crate::export::table::CellKind::{Integer, Text};
use crate::export::table::export_table;

export_table! {
    /// A refused row.
    ProblemExportRow<'a>, PROBLEMS = "problems" "问题行" {
        /// Its key. The reader knows the column by this name in every language.
        sluice_row: Integer => i64, "sluice_row", 12;
        /// Its line in the original file.
        line: Integer => i64, "行号", 8;
        /// The account that pays.
        payer: Text => &'a str, "付款账户", 20;
        /// The account that is paid.
        payee: Text => &'a str, "收款账户", 20;
        /// An account whose side the file did not state.
        account: Text => &'a str, "账户", 20;
        /// The counterparty's email.
        email: Text => &'a str, "邮箱", 24;
        /// The counterparty's uid.
        uid: Text => &'a str, "用户编号", 16;
        /// The amount.
        amount: Text => &'a str, "金额", 16;
        /// The share of a total.
        ratio: Text => &'a str, "比例", 10;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
        /// The codes of the reasons.
        code: Text => &'a str, "代码", 24;
        /// The reasons in words.
        reason: Text => &'a str, "原因", 60;
    }
}
