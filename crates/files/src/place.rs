//! Where files are stored: a directory, or a bucket of S3.

use crate::error::FilesError;
use crate::key::Key;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// The file with the id of the place.
const MARK: &str = "place";
const S3: &str = "s3://";

/// Where files are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesAt {
    /// In a directory, which nodes may share.
    Directory(PathBuf),
    /// In a bucket of S3, under a prefix that may be empty. Its address, region and keys are in the variables `AWS_…` of
    /// the environment.
    Bucket {
        /// The bucket's name.
        name: String,
        /// What the keys begin with.
        prefix: String,
    },
}

impl FilesAt {
    /// Reads `s3://bucket/prefix`; anything else is a directory.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let Some(rest) = text.strip_prefix(S3) else { return Self::Directory(text.into()) };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Self::Bucket { name: name.to_owned(), prefix: prefix.trim_matches('/').to_owned() }
    }
}

impl std::fmt::Display for FilesAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path) => path.display().fmt(f),
            Self::Bucket { name, prefix } => write!(f, "{S3}{name}/{prefix}"),
        }
    }
}

type Opened = (Arc<dyn ObjectStore>, Option<PathBuf>);

/// Opens a place. Only its owner may read a directory that is created here.
pub(crate) fn open(at: &FilesAt) -> Result<Opened, FilesError> {
    match at {
        FilesAt::Directory(path) => {
            DirBuilder::new().recursive(true).mode(0o700).create(path)?;
            let path = fs::canonicalize(path)?;
            let store = LocalFileSystem::new_with_prefix(&path)?.with_fsync(true);
            Ok((Arc::new(store), Some(path)))
        }
        FilesAt::Bucket { name, prefix } => Ok((bucket(AmazonS3Builder::from_env(), name, prefix)?, None)),
    }
}

/// Has this process do TLS by ring, as everywhere. `object_store` asks its HTTP client to leave that choice to the
/// program, for all other uses of the client too: the program calls this before any of them.
pub fn use_ring() {
    // An error: it was chosen before.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// A bucket of S3, with what is needed to reach it.
pub(crate) fn bucket(
    reached: AmazonS3Builder,
    name: &str,
    prefix: &str,
) -> Result<Arc<dyn ObjectStore>, FilesError> {
    use_ring();
    let store = reached.with_bucket_name(name).build()?;
    if prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

/// The id of the place, which is drawn by the first process that comes to it.
pub(crate) async fn identify(store: &dyn ObjectStore) -> Result<String, FilesError> {
    let mark = Path::from(MARK);
    let drawn = Key::draw()?;
    let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(&mark, drawn.to_string().into(), create).await {
        Ok(_) => return Ok(drawn.to_string()),
        Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let found = store.get(&mark).await?.bytes().await?;
    let text = String::from_utf8_lossy(&found);
    let key = Key::read(text.trim());
    key.map(|key| key.to_string()).ok_or_else(|| FilesError::Failed(format!("the file {MARK} is damaged")))
}

/// Deletes the files that writers left aside before a time: `KEY#1`.
pub(crate) fn sweep(directory: &std::path::Path, time: SystemTime) -> io::Result<usize> {
    let mut swept = 0;
    for folder in fs::read_dir(directory)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name();
            let aside = name.to_str().and_then(|name| name.split_once('#'));
            let is_aside = aside.is_some_and(|(key, _)| Key::read(key).is_some());
            if is_aside && file.metadata()?.modified()? < time {
                fs::remove_file(file.path())?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}
