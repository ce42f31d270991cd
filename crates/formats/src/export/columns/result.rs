//! Results of a batch: each row is one item and its outcome.

use crate::export::cell::{Cell, Day, Moment};
use crate::export::table::CellKind::{Amount, Day as Date, Integer, Moment as Time, Text, Word};
use crate::export::table::export_table;
use crate::export::words::ITEM_STATES;
use crate::layout::fold;
use domain::code::Language;

export_table! {
    /// The outcome of one item, or a row that was refused.
    ResultRow<'a>, RESULTS = "results" "转账结果" {
        /// The item's line in the imported file.
        line: Integer => Option<i64>, "行号", 8;
        /// The item's id; of a refused row its key.
        item: Integer => i64, "明细编号", 12;
        /// The paying account.
        source: Text => &'a str, "付款账户", 20;
        /// The payee's account, or the payee as written.
        target: Text => &'a str, "收款账户", 20;
        /// The amount; of a refused row as written.
        amount: Amount => Cell<'a>, "金额", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// The fee.
        fee: Amount => Cell<'a>, "手续费", 12;
        /// The item's state, or `refused`.
        status: Word(ITEM_STATES) => &'a str, "状态", 12;
        /// The refusal's code.
        code: Text => &'a str, "代码", 24;
        /// The code's message.
        message: Text => &'a str, "说明", 40;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
        /// The transfer that settled the item.
        transfer: Integer => Option<i64>, "转账编号", 12;
        /// When it was settled.
        paid_at: Time => Option<Moment>, "付款时间", 20;
        /// Its value date.
        value_date: Date => Option<Day>, "起息日", 12;
    }
}

/// Whether a header is that of results, in one of the languages. Its names are folded.
pub(crate) fn is_header(folded: &[String]) -> bool {
    [Language::English, Language::Chinese]
        .into_iter()
        .any(|language| RESULTS.headers(language).all(|header| folded.contains(&fold(header))))
}
