//! Detects a batch that pays again what an earlier one pays. It compares the fingerprints that submitted
//! batches keep ([`store::similar`]); rules and limits are in [`domain::similar`].

use super::items::delete_items;
use super::promise::Promise;
use super::rows::row::Accepted;
use crate::{Error, Refusal, setting};
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::batch::BatchTally;
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use domain::similar::{Nearness, Overlap, Printed, REMARK_DAYS, Rows};
use hashbrown::{HashMap, HashSet};
use jiff::tz::TimeZone;
use ledger::calendar::{day_number, zoned};
use ledger::content::{self, Content, printed};
use serde_json::json;
use store::Tx;
use store::batch::Batch;
use store::item::Item;
use store::similar::Subject;

/// Already paid rows that are listed one by one.
pub const PAID_SHOWN: usize = 100;
/// Items per step.
const STEP: usize = 10_000;
/// Fingerprints are kept at least a day longer than they are compared, whatever the time zone.
const KEPT_US: i64 = (REMARK_DAYS + 2) * 86_400_000_000;

/// An earlier batch that a new one resembles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// Its id.
    pub batch: BatchId,
    /// Its number.
    pub number: String,
    /// The day it was submitted, in the organisation's time zone.
    pub day: String,
    /// The number of its rows.
    pub count: i64,
    /// Their sum, minor units.
    pub sum: i64,
    /// What both have in common.
    pub overlap: Overlap,
    /// Whether the new batch is refused because of it; otherwise it is only a remark.
    pub refuses: bool,
}

/// A row that equals one that is paid or can still be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidRow {
    /// The row's line.
    pub line: i64,
    /// The number of the batch that pays it.
    pub batch: String,
    /// The item there.
    pub item: i64,
}

/// What a preview, an import and a submission report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// An earlier batch that this one resembles.
    pub similar: Option<Similar>,
    /// Rows that equal a row of another batch within the window that is paid or can still be paid.
    pub already_paid: i64,
    /// The first of them.
    pub paid: Vec<PaidRow>,
    /// How many of them were left out.
    pub left_out: i64,
    /// What the paying account has promised.
    pub promise: Option<Promise>,
}

/// A batch that was examined; `content` is that of its remaining items.
pub(crate) struct Examined {
    pub batch: Batch,
    pub content: Content,
    pub found: Found,
}

/// Which rows of a new batch equal which rows of earlier ones.
struct Compared {
    similar: Option<Similar>,
    /// Keyed by the new item: the earlier batch's number and item.
    paid: HashMap<i64, (String, i64)>,
}

/// Compares a draft with what was submitted before, and leaves out paid rows on request. Refuses only a draft
/// of which no rows remain.
pub(crate) async fn examine(
    tx: &mut Tx,
    batch: Batch,
    content: Content,
    without_paid: bool,
    now: i64,
) -> Result<Examined, Error> {
    let subject = subject(&batch);
    let compared = compare(tx, &subject, &content.prints, now).await?;
    let paid = shown(tx, &compared).await?;
    let already_paid = count(compared.paid.len());
    let (mut batch, mut content, mut left_out, mut similar) = (batch, content, 0, compared.similar);
    if without_paid && already_paid > 0 {
        batch = leave_out(tx, &batch, compared.paid.into_keys().collect()).await?;
        content = content::content(tx, &batch).await?;
        (left_out, similar) = (already_paid, similar.filter(|similar| !similar.refuses));
    }
    let promise = super::promise::of(tx, &subject, batch.tally.total_amount).await?;
    Ok(Examined { batch, content, found: Found { similar, already_paid, paid, left_out, promise } })
}

/// The same for rows that are in no batch yet: each item's index serves as its number.
pub(crate) async fn examine_rows(
    tx: &mut Tx,
    subject: &Subject,
    mut rows: Vec<Accepted>,
    without_paid: bool,
    now: i64,
) -> Result<(Vec<Accepted>, Found), Error> {
    let prints: Vec<Printed> =
        (0..).zip(&rows).map(|(place, row)| Printed { item: place, ..printed(&row.item) }).collect();
    let compared = compare(tx, subject, &prints, now).await?;
    let paid = shown_rows(&rows, &compared);
    let already_paid = count(compared.paid.len());
    let (mut left_out, mut similar) = (0, compared.similar);
    if without_paid && already_paid > 0 {
        let mut place = -1;
        rows.retain(|_| {
            place += 1;
            !compared.paid.contains_key(&place)
        });
        (left_out, similar) = (already_paid, similar.filter(|similar| !similar.refuses));
    }
    if rows.is_empty() {
        return Err(all_paid(compared.paid.len()));
    }
    let total = rows.iter().map(|row| row.item.amount).fold(0, i64::saturating_add);
    let promise = super::promise::of(tx, subject, total).await?;
    Ok((rows, Found { similar, already_paid, paid, left_out, promise }))
}

