//! Listing and replaying deliveries.

use super::view::{EventName, WebhookView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::kit::body::Nothing;
use crate::kit::once::Once;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use domain::access::Operation;
use domain::code::Code;
use domain::id::WebhookId;
use domain::noun::{Noun, NounId, plain_id};
use domain::visible::shown;
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};
use serde::{Deserialize, Serialize};
use service::webhook::{self, Delivery, DeliveryQuery};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const USUAL: i64 = 20;
const REPLAYED: Message =
    Message { english: "The event will be sent again", chinese: "该事件将重新发送" };

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(Operation::DeliveryList, routes!(list), &[&[Code::WebhookNotFound, Code::CursorInvalid]])
        .add(
            Operation::DeliveryReplay,
            routes!(replay),
            &[&[Code::WebhookNotFound, Code::DeliveryNotFound, Code::WebhookDisabled]],
        )
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryStateWord {
    /// It has an attempt ahead of it.
    Waiting,
    /// The receiver answered with a status of 200 to 299.
    Delivered,
    /// Every attempt failed.
    Dead,
    /// The webhook was removed before it was delivered.
    Dropped,
}

impl DeliveryStateWord {
    const fn of(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Dead => Self::Dead,
            DeliveryState::Dropped => Self::Dropped,
        }
    }

    const fn state(self) -> DeliveryState {
        match self {
            Self::Waiting => DeliveryState::Waiting,
            Self::Delivered => DeliveryState::Delivered,
            Self::Dead => DeliveryState::Dead,
            Self::Dropped => DeliveryState::Dropped,
        }
    }
}

/// A delivery of an event to a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryView {
    /// The delivery's number.
    #[schema(example = 31)]
    id: i64,
    /// The event's id: the header `webhook-id` of each attempt.
    #[schema(example = "evt_7")]
    event: String,
    /// The event's type.
    #[serde(rename = "type")]
    #[schema(value_type = EventName, example = "batch.finished")]
    kind: &'static str,
    /// When it happened.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    at: String,
    /// The batch that it happened to; null if it is about no batch.
    #[schema(example = "batch_9")]
    batch: Option<String>,
    /// How far the delivery is.
    state: DeliveryStateWord,
    /// How many attempts were made since the event happened or was replayed.
    #[schema(example = 1)]
    attempts: i64,
    /// When the next attempt is due; null while an earlier event of the same batch waits, and at the end.
    #[schema(format = DateTime, example = json!(null))]
    due_at: Option<String>,
    /// When the last attempt ended.
    #[schema(format = DateTime, example = "2026-03-10T12:00:01Z")]
    tried_at: Option<String>,
    /// When it was delivered, given up or dropped.
    #[schema(format = DateTime, example = "2026-03-10T12:00:01Z")]
    ended_at: Option<String>,
    /// The status of the last answer; null if there was none.
    #[schema(example = 204)]
    status: Option<i64>,
    /// Why the last attempt failed: `address_refused`, `name_unknown`, `unreachable`, `tls_failed`, `timed_out`,
    /// `answer_invalid`, `redirected`, `status_refused`, `secret_unreadable` or `url_refused`; null if it did not.
    #[schema(example = json!(null))]
    failure: Option<&'static str>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            event: Noun::Event.write(delivery.event),
            kind: delivery.kind.name(),
            at: wire(delivery.at),
            batch: delivery.batch.map(NounId::tagged),
            state: DeliveryStateWord::of(delivery.state),
            attempts: delivery.attempts,
            due_at: delivery.due_at.map(wire),
            tried_at: delivery.tried_at.map(wire),
            ended_at: delivery.ended_at.map(wire),
            status: delivery.status,
            failure: delivery.failure.map(DeliveryFailure::name),
        }
    }
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryListQuery {
    /// Only deliveries in this state.
    #[param(inline, nullable = false)]
    state: Option<DeliveryStateWord>,
    /// Rows per page; 20 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// The delivery in a path, and its webhook.
#[derive(Debug)]
pub(super) struct DeliveryName {
    webhook: WebhookId,
    delivery: i64,
}

impl<S: Send + Sync> FromRequestParts<S> for DeliveryName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((webhook, delivery)) = path.map_err(|_| Code::WebhookNotFound)?;
        let webhook: WebhookId = Segment(webhook).named(Code::WebhookNotFound)?;
        let missing = || Problem::about(Code::DeliveryNotFound, shown(&delivery));
        Ok(Self { webhook, delivery: plain_id(&delivery).ok_or_else(missing)? })
    }
}

/// Lists the deliveries to a webhook, newest first.
#[utoipa::path(get, path = "/api/v2/webhooks/{id}/deliveries", operation_id = "listWebhookDeliveries",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2"), DeliveryListQuery),
    responses((status = 200, description = "A page of deliveries.", body = ListEnvelope<DeliveryView>)))]
pub(super) async fn list(
    State(app): State<App>,
    id: Segment,
    Query(query): Query<DeliveryListQuery>,
) -> Result<ListAnswer<DeliveryView>, Problem> {
    let webhook: WebhookId = id.named(Code::WebhookNotFound)?;
    let (size, name) = (paging::size(query.page_size, USUAL)?, format!("deliveries {webhook}"));
    let before = match &query.cursor {
        Some(cursor) => app.cursors.open(&name, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => i64::MAX,
    };
    let state = query.state.map(DeliveryStateWord::state);
    let query = DeliveryQuery { webhook, state, before, limit: size + 1 };
    let mut found = webhook::deliveries(&app.service, query).await?;
    let wanted = usize::try_from(size).unwrap_or(usize::MAX);
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().filter(|_| is_more);
    let next = last.map(|last| app.cursors.seal(&name, &last.id.to_string()));
    let data = found.into_iter().map(DeliveryView::from).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(size, next) })
}

/// Sends an event again, whether it was delivered or not. The receiver knows it by the same `webhook-id`.
#[utoipa::path(post, path = "/api/v2/webhooks/{id}/deliveries/{delivery}/replay",
    operation_id = "replayWebhookDelivery", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2"),
        ("delivery" = i64, Path, description = "The delivery's number.", example = 31)),
    responses((status = 200, description = "The webhook.", body = Envelope<WebhookView>)))]
pub(super) async fn replay(
    who: Who,
    name: DeliveryName,
    once: Once<Nothing>,
) -> Result<Answer<WebhookView>, Problem> {
    let replayed = webhook::replay(&once.service, who.actor(), name.webhook, name.delivery).await;
    Ok(Answer::saying(REPLAYED, once.settle(replayed).await?.into()))
}
