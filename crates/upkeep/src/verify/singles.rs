//! Transfers that are no items: each request that made some has an audit row with their digest, so that nothing about
//! them can change, and none is missing or was added.

use super::report::{STEP, Verification};
use crate::Error;
use hashbrown::HashMap;
use ledger::digest::SingleDigest;
use std::ops::RangeInclusive;
use store::Tx;
use store::audit::RecordedTransfers;
use store::strays::{self, StoredTransfer};
use store::transfer::Exchange;

const SINGLE: &str = "single_transfer";
/// Transfers that are read at a time; a bulk has up to ten thousand more.
const NUMBERS: i64 = 10_000;

/// What the audit log says about such transfers.
#[derive(Debug, Default)]
pub(super) struct Singles {
    waiting: Vec<RecordedTransfers>,
    /// How many numbers they cover.
    size: i64,
    /// The ranges of bulks, whose transfers have no audit rows of their own.
    bulks: Vec<(i64, i64)>,
    /// How many transfers were found.
    found: i64,
}

/// What is stored of some transfers, by number.
struct Stored {
    transfers: HashMap<i64, StoredTransfer>,
    exchanges: HashMap<i64, Exchange>,
    vouchers: HashMap<i64, String>,
}

impl Singles {
    /// Takes what an audit row says, and compares it soon.
    pub(super) async fn add(
        &mut self,
        tx: &mut Tx,
        one: RecordedTransfers,
        found: &mut Verification,
    ) -> Result<(), Error> {
        if one.last > one.first {
            self.bulks.push((one.first, one.last));
        }
        self.size += one.last.saturating_sub(one.first).saturating_add(1).clamp(0, NUMBERS);
        self.waiting.push(one);
        if self.size >= NUMBERS { self.compare(tx, found).await } else { Ok(()) }
    }

    async fn compare(&mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        self.size = 0;
        let mut numbers: Vec<i64> = waiting.iter().flat_map(range).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let stored = Stored::read(tx, numbers).await?;
        for one in waiting {
            let mut digest = SingleDigest::default();
            let mut is_consistent = true;
            for number in range(&one) {
                let Some(StoredTransfer { status, transfer }) = stored.transfers.get(&number) else {
                    continue;
                };
                self.found += 1;
                is_consistent &= *status == transfer.status().number();
                let urls = stored.vouchers.get(&number).map(String::as_str);
                digest.add(transfer, stored.exchanges.get(&number), urls);
            }
            found.check(is_consistent && digest.finish() == one.digest, SINGLE, || {
                if one.first == one.last {
                    format!("transfer {}", one.first)
                } else {
                    format!("transfers {} to {}", one.first, one.last)
                }
            });
        }
        Ok(())
    }

    /// Compares the rest, and names what no audit row and no item accounts for: of this many transfers, so many are
    /// of items.
    pub(super) async fn finish(
        mut self,
        tx: &mut Tx,
        (transfers, of_items): (i64, i64),
        found: &mut Verification,
    ) -> Result<(), Error> {
        self.compare(tx, found).await?;
        if self.found + of_items != transfers {
            self.name_strays(tx, found).await?;
        }
        for transfer in strays::exchanges(tx, STEP).await? {
            found.bad(SINGLE, || format!("transfer {transfer}: terms of an exchange that it did not have"));
        }
        for transfer in strays::vouchers(tx, STEP).await? {
            found.bad(SINGLE, || format!("transfer {transfer}: vouchers that were not given with it"));
        }
        Ok(())
    }

    async fn name_strays(&mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        self.bulks.sort_unstable();
        let is_of_bulk = |number: i64| {
            let behind = self.bulks.partition_point(|(first, _)| *first <= number);
            behind
                .checked_sub(1)
                .and_then(|place| self.bulks.get(place))
                .is_some_and(|(_, last)| number <= *last)
        };
        let mut after = i64::MIN;
        loop {
            let page = strays::unrecorded(tx, after, STEP).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = *last;
            for number in page.into_iter().filter(|number| !is_of_bulk(*number)) {
                found.bad(SINGLE, || format!("transfer {number}: no request recorded it"));
            }
        }
    }
}

/// The numbers of a request's transfers. A range that was tampered with is not read as it is: the log is found to be
/// wrong anyway.
fn range(one: &RecordedTransfers) -> RangeInclusive<i64> {
    one.first..=one.last.min(one.first.saturating_add(100 * NUMBERS))
}

impl Stored {
    async fn read(tx: &mut Tx, numbers: Vec<i64>) -> Result<Self, Error> {
        let transfers = strays::transfers(tx, numbers.clone()).await?;
        // Most ledgers have none, and to look for them would take as long as the transfers do.
        let (has_exchanges, has_vouchers) = strays::kinds(tx).await?;
        let some = |has: bool| if has { numbers.clone() } else { Vec::new() };
        let exchanges = store::transfer::exchanges(tx, some(has_exchanges)).await?;
        let vouchers = store::voucher::by_transfers(tx, some(has_vouchers)).await?;
        Ok(Self {
            transfers: transfers.into_iter().map(|one| (one.transfer.number.0, one)).collect(),
            exchanges: exchanges.into_iter().collect(),
            vouchers: vouchers.into_iter().collect(),
        })
    }
}
