//! A backup of a ledger file, made while another process may be writing to it: a verified point-in-time copy
//! of the database, and a manifest that describes it. The manifest is written last; without it the folder is
//! not a backup.

mod files;
mod last;
mod manifest;

pub use last::{BackedUpSince, LastBackup};
pub use manifest::Manifest;

use crate::{Error, verify};
use domain::code::Code;
use files::{FILE, MANIFEST};
use std::path::Path;
use store::Store;

/// Makes a backup of the ledger as of now, in a folder that is empty or does not exist yet.
pub async fn run(store: &Store, to: &Path, now: i64) -> Result<Manifest, Error> {
    let made = files::make_folder(to)?;
    let done = back_up(store, to, now).await;
    if done.is_err() {
        // Best effort: without a manifest it is not a backup, and only the first error matters.
        files::clear(to, made);
    }
    done
}

async fn back_up(store: &Store, to: &Path, now: i64) -> Result<Manifest, Error> {
    let file = to.join(FILE);
    files::make(&file)?;
    store.copy_file(&file).await?;
    files::sync(&file)?;
    let copy = Store::open_immutable(&file).await?;
    let found = verify::run(&copy).await?;
    if !found.is_ok() {
        let all: Vec<_> =
            found.violations().iter().map(|v| format!("{} ({})", v.invariant, v.first_key)).collect();
        return Err(Error::refused(Code::BackupDamaged, all.join(", ")));
    }
    let state = store::mark::state(&mut copy.read().await?, None).await?;
    drop(copy);
    let manifest = Manifest::of(&state, &file, now)?;
    files::write_whole(&to.join(MANIFEST), manifest.text()?.as_bytes(), 0o600)?;
    Ok(manifest)
}

/// Restores the database of a backup to a path where there is no database. The file appears only when
/// complete.
pub fn restore(from: &Path, to: &Path) -> Result<Manifest, Error> {
    let manifest = Manifest::read(&from.join(MANIFEST))?;
    if manifest.schema > i64::from(store::schema_version()) {
        return Err(Error::bilingual(
            Code::BackupInvalid,
            format!("it was made by a newer version of this program ({})", manifest.program),
            format!("该备份由更新的程序版本创建（{}）", manifest.program),
        ));
    }
    let part = to.with_extension("db.part");
    let copied = files::copy(&from.join(FILE), &part).and_then(|sum| {
        if sum != (manifest.bytes, manifest.sha256.clone()) {
            return Err(Error::bilingual(
                Code::BackupInvalid,
                "the database file does not match the manifest",
                "数据库文件与清单记录不符",
            ));
        }
        files::rename(&part, to)
    });
    if copied.is_err() {
        drop(std::fs::remove_file(&part));
    }
    copied.map(|()| manifest)
}
