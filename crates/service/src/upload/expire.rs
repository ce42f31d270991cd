//! Removing the bytes of files whose time is over, and those that no file knows. The engine's duty calls it under a
//! lease.

use super::failed::files;
use crate::{Error, Service};
use domain::fact::{Action, Fact};
use files::{Files, Key};
use std::time::{Duration, SystemTime};
use store::audit::Actor;
use store::{Tx, head};

/// Files that one transaction marks.
const STEP: i64 = 100;
/// Keys that one query looks up.
const LOOKED_UP: usize = 1_000;
/// How old a file must be before it counts as unknown: longer than any upload takes to become known.
const ORPHANED: Duration = Duration::from_secs(24 * 3_600);

/// Whether the time of a file at this node's place is over.
pub async fn is_due(service: &Service) -> Result<bool, Error> {
    let Some(files) = service.files() else { return Ok(false) };
    let mut tx = service.store.point_read().await?;
    Ok(!store::upload::expired(&mut tx, service.now(), files.place(), 1).await?.is_empty())
}

/// Removes some files whose time is over, in a transaction of the caller; returns their keys, whose bytes are deleted
/// once it is committed. A kill in between leaves bytes that no file knows.
pub async fn expire_step(service: &Service, tx: &mut Tx) -> Result<Vec<Key>, Error> {
    let now = service.now();
    let over = store::upload::expired(tx, now, files(service)?.place(), STEP).await?;
    let (mut keys, mut facts) = (Vec::new(), Vec::new());
    for upload in over {
        if store::upload::remove_bytes(tx, upload.id, now).await? {
            facts.push(Fact::new(Action::FileExpire, Some(upload.id.0)).with("name", upload.name.as_str()));
            keys.extend(Key::read(&upload.object));
        }
    }
    if !facts.is_empty() {
        head::close(tx, &Actor::system(service.store.node()), facts, now).await?;
    }
    Ok(keys)
}

/// Deletes the bytes of files.
pub async fn delete_all(service: &Service, keys: &[Key]) -> Result<(), Error> {
    for key in keys {
        files(service)?.delete(key).await?;
    }
    Ok(())
}

/// Deletes bytes that no file knows and that are older than a day, and what killed writers left aside; returns how many.
pub async fn sweep(service: &Service) -> Result<usize, Error> {
    let now = Duration::from_micros(u64::try_from(service.now()).unwrap_or(0));
    let time = SystemTime::UNIX_EPOCH + now.saturating_sub(ORPHANED);
    let Some(files) = service.files() else { return Ok(0) };
    let mut swept = files.sweep(time).await?;
    for keys in files.before(time).await?.chunks(LOOKED_UP) {
        swept += sweep_some(service, files, keys).await?;
    }
    Ok(swept)
}

async fn sweep_some(service: &Service, files: &Files, keys: &[Key]) -> Result<usize, Error> {
    let names = keys.iter().map(Key::to_string).collect();
    let known = store::upload::known(&mut service.store.read().await?, names).await?;
    let mut swept = 0;
    for key in keys.iter().filter(|key| !known.iter().any(|name| name == key.as_str())) {
        files.delete(key).await?;
        swept += 1;
    }
    Ok(swept)
}
