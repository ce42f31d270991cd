//! Receiving an upload: it is streamed to the file store, and refused as soon as it is too large or of no accepted type.

use super::failed::files;
use crate::write::{Write, WriteResult};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::FileId;
use domain::upload::{FileKind, HEAD_BYTES, KEPT_US, file_name};
use domain::visible::shown;
use files::{Key, Writing, Written};
use store::audit::Actor;
use store::crash;
use store::upload::Upload;

/// An upload on its way. Dropping it leaves nothing.
#[derive(Debug)]
pub struct Receiving {
    name: String,
    key: Key,
    writing: Writing,
    head: Vec<u8>,
    kind: Option<FileKind>,
    /// How many bytes may still be stored for this caller.
    room: u64,
}

impl Receiving {
    /// Begins to receive a file with a name.
    pub async fn begin(service: &Service, actor: &Actor, name: &str) -> Result<Self, Error> {
        match Self::begin_unaudited(service, actor, name).await {
            Err(error) => Err(refused(service, actor, name, error).await),
            begun => begun,
        }
    }

    async fn begin_unaudited(service: &Service, actor: &Actor, name: &str) -> Result<Self, Error> {
        let name = file_name(name).map_err(|code| Error::refused(code, shown(name)))?;
        let room = room(service, actor).await?;
        let key = Key::draw()?;
        let writing = files(service)?.write(&key).await?;
        Ok(Self { name, key, writing, head: Vec::with_capacity(HEAD_BYTES), kind: None, room })
    }

    /// Appends bytes; what is refused is audited.
    pub async fn append(&mut self, service: &Service, actor: &Actor, bytes: &[u8]) -> Result<(), Error> {
        match self.append_unaudited(bytes).await {
            Err(error) => Err(refused(service, actor, &self.name, error).await),
            appended => appended,
        }
    }

    async fn append_unaudited(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.kind.is_none() {
            let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
            self.head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
            if self.head.len() >= HEAD_BYTES {
                self.kind = Some(kind(&self.head)?);
            }
        }
        let most = self.kind.map_or(u64::MAX, FileKind::bytes_max);
        let size = self.writing.size().saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if size > most {
            return Err(Error::refused(Code::UploadTooLarge, format!("{most} bytes")));
        }
        if size > self.room {
            return Err(Error::refused(Code::UploadQuota, format!("{} bytes", self.room)));
        }
        Ok(self.writing.append(bytes).await?)
    }

    /// Completes the upload: the file is durable before it is known, so a kill in between leaves a file that nobody
    /// knows, which is removed later.
    pub async fn finish(self, service: &Service, actor: &Actor) -> Result<Upload, Error> {
        let name = self.name.clone();
        match self.finish_unaudited(service, actor).await {
            Err(error) => Err(refused(service, actor, &name, error).await),
            finished => finished,
        }
    }

    async fn finish_unaudited(self, service: &Service, actor: &Actor) -> Result<Upload, Error> {
        let Self { name, key, writing, head, kind: known, .. } = self;
        if writing.size() == 0 {
            writing.abort().await?;
            return Err(Code::UploadEmpty.into());
        }
        let kind = match known {
            Some(kind) => kind,
            None => kind(&head)?,
        };
        let written = writing.finish().await?;
        crash::point("upload_stored");
        let mut write = service.step(actor, Action::FileUpload).await?;
        let place = files(service)?.place().to_owned();
        let upload = Upload {
            id: FileId(0),
            place,
            object: key.to_string(),
            name,
            kind,
            size: size_of(&written),
            sha256: written.sha256,
            batch: None,
            task: None,
            created_by: actor.author.clone(),
            created_at: write.now,
            expires_at: Some(write.now.saturating_add(KEPT_US)),
            gone_at: None,
        };
        let done = insert(&mut write, upload).await;
        let stored = write.end_unkept(done).await;
        crash::point("upload_known");
        stored
    }
}

/// The kind of a file that may be uploaded.
fn kind(head: &[u8]) -> Result<FileKind, Error> {
    let kind = FileKind::of(head).filter(|kind| kind.is_uploaded());
    kind.ok_or_else(|| Code::UploadUnsupported.into())
}

pub(super) fn size_of(written: &Written) -> i64 {
    i64::try_from(written.size).unwrap_or(i64::MAX)
}

async fn insert(write: &mut Write, mut upload: Upload) -> Result<WriteResult<Upload>, Error> {
    upload.id = store::upload::insert(&mut write.tx, &upload).await?;
    let fact = Fact::new(Action::FileUpload, Some(upload.id.0))
        .with("name", upload.name.as_str())
        .with("kind", upload.kind.name())
        .with("size", upload.size)
        .with("sha256", upload.sha256.as_str());
    Ok(WriteResult::one(upload, fact))
}

/// How many bytes may still be stored for a caller.
async fn room(service: &Service, actor: &Actor) -> Result<u64, Error> {
    let limits = service.file_limits;
    let mut tx = service.store.point_read().await?;
    let stored = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
    let all = stored(store::upload::stored(&mut tx).await?);
    let own = stored(store::upload::stored_by(&mut tx, actor.author.principal).await?);
    let room = limits.of_all.saturating_sub(all).min(limits.of_one.saturating_sub(own));
    if room == 0 { Err(Code::UploadQuota.into()) } else { Ok(room) }
}

/// Audits a refusal, and returns it.
async fn refused(service: &Service, actor: &Actor, name: &str, error: Error) -> Error {
    let Error::Refused(refusal) = error else { return error };
    let about = Fact::new(Action::FileUpload, None).with("name", shown(name));
    let again = Error::Refused(refusal.clone());
    match service.refused::<()>(actor, about, Error::Refused(refusal)).await {
        Err(Error::Refused(_)) | Ok(()) => again,
        Err(error) => error,
    }
}
