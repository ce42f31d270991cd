//! The attempts to pay a relation: why each failed, when, and who retried it.

use super::path::RelationName;
use super::view::major;
use super::words::{RelationStateWord, RelationStatusWord};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::language;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use axum::extract::State;
use domain::access::Operation as O;
use domain::asset::Asset;
use domain::code::Code;
use domain::item::ItemState;
use serde::Serialize;
use service::batch;
use service::batch::attempts::{Attempt, Attempts};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::RelationHistory,
        routes!(attempts),
        &[&[Code::BatchNotFound, Code::ItemNotFound]],
    )
}

/// A relation and the attempts to pay it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationHistoryView {
    /// The relation's id.
    #[schema(example = 1041)]
    relation_id: i64,
    /// The batch's id.
    #[schema(example = 17)]
    batch_id: i64,
    /// The relation's current status: one of document 000's, or `skipped`.
    status: RelationStatusWord,
    /// The relation's current exact state.
    #[schema(value_type = RelationStateWord)]
    state: ItemState,
    /// The attempts, oldest first; the last one may still be pending.
    attempts: Vec<AttemptView>,
}

/// An attempt to pay a relation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptView {
    /// The attempt's number, from 1.
    #[schema(example = 1)]
    number: usize,
    /// The outcome; `pending` or `processing` until there is one.
    status: RelationStatusWord,
    /// The amount to be moved, in major units of the batch's currency.
    #[schema(example = "100.00")]
    amount: String,
    /// The error code if the attempt failed.
    #[schema(value_type = Option<String>, example = "INSUFFICIENT_BALANCE")]
    error_code: Option<&'static str>,
    /// The error message if the attempt failed.
    #[schema(value_type = Option<String>, example = "The available balance does not cover the amount")]
    error_message: Option<&'static str>,
    /// When the attempt was decided; null until then.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The user or key that retried or resumed the relation; null for the first attempt.
    #[schema(example = "anna")]
    retried_by: Option<String>,
    /// When the retry or resume was requested; null for the first attempt.
    #[schema(format = DateTime)]
    retried_at: Option<String>,
}

/// Lists the attempts to pay a relation: the outcome of each, when, and who retried it.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/relations/{relationId}/history",
    operation_id = "getRelationHistory", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("relationId" = String, Path, description = "The relation's id", example = "1041")),
    responses((status = 200, description = "The attempts.", body = Envelope<RelationHistoryView>)))]
pub(crate) async fn attempts(
    State(app): State<App>,
    RelationName { batch, relation }: RelationName,
) -> Result<Answer<RelationHistoryView>, OperatorProblem> {
    let Attempts { batch, item, attempts } = batch::item_attempts(&app.service, batch, relation).await?;
    let asset = &batch.asset;
    let views = attempts.into_iter().enumerate().map(|(place, one)| view(place + 1, one, asset));
    Ok(Answer::of(RelationHistoryView {
        relation_id: item.number.0,
        batch_id: batch.batch.id.0,
        status: RelationStatusWord::of_item(item.state),
        state: item.state,
        attempts: views.collect(),
    }))
}

fn view(number: usize, attempt: Attempt, asset: &Asset) -> AttemptView {
    let state = match (attempt.code, attempt.at) {
        (Some(_), _) => ItemState::Failed,
        (None, Some(_)) => ItemState::Completed,
        (None, None) => ItemState::Pending,
    };
    AttemptView {
        number,
        status: RelationStatusWord::of_item(state),
        amount: major(attempt.amount, asset),
        error_code: attempt.code.map(Code::name),
        error_message: attempt.code.map(|code| code.message(language::current())),
        at: attempt.at.map(wire),
        retried_at: attempt.retried.as_ref().map(|(_, at)| wire(*at)),
        retried_by: attempt.retried.map(|(author, _)| author.name),
    }
}
