//! Every statement runs: the fixed ones prepare, and each noun writes and reads one row and many, since many
//! rows take a different path from few.

use crate::fill::{DAY, fill, posting_id};
use crate::world::{is_server, run, world};
use domain::account::AccountStatus;
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fx::{FxPolicy, Rounding};
use domain::id::{AccountId, AssetId, BatchId, HolderId, TransferId};
use domain::item::ItemState;
use store::account::PayeeKey;
use store::account_list::{AccountFilter, AccountSort};
use store::batch::{BatchFilter, BatchSort};
use store::batch_origin::Part;
use store::batch_rate::KeptRate;
use store::bulk::Lock;
use store::counter::{self, Counter};
use store::fx_policy::PairPolicy;
use store::item::Page;
use store::listing::PageRequest;
use store::statistics::{self, Failures, Group, Range};
use store::turn::{self, Turn};
use store::value::Value;
use store::{Store, Tx};

/// More rows than any engine writes with a single statement.
const MANY: i64 = 100;

#[tokio::test]
async fn every_statement_of_the_catalogue_prepares() {
    let world = world().await;
    for sql in store::catalogue() {
        let highest = (1..=20).rev().find(|n| sql.text.contains(&format!("${n}"))).unwrap_or(0);
        let lock = match sql.lock {
            _ if !is_server() => "",
            Lock::None => "",
            Lock::Shared => " FOR KEY SHARE",
            Lock::Write => " FOR NO KEY UPDATE",
            Lock::Alone => " FOR UPDATE",
        };
        let mut tx = world.store.write().await.unwrap();
        let text = format!("EXPLAIN {}{lock}", sql.text);
        tx.fetch_text(text, vec![Value::Null; highest]).await.unwrap_or_else(|error| {
            panic!("{error}: {}", sql.text);
        });
    }
}

#[tokio::test]
async fn every_noun_reads_what_it_wrote() {
    for rows in [1, MANY] {
        let world = world().await;
        let mut tx = world.store.write().await.unwrap();
        let batch = fill(&mut tx, rows).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.store.write().await.unwrap();
        directory(&mut tx, rows).await;
        movements(&mut tx, rows).await;
        batches(&mut tx, batch, rows).await;
        for_verify(&mut tx, rows).await;
        nodes(&world.store, &mut tx, batch).await;
        crate::people::people(&mut tx, rows).await;
        changes(&mut tx, batch, rows).await;
        tx.commit().await.unwrap();
    }
}

fn length<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap()
}

fn some(limit: i64) -> PageRequest {
    PageRequest { limit, ..PageRequest::default() }
}

