//! `verify`: recomputes every invariant from the postings up, in a stream, and reports each violated
//! invariant with the first bad key and the number of violations. It reads one snapshot of the ledger and
//! blocks no writer.

mod batches;
mod report;
mod sums;

pub use self::report::{INVARIANTS, Verification, Violation};

use self::report::{FILE, STEP};
use self::sums::Sums;
use crate::Error;
use domain::account::AccountKind;
use domain::id::PostingId;
use hashbrown::{HashMap, HashSet};
use ledger::digest::ChunkDigest;
use std::collections::BTreeMap;
use store::posting::Booked;
use store::value::Row;
use store::verify::Claim;
use store::{Store, StoreError, Tx};

/// What the postings say about an account: these 48 bytes per account are all that grows with the ledger.
#[derive(Debug, Clone, Copy, Default)]
struct Chain {
    /// The currency; 0 if there is no such account.
    asset: i64,
    balance: i64,
    head: i64,
    /// Entries up to the history's mark, and the sum of their postings' numbers.
    entries: u64,
    sum: u64,
}

/// Checks everything. Memory grows with accounts (about 50 bytes each), not with postings.
pub async fn run(store: &Store) -> Result<Verification, Error> {
    let mut found = Verification::default();
    for problem in store::soundness::problems(store).await? {
        found.bad(FILE, || problem);
    }
    books(store, found).await
}

/// Checks every invariant, but not the pages and indexes of a database file.
pub async fn quick(store: &Store) -> Result<Verification, Error> {
    books(store, Verification::default()).await
}

async fn books(store: &Store, mut found: Verification) -> Result<Verification, Error> {
    let mut tx = store.read().await?;
    match everything(&mut tx, &mut found).await {
        // Data that cannot be read is damage, which is a result and not an error.
        Err(Error::Store(StoreError::Corrupt(text))) => found.bad(FILE, || text),
        Err(error) if found.is_ok() => return Err(error),
        Err(_) | Ok(()) => {}
    }
    Ok(found)
}

async fn everything(tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
    let mut sums = Sums::default();
    let chains = postings(tx, &mut sums, found).await?;
    sums.compare(tx, found).await?;
    let (claimed, settling) = store::verify::transfer_sums(tx).await?;
    let there = found.postings;
    found.check(claimed == there, "transfer_has_its_postings", || {
        format!("transfers claim {claimed} postings, found {there}")
    });
    balances(tx, &chains, found).await?;
    history(tx, chains, found).await?;
    batches::items(tx, settling, found).await?;
    batches::runs(tx, found).await?;
    for item in store::external_id::wrong(tx).await? {
        found.bad("external_id_held", || format!("item {item}"));
    }
    Ok(())
}

/// All accounts, before their first posting.
async fn accounts(tx: &mut Tx) -> Result<HashMap<i64, Chain>, Error> {
    let (mut chains, mut after) = (HashMap::new(), i64::MIN);
    loop {
        let page = store::verify::account_assets(tx, after, STEP).await?;
        let Some((last, _)) = page.last() else { return Ok(chains) };
        after = *last;
        chains.extend(page.into_iter().map(|(id, asset)| (id, Chain { asset, ..Chain::default() })));
    }
}

/// Streams the postings and checks chains, transfers and digests; sums up the transfers.
async fn postings(
    tx: &mut Tx,
    sums: &mut Sums,
    found: &mut Verification,
) -> Result<HashMap<i64, Chain>, Error> {
    let mark = store::history::mark(tx).await?;
    let mut chains = accounts(tx).await?;
    let mut digests = Digests::load(tx).await?;
    let mut after = 0;
    loop {
        let page = store::verify::postings(tx, after, STEP).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.posting.id.0;
        let commits = commits(tx, &page).await?;
        for (booked, claim) in &page {
            found.postings += 1;
            let chunk = booked.posting.id.chunk();
            let commit = commits.get(&chunk).copied();
            found.check(commit.is_some(), "chunk_is_recorded", || format!("chunk {chunk}"));
            chain(&mut chains, booked, commit.is_some_and(|commit| commit <= mark), found);
            claims(booked, *claim, found);
            if let Some(claim) = claim.filter(|claim| claim.first == booked.posting.id.0) {
                sums.completed(&claim, chains.get(&claim.source).map_or(0, |chain| chain.asset));
            }
            digests.posting(booked, found);
        }
        if page.len() < usize::try_from(STEP).unwrap_or(0) {
            break;
        }
    }
    digests.finish(found);
    Ok(chains)
}

