//! The import of files with six columns into a ledger that has every account they name.

use crate::figures::rounded;
use crate::floor;
use crate::ledger::Ledger;
use crate::machine::{self, MemoryWatch, PeakMemory};
use crate::options::{BenchOptions, Step};
use crate::payments::{accounts, expected, wide_file};
use crate::place::Place;
use crate::shape::Shape;
use crate::work::take_in;
use serde_json::{Value as Json, json};
use service::Error;
use std::time::Instant;

/// The measurements of one import.
struct Import {
    rows_per_s: f64,
    cpu_s: f64,
    bytes_per_row: f64,
    peak: PeakMemory,
}

/// Measures imports one after another in a ledger of their own.
pub(crate) async fn measure(options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Json, Error> {
    let place = Place::make(options, Shape::Import.name()).await?;
    let result = async {
        let ledger = Ledger::open(&place, options).await?;
        let imports = imports(options, &ledger, say).await?;
        report(options, &ledger, &place, &imports, say).await
    };
    let result = result.await;
    place.remove().await?;
    result
}

async fn imports(
    options: &BenchOptions,
    ledger: &Ledger,
    say: &mut impl FnMut(Step),
) -> Result<Vec<Import>, Error> {
    let (pays, items) = (Shape::Import.pays(), options.items);
    ledger.set_up(Shape::Import, accounts(pays, items), say).await?;
    let mut imports = Vec::new();
    for round in 0..Shape::Import.rounds(options.rounds) {
        let bytes = ledger.store.size_bytes().await?;
        let file = wide_file(items, round)?;
        let (memory, begun, cpu) = (MemoryWatch::begin(), Instant::now(), machine::cpu_s());
        let batch = take_in(ledger, pays, round, file).await?;
        let (seconds, cpu_s, peak) = (begun.elapsed().as_secs_f64(), machine::cpu_s() - cpu, memory.peak());
        let expected = expected(pays, items, round);
        let taken = (batch.tally.total_count, batch.tally.total_amount);
        if taken != (expected.count, expected.amount) {
            let what = format!("the import took {taken:?}, not {expected:?}");
            return Err(std::io::Error::other(what).into());
        }
        ledger.store.checkpoint().await?;
        let grown = ledger.store.size_bytes().await?.saturating_sub(bytes);
        let rows_per_s = items as f64 / seconds;
        say(Step::Imported { number: round + 1, rows_per_s });
        imports.push(Import { rows_per_s, cpu_s, bytes_per_row: grown as f64 / items as f64, peak });
    }
    Ok(imports)
}

/// In the form of the other shapes, where an item is a row.
async fn report(
    options: &BenchOptions,
    ledger: &Ledger,
    place: &Place,
    imports: &[Import],
    say: &mut impl FnMut(Step),
) -> Result<Json, Error> {
    let begun = Instant::now();
    let verified = upkeep::verify::run(&ledger.store).await.map_err(std::io::Error::other)?;
    let verify_s = begun.elapsed().as_secs_f64();
    let floor = floor::items(place, options.items).await?;
    say(Step::Floor { shape: Shape::Import, items_per_s: floor, verify_s });
    let (first, last) = (imports.first(), imports.last());
    let peak = imports.iter().map(|i| i.peak).fold(PeakMemory::default(), PeakMemory::max);
    let of_import = |import: &Import| {
        json!({
            "import_rows_per_s": import.rows_per_s.round(),
            "import_peak_rss_bytes": import.peak.resident,
            "import_peak_anonymous_bytes": import.peak.anonymous,
            "cpu_s": import.cpu_s,
            "bytes_per_item": import.bytes_per_row.round(),
        })
    };
    Ok(json!({
        "shape": Shape::Import.name(),
        "items_per_s": first.map(|i| i.rows_per_s.round()),
        "floor_items_per_s": floor.round(),
        "to_floor": first.map(|i| rounded(i.rows_per_s / floor)),
        "bytes_per_item": first.map(|i| i.bytes_per_row.round()),
        "peak_rss_bytes": peak.resident,
        "peak_anonymous_bytes": peak.anonymous,
        "cpu_s": first.map(|i| i.cpu_s),
        "last_to_first": first.zip(last).map(|(a, b)| rounded(b.rows_per_s / a.rows_per_s)),
        "verify_ok": verified.is_ok(),
        "verify_s": verify_s,
        "rounds": imports.iter().map(of_import).collect::<Vec<_>>(),
    }))
}