/// The first already paid rows of a request, by line.
fn shown_rows(rows: &[Accepted], compared: &Compared) -> Vec<PaidRow> {
    let line = |place: i64| usize::try_from(place).ok().and_then(|place| rows.get(place));
    let row = |(place, (batch, item)): (&i64, &(String, i64))| PaidRow {
        line: line(*place).map_or(0, |row| row.item.line),
        batch: batch.clone(),
        item: *item,
    };
    let mut paid: Vec<PaidRow> = compared.paid.iter().map(row).collect();
    paid.sort_unstable_by_key(|row| row.line);
    paid.truncate(PAID_SHOWN);
    paid
}

/// The refusal when no rows remain after leaving out those that are already paid.
fn all_paid(rows: usize) -> Error {
    Error::bilingual(
        Code::BatchEmpty,
        format!("all {rows} rows are already paid"),
        format!("全部 {rows} 行均已支付"),
    )
}

/// Refuses a batch that resembles an earlier one too closely, unless a reason to pay it is given.
pub(crate) fn refuse(found: &Found, again: Option<&str>, asset: &Asset) -> Result<(), Error> {
    match &found.similar {
        Some(similar) if similar.refuses && again.is_none() => Err(refusal(similar, asset)),
        _ => Ok(()),
    }
}

fn refusal(similar: &Similar, asset: &Asset) -> Error {
    let sum = format_minor(i128::from(similar.sum), asset.scale);
    let Similar { number, day, count, overlap, .. } = similar;
    let detail = format!("{number} of {day}, {count} payments, {sum} {}", asset.code);
    let chinese = format!("{day} 的 {number}，{count} 笔，合计 {sum} {}", asset.code);
    let data = json!({
        "batchId": similar.batch.0, "batchNumber": number, "day": day, "count": count, "sum": sum,
        "currency": asset.code, "same": overlap.same,
    });
    Error::Refused(Refusal { data: Some(data), ..Refusal::bilingual(Code::BatchSimilar, detail, chinese) })
}

/// The subject that a batch is compared as.
pub(crate) const fn subject(batch: &Batch) -> Subject {
    Subject { batch: Some(batch.id), asset: batch.asset, kind: batch.kind, account: batch.account }
}

/// Stores the fingerprints of a batch that is being submitted, and deletes those that are too old to matter.
pub(crate) async fn keep(tx: &mut Tx, batch: &Batch, prints: &[Printed], now: i64) -> Result<(), Error> {
    store::similar::forget_before(tx, now.saturating_sub(KEPT_US)).await?;
    Ok(store::similar::write(tx, batch, prints, now).await?)
}

async fn compare(tx: &mut Tx, subject: &Subject, prints: &[Printed], now: i64) -> Result<Compared, Error> {
    let mut compared = Compared { similar: None, paid: HashMap::new() };
    let window = setting::window_of(tx, subject.account).await?;
    if window == 0 || prints.is_empty() {
        return Ok(compared);
    }
    let zone = setting::zone(tx).await?;
    // A linked draft pays what is unpaid in its origin; the same commit skips those items there.
    let origin = match subject.batch {
        Some(id) => store::batch_origin::origin(tx, id).await?,
        None => None,
    };
    let mut all = store::similar::earlier(tx, subject, now.saturating_sub(KEPT_US)).await?;
    all.retain(|earlier| {
        Some(earlier.id) != origin && nearness(earlier, now, window, &zone) != Nearness::Apart
    });
    if all.is_empty() {
        // The usual case: nothing is copied and sorted.
        return Ok(compared);
    }
    let rows = Rows::new(prints.to_vec());
    for earlier in all {
        let nearness = nearness(&earlier, now, window, &zone);
        compare_with(tx, &rows, &earlier, nearness, &zone, &mut compared).await?;
    }
    Ok(compared)
}

fn nearness(earlier: &Batch, now: i64, window: i64, zone: &TimeZone) -> Nearness {
    let day = |at: i64| day_number(zoned(at, zone).date());
    Nearness::of(day(earlier.submitted_at.unwrap_or(earlier.created_at)), day(now), window)
}