async fn directory(tx: &mut Tx, rows: i64) {
    let names = |of: fn(i64) -> String| (1..=rows + 1).map(of).collect::<Vec<_>>();
    let assets = store::asset::all(tx).await.unwrap();
    assert_eq!(
        assets.iter().map(|a| (a.id.0, a.code.as_str())).collect::<Vec<_>>(),
        [(1, "USD"), (2, "EUR")]
    );
    assert_eq!(store::holder::search(tx, None, some(1_000)).await.unwrap().len() as i64, rows);
    let first = store::holder::get(tx, HolderId(1)).await.unwrap().unwrap();
    assert_eq!(
        (first.name.as_str(), first.email.as_deref(), first.uid),
        ("持有人 1", Some("h1@example.com"), None)
    );
    let emails = store::holder::by_email(tx, names(|k| format!("h{k}@example.com"))).await.unwrap();
    assert_eq!(length(&emails), rows);
    let uids = store::holder::by_uid(tx, names(|k| format!("U{k}"))).await.unwrap();
    assert_eq!(length(&uids), rows / 2);
    assert_eq!(store::holder::by_name(tx, vec!["持有人 1".to_owned()]).await.unwrap(), []);
    let likes = store::account::look_alikes(tx, vec![domain::script::skeleton("Nl")]).await.unwrap();
    assert_eq!(likes.iter().map(|(_, number)| number.as_str()).collect::<Vec<_>>(), ["N1"]);
    assert_eq!(length(&store::account::by_numbers(tx, names(|k| format!("N{k}"))).await.unwrap()), rows + 1);
    let account = store::account::by_number(tx, "N1").await.unwrap().unwrap();
    assert_eq!(store::account::by_id(tx, AccountId(1)).await.unwrap(), Some(account.clone()));
    assert_eq!(
        (account.balance, account.head, account.holder),
        (5, Some(posting_id(1).0), Some(HolderId(1)))
    );
    let system = store::account::system(tx).await.unwrap();
    assert_eq!(system.iter().map(|a| (a.id.0, a.stripe)).collect::<Vec<_>>(), [(rows + 1, 0), (rows + 2, 1)]);
    let all = AccountFilter::default();
    let customers = store::account_list::page(tx, &all, AccountSort::Id, some(1_000)).await.unwrap();
    assert_eq!(length(&customers), rows);
    let numbers = store::account::resolve(tx, PayeeKey::Number, names(|k| format!("N{k}"))).await.unwrap();
    assert_eq!(length(&numbers), rows + 1);
    let by = |key| (key, if key == PayeeKey::Email { rows } else { rows / 2 });
    for (key, expected) in [by(PayeeKey::Email), by(PayeeKey::Uid)] {
        let of: fn(i64) -> String =
            if key == PayeeKey::Email { |k| format!("h{k}@example.com") } else { |k| format!("U{k}") };
        assert_eq!(length(&store::account::resolve(tx, key, names(of)).await.unwrap()), expected);
    }
    assert_eq!(store::account::numbers(tx, vec![1]).await.unwrap(), [(1, "N1".to_owned())]);
    let balances = store::balance::read(tx, (1..=rows + 2).collect()).await.unwrap();
    assert_eq!(balances.iter().map(|account| account.balance).sum::<i64>(), 0);
    assert_eq!(store::balance::lock(tx, vec![1]).await.unwrap(), balances[..1]);
    let book = store::policy::book(tx).await.unwrap();
    assert_eq!(book.version, store::head::policy_version(tx).await.unwrap());
    policies(tx).await;
    let rate = store::fx::newest(tx, AssetId(1), AssetId(2)).await.unwrap();
    assert_eq!(store::fx::list(tx).await.unwrap(), rate.into_iter().collect::<Vec<_>>());
    assert_eq!(store::setting::get(tx, "language").await.unwrap().as_deref(), Some("zh"));
}

/// A policy shipped with a currency limits what is paid; one that was set also limits what is received. The
/// rules of a pair apply in one direction.
async fn policies(tx: &mut Tx) {
    let (dollar, euro) = (AssetId(1), AssetId(2));
    let shipped = store::policy::book(tx).await.unwrap();
    let policy = shipped.of(AccountId(1), dollar).cloned().unwrap();
    assert_eq!(shipped.received_max(AccountId(1), dollar), None);
    store::policy::set(tx, dollar, None, &policy).await.unwrap();
    let book = store::policy::book(tx).await.unwrap();
    assert_eq!(book.received_max(AccountId(1), dollar), Some(policy.limit.max));
    assert!(book.version > shipped.version);
    let there = store::fx_policy::of(tx, dollar, euro).await.unwrap();
    assert_eq!(there, FxPolicy { tolerance_ppm: 1, rounding: Rounding::Down, minimum: 2, max_age_h: 3 });
    assert_eq!(store::fx_policy::of(tx, euro, dollar).await.unwrap(), FxPolicy::SHIPPED);
    let pair = PairPolicy { source: dollar, target: euro, policy: FxPolicy { minimum: 5, ..there } };
    store::fx_policy::set(tx, &pair).await.unwrap();
    assert_eq!(store::fx_policy::all(tx).await.unwrap(), [pair]);
    assert!(store::head::policy_version(tx).await.unwrap() > book.version);
}

