//! Reading files: the one who uploaded it, or started the task that made it, administrators and auditors; and all who
//! may see the batch that it belongs to. What a task made also needs the right that the task needs.

use super::failed::files;
use crate::{Error, Service};
use domain::access::{Asker, Operation, Role};
use domain::code::Code;
use domain::id::FileId;
use domain::noun::NounId;
use domain::principal::Principal;
use files::{Key, Reading};
use std::fs::File;
use store::Tx;
use store::upload::Upload;

/// A file that the caller may read; any other does not exist for the caller.
pub async fn show(service: &Service, by: Principal, asker: Asker<'_>, id: FileId) -> Result<Upload, Error> {
    let mut tx = service.store.point_read().await?;
    visible(&mut tx, id, by, asker).await
}

/// A file with its content.
pub async fn content(
    service: &Service,
    by: Principal,
    asker: Asker<'_>,
    id: FileId,
) -> Result<(Upload, Reading), Error> {
    let upload = show(service, by, asker, id).await?;
    let key = here(service, &upload)?;
    let reading = files(service)?.read(&key).await?;
    Ok((upload, reading))
}

/// The content of a file for a task that reads it.
pub async fn open(service: &Service, id: FileId) -> Result<File, Error> {
    let mut tx = service.store.point_read().await?;
    let found = store::upload::get(&mut tx, id).await?;
    let upload = found.ok_or_else(|| missing(id))?;
    drop(tx);
    let key = here(service, &upload)?;
    Ok(files(service)?.open_file(&key).await?)
}

/// A file that a task may read: one that the caller may, and whose content is there.
pub(crate) async fn usable(
    service: &Service,
    tx: &mut Tx,
    id: FileId,
    by: Principal,
    asker: Asker<'_>,
) -> Result<Upload, Error> {
    files(service)?;
    kept(tx, id, by, asker).await
}

/// A file that the caller may read and whose bytes were not removed.
pub(crate) async fn kept(tx: &mut Tx, id: FileId, by: Principal, asker: Asker<'_>) -> Result<Upload, Error> {
    let upload = visible(tx, id, by, asker).await?;
    if upload.gone_at.is_some() { Err(gone(id)) } else { Ok(upload) }
}

/// The refusal for a file whose bytes were removed.
pub(crate) fn gone(id: FileId) -> Error {
    Error::refused(Code::StoredFileGone, id.tagged())
}

/// The key of a file whose content this node has.
fn here(service: &Service, upload: &Upload) -> Result<Key, Error> {
    if upload.gone_at.is_some() {
        return Err(gone(upload.id));
    }
    if files(service)?.place() != upload.place {
        // A file's sole writer has no other nodes: the content is not there.
        let code = if service.store.is_sole_writer() { Code::FileMissing } else { Code::FileElsewhere };
        return Err(Error::refused(code, upload.id.tagged()));
    }
    Key::read(&upload.object).ok_or_else(|| Error::refused(Code::FileMissing, upload.id.tagged()))
}

async fn visible(tx: &mut Tx, id: FileId, by: Principal, asker: Asker<'_>) -> Result<Upload, Error> {
    let upload = store::upload::get(tx, id).await?.ok_or_else(|| missing(id))?;
    let task = match upload.task {
        Some(task) => store::task::get(tx, task).await?,
        None => None,
    };
    let batch = upload.batch.or_else(|| task.as_ref().and_then(|task| task.batch));
    let is_of_batch = batch.is_some() && Operation::BatchShow.allow(asker).is_ok();
    let is_own = upload.created_by.principal == by;
    let sees_all = matches!(asker, Asker::Person(Role::Admin | Role::Auditor));
    if !is_own && !is_of_batch && !sees_all {
        return Err(missing(id));
    }
    if let Some(task) = &task {
        task.kind.right().admit(asker).map_err(Error::Refused)?;
    }
    Ok(upload)
}

fn missing(id: FileId) -> Error {
    Error::refused(Code::StoredFileNotFound, id.tagged())
}
