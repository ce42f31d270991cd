//! Listing and showing webhooks.

use super::view::WebhookView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::id::WebhookId;
use service::webhook;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::WebhookList, routes!(list), &[]).add(
        Operation::WebhookShow,
        routes!(show),
        &[&[Code::WebhookNotFound]],
    )
}

/// Lists the webhooks, in the order in which they were added; there are at most 50.
#[utoipa::path(get, path = "/api/v2/webhooks", operation_id = "listWebhooks", tag = "webhooks",
    responses((status = 200, description = "The webhooks.", body = Envelope<Vec<WebhookView>>)))]
pub(super) async fn list(State(app): State<App>) -> Result<Answer<Vec<WebhookView>>, Problem> {
    Ok(Answer::of(webhook::list(&app.service).await?.into_iter().map(WebhookView::from).collect()))
}

/// Returns a webhook.
#[utoipa::path(get, path = "/api/v2/webhooks/{id}", operation_id = "getWebhook", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.", example = "hook_2")),
    responses((status = 200, description = "The webhook.", body = Envelope<WebhookView>)))]
pub(super) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<WebhookView>, Problem> {
    let id: WebhookId = id.named(Code::WebhookNotFound)?;
    Ok(Answer::of(webhook::show(&app.service, id).await?.into()))
}