async fn movements(tx: &mut Tx, rows: i64) {
    let all: Vec<i64> = (1..=rows + 2).collect();
    let transfers = store::transfer::by_numbers(tx, all.clone()).await.unwrap();
    assert_eq!(length(&transfers), rows + 1);
    assert_eq!(store::transfer::get(tx, TransferId(1)).await.unwrap().as_ref(), transfers.first());
    assert_eq!(transfers.last().unwrap().code, Some(Code::InsufficientBalance));
    assert_eq!(store::transfer::exchange(tx, TransferId(1)).await.unwrap().unwrap().target_amount, 7);
    assert_eq!(store::transfer::exchange(tx, TransferId(rows + 1)).await.unwrap(), None);
    let range = Range { from: DAY, to: DAY, asset: Some(AssetId(1)), account: None };
    for group in [Group::None, Group::Day, Group::Account] {
        assert_eq!(statistics::sums(tx, group, range).await.unwrap(), []);
    }
    let failures = statistics::failures(tx, false, range, 0, 10).await.unwrap();
    assert_eq!(failures, [Failures { account: 0, asset: AssetId(1), quarter: 0, count: rows }]);
    assert_eq!(statistics::failures(tx, true, range, 0, 10).await.unwrap().len(), 1);
    let postings = store::posting::after(tx, 0, 1_000).await.unwrap();
    assert_eq!(length(&postings), rows);
    assert_eq!(store::posting::last(tx).await.unwrap(), posting_id(rows).0);
    let ids = (1..=rows).map(|k| posting_id(k).0).collect();
    assert_eq!(store::posting::by_ids(tx, ids).await.unwrap(), postings);
    // Back over the world account's postings, newest first.
    let mut walked =
        store::posting::walk(tx, AccountId(rows + 1), posting_id(rows).0, 1_000, 0).await.unwrap();
    walked.reverse();
    assert_eq!(walked, postings);
    let operations = store::operation::find(tx, vec!["op-000001".to_owned(), "op-none".to_owned()]).await;
    assert_eq!(operations.unwrap().iter().map(|found| found.transfer).collect::<Vec<_>>(), [1]);
    assert_eq!(store::operation::count(tx).await.unwrap(), rows);
    let answered = store::operation::answered(tx, "op-000001").await.unwrap().unwrap();
    let outcome = answered.outcome.as_deref();
    assert_eq!((answered.fingerprint.as_str(), answered.transfer, outcome), ("1", 1, Some("{}")));
    assert_eq!(store::voucher::get(tx, TransferId(1)).await.unwrap().as_deref(), Some("[]"));
    assert_eq!(store::voucher::by_transfers(tx, all).await.unwrap(), [(1, "[]".to_owned())]);
    assert_eq!(store::operation::answered(tx, "op-none").await.unwrap(), None);
    assert_eq!(length(&store::audit::list(tx, 0, 1_000).await.unwrap()), rows);
    let about = store::audit::of_subject(tx, "transfer", rows, 9).await.unwrap();
    assert_eq!(length(&about), i64::from(rows > 1));
    let chunks = store::chunk::after(tx, 0, 9).await.unwrap();
    assert_eq!(chunks.iter().map(|chunk| (chunk.number, chunk.postings)).collect::<Vec<_>>(), [(1, rows)]);
    assert_eq!(store::chunk::by_numbers(tx, vec![1, 2]).await.unwrap(), chunks);
    assert_eq!(store::history::mark(tx).await.unwrap(), chunks[0].commit_number);
    let page = store::history::page(tx, AccountId(1), DAY, (DAY + 1, i64::MIN), 9).await.unwrap();
    assert_eq!(page, [(DAY, posting_id(1).0)]);
}

