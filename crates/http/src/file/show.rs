//! What is known about a file.

use super::view::FileView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use service::upload;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::FileShow, routes!(show), &[&[Code::StoredFileNotFound]])
}

/// Returns what is known about a file: for the one who uploaded it or started the task that made it, for administrators
/// and auditors, and for all who may see the batch that it belongs to.
#[utoipa::path(get, path = "/api/v1/files/{id}", operation_id = "getFile", tag = "files",
    params(("id" = String, Path, description = "The file's id.", example = "file_7")),
    responses((status = 200, description = "The file.", body = Envelope<FileView>)))]
pub(super) async fn show(State(app): State<App>, who: Who, id: Segment) -> Result<Answer<FileView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let upload = upload::show(&app.service, by, asker, id.named(Code::StoredFileNotFound)?).await?;
    Ok(Answer::of(upload.into()))
}