/// The commit numbers of a page's chunks.
async fn commits(tx: &mut Tx, page: &[(Booked, Option<Claim>)]) -> Result<HashMap<i64, i64>, Error> {
    let mut numbers: Vec<i64> = page.iter().map(|(booked, _)| booked.posting.id.chunk()).collect();
    numbers.dedup();
    let chunks = store::chunk::by_numbers(tx, numbers).await?;
    Ok(chunks.iter().map(|chunk| (chunk.number, chunk.commit_number)).collect())
}

fn chain(chains: &mut HashMap<i64, Chain>, booked: &Booked, in_history: bool, found: &mut Verification) {
    let p = &booked.posting;
    let sides = [
        (p.debit.0, -p.amount, p.debit_after, p.debit_prev),
        (p.credit.0, p.amount, p.credit_after, p.credit_prev),
    ];
    for (account, amount, after, prev) in sides {
        let chain = chains.entry(account).or_default();
        let links = prev.map_or(0, |id| id.0) == chain.head;
        let adds = chain.balance.checked_add(amount) == Some(after);
        found.check(links && adds, "posting_chain", || format!("posting {} account {account}", p.id));
        chain.balance = after;
        chain.head = p.id.0;
        if in_history {
            chain.entries += 1;
            chain.sum = chain.sum.wrapping_add(p.id.0.unsigned_abs());
        }
    }
}

fn claims(booked: &Booked, claim: Option<Claim>, found: &mut Verification) {
    let p = &booked.posting;
    let holds = claim.is_some_and(|claim| {
        let place = p.id.0 - claim.first;
        let inside = (0..claim.count).contains(&place);
        let legs = match p.kind {
            domain::posting::PostingKind::Transfer => {
                p.debit.0 == claim.source && p.credit.0 == claim.target && p.amount == claim.amount
            }
            domain::posting::PostingKind::ExchangeOut => {
                p.debit.0 == claim.source && p.amount == claim.amount
            }
            domain::posting::PostingKind::ExchangeIn => p.credit.0 == claim.target,
            domain::posting::PostingKind::Fee => p.debit.0 == claim.source && p.amount == claim.fee,
        };
        inside && legs
    });
    found.check(holds, "posting_belongs_to_transfer", || format!("posting {} transfer {}", p.id, p.transfer));
}

/// Recomputes the chunk digests that the audit log holds, while the postings stream past.
struct Digests {
    stored: HashMap<i64, String>,
    failures: HashMap<i64, Vec<(i64, i64, i64)>>,
    current: Option<(i64, ChunkDigest)>,
}