/// An id is held by at most one item, and is free again once released.
async fn external_ids(tx: &mut Tx, batch: &store::batch::Batch, rows: i64) {
    use store::external_id as ids;
    let (id, (first, last)) = (batch.id, batch.range());
    let held = ids::holders(tx, vec!["EXT-1".to_owned(), "none".to_owned()]).await.unwrap();
    let expected = ids::Holder { id: "EXT-1".to_owned(), item: 1, batch: id, line: 2 };
    assert_eq!(held, std::slice::from_ref(&expected));
    let page = Page { batch: id, after: 0, last: rows, limit: 1_000 };
    let mut items = store::item::page(tx, page, None, None).await.unwrap();
    let shown =
        |items: &[store::item::Item]| items.iter().filter_map(|i| i.external_id.clone()).count() as i64;
    assert_eq!(shown(&items), 0);
    ids::fill_page(tx, id, &mut items).await.unwrap();
    assert_eq!((shown(&items), items[0].external_id.as_deref()), (rows, Some("EXT-1")));
    let mut items = store::item::by_numbers(tx, vec![1]).await.unwrap();
    ids::fill(tx, &mut items).await.unwrap();
    assert_eq!(items[0].external_id.as_deref(), Some("EXT-1"));
    // Of two items that claim it, one gets it.
    let other = [(rows + 50, "EXT-1".to_owned()), (rows + 51, "EXT-new".to_owned())];
    assert_eq!(ids::claim(tx, id, &other).await.unwrap(), 1);
    assert_eq!(ids::wrong(tx).await.unwrap(), [rows + 51], "there is no such item");
    // It has no item, and a batch's range ends with its last item.
    assert_eq!(ids::delete_range(tx, id, (rows + 50, rows + 51)).await.unwrap(), 0);
    run(tx, &format!("DELETE FROM external_id WHERE item > {rows}")).await.unwrap();
    assert!(ids::wrong(tx).await.unwrap().is_empty());
    assert_eq!(ids::release(tx, vec![1]).await.unwrap(), 1);
    assert_eq!(ids::wrong(tx).await.unwrap(), [1], "paid, but its id is released");
    assert_eq!(ids::hold_range(tx, id, (first, last)).await.unwrap(), 1);
    assert_eq!(ids::release_range(tx, id, (first, last)).await.unwrap(), rows.unsigned_abs());
    assert_eq!(ids::holders(tx, vec!["EXT-1".to_owned()]).await.unwrap(), []);
    assert_eq!(ids::hold_range(tx, id, (first, last)).await.unwrap(), rows.unsigned_abs());
    assert_eq!(ids::holders(tx, vec!["EXT-1".to_owned()]).await.unwrap(), [expected]);
}

/// A print reads back in parts, and batches are found by their comparison criteria.
async fn prints(tx: &mut Tx, batch: &store::batch::Batch, rows: i64) {
    use domain::batch::BatchType;
    use store::similar::{self, Subject};
    let part = similar::part(tx, batch, 0).await.unwrap().unwrap();
    assert_eq!((part.len() as i64, part[0].item, part[0].print), (rows, 1, u64::MAX - 1));
    assert_eq!(similar::part(tx, batch, 1).await.unwrap(), None);
    let new = Subject { batch: None, asset: batch.asset, kind: batch.kind, account: batch.account };
    for (subject, since, is_found) in [
        (new, 2, true),
        (new, 3, false),
        (Subject { account: None, kind: BatchType::ManyToMany, ..new }, 2, true),
        (Subject { batch: Some(batch.id), ..new }, 2, false),
        (Subject { kind: BatchType::ManyToOne, ..new }, 2, false),
        (Subject { account: Some(AccountId(2)), ..new }, 2, false),
        (Subject { asset: domain::id::AssetId(99), ..new }, 2, false),
    ] {
        let found = similar::earlier(tx, &subject, since).await.unwrap();
        assert_eq!(!found.is_empty(), is_found, "{subject:?} since {since}");
    }
    let account = batch.account.unwrap();
    let waiting = i128::from(similar::pending_amount(tx, batch).await.unwrap());
    assert_eq!(similar::promised(tx, account, None).await.unwrap(), waiting);
    assert_eq!(similar::promised(tx, account, Some(batch.id)).await.unwrap(), 0);
    let failed = similar::numbers(tx, batch, ItemState::Failed).await.unwrap();
    assert_eq!(failed, (2..=rows).collect::<Vec<_>>());
    assert_eq!(similar::forget_before(tx, 2).await.unwrap(), 0);
    assert_eq!(similar::forget_before(tx, 3).await.unwrap(), 1);
    assert_eq!(similar::part(tx, batch, 0).await.unwrap(), None);
}

