//! External ids of a batch's items: held while the item is paid or can still be paid. A failed item keeps its
//! id.

use crate::{Error, Refusal};
use domain::code::Code;
use domain::id::BatchId;
use hashbrown::HashMap;
use serde_json::json;
use store::Tx;
use store::batch::Batch;
use store::external_id::HeldId;
use store::item::Item;

/// Held ids that a refusal lists.
const SHOWN: usize = 1_000;

/// An id that cannot be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The index of the item that wants it.
    pub place: usize,
    /// The item that holds it.
    pub holder: HeldId,
    /// The number of its batch.
    pub number: String,
}

impl Held {
    /// Why an item of a batch cannot claim the id.
    pub(crate) fn code(&self, batch: BatchId) -> Code {
        if self.holder.batch == batch { Code::ExternalIdRepeated } else { Code::ExternalIdUsed }
    }

    /// The id and where it is held.
    pub(crate) fn about(&self) -> String {
        format!("{}: {}, row {}", self.holder.id, self.number, self.holder.line)
    }
}

/// Claims the ids of a draft's new items. Refuses all of them if one is held elsewhere.
pub(crate) async fn claim(tx: &mut Tx, batch: BatchId, items: &[Item]) -> Result<(), Error> {
    let wanted = wanted(items);
    if wanted.is_empty() || store::external_id::claim(tx, batch, &wanted).await? == count(wanted.len()) {
        return Ok(());
    }
    let mine: std::collections::HashSet<i64> = wanted.iter().map(|(item, _)| *item).collect();
    let mut held = held(tx, items.iter()).await?;
    held.retain(|held| !mine.contains(&held.holder.item));
    Err(refusal(batch, &held))
}

/// Refuses items that are in no batch yet if one of their ids is held.
pub(crate) async fn check<'a>(
    tx: &mut Tx,
    items: impl Iterator<Item = &'a Item> + Clone,
) -> Result<(), Error> {
    let held = held(tx, items).await?;
    if held.is_empty() { Ok(()) } else { Err(refusal(BatchId(0), &held)) }
}

/// Items of a file that cannot claim their ids.
#[derive(Debug, Default)]
pub(crate) struct Clashes {
    /// Keyed by the item's index: why, and where the id is held.
    pub wrong: HashMap<usize, (Code, String)>,
    /// Items already in the batch that share an id with one of these.
    pub met_before: Vec<i64>,
}

/// Which items of a file, not numbered yet, cannot claim their ids in a batch.
pub(crate) async fn clashes<'a>(
    tx: &mut Tx,
    batch: BatchId,
    items: impl Iterator<Item = &'a Item> + Clone,
) -> Result<Clashes, Error> {
    let mut clashes = Clashes::default();
    let ids: Vec<Option<&str>> = items.clone().map(|item| item.external_id.as_deref()).collect();
    if ids.iter().all(Option::is_none) {
        return Ok(clashes);
    }
    for place in repeated(&ids) {
        let id = ids.get(place).copied().flatten().unwrap_or_default().to_owned();
        clashes.wrong.insert(place, (Code::ExternalIdRepeated, id));
    }
    for held in held(tx, items).await? {
        if held.holder.batch == batch {
            clashes.met_before.push(held.holder.item);
        }
        clashes.wrong.insert(held.place, (held.code(batch), held.about()));
    }
    Ok(clashes)
}

/// The ids of these items that other items hold.
async fn held<'a>(tx: &mut Tx, items: impl Iterator<Item = &'a Item> + Clone) -> Result<Vec<Held>, Error> {
    let ids: Vec<String> = items.clone().filter_map(|item| item.external_id.clone()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let holders = store::external_id::holders(tx, ids).await?;
    let mut batches: Vec<i64> = holders.iter().map(|holder| holder.batch.0).collect();
    batches.sort_unstable();
    batches.dedup();
    let batches = store::batch::by_ids(tx, batches).await?;
    let numbers: HashMap<BatchId, String> = batches.iter().map(|batch| (batch.id, batch.number())).collect();
    let by_id: HashMap<&str, &HeldId> = holders.iter().map(|holder| (holder.id.as_str(), holder)).collect();
    let one = |(place, item): (usize, &Item)| {
        let holder = *by_id.get(item.external_id.as_deref()?)?;
        let number = numbers.get(&holder.batch).cloned().unwrap_or_default();
        Some(Held { place, holder: holder.clone(), number })
    };
    Ok(items.enumerate().filter_map(one).collect())
}

/// The indexes of items that share their id with another of them.
pub(crate) fn repeated(ids: &[Option<&str>]) -> Vec<usize> {
    let mut met: HashMap<&str, usize> = HashMap::new();
    ids.iter().flatten().for_each(|id| *met.entry(id).or_default() += 1);
    let is_repeated = |id: &Option<&str>| id.is_some_and(|id| met.get(id).is_some_and(|count| *count > 1));
    ids.iter().enumerate().filter(|(_, id)| is_repeated(id)).map(|(place, _)| place).collect()
}

/// Releases the ids of items that were skipped.
pub(crate) async fn release(tx: &mut Tx, items: &[Item]) -> Result<(), Error> {
    let numbers = items.iter().map(|item| item.number.0).collect();
    Ok(store::external_id::release(tx, numbers).await.map(|_| ())?)
}

/// Releases the ids of a batch that was cancelled or rejected.
pub(crate) async fn release_all(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    Ok(store::external_id::release_range(tx, batch.id, batch.range()).await.map(|_| ())?)
}

fn wanted(items: &[Item]) -> Vec<(i64, String)> {
    items.iter().filter_map(|item| Some((item.number.0, item.external_id.clone()?))).collect()
}

fn refusal(batch: BatchId, held: &[Held]) -> Error {
    let all = |code: Code| held.iter().all(|held| held.code(batch) == code);
    let code = if all(Code::ExternalIdRepeated) { Code::ExternalIdRepeated } else { Code::ExternalIdUsed };
    let problems: Vec<_> = held
        .iter()
        .take(SHOWN)
        .map(|held| {
            json!({ "index": held.place, "field": "externalId", "code": held.code(batch).name(),
                    "value": held.holder.id, "batchNumber": held.number, "line": held.holder.line,
                    "relationId": held.holder.item })
        })
        .collect();
    let data = json!({ "problems": problems, "count": held.len() });
    let detail = held.first().map(Held::about).unwrap_or_default();
    Error::Refused(Refusal { data: Some(data), ..Refusal::new(code, detail) })
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::repeated;

    #[test]
    fn all_rows_of_a_repeated_id_are_listed() {
        let cases: [(&[Option<&str>], &[usize]); 4] = [
            (&[], &[]),
            (&[None, None, Some("a")], &[]),
            (&[Some("a"), Some("b"), None, Some("a")], &[0, 3]),
            (&[Some("a"), Some("b"), Some("b"), Some("a"), Some("a")], &[0, 1, 2, 3, 4]),
        ];
        for (ids, expected) in cases {
            assert_eq!(repeated(ids), expected, "{ids:?}");
        }
    }
}