impl Digests {
    async fn load(tx: &mut Tx) -> Result<Self, Error> {
        let (mut stored, mut after) = (HashMap::new(), 0);
        loop {
            let rows = store::verify::chunks(tx, after, STEP).await?;
            for row in rows.iter() {
                after = row.i64(0)?;
                let detail: serde_json::Value = serde_json::from_str(&row.text(2)?).unwrap_or_default();
                if let Some(chunk) = detail.get("chunk").and_then(serde_json::Value::as_i64) {
                    stored.insert(chunk, row.text(3)?);
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        let failures = store::verify::failures_by_chunk(tx, STEP).await?;
        let mut by_chunk: HashMap<i64, Vec<(i64, i64, i64)>> = HashMap::new();
        for (chunk, item, code, amount) in failures {
            by_chunk.entry(chunk).or_default().push((item, code, amount));
        }
        Ok(Self { stored, failures: by_chunk, current: None })
    }

    fn posting(&mut self, booked: &Booked, found: &mut Verification) {
        let chunk = booked.posting.id.chunk();
        if self.current.as_ref().is_none_or(|(current, _)| *current != chunk) {
            self.close(found);
            self.current = Some((chunk, ChunkDigest::new()));
        }
        if let Some((_, digest)) = &mut self.current {
            digest.posting(&booked.posting);
        }
    }

    fn close(&mut self, found: &mut Verification) {
        let Some((chunk, mut digest)) = self.current.take() else { return };
        let Some(stored) = self.stored.remove(&chunk) else { return };
        for (item, code, amount) in self.failures.remove(&chunk).unwrap_or_default() {
            digest.failure(item, code, amount);
        }
        found.chunks += 1;
        found.check(digest.finish() == stored, "chunk_digest", || format!("chunk {chunk}"));
    }

    /// Checks the chunks without a posting: all of their items failed.
    fn finish(mut self, found: &mut Verification) {
        self.close(found);
        let mut rest: Vec<i64> = self.stored.keys().copied().collect();
        rest.sort_unstable();
        for chunk in rest {
            self.current = Some((chunk, ChunkDigest::new()));
            self.close(found);
        }
    }
}

async fn balances(tx: &mut Tx, chains: &HashMap<i64, Chain>, found: &mut Verification) -> Result<(), Error> {
    let mut sums: BTreeMap<i64, i128> = BTreeMap::new();
    let (mut after, mut with_postings) = (0, 0_usize);
    loop {
        let rows = store::verify::balances(tx, after, STEP).await?;
        for row in rows.iter() {
            after = row.i64(0)?;
            found.accounts += 1;
            let chain = chains.get(&after).copied().unwrap_or_default();
            with_postings += usize::from(chain.head != 0);
            balance(&row, after, chain, found)?;
            if let Some(asset) = row.opt_i64(1)? {
                *sums.entry(asset).or_default() += i128::from(row.i64(3)?);
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    let posted = chains.values().filter(|chain| chain.head != 0).count();
    found.check(with_postings == posted, "account_has_balance", || {
        "a posting names an unknown account".to_owned()
    });
    if let Some(account) = store::verify::account_without_balance(tx).await? {
        found.bad("account_has_balance", || format!("account {account}"));
    }
    for (asset, sum) in sums {
        found.check(sum == 0, "currency_sums_to_zero", || format!("asset {asset} sum {sum}"));
    }
    Ok(())
}

fn balance(row: &Row<'_>, account: i64, chain: Chain, found: &mut Verification) -> Result<(), Error> {
    let (kind, balance, held, overdraft) = (row.opt_i64(2)?, row.i64(3)?, row.i64(4)?, row.opt_i64(5)?);
    let head = row.opt_i64(6)?.unwrap_or(0);
    let key = || format!("account {account}");
    found.check(kind.is_some(), "account_has_balance", key);
    found.check(balance == chain.balance && head == chain.head, "balance_is_sum_of_postings", key);
    let is_bounded = kind == Some(AccountKind::Customer.number());
    let holds = match overdraft {
        Some(overdraft) => i128::from(balance) - i128::from(held) + i128::from(overdraft) >= 0,
        None => !is_bounded,
    };
    found.check(holds, "balance_not_below_limit", key);
    Ok(())
}

/// The chunks that the history need not hold yet; some of their entries may already be there.
async fn above_the_mark(tx: &mut Tx) -> Result<HashSet<i64>, Error> {
    let (mut chunks, mut mark) = (HashSet::new(), store::history::mark(tx).await?);
    loop {
        let page = store::chunk::after(tx, mark, STEP).await?;
        let Some(last) = page.last() else { return Ok(chunks) };
        mark = last.commit_number;
        chunks.extend(page.iter().map(|chunk| chunk.number));
    }
}

/// Checks that the history holds each entry up to its mark once: counts and sums per account agree.
async fn history(
    tx: &mut Tx,
    mut chains: HashMap<i64, Chain>,
    found: &mut Verification,
) -> Result<(), Error> {
    let young = above_the_mark(tx).await?;
    let mut after = (i64::MIN, i64::MIN, i64::MIN);
    loop {
        let page = store::verify::history(tx, after, STEP).await?;
        let Some(last) = page.last() else { break };
        after = *last;
        for (account, _, posting) in page {
            if young.contains(&PostingId(posting).chunk()) {
                continue;
            }
            match chains.get_mut(&account) {
                Some(chain) => {
                    chain.entries = chain.entries.wrapping_sub(1);
                    chain.sum = chain.sum.wrapping_sub(posting.unsigned_abs());
                }
                None => found.bad("history_is_complete", || format!("account {account}")),
            }
        }
    }
    let wrong = |(_, chain): &(&i64, &Chain)| chain.entries != 0 || chain.sum != 0;
    let mut bad: Vec<i64> = chains.iter().filter(wrong).map(|(account, _)| *account).collect();
    bad.sort_unstable();
    for account in bad {
        found.bad("history_is_complete", || format!("account {account}"));
    }
    Ok(())
}
