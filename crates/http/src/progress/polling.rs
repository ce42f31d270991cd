//! Progress for those who poll.

use super::view::{ProgressView, average};
use crate::answer::{Answer, Envelope};
use crate::app::App;
use crate::problem::OperatorProblem;
use axum::extract::{Path, State};

/// How far a batch is: the same fields as the event `progress_update` of the sockets.
///
/// Watch it live with any socket.io client of version 4: connect to the server (by the session's cookie, or with
/// `auth: { token: "sluice_…" }`), emit `join_room` with `batch_transfer_{id}`, and listen to `progress_update`. The
/// first event tells how it stands, the last one how it ended; a room that is refused is told by `room_error` with
/// `{ room, code, message }`, and in the acknowledgement of `join_room` if one is asked for.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/progress", operation_id = "getBatchTransferProgress",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id, or its number such as `batch-20260310-001`",
        example = "42")),
    responses((status = 200, description = "How far it is.", body = Envelope<ProgressView>)))]
pub(crate) async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Answer<ProgressView>, OperatorProblem> {
    let progress = app.service.batch_progress_of(&id).await?;
    let speed = average(&progress, app.service.now());
    Ok(Answer::of(ProgressView::new(&progress, speed)))
}
