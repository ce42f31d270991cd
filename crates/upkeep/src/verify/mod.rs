//! `verify`: recomputes every invariant from the postings up, in a stream, and reports each violated
//! invariant with the first bad key and the number of violations. It reads one snapshot of the ledger and
//! blocks no writer.

mod audit;
mod batches;
mod chunks;
mod images;
mod pages;
mod report;
mod singles;
mod states;
mod sums;
mod windows;

pub use self::report::{INVARIANTS, Verification, Violation};

use self::chunks::{Beside, Chunks};
use self::report::{FILE, PAGE, STEP};
use self::sums::Sums;
use self::windows::{Spent, Windows};
use crate::Error;
use crate::checkpoint::Checkpoint;
use domain::account::{AccountKind, Window};
use domain::id::PostingId;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;
use store::posting::Booked;
use store::value::Row;
use store::verify::Claim;
use store::{Store, StoreError, Tx};

/// What the postings say about an account: these 80 bytes per account are all that grows with the ledger.
#[derive(Debug, Clone, Copy, Default)]
struct Chain {
    /// The currency; 0 if there is no such account.
    asset: i64,
    balance: i64,
    head: i64,
    /// Entries up to the history's mark, and the sum of their prints.
    entries: u64,
    sum: u64,
    spent: Spent,
}

/// Checks everything. Memory grows with accounts (about 80 bytes each), not with postings.
pub async fn run(store: &Store) -> Result<Verification, Error> {
    run_against(store, None).await
}

/// Checks everything, and that the ledger is the one of a checkpoint, with all that it had then.
pub async fn run_against(store: &Store, known: Option<&Checkpoint>) -> Result<Verification, Error> {
    check(store, known, async { Ok(store::soundness::problems(store).await?) }).await
}

/// Checks every invariant and a checkpoint, but not the pages and indexes of a database file.
pub async fn quick(store: &Store, known: Option<&Checkpoint>) -> Result<Verification, Error> {
    check(store, known, async { Ok(Vec::new()) }).await
}

async fn check(
    store: &Store,
    known: Option<&Checkpoint>,
    problems: impl Future<Output = Result<Vec<String>, Error>>,
) -> Result<Verification, Error> {
    let mut tx = store.read().await?;
    let mut found = Verification::default();
    // The file's pages are checked by a connection of their own, meanwhile.
    let (problems, read) = tokio::join!(problems, everything(&mut tx, known, &mut found));
    for problem in problems? {
        found.bad(FILE, || problem);
    }
    match read {
        // Data that cannot be read is damage, which is a result and not an error.
        Err(Error::Store(StoreError::Corrupt(text))) => found.bad(FILE, || text),
        Err(error) if found.is_ok() => return Err(error),
        Err(_) | Ok(()) => {}
    }
    Ok(found)
}

