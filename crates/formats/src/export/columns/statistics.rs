//! Statistics: what was sent on a day, or by an account, in a currency.

use crate::export::cell::{Cell, Day, Fixed};
use crate::export::table::CellKind::{Amount, Day as Date, Fixed as Rate, Integer, Text};
use crate::export::table::export_table;

export_table! {
    /// The figures of a group.
    StatisticsRow<'a>, STATISTICS = "statistics" "转账统计" {
        /// The day; none if the groups are accounts.
        date: Date => Option<Day>, "日期", 12;
        /// The account's number; empty if the groups are days.
        account: Text => &'a str, "账号", 20;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// Attempted transfers.
        count: Integer => i64, "总笔数", 10;
        /// Completed transfers.
        success_count: Integer => i64, "成功笔数", 10;
        /// Refused transfers.
        failed_count: Integer => i64, "失败笔数", 10;
        /// The fraction of completed transfers.
        success_rate: Rate => Option<Fixed>, "成功率", 10;
        /// What was sent, without fees.
        amount: Amount => Cell<'a>, "金额", 20;
        /// The fees.
        fee: Amount => Cell<'a>, "手续费", 14;
    }
}