async fn batches(tx: &mut Tx, id: BatchId, rows: i64) {
    let batch = store::batch::get(tx, id).await.unwrap().unwrap();
    assert_eq!((batch.name.as_str(), batch.state, batch.day_number), ("工资", BatchState::Pending, 1));
    assert_eq!((batch.range(), batch.tally.failed_count), ((1, rows), rows - 1));
    assert_eq!(store::batch::lock(tx, id).await.unwrap().as_ref(), Some(&batch));
    assert_eq!(store::batch::lock_many(tx, vec![id.0]).await.unwrap(), std::slice::from_ref(&batch));
    assert_eq!(store::batch::by_number(tx, batch.day, 1).await.unwrap().as_ref(), Some(&batch));
    assert_eq!(store::batch::by_state(tx, BatchState::Pending).await.unwrap(), std::slice::from_ref(&batch));
    assert_eq!(store::batch::unready(tx).await.unwrap(), []);
    external_ids(tx, &batch, rows).await;
    prints(tx, &batch, rows).await;
    let filter = BatchFilter {
        states: vec![batch.state],
        kind: Some(batch.kind),
        text: Some(batch.name.to_uppercase()),
        from: Some(batch.created_at),
        until: Some(batch.created_at + 1),
        before: Some(i64::MAX),
    };
    assert_eq!(store::batch::count(tx, &filter).await.unwrap(), 1);
    assert_eq!(store::batch::list(tx, &filter, BatchSort::Largest, 9, 0).await.unwrap(), [batch]);
    let page = Page { batch: id, after: 0, last: rows, limit: 1_000 };
    let items = store::item::page(tx, page, None, None).await.unwrap();
    assert_eq!(length(&items), rows);
    let failed = store::item::page(tx, page, Some(ItemState::Failed), None).await.unwrap();
    let frozen =
        store::item::page(tx, page, Some(ItemState::Failed), Some(Code::SourceFrozen)).await.unwrap();
    assert_eq!((length(&failed), &failed), (rows - 1, &frozen));
    assert_eq!(store::item::get(tx, id, 1).await.unwrap().as_ref(), items.first());
    assert_eq!(store::item::by_line(tx, id, 2).await.unwrap().as_ref(), items.first());
    assert_eq!(store::item::by_numbers(tx, (1..=rows).collect()).await.unwrap(), items);
    let states = store::item::states(tx, vec![1, rows + 1]).await.unwrap();
    assert_eq!(states, [(1, id.0, ItemState::Completed)]);
    assert_eq!(store::item::failures(tx, TransferId(rows)).await.unwrap().len(), 1);
    assert_eq!(length(&store::import_problem::list(tx, id, 1_000).await.unwrap()), rows);
    assert_eq!(store::batch_history::list(tx, id).await.unwrap().len(), 1);
    rates_and_links(tx, id, rows).await;
}

async fn rates_and_links(tx: &mut Tx, id: BatchId, rows: i64) {
    let kept = store::batch_rate::of(tx, id).await.unwrap();
    assert_eq!(
        kept.iter().map(|kept| (kept.rate.rate.as_str(), kept.kept_at)).collect::<Vec<_>>(),
        [("1.5", 2)]
    );
    let newer = KeptRate { kept_at: 3, ..kept[0].clone() };
    store::batch_rate::keep(tx, &newer).await.unwrap();
    let many = store::batch_rate::of_many(tx, vec![id.0, id.0 + 1]).await.unwrap();
    assert_eq!(many, [newer]);
    assert_eq!(store::batch_rate::pairs(tx, id).await.unwrap(), [], "everything is in one currency");
    assert_eq!(store::batch_origin::origin(tx, id).await.unwrap(), Some(id));
    assert_eq!(store::batch_origin::size(tx, id, Part::Unpaid).await.unwrap(), (rows - 1, 5 * (rows - 1)));
    let replaced = store::batch_origin::replaced(tx, id).await.unwrap();
    assert_eq!(length(&replaced), rows);
    assert!(replaced.iter().all(|one| one.item == one.by && one.amount == 5 && one.line == one.item + 1));
    let states: Vec<_> = replaced.iter().take(2).map(|one| (one.state, one.code)).collect();
    assert_eq!(states.first(), Some(&(ItemState::Completed, None)));
    assert!(rows == 1 || states.get(1) == Some(&(ItemState::Failed, Some(Code::SourceFrozen))));
}

