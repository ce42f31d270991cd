//! The two sides of a copy: how they are opened, and how they are shown.

use crate::data_dir::{DataDir, Lock, MarkPlace};
use crate::exit::Failure;
use crate::globals::Globals;
use std::path::{Path, PathBuf};
use store::mark::{Keeper, OpenMode};
use store::{Schema, Store, StoreError, is_server};

/// The query parameters of a URL that identify the database; the others may be secret.
const SHOWN: [&str; 5] = ["user", "host", "hostaddr", "port", "dbname"];

/// An open ledger; no other process can write to its data directory.
pub(super) struct Side {
    pub store: Store,
    keeper: Option<Keeper>,
    /// Where a target's mark is created once it is a ledger.
    mark: Option<PathBuf>,
    _lock: Option<Lock>,
}

impl Side {
    /// Opens an existing ledger.
    pub(super) async fn source(globals: &Globals, place: &str) -> Result<Self, Failure> {
        if is_server(place) {
            return Ok(Self::over(Store::connect(place, Schema::Expect).await?, None));
        }
        let directory = DataDir(place.into());
        let database = directory.existing()?;
        let lock = directory.lock()?;
        let mark = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
        let (store, keeper, _) = Store::open_marked(&database, &mark.path, OpenMode::Normal).await?;
        Ok(Self { keeper: Some(keeper), ..Self::over(store, Some(lock)) })
    }

    /// Opens or creates the target; what it already contains is checked later.
    pub(super) async fn target(globals: &Globals, place: &str) -> Result<Self, Failure> {
        if is_server(place) {
            let store = match Store::connect(place, Schema::Expect).await {
                Err(StoreError::NoLedger) => Store::connect(place, Schema::Migrate).await?,
                there => there?,
            };
            return Ok(Self::over(store, None));
        }
        let directory = DataDir(place.into());
        let lock = directory.lock()?;
        directory.make_database()?;
        let mark = MarkPlace::of(&directory, globals.mark_dir.as_deref())?;
        let store = Store::open(&directory.database()).await?;
        Ok(Self { mark: Some(mark.path), ..Self::over(store, Some(lock)) })
    }

    /// Closes this side; a target that has become a ledger gets its mark.
    pub(super) async fn close(self, is_ledger: bool) -> Result<(), Failure> {
        let store = &self.store;
        if let (Some(mark), true) = (&self.mark, is_ledger) {
            store.renew_mark(mark).await?;
        }
        match self.keeper {
            Some(keeper) => Ok(keeper.close(store).await.map(|_| ())?),
            None => Ok(()),
        }
    }

    const fn over(store: Store, lock: Option<Lock>) -> Self {
        Self { store, keeper: None, mark: None, _lock: lock }
    }
}

/// The displayed name of a source, the same however its place was written.
pub(super) fn shown_source(place: &str) -> Result<String, Failure> {
    if is_server(place) {
        return Ok(without_secrets(place));
    }
    DataDir(place.into()).existing()?;
    absolute(place)
}

/// The displayed name of a target; creates its directory if it is missing.
pub(super) fn shown_target(place: &str) -> Result<String, Failure> {
    if is_server(place) {
        return Ok(without_secrets(place));
    }
    DataDir(place.into()).make()?;
    absolute(place)
}

fn absolute(place: &str) -> Result<String, Failure> {
    let failed = |error| Failure::File { path: place.into(), error };
    Ok(Path::new(place).canonicalize().map_err(failed)?.display().to_string())
}

/// A URL without its password, and without any part that could contain one.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let base = match base.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => base.to_owned(),
    };
    let is_shown = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| SHOWN.contains(&name));
    let query = query.split('&').filter(is_shown).collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{base}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://me:s3cret@db:5433/money", "postgres://me@db:5433/money"),
            ("postgres://me:s3/c@r:et@db/money?sslmode=require", "postgres://me@db/money"),
            ("postgresql://db/money?password=s3cret&user=me", "postgresql://db/money?user=me"),
            ("postgres://db/money?p%61ssword=s3cret&sslpassword=s3cret", "postgres://db/money"),
            ("postgres://db", "postgres://db"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
