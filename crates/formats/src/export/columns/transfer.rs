//! Transfers: each row is one request and how it ended.

use crate::export::cell::{Cell, Day, Moment};
use crate::export::table::CellKind::{Amount, Day as Date, Integer, Moment as Time, Text, Word};
use crate::export::table::export_table;
use crate::export::words::{TRANSFER_KINDS, TRANSFER_STATUSES};

export_table! {
    /// A transfer.
    TransferRow<'a>, TRANSFERS = "transfers" "转账" {
        /// The transfer's id.
        transfer: Integer => i64, "转账编号", 12;
        /// Its kind.
        kind: Word(TRANSFER_KINDS) => &'a str, "类型", 12;
        /// How it ended.
        status: Word(TRANSFER_STATUSES) => &'a str, "状态", 12;
        /// The refusal's code.
        code: Text => &'a str, "代码", 24;
        /// The code's message.
        message: Text => &'a str, "说明", 40;
        /// The paying account's number.
        source: Text => &'a str, "付款账户", 20;
        /// The receiving account's number.
        target: Text => &'a str, "收款账户", 20;
        /// The amount sent, without the fee.
        amount: Amount => Cell<'a>, "金额", 18;
        /// The currency sent.
        currency: Text => &'a str, "币种", 8;
        /// The fee.
        fee: Amount => Cell<'a>, "手续费", 12;
        /// The amount received.
        received: Amount => Cell<'a>, "到账金额", 18;
        /// The currency received.
        received_currency: Text => &'a str, "到账币种", 8;
        /// Major units received for one major unit sent.
        exchange_rate: Text => &'a str, "汇率", 14;
        /// What it is for.
        memo: Text => &'a str, "备注", 30;
        /// Who asked for it.
        created_by: Text => &'a str, "创建人", 16;
        /// The value date.
        value_date: Date => Option<Day>, "起息日", 12;
        /// When it was booked.
        created_at: Time => Option<Moment>, "创建时间", 20;
    }
}
