//! A batch as JSON and as text.

use crate::exit::{Exit, Failure};
use crate::out::{Out, or_empty, time};
use crate::say::say;
use crate::session::{Session, major};
use crate::word::Word;
use domain::asset::Asset;
use serde_json::{Map, Value, json};
use service::batch::{self, Described, DescribedRate};
use store::batch::Batch;

/// A batch with the names that it refers to.
#[derive(Debug, Clone)]
pub(crate) struct BatchView {
    /// As it is stored.
    pub batch: Batch,
    /// Its currency.
    pub asset: Asset,
    /// The single account's number.
    pub account: Option<String>,
    /// The rates it keeps.
    pub rates: Vec<DescribedRate>,
}

impl From<Described> for BatchView {
    fn from(described: Described) -> Self {
        let Described { batch, asset, account, rates } = described;
        Self { batch, asset, account, rates }
    }
}

impl BatchView {
    /// Looks the names up.
    pub(crate) async fn of(session: &Session, batch: Batch) -> Result<Self, Failure> {
        let described = batch::show(&session.service, batch.id.into()).await?;
        Ok(Self { batch, ..Self::from(described) })
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let (b, t) = (&self.batch, &self.batch.tally);
        let at = |micros: Option<i64>| micros.map(time);
        let value = json!({
            "batch_id": b.number(), "id": b.id.0, "name": b.name, "type": b.kind.name(), "mode": b.mode.name(),
            "status": b.state.name(), "operator_status": b.state.operator_status(), "intent": b.intent.name(),
            "currency": self.asset.code, "account": self.account, "remarks": b.remarks,
            "refused_count": b.refused_count, "total_count": t.total_count, "success_count": t.success_count,
            "failed_count": t.failed_count, "skipped_count": t.skipped_count,
            "pending_count": t.open_count(), "total_amount": major(t.total_amount, &self.asset),
            "success_amount": major(t.success_amount, &self.asset),
            "failed_amount": major(t.failed_amount, &self.asset),
            "fee_amount": major(t.fee_amount, &self.asset), "file_hash": b.file_hash,
            "content_hash": b.content_hash, "created_by": b.created_by.name, "created_at": time(b.created_at),
            "submitted_at": at(b.submitted_at), "started_at": at(b.started_at),
            "interrupted_at": at(b.interrupted_at), "completed_at": at(b.completed_at),
            "rates": self.rates.iter().map(rate).collect::<Value>(),
        });
        if let Value::Object(map) = value { map } else { Map::new() }
    }

    fn shown_rates(&self) -> String {
        let shown = |rate: &DescribedRate| format!("{}/{} {}", rate.source, rate.target, rate.rate);
        self.rates.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    /// For people.
    pub(crate) fn to_text(&self, out: Out) -> String {
        let (b, t, language) = (&self.batch, &self.batch.tally, out.language);
        let money = |minor: i64| format!("{} {}", major(minor, &self.asset), self.asset.code);
        let sum = |count: i64, minor: i64| say!(language, "{count}, {}", "{count} 笔，{}", money(minor));
        let (kind, mode) = (b.kind.word(language), b.mode.word(language));
        let (number, id, at, by) = (b.number(), b.id, time(b.created_at), &b.created_by.name);
        out.fields(&[
            (say("batch", "批次"), say!(language, "{number} (id {id})", "{number}（编号 {id}）")),
            (say("name", "名称"), b.name.clone()),
            (say("type", "类型"), say!(language, "{kind}, {mode}", "{kind}，{mode}")),
            (say("account", "账户"), or_empty(self.account.as_deref())),
            (say("status", "状态"), b.state.word(language).to_owned()),
            (say("items", "转账明细"), sum(t.total_count, t.total_amount)),
            (say("succeeded", "成功"), sum(t.success_count, t.success_amount)),
            (say("failed", "失败"), sum(t.failed_count, t.failed_amount)),
            (say("skipped", "已跳过"), t.skipped_count.to_string()),
            (say("waiting", "等待中"), t.open_count().to_string()),
            (say("fees", "手续费"), money(t.fee_amount)),
            (say("rates", "汇率"), self.shown_rates()),
            (say("refused rows", "被拒绝的行"), b.refused_count.to_string()),
            (say("remarks", "备注"), or_empty(b.remarks.as_deref())),
            (say("created", "创建时间"), say!(language, "{at} by {by}", "{at}，创建人 {by}")),
            (say("started", "开始时间"), b.started_at.map(time).unwrap_or_default()),
            (say("ended", "结束时间"), b.completed_at.map(time).unwrap_or_default()),
        ])
    }
}

fn rate(kept: &DescribedRate) -> Value {
    json!({ "from": kept.source, "to": kept.target, "rate": kept.rate, "kept_at": time(kept.kept_at) })
}

/// Prints a batch, with additional JSON keys.
pub(crate) async fn answer(session: &Session, batch: Batch, more: &[(&str, Value)]) -> Result<Exit, Failure> {
    let view = BatchView::of(session, batch).await?;
    let mut json = view.to_json();
    json.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    session.out.answer(Value::Object(json), || view.to_text(session.out))?;
    Ok(Exit::Success)
}