async fn for_verify(tx: &mut Tx, rows: i64) {
    let size = |rows: store::value::Rows| i64::try_from(rows.len()).unwrap();
    let postings = store::verify::postings(tx, 0, 1_000).await.unwrap();
    assert!(postings.iter().all(|(_, claim)| claim.is_some_and(|claim| claim.amount == 5)));
    assert_eq!(length(&postings), rows);
    assert_eq!(size(store::verify::balances(tx, 0, 1_000).await.unwrap()), rows + 2);
    assert_eq!(size(store::verify::items(tx, 0, 1_000).await.unwrap()), rows);
    assert_eq!(store::verify::transfer_sums(tx).await.unwrap(), (rows, 0));
    assert_eq!(store::verify::account_without_balance(tx).await.unwrap(), None);
    let before = (i64::MIN, i64::MIN, i64::MIN);
    assert_eq!(length(&store::verify::history(tx, before, 1_000).await.unwrap()), 2 * rows);
    assert_eq!(size(store::verify::chunks(tx, 0, 1_000).await.unwrap()), rows / 2);
    assert_eq!(length(&store::verify::failures_by_chunk(tx, 7).await.unwrap()), rows);
    assert_eq!(size(store::verify::batches(tx).await.unwrap()), 1);
}

async fn nodes(store: &Store, tx: &mut Tx, batch: BatchId) {
    let node = store::node::get(tx, "node-1").await.unwrap().unwrap();
    assert_eq!((node.stripe, node.is_worker, node.expires_at), (1, true, 5));
    assert_eq!(store::node::all(tx).await.unwrap(), std::slice::from_ref(&node));
    assert!(store::node::beat(tx, "node-1", 7).await.unwrap());
    assert!(!store::node::beat(tx, "node-2", 7).await.unwrap());
    assert_eq!(store::node::expired(tx, 7).await.unwrap(), []);
    assert_eq!(store::node::expired(tx, 8).await.unwrap().len(), 1);
    let lease = store::lease::get(tx, batch).await.unwrap().unwrap();
    assert_eq!((lease.owner.as_str(), lease.epoch, lease.is_live), ("node-1", 1, true));
    assert_eq!(store::lease::get_shared(tx, batch).await.unwrap().as_ref(), Some(&lease));
    assert_eq!(store::lease::get_alone(tx, batch).await.unwrap().as_ref(), Some(&lease));
    assert_eq!(store::lease::lock(tx, vec![batch.0]).await.unwrap(), [(batch, 1)]);
    assert_eq!(store::lease::get(tx, batch).await.unwrap().unwrap().owner, "node-1");
    // A take that saw an older epoch gets nothing.
    assert_eq!(store::lease::take(tx, batch, "node-2", 0).await.unwrap(), None);
    assert_eq!(store::lease::take(tx, batch, "node-2", 1).await.unwrap(), Some(2));
    assert!(!store::lease::get(tx, batch).await.unwrap().unwrap().is_live);
    store::lease::release(tx, batch, 1).await.unwrap();
    assert_eq!(store::lease::get(tx, batch).await.unwrap().unwrap().owner, "node-2");
    store::lease::release(tx, batch, 2).await.unwrap();
    assert_eq!(store::lease::take(tx, batch, "node-1", 2).await.unwrap(), Some(3));
    store::lease::give_back(tx, batch, "node-1").await.unwrap();
    assert_eq!(store::lease::get(tx, batch).await.unwrap().unwrap().owner, "");
    assert_eq!(store::batch::waiting(tx, store.node()).await.unwrap(), []);
    turn::take(tx, Turn::Batch).await.unwrap();
    turn::take(tx, Turn::Directory).await.unwrap();
    // Later than 2020, and moving forward.
    let (one, other) = (tx.clock().await.unwrap(), tx.clock().await.unwrap());
    assert!(one > 1_577_836_800_000_000 && other >= one, "{one} {other}");
}

