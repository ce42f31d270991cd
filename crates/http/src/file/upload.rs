//! Uploading a file: its bytes go to the file store as they arrive.

use super::view::FileView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::body::{Body, Bytes};
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::UPLOAD;
use http_body_util::BodyExt;
use serde::Deserialize;
use service::upload::Receiving;
use utoipa::IntoParams;
use utoipa_axum::routes;

const UPLOADED: Message = Message { english: "The file was uploaded", chinese: "文件已上传" };

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::FileUpload, routes!(upload), &[UPLOAD])
}

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileUploadQuery {
    /// The file's name; of a path, its last part.
    #[param(example = "pay.csv", min_length = 1, max_length = 200)]
    name: String,
}

/// Uploads a file. The body is the file itself, of any content type; what it is is told by its content.
///
/// Text (CSV, TSV, JSON lines) of up to 1 GiB, XLSX of up to 128 MiB, PNG, JPEG, WebP and PDF of up to 20 MiB. The
/// content is kept for 30 days, and as long as the batch that it was imported into.
#[utoipa::path(post, path = "/api/v1/files", operation_id = "uploadFile", tag = "files", params(FileUploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file.",
        example = json!("payee,amount")),
    responses((status = 200, description = "The file.", body = Envelope<FileView>)))]
pub(super) async fn upload(
    State(app): State<App>,
    who: Who,
    Query(query): Query<FileUploadQuery>,
    body: Body,
) -> Result<Answer<FileView>, Problem> {
    let (service, actor) = (&app.service, who.actor());
    let mut receiving = Receiving::begin(service, actor, &query.name).await?;
    let mut body = body;
    while let Some(bytes) = next(&mut body).await? {
        receiving.append(service, actor, &bytes).await?;
    }
    let upload = receiving.finish(service, actor).await?;
    Ok(Answer::saying(UPLOADED, upload.into()))
}

/// The next bytes of a body. One that ends early is no file.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::about(Code::BodyMalformed, "the body ends prematurely"))?;
        if let Ok(bytes) = frame.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