async fn compare_with(
    tx: &mut Tx,
    rows: &Rows,
    earlier: &Batch,
    nearness: Nearness,
    zone: &TimeZone,
    compared: &mut Compared,
) -> Result<(), Error> {
    let pairs = pairs(tx, rows, earlier).await?;
    let is_broken_off = was_broken_off(earlier) && has_paid(tx, &pairs).await?;
    let overlap = Overlap { rows: rows.count(), same: count(pairs.len()), is_broken_off };
    let refuses = nearness == Nearness::Within;
    if overlap.is_similar() && compared.similar.as_ref().is_none_or(|other| refuses && !other.refuses) {
        compared.similar = Some(Similar {
            batch: earlier.id,
            number: earlier.number(),
            day: zoned(earlier.submitted_at.unwrap_or(earlier.created_at), zone).date().to_string(),
            count: earlier.tally.total_count,
            sum: earlier.tally.total_amount,
            overlap,
            refuses,
        });
    }
    if refuses {
        for (new, old) in pairs {
            compared.paid.entry(new).or_insert_with(|| (earlier.number(), old));
        }
    }
    Ok(())
}

/// Whether a user interrupted the batch or called it off and it was not completed later: its file is then
/// likely to be sent again.
const fn was_broken_off(earlier: &Batch) -> bool {
    (earlier.interrupted_at.is_some() || earlier.called_off_at.is_some())
        && earlier.tally.success_count < earlier.tally.total_count
}

/// Pairs of a new item and an earlier one that is paid or can still be paid.
async fn pairs(tx: &mut Tx, rows: &Rows, earlier: &Batch) -> Result<Vec<(i64, i64)>, Error> {
    let skipped: HashSet<i64> = if earlier.tally.skipped_count > 0 {
        store::similar::numbers(tx, earlier, ItemState::Skipped).await?.into_iter().collect()
    } else {
        HashSet::new()
    };
    let mut comparison = rows.against();
    let mut show = |printed: Vec<Printed>| {
        printed.into_iter().filter(|row| !skipped.contains(&row.item)).for_each(|row| comparison.show(row));
    };
    let mut part = 0;
    while let Some(prints) = store::similar::part(tx, earlier, part).await? {
        show(prints);
        part += 1;
    }
    if part == 0 {
        show(content::content(tx, earlier).await?.prints);
    }
    Ok(comparison.pairs())
}

/// Whether one of the earlier items is paid, or may have been.
async fn has_paid(tx: &mut Tx, pairs: &[(i64, i64)]) -> Result<bool, Error> {
    for some in pairs.chunks(STEP) {
        let numbers = some.iter().map(|(_, earlier)| *earlier).collect();
        let states = store::item::states(tx, numbers).await?;
        let is_paid =
            |state| matches!(state, ItemState::Completed | ItemState::Processing | ItemState::Unknown);
        if states.into_iter().any(|(_, _, state)| is_paid(state)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first already paid rows of a draft, in number order.
async fn shown(tx: &mut Tx, compared: &Compared) -> Result<Vec<PaidRow>, Error> {
    let mut numbers: Vec<i64> = compared.paid.keys().copied().collect();
    numbers.sort_unstable();
    numbers.truncate(PAID_SHOWN);
    let items = store::item::by_numbers(tx, numbers).await?;
    let row = |item: Item| {
        let (batch, paid) = compared.paid.get(&item.number.0)?;
        Some(PaidRow { line: item.line, batch: batch.clone(), item: *paid })
    };
    Ok(items.into_iter().filter_map(row).collect())
}

/// Deletes items from a draft; refuses if none remain.
async fn leave_out(tx: &mut Tx, batch: &Batch, mut numbers: Vec<i64>) -> Result<Batch, Error> {
    numbers.sort_unstable();
    let mut amount = 0;
    for some in numbers.chunks(STEP) {
        amount +=
            store::item::by_numbers(tx, some.to_vec()).await?.iter().map(|item| item.amount).sum::<i64>();
    }
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let ranges: Vec<_> = runs.filter_map(|run| Some((*run.first()?, *run.last()?))).collect();
    delete_items(tx, batch.id, &ranges).await?;
    let total_count = batch.tally.total_count - count(numbers.len());
    let total_amount = batch.tally.total_amount - amount;
    let tally = BatchTally { total_count, total_amount, ..BatchTally::default() };
    store::batch::set_tally(tx, batch.id, &tally).await?;
    match total_count {
        0 => Err(all_paid(numbers.len())),
        _ => Ok(Batch { tally, ..batch.clone() }),
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
