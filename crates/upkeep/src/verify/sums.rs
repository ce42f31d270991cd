//! The kept totals: recomputed from the transfers and the failed attempts, and compared.

use super::report::Verification;
use crate::Error;
use domain::transfer::{TransferKind, TransferStatus};
use hashbrown::HashMap;
use ledger::calendar;
use std::collections::BTreeMap;
use std::fmt::Display;
use store::Tx;
use store::day_sum::{DayKey, DayTotal};
use store::verify::Claim;

/// Totals of the transfers seen so far.
#[derive(Debug, Default)]
pub(super) struct Sums {
    totals: HashMap<DayKey, DayTotal>,
}

impl Sums {
    /// Adds a completed transfer, whose payer has this currency; 0 if there is no such account, which is
    /// reported elsewhere.
    pub(super) fn completed(&mut self, claim: &Claim, asset: i64) {
        if asset == 0 {
            return;
        }
        let (value_date, kind) = (claim.value_date, claim.kind);
        let key = DayKey { value_date, asset, kind, status: TransferStatus::Completed.number() };
        self.totals.entry(key).or_default().add(claim.amount, claim.fee);
    }

    /// Compares the kept totals with those of all transfers and failed attempts.
    pub(super) async fn compare(self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        let refused = store::verify::refused_sums(tx).await?;
        let actual: BTreeMap<_, _> = self.totals.into_iter().chain(refused).collect();
        let kept = store::day_sum::all(tx).await?.into_iter().collect();
        differences(&actual, &kept, "day_sum", found, |key| {
            let kind = TransferKind::from_number(key.kind).map_or("?", TransferKind::name);
            let status = TransferStatus::from_number(key.status).map_or("?", TransferStatus::name);
            format!("{} asset {} {kind} {status}", calendar::date_of(key.value_date), key.asset)
        });
        let counts = |rows: Vec<(i64, i64, i64)>| -> BTreeMap<_, _> {
            rows.into_iter().map(|(quarter, asset, count)| ((quarter, asset), count)).collect()
        };
        let actual = counts(store::verify::failure_counts(tx).await?);
        let kept = counts(store::failure_count::all(tx).await?);
        differences(&actual, &kept, "failure_count", found, |(quarter, asset)| {
            format!("quarter {quarter} asset {asset}")
        });
        Ok(())
    }
}

/// Reports each key whose kept value is not the actual one.
fn differences<K: Ord, V: Copy + PartialEq + Default + Display>(
    actual: &BTreeMap<K, V>,
    kept: &BTreeMap<K, V>,
    invariant: &'static str,
    found: &mut Verification,
    text: impl Fn(&K) -> String,
) {
    let gone = kept.keys().filter(|key| !actual.contains_key(*key));
    for key in actual.keys().chain(gone) {
        let value = |of: &BTreeMap<K, V>| of.get(key).copied().unwrap_or_default();
        let (actual, kept) = (value(actual), value(kept));
        found.check(actual == kept, invariant, || format!("{}: {kept}, not {actual}", text(key)));
    }
}
