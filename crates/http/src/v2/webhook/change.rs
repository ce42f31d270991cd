//! Adding, changing, removing and testing webhooks, and rotating their secrets.

use super::view::{EventName, WebhookMadeView, WebhookView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, CodeInput, Input, Nothing};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{STEP_UP, WEBHOOK};
use domain::id::WebhookId;
use serde::Deserialize;
use service::Secret;
use service::webhook::{self, NewWebhook, WebhookChange};
use utoipa::ToSchema;
use utoipa_axum::routes;

const NOT_FOUND: &[Code] = &[Code::WebhookNotFound];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::WebhookAdd, routes!(add), &[WEBHOOK, STEP_UP, &[Code::WebhooksTooMany]])
        .add(O::WebhookChange, routes!(change), &[WEBHOOK, STEP_UP, NOT_FOUND])
        .add(O::WebhookRemove, routes!(remove), &[STEP_UP, NOT_FOUND])
        .add(O::WebhookRotate, routes!(rotate), &[STEP_UP, NOT_FOUND])
        .add(O::WebhookTest, routes!(test), &[NOT_FOUND, &[Code::WebhookDisabled]])
}

/// The maximum number of event types in a request.
const EVENTS_MAX: usize = 100;

const ADDED: Message = Message {
    english: "The webhook was added; save its secret now, it will not be shown again",
    chinese: "回调已添加；请立即保存密钥，密钥不会再次显示",
};
const CHANGED: Message = Message { english: "The webhook was updated", chinese: "回调已修改" };
const REMOVED: Message = Message { english: "The webhook was removed", chinese: "回调已删除" };
const ROTATED: Message = Message {
    english: "The webhook has a new secret; save it now, it will not be shown again. For 24 hours messages are signed with the previous one as well",
    chinese: "回调密钥已更换；请立即保存，新密钥不会再次显示。24小时内消息同时使用旧密钥签名",
};
const TESTED: Message = Message {
    english: "A test event is on its way; the list of deliveries shows how it went",
    chinese: "测试事件已发出，请在投递记录中查看结果",
};

/// A webhook to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WebhookInput {
    /// Where it sends: https, on port 443 or 8443.
    #[schema(min_length = 1, max_length = 2000, example = "https://example.org/hooks/payments")]
    url: String,
    /// The event types that it sends.
    #[schema(value_type = Vec<EventName>, min_items = 1, max_items = 100,
        example = json!(["batch.finished", "batch.items_failed"]))]
    events: Vec<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 255, example = "payroll bookkeeping")]
    description: String,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for WebhookInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Changes to a webhook: omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WebhookChangeInput {
    /// Where it sends, also the events that wait already.
    #[schema(
        min_length = 1,
        max_length = 2000,
        nullable = false,
        example = "https://example.org/hooks/payments"
    )]
    url: Option<String>,
    /// The event types that it sends.
    #[schema(value_type = Option<Vec<EventName>>, min_items = 1, max_items = 100, nullable = false,
        example = json!(["batch.finished"]))]
    events: Option<Vec<String>>,
    /// What it is for.
    #[schema(max_length = 255, nullable = false, example = "payroll bookkeeping")]
    description: Option<String>,
    /// Whether it sends. While it does not, events that wait are kept, and new ones are not sent to it later.
    #[schema(nullable = false, example = true)]
    enabled: Option<bool>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for WebhookChangeInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Adds a webhook.
///
/// Only this response contains its secret.
#[utoipa::path(post, path = "/api/v2/webhooks", operation_id = "addWebhook", tag = "webhooks",
    request_body = WebhookInput,
    responses((status = 200, description = "The new webhook.", body = Envelope<WebhookMadeView>)))]
pub(super) async fn add(who: Who, once: Once<WebhookInput>) -> Result<Answer<WebhookMadeView>, Problem> {
    let WebhookInput { url, events, description, .. } = &once.body;
    if events.len() > EVENTS_MAX {
        return Err(Code::WebhookEventsInvalid.into());
    }
    let new = NewWebhook { url: url.clone(), events: events.clone(), description: description.clone() };
    let made = once.settle(webhook::add(&once.service, who.actor(), &new).await).await?;
    Ok(Answer::saying(ADDED, made.into()))
}

/// Changes a webhook's URL, event types or description, or switches it off and on.
#[utoipa::path(patch, path = "/api/v2/webhooks/{id}", operation_id = "changeWebhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2")),
    request_body = WebhookChangeInput,
    responses((status = 200, description = "The webhook.", body = Envelope<WebhookView>)))]
pub(super) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<WebhookChangeInput>,
) -> Result<Answer<WebhookView>, Problem> {
    let service = who.proving(&app.service, body.code());
    let id: WebhookId = id.named(Code::WebhookNotFound)?;
    let WebhookChangeInput { url, events, description, enabled, .. } = body;
    if events.as_ref().is_some_and(|events| events.len() > EVENTS_MAX) {
        return Err(Code::WebhookEventsInvalid.into());
    }
    let change = WebhookChange { url, events, description, is_enabled: enabled };
    let changed = webhook::change(&service, who.actor(), id, &change).await?;
    Ok(Answer::saying(CHANGED, changed.into()))
}

/// Removes a webhook with its secret. Events that wait for it are dropped.
#[utoipa::path(delete, path = "/api/v2/webhooks/{id}", operation_id = "removeWebhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The removed webhook.", body = Envelope<WebhookView>)))]
pub(super) async fn remove(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<CodeInput>,
) -> Result<Answer<WebhookView>, Problem> {
    let service = who.proving(&app.service, body.code());
    let removed = webhook::remove(&service, who.actor(), id.named(Code::WebhookNotFound)?).await?;
    Ok(Answer::saying(REMOVED, removed.into()))
}

/// Gives a webhook a new secret.
///
/// Only this response contains it. For 24 hours each message has two signatures, one with each secret.
#[utoipa::path(post, path = "/api/v2/webhooks/{id}/rotate", operation_id = "rotateWebhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The webhook with its new secret.", body = Envelope<WebhookMadeView>)))]
pub(super) async fn rotate(
    who: Who,
    id: Segment,
    once: Once<CodeInput>,
) -> Result<Answer<WebhookMadeView>, Problem> {
    let id: WebhookId = id.named(Code::WebhookNotFound)?;
    let made = once.settle(webhook::rotate(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(ROTATED, made.into()))
}

/// Sends an event of the type `webhook.test` to a webhook, whatever event types it has.
#[utoipa::path(post, path = "/api/v2/webhooks/{id}/test", operation_id = "testWebhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2")),
    responses((status = 200, description = "The webhook.", body = Envelope<WebhookView>)))]
pub(super) async fn test(who: Who, id: Segment, once: Once<Nothing>) -> Result<Answer<WebhookView>, Problem> {
    let id: WebhookId = id.named(Code::WebhookNotFound)?;
    let tested = once.settle(webhook::test(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(TESTED, tested.into()))
}
