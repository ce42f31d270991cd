//! What is known about a file.

use super::view::LookedView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::STORED_FILE;
use domain::id::FileId;
use serde::Deserialize;
use service::upload::{self, Look, LookRequest};
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::FileShow, routes!(show), &[STORED_FILE])
}

/// Whether and how to look at the rows of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileShowQuery {
    /// Also read the first rows, as `payments` or as `accounts` to open.
    #[param(example = "payments", nullable = false, pattern = "^(payments|accounts)$")]
    look: Option<String>,
    /// The text encoding, if the one that was found is wrong.
    #[param(example = "gb18030", nullable = false)]
    encoding: Option<String>,
    /// The field separator, if the one that was found is wrong.
    #[param(example = "semicolon", nullable = false)]
    delimiter: Option<String>,
    /// The sheet of a workbook, by its name or its number from 1.
    #[param(example = "2", nullable = false)]
    sheet: Option<String>,
}

impl FileShowQuery {
    /// How to look; none if nobody asked for it.
    fn read(self) -> Result<Option<Look>, Problem> {
        let Self { look, encoding, delimiter, sheet } = self;
        if look.is_none() && (encoding.is_some() || delimiter.is_some() || sheet.is_some()) {
            return Err(Problem::about(Code::QueryInvalid, "encoding, delimiter, sheet: only with look"));
        }
        let Some(purpose) = look else { return Ok(None) };
        let request = LookRequest { purpose: Some(purpose), encoding, delimiter, sheet };
        Ok(Some(request.read()?))
    }
}

/// Returns what is known about a file: for the one who uploaded it or started the task that made it, for administrators
/// and auditors, and for all who may see the batch that it belongs to.
///
/// With `look`, its columns and first rows as they are read, so that a person can correct encoding, delimiter, sheet and
/// mapping before anything is imported; `problem` says why they cannot be read. `remembered` is what the caller decided
/// about the columns of the last file with the same headers; an import uses it only if it is sent in its options.
#[utoipa::path(get, path = "/api/v1/files/{id}", operation_id = "getFile", tag = "files",
    params(("id" = String, Path, description = "The file's id.", example = "file_7"), FileShowQuery),
    responses((status = 200, description = "The file.", body = Envelope<LookedView>)))]
pub(super) async fn show(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Query(query): Query<FileShowQuery>,
) -> Result<Answer<LookedView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let id: FileId = id.named(Code::StoredFileNotFound)?;
    let how = query.read()?;
    let upload = upload::show(&app.service, by, asker, id).await?;
    let Some(how) = how else { return Ok(Answer::of(LookedView::unread(upload))) };
    let looked = upload::look(&app.service, by, &upload, how).await;
    Ok(Answer::of(LookedView::of(upload, looked)?))
}
