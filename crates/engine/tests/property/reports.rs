//! Reports: what is kept by day is what the transfers and the failed attempts say, and looking only into the
//! chunks of the days asked for finds everything.

use crate::ledger_under_test::Ledger;
use domain::id::{AccountId, AssetId};
use std::collections::BTreeMap;
use store::Tx;
use store::failure_count::QUARTER;
use store::listing::Window;
use store::statistics::{self, Group, Range, Sums};

/// Group, currency and outcome; count, amount and fee.
type Totals = BTreeMap<(i64, i64, bool), (i64, i128, i128)>;

/// Days begin at these quarters in some time zones: UTC, Nepal, Newfoundland.
const ZONES: [i64; 3] = [0, -23, 14];

fn totals(sums: &[Sums]) -> Totals {
    let mut totals = Totals::new();
    for one in sums {
        let total = totals.entry((one.group, one.asset.0, one.completed)).or_default();
        *total = (total.0 + one.count, total.1 + one.amount, total.2 + one.fee);
    }
    totals
}

fn ranges(days: &[(i64, i64)]) -> Vec<Range> {
    let assets = [None, Some(AssetId(1)), Some(AssetId(3))];
    // Customers' accounts follow the system accounts of three currencies.
    let accounts = [None, Some(AccountId(13)), Some(AccountId(17))];
    let of_days = |(from, to): &(i64, i64)| {
        let (from, to) = (*from, *to);
        assets.map(|asset| accounts.map(|account| Range { from, to, asset, account }))
    };
    days.iter().flat_map(of_days).flatten().collect()
}

impl Ledger {
    /// Compares all reports with scans; returns how many transfers the widest one counts.
    pub async fn compare_reports(&self) -> i64 {
        let mut tx = self.store().read().await.unwrap();
        let today = self.now() / (96 * QUARTER);
        let days = [(i64::MIN, i64::MAX), (today, today), (today - 45, today - 20), (today - 30, today)];
        for range in ranges(&days) {
            for group in [Group::None, Group::Day, Group::Account] {
                let all = Window { first: i64::MIN, last: i64::MAX };
                let scanned = statistics::scan(&mut tx, group, range, all).await.unwrap();
                let found = statistics::sums(&mut tx, group, range).await.unwrap();
                assert_eq!(totals(&found), totals(&scanned), "{group:?} {range:?}");
            }
            compare_failures(&mut tx, range, today).await;
        }
        let all = Range { from: i64::MIN, to: i64::MAX, asset: None, account: None };
        let sums = statistics::sums(&mut tx, Group::None, all).await.unwrap();
        sums.iter().map(|one| one.count).sum()
    }
}

async fn compare_failures(tx: &mut Tx, range: Range, today: i64) {
    let whole =
        (range.from == i64::MIN).then_some((i64::MIN / QUARTER * QUARTER, i64::MAX / QUARTER * QUARTER));
    let days = ZONES.map(|offset| {
        let begin = (today * 96 + offset) * QUARTER;
        (begin, begin + 96 * QUARTER)
    });
    for (from, before) in days.into_iter().chain(whole) {
        let mut scanned = statistics::scan_failures(tx, false, range, from, before).await.unwrap();
        let mut found = statistics::failures(tx, false, range, from, before).await.unwrap();
        for counts in [&mut scanned, &mut found] {
            counts.sort_unstable_by_key(|one| (one.asset.0, one.quarter));
        }
        assert_eq!(found, scanned, "{range:?} {from} {before}");
    }
}
