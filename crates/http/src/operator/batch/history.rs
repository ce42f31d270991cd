//! A batch's history, as shown to people.

use super::path::BatchName;
use super::words::{BatchStateWord, BatchStatusWord};
use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::language;
use crate::kit::paging::Paging;
use crate::kit::problem::OperatorProblem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use axum::extract::State;
use domain::access::Operation as O;
use domain::batch::BatchState;
use domain::code::{Code, Language};
use domain::id::BatchId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use service::batch::list::OffsetPage;
use service::{Event, batch};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::BatchHistory, routes!(history), &[&[Code::BatchNotFound]])
}

/// The default page size.
const USUAL: i64 = 100;

/// Which page of the history to return.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct HistoryQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Events per page; 100 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// An event in a batch's history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchHistoryView {
    /// The event's id.
    #[schema(example = 204)]
    id: i64,
    /// The batch's id.
    #[schema(example = 17)]
    batch_id: i64,
    /// The relation concerned; null if the event concerns the whole batch.
    relation_id: Option<i64>,
    /// Document 000's status after the event.
    status: BatchStatusWord,
    /// The exact state after the event.
    #[schema(value_type = BatchStateWord)]
    state: BatchState,
    /// The kind of event, for programs.
    #[schema(example = "started")]
    event: String,
    /// What happened, for people.
    #[schema(example = "The batch transfer has started")]
    message: String,
    /// Details as an object, with a person's remark under `note`; null if there are none.
    #[schema(value_type = Option<Object>, example = json!({ "items": 12 }))]
    details: Option<Map<String, Json>>,
    /// The user, key or process that caused the event.
    #[schema(example = "user:anna")]
    operator: String,
    /// When the event happened.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
}

/// Lists a batch's history: state changes, retries and skips, oldest first, with actor, time and reason.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/history", operation_id = "getBatchTransferHistory",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), HistoryQuery),
    responses((status = 200, description = "A page of the history.", body = ListEnvelope<BatchHistoryView>)))]
pub(crate) async fn history(
    State(app): State<App>,
    BatchName(batch): BatchName,
    Query(query): Query<HistoryQuery>,
) -> Result<ListAnswer<BatchHistoryView>, OperatorProblem> {
    let paging = Paging::of(query.page, query.page_size, USUAL)?;
    let part = OffsetPage { limit: paging.page_size, offset: paging.offset() };
    let (batch, events, total) = batch::history(&app.service, batch, part).await?;
    let data = events.into_iter().map(|(id, event)| view(batch.id, id, event)).collect();
    Ok(ListAnswer { data, pagination: paging.of_total(total, None) })
}

fn view(batch: BatchId, id: i64, event: Event) -> BatchHistoryView {
    let details = details(event.detail.as_deref());
    BatchHistoryView {
        id,
        batch_id: batch.0,
        relation_id: event.item,
        status: BatchStatusWord::of_batch(event.state),
        state: event.state,
        message: message(&event, details.as_ref(), language::current()),
        event: event.event,
        details,
        operator: event.actor.name,
        created_at: wire(event.at),
    }
}

/// Text that is not a JSON object is a person's remark.
fn details(text: Option<&str>) -> Option<Map<String, Json>> {
    let text = text?;
    let read: Option<Map<String, Json>> = serde_json::from_str(text).ok();
    Some(read.unwrap_or_else(|| Map::from_iter([("note".to_owned(), text.into())])))
}

/// The messages of events, in English and Chinese.
const MESSAGES: &[(&str, &str, &str)] = &[
    ("created", "The batch transfer was created", "批量转账已创建"),
    ("edited", "The draft was changed", "草稿已修改"),
    ("submitted", "The batch transfer was submitted", "批量转账已提交"),
    (
        "approval_given",
        "The batch transfer received an approval and needs others",
        "批量转账已获得一项审批，还需其他人审批",
    ),
    (
        "approval_withdrawn",
        "An approval was withdrawn; all approvals are void",
        "审批已撤回，已有审批全部失效",
    ),
    (
        "approval_expired",
        "The approvals expired before the batch transfer was executed",
        "审批在执行前已过期",
    ),
    ("recalled", "The submission was taken back", "提交已撤回"),
    ("reopened", "The rejected batch transfer is a draft again", "被拒绝的批量转账已恢复为草稿"),
    ("approved", "The batch transfer was approved", "批量转账已审批通过"),
    ("rejected", "The batch transfer was rejected", "批量转账已被拒绝"),
    ("started", "The batch transfer has started", "批量转账已开始"),
    ("resumed", "The batch transfer was resumed", "批量转账已恢复"),
    ("pause_asked", "A pause was requested", "已请求暂停批量转账"),
    ("paused", "The batch transfer is paused", "批量转账已暂停"),
    ("cancelled", "The batch transfer was cancelled", "批量转账已取消"),
    ("interrupt_asked", "A person interrupted the batch transfer", "用户手动中断批量转账"),
    ("called_off", "A person cancelled the batch transfer permanently", "用户永久终止批量转账"),
    ("retried", "A failed transfer is being retried", "重试转账"),
    ("skipped", "A transfer was skipped", "转账已跳过"),
    ("corrected", "Refused rows were corrected in a separate batch", "被拒绝的行已在另一批次中更正"),
    ("repriced", "The exchange rates were updated", "汇率已更新"),
    ("completed", "The batch transfer completed", "批量转账已完成"),
    ("partially_completed", "The batch transfer completed; some transfers failed", "批量转账部分失败"),
    ("failed", "The batch transfer failed", "批量转账失败"),
];

/// The event's message for people.
fn message(event: &Event, details: Option<&Map<String, Json>>, language: Language) -> String {
    let count = details.and_then(|details| details.get("items")).and_then(Json::as_i64);
    if let (None, Some(count)) = (event.item, count)
        && let Some((english, chinese)) = counted(&event.event, count)
    {
        return match language {
            Language::English => english,
            Language::Chinese => chinese,
        };
    }
    let name = event.event.as_str();
    let known = MESSAGES.iter().find(|(known, ..)| *known == name);
    let (english, chinese) = known.map_or((name, name), |(_, english, chinese)| (*english, *chinese));
    match language {
        Language::English => english.to_owned(),
        Language::Chinese => chinese.to_owned(),
    }
}

/// The messages of events that concern a number of transfers, in English and Chinese.
fn counted(event: &str, count: i64) -> Option<(String, String)> {
    let one = count == 1;
    let (transfers, are, were) = if one { ("transfer", "is", "was") } else { ("transfers", "are", "were") };
    match event {
        "retried" => Some((
            format!("{count} failed {transfers} {are} being retried"),
            format!("重试{count}个失败的转账"),
        )),
        "resumed" => Some((
            format!("{count} unfinished {transfers} {were} resumed"),
            format!("恢复{count}个未完成的转账"),
        )),
        "skipped" => {
            Some((format!("{count} failed {transfers} {were} skipped"), format!("跳过{count}个失败的转账")))
        }
        "handed_over" => Some((
            format!("{count} {transfers} {were} handed over to another batch"),
            format!("{count}个转账已移交至另一批次"),
        )),
        "corrected" => Some((
            format!(
                "{count} refused {} corrected in a separate batch",
                if one { "row was" } else { "rows were" }
            ),
            format!("{count}个被拒绝的行已在另一批次中更正"),
        )),
        "repriced" => Some((
            format!("A draft was created from {count} unpaid {transfers} at the current rates"),
            format!("已将{count}个未支付的转账按当前汇率生成草稿"),
        )),
        _ => None,
    }
}
