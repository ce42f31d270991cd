//! Uploading a file: its bytes go to the file store as they arrive.

use super::form::{self, Form};
use super::view::LookedView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::UPLOAD;
use http_body_util::BodyExt;
use serde::Deserialize;
use service::upload::{self, LookRequest, Receiving};
use utoipa::IntoParams;
use utoipa_axum::routes;

const UPLOADED: Message = Message { english: "The file was uploaded", chinese: "文件已上传" };

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::FileUpload, routes!(upload), &[UPLOAD, &[Code::BodyInvalid]])
}

/// What the file is called, and what its rows are.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileUploadQuery {
    /// The file's name; of a path, its last part. A form names its file itself.
    #[param(example = "pay.csv", min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// What its rows are read as: `payments`, or `accounts` to open.
    #[param(example = "payments", nullable = false, pattern = "^(payments|accounts)$")]
    look: Option<String>,
}

/// The bytes of a file on their way.
enum Incoming {
    /// The body is the file.
    Raw(Body),
    /// A form contains it.
    Form(Box<Form>),
}

impl Incoming {
    async fn begin(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        match form::boundary(headers) {
            None => Ok(Self::Raw(body)),
            Some(boundary) => Ok(Self::Form(Box::new(Form::begin(body, boundary).await?))),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Raw(_) => None,
            Self::Form(form) => form.name(),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        match self {
            Self::Raw(body) => next(body).await,
            Self::Form(form) => form.next().await,
        }
    }
}

/// Uploads a file. The body is the file itself, of any content type, or a form (`multipart/form-data`) with one file;
/// what it is is told by its content.
///
/// Text (CSV, TSV, JSON lines) of up to 1 GiB, XLSX of up to 128 MiB, PNG, JPEG, WebP and PDF of up to 20 MiB. The
/// content is kept for 30 days, and as long as the batch that it was imported into.
///
/// The answer shows text and workbooks as they are read: encoding, delimiter, sheets, header, what each column probably
/// means, the first 20 rows, and what the caller decided about the last file with the same headers. `getFile` with `look` reads them again with what was corrected. A file that cannot be read
/// is stored all the same, and `problem` says why.
#[utoipa::path(post, path = "/api/v1/files", operation_id = "uploadFile", tag = "files", params(FileUploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file.",
        example = json!("payee,amount")),
    responses((status = 200, description = "The file.", body = Envelope<LookedView>)))]
pub(super) async fn upload(
    State(app): State<App>,
    who: Who,
    Query(query): Query<FileUploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer<LookedView>, Problem> {
    let (service, actor) = (&app.service, who.actor());
    let how = LookRequest { purpose: query.look, ..LookRequest::default() }.read()?;
    let mut incoming = Incoming::begin(&headers, body).await?;
    let name = query.name.as_deref().or_else(|| incoming.name());
    let name = name.ok_or_else(|| Problem::about(Code::QueryInvalid, "name: missing"))?.to_owned();
    let mut receiving = Receiving::begin(service, actor, &name).await?;
    while let Some(bytes) = incoming.next().await? {
        receiving.append(service, actor, &bytes).await?;
    }
    let upload = receiving.finish(service, actor).await?;
    let looked = upload::look(service, actor.author.principal, &upload, how).await;
    Ok(Answer::saying(UPLOADED, LookedView::of(upload, looked)?))
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
