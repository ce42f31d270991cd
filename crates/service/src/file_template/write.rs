//! A template as a file.

use super::payee::TemplatePayee;
use super::request::{FileTemplateForm, FileTemplateKind, FileTemplateRequest, NamedBy};
use crate::Error;
use formats::export::cell::{Cell, Money};
use formats::export::columns::template::{
    ACCOUNTS_TO_OPEN, PAYMENTS_BETWEEN, PAYMENTS_BY_ACCOUNT, PAYMENTS_BY_PERSON, PaymentBetweenRow,
    PaymentByAccountRow,
};
use formats::export::options::{ExportForm, ExportOptions};
use formats::export::table::ExportTable;
use formats::export::writer::ExportWriter;

/// Writes a template; `now` is when it is made, microseconds UTC.
pub(super) fn write(
    request: &FileTemplateRequest,
    payees: &[TemplatePayee],
    now: i64,
) -> Result<Vec<u8>, Error> {
    let options = ExportOptions {
        form: match request.form {
            FileTemplateForm::Csv => ExportForm::Csv,
            FileTemplateForm::Xlsx => ExportForm::Xlsx,
        },
        language: request.language,
        made_at: now,
        ..ExportOptions::default()
    };
    let mut writer = ExportWriter::new(table(request), &options, Vec::new())?;
    for payee in payees {
        if request.kind == FileTemplateKind::ManyToMany {
            writer.row(&between(payee).cells())?;
        } else {
            writer.row(&by_account(payee).cells())?;
        }
    }
    Ok(writer.finish()?.0)
}

const fn table(request: &FileTemplateRequest) -> &'static ExportTable {
    match (request.kind, request.named_by) {
        (FileTemplateKind::Accounts, _) => &ACCOUNTS_TO_OPEN,
        (FileTemplateKind::ManyToMany, _) => &PAYMENTS_BETWEEN,
        (FileTemplateKind::OneToMany | FileTemplateKind::ManyToOne, NamedBy::Account) => &PAYMENTS_BY_ACCOUNT,
        (FileTemplateKind::OneToMany | FileTemplateKind::ManyToOne, NamedBy::Person) => &PAYMENTS_BY_PERSON,
    }
}

fn by_account(payee: &TemplatePayee) -> PaymentByAccountRow<'_> {
    PaymentByAccountRow {
        account: &payee.account,
        holder: &payee.holder,
        amount: amount(payee),
        currency: &payee.currency,
        memo: &payee.memo,
        reference: &payee.reference,
        external_id: "",
    }
}

fn between(payee: &TemplatePayee) -> PaymentBetweenRow<'_> {
    PaymentBetweenRow {
        payer: &payee.payer,
        payee: &payee.account,
        holder: &payee.holder,
        amount: amount(payee),
        currency: &payee.currency,
        memo: &payee.memo,
        reference: &payee.reference,
        external_id: "",
    }
}

fn amount(payee: &TemplatePayee) -> Cell<'_> {
    let money = |(minor, scale): (i64, u8)| Money { minor: minor.into(), scale, currency: &payee.currency };
    payee.amount.map(money).into()
}
