//! Ten random batches in one ledger, each on a day of its own, and the reports of a day and of a month there.

use crate::figures::{median, rounded};
use crate::floor;
use crate::ledger::Ledger;
use crate::options::{BenchOptions, Step};
use crate::payments::expected;
use crate::place::Place;
use crate::shape::{Shape, TEN};
use crate::work;
use serde_json::{Value as Json, json};
use service::Error;
use service::statistics::{self, GroupBy, StatisticsQuery};
use std::time::Instant;

/// How often each report is made.
const TIMES: usize = 5;
/// The day of the last batch.
const LAST_DAY: &str = "2025-12-31";
/// The first day of the month that has all batches.
const FIRST_DAY: &str = "2025-12-01";

/// What was measured in the ledger.
pub(crate) struct Measured {
    pub batches: Json,
    pub report: Json,
}

/// Fills the ledger with ten batches and measures both.
pub(crate) async fn measure(options: &BenchOptions, say: &mut impl FnMut(Step)) -> Result<Measured, Error> {
    let shape = Shape::TenRandom;
    let place = Place::make(options, shape.name()).await?;
    let result = async {
        let ledger = Ledger::open(&place, options).await?;
        let rounds = work::rounds(shape, options, &ledger, say).await?;
        let days = Reports::measure(options, &ledger).await?;
        let batches = work::report(shape, options, &ledger, &place, &rounds, say).await?;
        // After the floor, which has as many rows as the day.
        let floor_ms = floor::sum_ms(&place).await?;
        say(Step::Reported { day_ms: days.day_ms, month_ms: days.month_ms });
        let report = days.json(options.items, floor_ms, &batches);
        Ok(Measured { batches, report })
    };
    let result = result.await;
    place.remove().await?;
    result
}

/// Milliseconds of each report.
struct Reports {
    first_ms: f64,
    day_ms: f64,
    day_by_account_ms: f64,
    month_ms: f64,
    month_by_day_ms: f64,
}

impl Reports {
    async fn measure(options: &BenchOptions, ledger: &Ledger) -> Result<Self, Error> {
        let pays = Shape::TenRandom.pays();
        let of_round = |round| expected(pays, options.items, round);
        let day = of_round(TEN - 1);
        let month = (0..TEN)
            .map(of_round)
            .fold((0, 0), |(count, amount), one| (count + one.count, amount + one.amount));
        let day = (day.count, day.amount);
        let first_ms = made_ms(ledger, LAST_DAY, GroupBy::None, day).await?;
        Ok(Self {
            first_ms,
            day_ms: median_ms(ledger, LAST_DAY, GroupBy::None, day).await?,
            day_by_account_ms: median_ms(ledger, LAST_DAY, GroupBy::Account, day).await?,
            // The deposits of the beginning are in the month; only transfers of customers count.
            month_ms: median_ms(ledger, FIRST_DAY, GroupBy::None, month).await?,
            month_by_day_ms: median_ms(ledger, FIRST_DAY, GroupBy::Day, month).await?,
        })
    }

    fn json(&self, items: u64, floor_ms: f64, batches: &Json) -> Json {
        json!({
            "shape": Shape::Report.name(),
            "transfers_of_day": items,
            "transfers_in_ledger": items * u64::from(TEN),
            "first_day_ms": rounded(self.first_ms),
            "day_ms": rounded(self.day_ms),
            "floor_day_ms": rounded(floor_ms),
            "day_by_account_ms": rounded(self.day_by_account_ms),
            "month_ms": rounded(self.month_ms),
            "month_by_day_ms": rounded(self.month_by_day_ms),
            "verify_ok": batches.get("verify_ok"),
        })
    }
}

async fn median_ms(ledger: &Ledger, from: &str, group: GroupBy, expected: (i64, i64)) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        times.push(made_ms(ledger, from, group, expected).await?);
    }
    Ok(median(times))
}

/// Milliseconds of a report up to the last day, which must have this count and sum.
async fn made_ms(ledger: &Ledger, from: &str, group: GroupBy, expected: (i64, i64)) -> Result<f64, Error> {
    let (from, to) = (from.to_owned(), LAST_DAY.to_owned());
    let query = StatisticsQuery { from, to, group, ..StatisticsQuery::default() };
    let begun = Instant::now();
    let report = statistics::report(&ledger.service, &query).await?;
    let ms = begun.elapsed().as_secs_f64() * 1e3;
    let total = report.totals.iter().find(|total| total.asset.code == "USD");
    let found = total.map(|total| (total.success_count, total.amount));
    let expected = (expected.0, i128::from(expected.1));
    if found == Some(expected) {
        return Ok(ms);
    }
    Err(std::io::Error::other(format!("the report says {found:?}, not {expected:?}")).into())
}
