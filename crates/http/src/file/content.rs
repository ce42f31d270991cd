//! The content of a file.

use crate::app::App;
use crate::kit::download::Download;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::STORED_FILE;
use serde::Deserialize;
use service::upload;
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::FileContent, routes!(content), &[STORED_FILE])
}

/// How the content is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileContentQuery {
    /// `1`: a PNG, JPEG, WebP or PDF is shown in place; anything else is an attachment all the same.
    #[param(example = 1, minimum = 0, maximum = 1, nullable = false)]
    inline: Option<u8>,
}

/// Returns the content of a file, as an attachment. Its media type is told by its content, and it is sandboxed.
#[utoipa::path(get, path = "/api/v1/files/{id}/content", operation_id = "getFileContent", tag = "files",
    params(("id" = String, Path, description = "The file's id.", example = "file_7"), FileContentQuery),
    responses((status = 200, description = "The content.", content(
        (String = "text/plain", example = "payee,amount"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/zip"),
        (String = "image/png"),
        (String = "image/jpeg"),
        (String = "image/webp"),
        (String = "application/pdf", example = "%PDF-1.7"),
    ))))]
pub(super) async fn content(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Query(query): Query<FileContentQuery>,
) -> Result<Download, Problem> {
    let is_wanted_inline = match query.inline {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(Problem::about(Code::QueryInvalid, "inline: 0 or 1")),
    };
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let (file, reading) =
        upload::content(&app.service, by, asker, id.named(Code::StoredFileNotFound)?).await?;
    let is_inline = is_wanted_inline && file.kind.is_shown_inline();
    Ok(Download::stored(&app, &who, reading, &file, is_inline))
}
