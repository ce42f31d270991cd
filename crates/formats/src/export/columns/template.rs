//! Templates of files to fill in: empty, or with chosen payees and their last amounts. Each is a file that this crate
//! reads; a column without values may be left empty or removed.

use crate::export::cell::Cell;
use crate::export::table::CellKind::{Amount, Text};
use crate::export::table::export_table;

export_table! {
    /// A payment to an account, or from one: the batch knows which.
    PaymentByAccountRow<'a>, PAYMENTS_BY_ACCOUNT = "payments" "转账" {
        /// The other side's account number.
        account: Text => &'a str, "账户", 24;
        /// The holder's name, for whom fills it in; it is not read.
        holder: Text => &'a str, "户名", 24;
        /// The amount.
        amount: Amount => Cell<'a>, "金额", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
    }
}

export_table! {
    /// A payment to a person's default account, or from it.
    PaymentByPersonRow<'a>, PAYMENTS_BY_PERSON = "payments" "转账" {
        /// The person's email; one of email and uid is enough.
        email: Text => &'a str, "邮箱", 28;
        /// The person's uid.
        uid: Text => &'a str, "用户编号", 16;
        /// The person's name, for whom fills it in; it is not read.
        holder: Text => &'a str, "户名", 24;
        /// The amount.
        amount: Amount => Cell<'a>, "金额", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
    }
}

export_table! {
    /// A payment that names both sides.
    PaymentBetweenRow<'a>, PAYMENTS_BETWEEN = "payments" "转账" {
        /// The payer's account number.
        payer: Text => &'a str, "付款账号", 24;
        /// The payee's account number.
        payee: Text => &'a str, "收款账号", 24;
        /// The payee's name, for whom fills it in; it is not read.
        holder: Text => &'a str, "户名", 24;
        /// The amount.
        amount: Amount => Cell<'a>, "金额", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// What the payment is for.
        memo: Text => &'a str, "备注", 30;
        /// Free text for the payee.
        reference: Text => &'a str, "参考号", 20;
        /// The payment's id in the payer's system.
        external_id: Text => &'a str, "外部编号", 20;
    }
}

export_table! {
    /// An account to open.
    AccountTemplateRow<'a>, ACCOUNTS_TO_OPEN = "accounts" "开户" {
        /// The account's number.
        number: Text => &'a str, "账号", 24;
        /// The holder's name.
        holder: Text => &'a str, "户名", 24;
        /// The holder's email.
        email: Text => &'a str, "邮箱", 28;
        /// The holder's uid.
        uid: Text => &'a str, "用户编号", 16;
        /// The currency code.
        currency: Text => &'a str, "币种", 8;
        /// The opening balance.
        opening: Amount => Cell<'a>, "期初余额", 16;
    }
}
