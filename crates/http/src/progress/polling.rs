//! Progress for clients that poll.

use super::view::{ProgressView, average};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::OperatorProblem;
use axum::extract::{Path, State};
use service::batch;

/// Returns a batch's progress, with the same fields as the Socket.IO event `progress_update`.
///
/// To follow progress live, use any Socket.IO client of version 4: connect to the server (with the session
/// cookie, or with `auth: { token: "sluice_…" }`), emit `join_room` with `batch_transfer_{id}`, and listen
/// for `progress_update`. The first event has the current progress, the last one the outcome. If joining a
/// room is refused, the server emits `room_error` with `{ room, code, message }`, and reports it in the
/// acknowledgement of `join_room` if the client requests one.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/progress", operation_id = "getBatchTransferProgress",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id, or its number such as `batch-20260310-001`",
        example = "42")),
    responses((status = 200, description = "The progress.", body = Envelope<ProgressView>)))]
pub(crate) async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Answer<ProgressView>, OperatorProblem> {
    let progress = batch::progress(&app.service, batch::read_ref(&id)?).await?;
    let speed = average(&progress, app.service.now());
    Ok(Answer::of(ProgressView::new(&progress, speed)))
}
