//! A file as answers show it.

use super::look::LookView;
use crate::kit::time::wire;
use domain::noun::NounId;
use serde::Serialize;
use service::Error;
use service::upload::{Looked, Upload};
use utoipa::ToSchema;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    /// The file's id.
    #[schema(example = "file_7")]
    file_id: String,
    /// Its name.
    #[schema(example = "pay.csv")]
    name: String,
    /// What it is, by its content: `text`, `xlsx`, `zip`, `png`, `jpeg`, `webp` or `pdf`; after a look `csv`, `xlsx` or
    /// `jsonl` if it has rows.
    #[schema(value_type = String, example = "text")]
    kind: &'static str,
    /// Its size in bytes.
    #[schema(example = 48_213, minimum = 0)]
    size: i64,
    /// SHA-256 of its content, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// The batch that it belongs to; null while it belongs to none.
    #[schema(example = json!(null))]
    batch_id: Option<i64>,
    /// The task that made it; null if it was uploaded.
    #[schema(example = json!(null))]
    task_id: Option<String>,
    /// Who uploaded it, or started the task, by name.
    #[schema(example = "ann@example.com")]
    created_by: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
    /// When its content is removed; null while it belongs to a batch.
    #[schema(format = DateTime, example = "2026-04-09T12:00:00Z")]
    expires_at: Option<String>,
    /// When its content was removed; null while it is there.
    #[schema(format = DateTime, example = json!(null))]
    removed_at: Option<String>,
    /// Where its content is.
    #[schema(example = "/api/v1/files/file_7/content")]
    content_url: String,
}

/// A file, and what its rows look like.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookedView {
    #[serde(flatten)]
    file: FileView,
    #[serde(flatten)]
    look: LookView,
}

impl LookedView {
    /// A file that nobody looked at.
    pub(super) fn unread(upload: Upload) -> Self {
        Self { file: upload.into(), look: LookView::default() }
    }

    /// A file with what a look found.
    pub(super) fn of(upload: Upload, looked: Result<Option<Looked>, Error>) -> Result<Self, Error> {
        let (look, kind) = LookView::of(looked)?;
        let file = FileView::from(upload);
        Ok(Self { file: FileView { kind: kind.unwrap_or(file.kind), ..file }, look })
    }
}

impl From<Upload> for FileView {
    fn from(upload: Upload) -> Self {
        Self {
            content_url: format!("/api/v1/files/{}/content", upload.id.tagged()),
            file_id: upload.id.tagged(),
            name: upload.name,
            kind: upload.kind.name(),
            size: upload.size,
            sha256: upload.sha256,
            batch_id: upload.batch.map(|id| id.0),
            task_id: upload.task.map(NounId::tagged),
            created_by: upload.created_by.name,
            created_at: wire(upload.created_at),
            expires_at: upload.expires_at.map(wire),
            removed_at: upload.gone_at.map(wire),
        }
    }
}