async fn everything(tx: &mut Tx, known: Option<&Checkpoint>, found: &mut Verification) -> Result<(), Error> {
    // First, because it reads nothing that could be unreadable.
    let log = audit::chain(tx, found).await?;
    if let Some(known) = known {
        audit::passes(tx, known, found).await?;
    }
    log.images.compare(tx, found).await?;
    let (mut sums, mut windows) = (Sums::default(), Windows::load(tx, log.zone_set_at).await?);
    let chains = postings(tx, &mut sums, &mut windows, found).await?;
    sums.compare(tx, found).await?;
    let (claimed, settling, transfers) = store::verify::transfer_sums(tx).await?;
    let there = found.postings;
    found.check(claimed == there, "transfer_has_its_postings", || {
        format!("transfers claim {claimed} postings, found {there}")
    });
    balances(tx, &chains, &windows, found).await?;
    history(tx, chains, found).await?;
    let of_items = batches::items(tx, settling, found).await?;
    log.singles.finish(tx, (transfers, of_items), found).await?;
    batches::runs(tx, found).await?;
    for item in store::external_id::wrong(tx).await? {
        found.bad("external_id_held", || format!("item {item}"));
    }
    for item in store::strays::contacts(tx, STEP).await? {
        found.bad(PAGE, || format!("item {item}: how its payee was written, but no item"));
    }
    for counter in store::strays::counters(tx).await? {
        let holds = counter.value.is_some_and(|value| value >= counter.used);
        found.check(holds, "counter", || {
            format!("{}: numbers up to {} are in use", counter.name, counter.used)
        });
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

/// Streams the postings and checks chains, transfers and digests; sums up the transfers, and what left accounts.
async fn postings(
    tx: &mut Tx,
    sums: &mut Sums,
    windows: &mut Windows,
    found: &mut Verification,
) -> Result<HashMap<i64, Chain>, Error> {
    let mark = store::history::mark(tx).await?;
    let mut chains = accounts(tx).await?;
    let mut chunks = Chunks::load(tx).await?;
    let mut page = store::verify::postings(tx, 0, STEP).await?;
    while let Some((last, _)) = page.last() {
        let beside = Beside::read(tx, &page).await?;
        // The next page is read while this one is checked.
        let (next, ()) = tokio::join!(store::verify::postings(tx, last.posting.id.0, STEP), async {
            for (booked, claim) in &page {
                found.postings += 1;
                let chunk = booked.posting.id.chunk();
                let commit = beside.commit(chunk);
                found.check(commit.is_some(), "chunk_is_recorded", || format!("chunk {chunk}"));
                chain(&mut chains, booked, commit.is_some_and(|commit| commit <= mark), found);
                claims(booked, *claim, found);
                if let Some(payer) = chains.get_mut(&booked.posting.debit.0) {
                    windows.add(&mut payer.spent, booked, *claim);
                }
                if let Some(claim) = claim.filter(|claim| claim.first == booked.posting.id.0) {
                    sums.completed(&claim, chains.get(&claim.source).map_or(0, |chain| chain.asset));
                }
                chunks.posting(booked, &beside, found);
            }
        });
        page = next?;
    }
    chunks.finish(tx, found).await?;
    Ok(chains)
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
            chain.sum = chain.sum.wrapping_add(print(booked.value_date, p.id.0));
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
        let dated = booked.value_date == claim.value_date && booked.created_at == claim.created_at;
        inside && legs && dated
    });
    found.check(holds, "posting_belongs_to_transfer", || format!("posting {} transfer {}", p.id, p.transfer));
}

async fn balances(
    tx: &mut Tx,
    chains: &HashMap<i64, Chain>,
    windows: &Windows,
    found: &mut Verification,
) -> Result<(), Error> {
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
            windows.check(after, spent(&row)?, chain.spent, found);
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

/// What left the account in its last day and month, as its row has it.
fn spent(row: &Row<'_>) -> Result<Spent, Error> {
    Ok(Spent {
        day: Window { key: row.i64(7)?, out: row.i64(8)? },
        month: Window { key: row.i64(9)?, out: row.i64(10)? },
    })
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
    // Nothing changes the bounds of a balance after its account was opened.
    let is_as_opened = kind.is_none() || held == 0 && overdraft == is_bounded.then_some(0);
    found.check(holds && is_as_opened, "balance_not_below_limit", key);
    Ok(())
}

/// An entry of the history in short, to be summed up.
const fn print(value_date: i64, posting: i64) -> u64 {
    let date = value_date.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // Mixed (SplitMix64), so that no other entries have the same sum by chance.
    let mixed = posting.cast_unsigned().wrapping_add(date);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
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
    let (mark, end) = (store::history::mark(tx).await?, store::head::get(tx).await?.commit_number);
    found.check(mark <= end, "history_is_complete", || {
        format!("its mark {mark} is past the last commit {end}")
    });
    let young = above_the_mark(tx).await?;
    let mut page = store::verify::history(tx, (i64::MIN, i64::MIN, i64::MIN), STEP).await?;
    while let Some(last) = page.last() {
        // The next page is read while this one is checked.
        let (next, ()) = tokio::join!(store::verify::history(tx, *last, STEP), async {
            for (account, value_date, posting) in &page {
                if young.contains(&PostingId(*posting).chunk()) {
                    continue;
                }
                match chains.get_mut(account) {
                    Some(chain) => {
                        chain.entries = chain.entries.wrapping_sub(1);
                        chain.sum = chain.sum.wrapping_sub(print(*value_date, *posting));
                    }
                    None => found.bad("history_is_complete", || format!("account {account}")),
                }
            }
        });
        page = next?;
    }
    let wrong = |(_, chain): &(&i64, &Chain)| chain.entries != 0 || chain.sum != 0;
    let mut bad: Vec<i64> = chains.iter().filter(wrong).map(|(account, _)| *account).collect();
    bad.sort_unstable();
    for account in bad {
        found.bad("history_is_complete", || format!("account {account}"));
    }
    Ok(())
}
