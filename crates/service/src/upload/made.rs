//! A file that a task makes: written aside, complete or absent, and known under the task's lease.

use super::failed::files;
use super::receive::size_of;
use crate::task::job::Job;
use crate::{Error, Service};
use domain::id::FileId;
use domain::task::made::MadeFile;
use domain::upload::{FileKind, KEPT_US, file_name};
use files::{Key, Writing};
use store::crash;
use store::upload::Upload;

/// A file that is being made. Dropping it leaves nothing.
#[derive(Debug)]
pub struct Making {
    key: Key,
    writing: Writing,
}

impl Making {
    /// Begins a file.
    pub async fn begin(service: &Service) -> Result<Self, Error> {
        let key = Key::draw()?;
        let writing = files(service)?.write(&key).await?;
        Ok(Self { key, writing })
    }

    /// Appends bytes.
    pub async fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.writing.append(bytes).await?)
    }

    /// Completes the file of a task.
    pub async fn finish(
        self,
        service: &Service,
        job: &Job,
        name: &str,
        kind: FileKind,
        rows: Option<i64>,
    ) -> Result<MadeFile, Error> {
        let Self { key, writing } = self;
        let written = writing.finish().await?;
        crash::point("task_file_stored");
        let (mut tx, now) = (service.store.write().await?, service.now());
        job.hold.fence(&mut tx).await?;
        let upload = Upload {
            id: FileId(0),
            place: files(service)?.place().to_owned(),
            object: key.to_string(),
            name: file_name(name)?,
            kind,
            size: size_of(&written),
            sha256: written.sha256,
            batch: None,
            task: Some(job.task.id),
            created_by: job.task.created_by.clone(),
            created_at: now,
            expires_at: Some(now.saturating_add(KEPT_US)),
            gone_at: None,
        };
        let file_id = store::upload::insert(&mut tx, &upload).await?;
        store::head::advance(&mut tx).await?;
        tx.commit().await?;
        crash::point("task_file_known");
        let Upload { name, size: bytes, sha256, .. } = upload;
        Ok(MadeFile { file_id, name, bytes, sha256, rows, sums: Vec::new() })
    }
}
