//! The result of a batch as CSV: one line per item, with its state, code, fee and transfer.

use super::lookup::find;
use super::problems::{ProblemRow, each_open_row};
use crate::{Error, Service, asset};
use domain::amount::format_minor;
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::item::ItemState;
use formats::result::{ResultRow, ResultWriter};
use hashbrown::HashMap;
use serde_json::Value;
use std::io::Write;
use store::item::Page;
use store::transfer::Transfer;

/// Items per step: memory use does not grow with the batch.
const STEP: i64 = 10_000;

/// Writes a batch's result and its open refused rows; returns the number of lines.
pub async fn export<W: Write + Send>(
    service: &Service,
    batch: BatchRef,
    language: Language,
    to: W,
) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let asset = asset::by_id(&mut tx, batch.asset).await?;
    let mut writer = ResultWriter::new(to)?;
    let (mut after, mut count) = (batch.first_number - 1, 0);
    let major = |minor: i64| format_minor(i128::from(minor), asset.scale);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let mut items = store::item::page(&mut tx, page, None, None).await?;
        store::external_id::fill_page(&mut tx, batch.id, &mut items).await?;
        let Some(last) = items.last() else { break };
        after = last.number.0;
        let ids = items.iter().flat_map(|i| [i.source.0, i.target.0]).collect();
        let numbers: HashMap<i64, String> =
            store::account::numbers(&mut tx, ids).await?.into_iter().collect();
        let settled = items.iter().filter(|i| i.state == ItemState::Completed).map(|i| i.number.0).collect();
        let transfers: HashMap<i64, Transfer> = store::transfer::by_numbers(&mut tx, settled)
            .await?
            .into_iter()
            .map(|t| (t.number.0, t))
            .collect();
        for item in &items {
            let transfer = transfers.get(&item.number.0);
            let account = |id: i64| numbers.get(&id).map_or("", String::as_str);
            // A draft may still wait for it.
            let amount = Some(item.amount).filter(|amount| *amount > 0).map(major).unwrap_or_default();
            let fee = transfer.map(|t| major(t.fee)).unwrap_or_default();
            writer.write(&ResultRow {
                line: u64::try_from(item.line).ok(),
                item: item.number.0,
                source: account(item.source.0),
                target: account(item.target.0),
                amount: &amount,
                currency: &asset.code,
                fee: &fee,
                status: item.state.name(),
                code: item.code.map_or("", Code::name),
                message: item.code.map_or("", |code| code.message(language)),
                memo: item.memo.as_deref().unwrap_or_default(),
                reference: item.reference.as_deref().unwrap_or_default(),
                external_id: item.external_id.as_deref().unwrap_or_default(),
                transfer: transfer.map(|t| t.number.0),
            })?;
            count += 1;
        }
    }
    // Under their keys, after the items.
    count += each_open_row(&mut tx, batch.id, |row| Ok(writer.write(&RefusedText::of(row, language).row())?))
        .await?;
    writer.finish()?;
    Ok(count)
}

/// The text of a refused row's line.
struct RefusedText {
    line: Option<u64>,
    key: i64,
    fields: [String; 6],
    code: &'static str,
    message: &'static str,
}

impl RefusedText {
    fn of(row: &ProblemRow, language: Language) -> Self {
        let content = row.content();
        let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let named = ["payee", "account", "email", "uid"].map(text).into_iter().find(|text| !text.is_empty());
        let code = row.problems.first().map(|problem| problem.code);
        let target = named.unwrap_or_default();
        Self {
            line: u64::try_from(row.row.line).ok(),
            key: row.row.id,
            fields: [
                text("payer"),
                target,
                text("amount"),
                text("currency"),
                text("memo"),
                text("reference"),
            ],
            code: code.map_or("", Code::name),
            message: code.map_or("", |code| code.message(language)),
        }
    }

    fn row(&self) -> ResultRow<'_> {
        let [source, target, amount, currency, memo, reference] = self.fields.each_ref().map(String::as_str);
        ResultRow {
            line: self.line,
            item: self.key,
            source,
            target,
            amount,
            currency,
            status: "refused",
            code: self.code,
            message: self.message,
            memo,
            reference,
            ..ResultRow::default()
        }
    }
}
