//! Batches: accounts, then import and run after run in the same ledger.

use crate::figures::rounded;
use crate::floor;
use crate::ledger::Ledger;
use crate::machine::{self, MemoryWatch, PeakMemory};
use crate::options::{BenchOptions, RoundSpeed, Step};
use crate::payments::{self, SINGLE, accounts, expected};
use crate::place::Place;
use crate::shape::{Pays, Shape};
use crate::statements;
use domain::batch::BatchState;
use serde_json::{Value as Json, json};
use service::{Error, batch};
use std::fs::File;
use std::time::Instant;
use store::batch::Batch;

/// The measurements of one batch.
pub(crate) struct Round {
    import_rows_per_s: f64,
    import_peak: PeakMemory,
    pub items_per_s: f64,
    cpu_s: f64,
    pub history_s: f64,
    postings: i64,
    failed: i64,
    bytes_per_item: f64,
    /// Of the run alone; None if the database does not count its log.
    log_bytes_per_item: Option<f64>,
    peak: PeakMemory,
    /// The most items that a chunk could have when the run began.
    chunk_limit: usize,
}

/// Measures a shape in a ledger of its own.
pub(crate) async fn measure(
    shape: Shape,
    options: &BenchOptions,
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let place = Place::make(options, shape.name()).await?;
    let result = async {
        let ledger = Ledger::open(&place, options).await?;
        let rounds = rounds(shape, options, &ledger, say).await?;
        report(shape, options, &ledger, &place, &rounds, say).await
    };
    let result = result.await;
    place.remove().await?;
    result
}

/// Prepares the ledger and runs a shape's batches.
pub(crate) async fn rounds(
    shape: Shape,
    options: &BenchOptions,
    ledger: &Ledger,
    say: &mut impl FnMut(Step),
) -> Result<Vec<Round>, Error> {
    let count = shape.rounds(options.rounds);
    if shape.has_days() {
        ledger.set_days_left(count - 1);
    }
    ledger.set_up(shape, accounts(shape.pays(), options.items), say).await?;
    let mut rounds = Vec::new();
    for round in 0..count {
        if shape.has_days() {
            ledger.set_days_left(count - 1 - round);
        }
        let measured = one(shape.pays(), options.items, ledger, round).await?;
        say(Step::Round(RoundSpeed {
            shape,
            number: round + 1,
            import_rows_per_s: measured.import_rows_per_s,
            items_per_s: measured.items_per_s,
            history_s: measured.history_s,
            bytes_per_item: measured.bytes_per_item,
        }));
        rounds.push(measured);
    }
    Ok(rounds)
}

/// Imports, runs and books one batch.
async fn one(pays: Pays, items: u64, ledger: &Ledger, round: u32) -> Result<Round, Error> {
    let store = &ledger.store;
    let bytes = store.size_bytes().await?;
    let file = payments::payment_file(pays, items, round)?;
    let memory = MemoryWatch::begin();
    let begun = Instant::now();
    let batch = take_in(ledger, pays, round, file).await?;
    let import_s = begun.elapsed().as_secs_f64();
    let import_peak = memory.peak();
    drop(memory);

    let (log, before) = (store.log_bytes().await?, ledger.balance(SINGLE).await?);
    let (memory, chunk_limit) = (MemoryWatch::begin(), ledger.door.slice_items());
    let (begun, cpu) = (Instant::now(), machine::cpu_s());
    batch::execute(&ledger.service, &ledger.actor, batch.id.into()).await?;
    let ended = ledger.engine().run(batch.id, |_| ()).await?;
    let (run_s, cpu_s) = (begun.elapsed().as_secs_f64(), machine::cpu_s() - cpu);

    let log = log.zip(store.log_bytes().await?).map(|(before, after)| after - before);
    let (postings, history_s) = ledger.settle().await?;
    check(pays, items, round, &ended)?;
    check_single(pays, &ended, ledger.balance(SINGLE).await? - before)?;
    let of_item = |bytes: u64| bytes as f64 / items as f64;
    Ok(Round {
        import_rows_per_s: items as f64 / import_s,
        import_peak,
        items_per_s: items as f64 / run_s,
        cpu_s,
        history_s,
        postings,
        failed: ended.tally.failed_count,
        bytes_per_item: of_item(store.size_bytes().await?.saturating_sub(bytes)),
        log_bytes_per_item: log.map(of_item),
        peak: memory.peak(),
        chunk_limit,
    })
}

