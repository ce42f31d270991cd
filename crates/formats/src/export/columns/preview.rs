//! Previews of a batch: each row is one item and what would become of it now.

use crate::export::cell::Cell;
use crate::export::table::CellKind::{Amount, Balance, Integer, Text, Word};
use crate::export::table::export_table;
use crate::export::words::PREVIEW_STATES;

export_table! {
    /// What a run would do with one item, or a row that was refused.
    PreviewRow<'a>, PREVIEW = "preview" "预检" {
        /// The item's line in the imported file.
        line: Integer => Option<i64>, "行号", 8;
        /// The item's id; of a refused row its key.
        item: Integer => i64, "明细编号", 12;
        /// The paying account.
        source: Text => &'a str, "付款账户", 20;
        /// The payee's account, or the payee as written.
        target: Text => &'a str, "收款账户", 20;
        /// The payee's name.
        holder: Text => &'a str, "户名", 24;
        /// The amount; of a refused row as written.
        amount: Amount => Cell<'a>, "金额", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// The fee.
        fee: Amount => Cell<'a>, "手续费", 12;
        /// What arrives in another currency.
        received: Amount => Cell<'a>, "到账金额", 18;
        /// That currency.
        received_currency: Text => &'a str, "到账币种", 8;
        /// Whether it would be paid.
        status: Word(PREVIEW_STATES) => &'a str, "状态", 12;
        /// The code of the refusal.
        code: Text => &'a str, "代码", 24;
        /// The code's message.
        message: Text => &'a str, "说明", 40;
        /// The payer's balance before it.
        balance_before: Balance => Cell<'a>, "变动前余额", 18;
        /// The payer's balance after it.
        balance_after: Balance => Cell<'a>, "变动后余额", 18;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
    }
}