async fn changes(tx: &mut Tx, id: BatchId, rows: i64) {
    let first = counter::take(tx, Counter::Number, 10).await.unwrap();
    assert_eq!(counter::take(tx, Counter::Number, 1).await.unwrap(), first + 10);
    for counter in [Counter::Chunk, Counter::Account, Counter::Holder] {
        assert_eq!(counter::take(tx, counter, 2).await.unwrap(), 1);
    }
    store::balance::set_status(tx, AccountId(1), AccountStatus::Frozen).await.unwrap();
    assert_eq!(store::account::by_id(tx, AccountId(1)).await.unwrap().unwrap().status, AccountStatus::Frozen);
    let version = store::head::policy_version(tx).await.unwrap();
    store::head::raise_policy_version(tx).await.unwrap();
    let head = store::head::advance(tx).await.unwrap();
    assert_eq!((head.commit_number, head.policy_version), (2, version + 1));
    store::batch::set_intent(tx, id, BatchIntent::Pause, Some(4)).await.unwrap();
    store::batch::set_state(tx, id, BatchState::Processing, BatchIntent::Run, Some(5), None).await.unwrap();
    assert_eq!(store::batch::waiting(tx, "node-9").await.unwrap(), [id]);
    // An unfinished import is purged with everything it left behind.
    run(
        tx,
        "INSERT INTO batch (id, day, day_number, name, type, mode, state, intent, ready, asset, first_number,
        last_number, refused_count, total_count, total_amount, success_count, success_amount, failed_count,
        failed_amount, skipped_count, fee_amount, created_by, created_at)
        SELECT 900, day, 2, name, type, mode, 2, 2, 0, asset, 900, 900, 0, 0, 0, 0, 0, 0, 0, 0, 0, created_by, 1
        FROM batch",
    )
    .await
    .unwrap();
    let unready = store::batch::unready(tx).await.unwrap();
    assert_eq!(unready.len(), 1);
    let broken = unready[0].id;
    let mut left = store::item::by_numbers(tx, vec![rows]).await.unwrap();
    left[0].number = TransferId(900);
    store::item::insert(tx, broken, &left).await.unwrap();
    assert_eq!(store::item::delete_range(tx, broken, (900, 900)).await.unwrap(), 1);
    store::import_problem::purge(tx, broken).await.unwrap();
    assert_eq!(store::lease::take(tx, broken, "node-1", 0).await.unwrap(), Some(1));
    store::batch::purge(tx, broken).await.unwrap();
    // Its id may be reused, so nothing of it may be left. A finished batch keeps its lease.
    assert_eq!(store::lease::get(tx, broken).await.unwrap(), None);
    store::batch::purge(tx, id).await.unwrap();
    assert!(store::lease::get(tx, id).await.unwrap().is_some());
    assert_eq!(store::batch::unready(tx).await.unwrap(), []);
    assert_eq!(store::node::leave_others(tx, "node-9").await.unwrap(), 1);
    store::node::leave(tx, "node-9").await.unwrap();
}

#[tokio::test]
async fn a_search_in_the_account_list_matches_special_characters_literally() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    fill(&mut tx, 1).await.unwrap();
    for (id, number) in [(11, "a%b"), (12, "a_b"), (13, "a\\b"), (14, "A!B"), (15, "aXb")] {
        let text = format!(
            "INSERT INTO account (id, number, holder, asset, kind, opened_at) VALUES ({id}, '{number}', 1, 1, 1, 1)"
        );
        run(&mut tx, &text).await.unwrap();
        let columns =
            "account, asset, holder, kind, status, overdraft, balance, held, day, day_out, month, month_out";
        run(
            &mut tx,
            &format!("INSERT INTO balance ({columns}) VALUES ({id}, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)"),
        )
        .await
        .unwrap();
    }
    for (part, found) in [
        ("a%b", vec![11]),
        ("A_B", vec![12]),
        ("a\\b", vec![13]),
        ("\\", vec![13]),
        ("a!b", vec![14]),
        ("!", vec![14]),
        ("xB", vec![15]),
        ("h1@EXAMPLE", vec![1, 11, 12, 13, 14, 15]),
    ] {
        let filter = AccountFilter { text: Some(part.to_owned()), ..AccountFilter::default() };
        let page = store::account_list::page(&mut tx, &filter, AccountSort::Id, some(99)).await.unwrap();
        let ids: Vec<_> = page.iter().map(|a| a.id.0).collect();
        assert_eq!(ids, found, "{part}");
    }
}
