//! A person's notices: listing them, counting the unread ones, marking them as read.

use crate::write::WriteResult;
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::Action;
use domain::id::BatchId;
use domain::noun::Noun;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use store::audit::Actor;
use store::notice::NoticeRow;
use store::outbox::OutboxRow;

/// A notice of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened. Its number is the notice's too.
    pub event: OutboxRow,
    /// The number of the batch that it is about.
    pub batch: Option<String>,
    /// When the person read it, microseconds UTC.
    pub read_at: Option<i64>,
}

/// A page of a person's notices, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    /// The page.
    pub notices: Vec<Notice>,
    /// How many the list has.
    pub total: i64,
    /// How many the person has not read.
    pub unread: i64,
}

/// A page of a user's notices, newest first, or of those that were not read.
pub async fn list(
    service: &Service,
    user: i64,
    is_unread: bool,
    page: (i64, i64),
) -> Result<NoticePage, Error> {
    let mut tx = service.store.read().await?;
    let rows = store::notice::page(&mut tx, user, is_unread, page).await?;
    let unread = store::notice::unread(&mut tx, user).await?;
    let total = if is_unread { unread } else { store::notice::count(&mut tx, user).await? };
    let numbers = numbers(&mut tx, &rows).await?;
    let shown = |NoticeRow { read_at, event }: NoticeRow| {
        let batch = event.batch.and_then(|batch| numbers.get(&batch).cloned());
        Notice { event, batch, read_at }
    };
    Ok(NoticePage { notices: rows.into_iter().map(shown).collect(), total, unread })
}

/// How many notices a user has not read.
pub async fn unread(service: &Service, user: i64) -> Result<i64, Error> {
    let mut tx = service.store.point_read().await?;
    Ok(store::notice::unread(&mut tx, user).await?)
}

/// How many notices each of these users has not read.
pub async fn unread_of(service: &Service, users: &[i64]) -> Result<BTreeMap<i64, i64>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::notice::unread_of(&mut tx, users).await?.into_iter().collect())
}

/// Marks a notice as read. Returns how many the user has not read.
pub async fn read(service: &Service, actor: &Actor, user: i64, id: i64) -> Result<i64, Error> {
    let mut write = service.step(actor, Action::NoticeRead).await?;
    write.about.id = Some(id);
    let now = write.now;
    let done = match store::notice::read(&mut write.tx, user, id, now).await? {
        true => Ok(WriteResult::nothing(store::notice::unread(&mut write.tx, user).await?)),
        false => Err(Error::refused(Code::NoticeNotFound, Noun::Note.write(id))),
    };
    write.end_unkept(done).await
}

/// Marks all notices of a user as read. Returns how many were not.
pub async fn read_all(service: &Service, actor: &Actor, user: i64) -> Result<u64, Error> {
    let mut write = service.step(actor, Action::NoticeRead).await?;
    let now = write.now;
    let count = store::notice::read_all(&mut write.tx, user, now).await?;
    write.end_unkept(Ok(WriteResult::nothing(count))).await
}

/// The numbers of the batches that notices are about.
async fn numbers(tx: &mut Tx, rows: &[NoticeRow]) -> Result<BTreeMap<BatchId, String>, Error> {
    let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.event.batch).map(|batch| batch.0).collect();
    let batches = store::batch::by_ids(tx, ids.into_iter().collect()).await?;
    Ok(batches.into_iter().map(|batch| (batch.id, batch.number())).collect())
}