/// Imports a file as a batch that can be executed.
pub(crate) async fn take_in(ledger: &Ledger, pays: Pays, round: u32, file: File) -> Result<Batch, Error> {
    let import = payments::batch_import(pays, round);
    let imported = batch::import(&ledger.service, &ledger.actor, &import, file).await?;
    imported.batch.ok_or_else(|| wrong(format!("no row was imported: {:?}", imported.problems.first())))
}

/// A figure of a run that did something else would be worth nothing.
pub(crate) fn check(pays: Pays, items: u64, round: u32, ended: &Batch) -> Result<(), Error> {
    let (tally, expected) = (&ended.tally, expected(pays, items, round));
    let state = if expected.failed > 0 { BatchState::PartiallyCompleted } else { BatchState::Completed };
    let done = (tally.success_count, tally.success_amount, tally.failed_count);
    if ended.state == state && done == (expected.count, expected.amount, expected.failed) {
        return Ok(());
    }
    Err(wrong(format!("the batch ended {} with {done:?}, not {expected:?}", ended.state.name())))
}

/// Checks how the balance of the single account has changed.
fn check_single(pays: Pays, ended: &Batch, change: i64) -> Result<(), Error> {
    let expected = match pays {
        Pays::OneToMany | Pays::Fx => -ended.tally.success_amount - ended.tally.fee_amount,
        Pays::ManyToOne => ended.tally.success_amount,
        Pays::Random | Pays::Failures => 0,
    };
    if change == expected {
        return Ok(());
    }
    Err(wrong(format!("the single account's balance changed by {change}, not {expected}")))
}

fn wrong(what: String) -> Error {
    std::io::Error::other(what).into()
}

/// Reads statements, verifies the ledger, measures the floor, and puts everything together.
pub(crate) async fn report(
    shape: Shape,
    options: &BenchOptions,
    ledger: &Ledger,
    place: &Place,
    rounds: &[Round],
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let (newest_ms, dated_ms) = statements::measure(shape.pays(), &ledger.service).await?;
    let begun = Instant::now();
    let verified = upkeep::verify::run(&ledger.store).await.map_err(std::io::Error::other)?;
    let verify_s = begun.elapsed().as_secs_f64();
    let floor = floor::transfers(place, options.items).await?;
    say(Step::Floor { shape, items_per_s: floor, verify_s });
    let (first, fifth, last) = (rounds.first(), rounds.get(4), rounds.last());
    let to_first =
        |round: Option<&Round>| first.zip(round).map(|(a, b)| rounded(b.items_per_s / a.items_per_s));
    let peak = rounds.iter().map(|r| r.peak).fold(PeakMemory::default(), PeakMemory::max);
    Ok(json!({
        "shape": shape.name(),
        "items_per_s": first.map(|r| r.items_per_s.round()),
        "floor_items_per_s": floor.round(),
        "to_floor": first.map(|r| rounded(r.items_per_s / floor)),
        "failed_items": first.map(|r| r.failed),
        "bytes_per_item": first.map(|r| r.bytes_per_item.round()),
        "log_bytes_per_item": first.and_then(|r| r.log_bytes_per_item).map(f64::round),
        "peak_rss_bytes": peak.resident,
        "peak_anonymous_bytes": peak.anonymous,
        "cpu_s": first.map(|r| r.cpu_s),
        "history_s": first.map(|r| rounded(r.history_s)),
        "chunk_limit": first.map(|r| r.chunk_limit),
        "fifth_to_first": to_first(fifth),
        "last_to_first": to_first(last),
        "statement_newest_ms": newest_ms,
        "statement_dated_ms": dated_ms,
        "verify_ok": verified.is_ok(),
        "verify_s": verify_s,
        "rounds": rounds.iter().map(|round| of_round(round, options.items)).collect::<Vec<_>>(),
    }))
}

fn of_round(round: &Round, items: u64) -> Json {
    let items = items as f64;
    let run_s = items / round.items_per_s;
    json!({
        "import_rows_per_s": round.import_rows_per_s.round(),
        "import_peak_rss_bytes": round.import_peak.resident,
        "import_peak_anonymous_bytes": round.import_peak.anonymous,
        "items_per_s": round.items_per_s.round(),
        "items_per_s_with_history": (items / (run_s + round.history_s)).round(),
        "postings_per_s": (round.postings as f64 / run_s).round(),
        "history_s": round.history_s,
        "cpu_s": round.cpu_s,
        "fee_share": (round.postings as f64 - items) / items,
        "bytes_per_item": round.bytes_per_item.round(),
        "peak_rss_bytes": round.peak.resident,
        "peak_anonymous_bytes": round.peak.anonymous,
    })
}
