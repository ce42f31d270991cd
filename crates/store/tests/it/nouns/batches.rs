//! Batches, what is kept beside them, and how similar ones are found.

use super::{Filled, length, some};
use crate::world::run;
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchTally, BatchType, ContactType};
use domain::code::Code;
use domain::id::{AccountId, AssetId, BatchId, TemplateId, TransferId};
use domain::item::ItemState;
use domain::principal::Principal;
use domain::work::Work;
use store::Tx;
use store::batch::{BatchFilter, BatchSort};
use store::batch_origin::Part;
use store::batch_rate::KeptRate;
use store::batch_template::{BatchTemplate, TemplateFilter, TemplateItem};
use store::listing::{CursorKey, PageRequest, Window};
use store::value::Value;

pub async fn batch(tx: &mut Tx, Filled { batch: id, rows }: Filled) {
    let batch = store::batch::get(tx, id).await.unwrap().unwrap();
    let seen = (batch.name.as_str(), batch.state, batch.kind, batch.day_number, batch.intent);
    assert_eq!(seen, ("工资", BatchState::Pending, BatchType::OneToMany, 1, BatchIntent::Run));
    assert_eq!((batch.convert, batch.follows_rates, batch.allow_repeat), (false, false, true));
    assert_eq!((batch.version, batch.runs, &batch.created_by), (1, 0, &crate::world::tester()));
    let (success_count, success_amount, failed_count) = (1, 5, rows - 1);
    let tally = BatchTally {
        total_count: rows,
        total_amount: 5 * rows,
        success_count,
        success_amount,
        failed_count,
        failed_amount: 5 * failed_count,
        skipped_count: 0,
        fee_amount: 0,
        flight_count: 0,
        flight_amount: 0,
        unknown_count: 0,
    };
    assert_eq!((batch.range(), &batch.tally), ((1, rows), &tally));
    assert_eq!(store::batch::lock(tx, id).await.unwrap().as_ref(), Some(&batch));
    let locked = tx.ask(|script| store::batch::lock_many_later(script, vec![id.0])).await;
    // Its items were marked once.
    assert_eq!(locked.unwrap(), [(batch.clone(), 1)]);
    assert_eq!(store::batch::edition(tx, id).await.unwrap(), 1);
    assert_eq!(store::batch::by_ids(tx, vec![id.0, 999]).await.unwrap(), std::slice::from_ref(&batch));
    assert_eq!(store::batch::by_number(tx, batch.day, 1).await.unwrap().as_ref(), Some(&batch));
    assert_eq!(store::batch::by_state(tx, BatchState::Pending).await.unwrap(), std::slice::from_ref(&batch));
    assert_eq!(store::batch::unready(tx, "node-9").await.unwrap(), []);
    let filter = BatchFilter {
        states: vec![batch.state],
        kind: Some(batch.kind),
        text: Some(batch.name.to_uppercase()),
        from: Some(batch.created_at),
        until: Some(batch.created_at + 1),
    };
    assert_eq!(store::batch::count(tx, &filter, None).await.unwrap(), 1);
    for (first, last, count) in [(id.0, id.0, 1), (id.0 + 1, i64::MAX, 0)] {
        let window = Window { first, last };
        assert_eq!(store::batch::count_within(tx, &filter, window, 9).await.unwrap(), count);
        for (sort, value) in [
            (BatchSort::Newest, Value::from(id.0)),
            (BatchSort::Name, batch.name.as_str().into()),
            (BatchSort::Largest, tally.total_amount.into()),
        ] {
            let slice =
                PageRequest { limit: 9, window: Some(window), among: vec![id.0], ..PageRequest::default() };
            let ranks = store::batch::ranks(tx, &filter, sort, slice).await.unwrap();
            let expected = CursorKey { value, key: id.0 };
            assert_eq!(ranks, vec![expected; usize::try_from(count).unwrap()], "{sort:?}");
        }
    }
    assert_eq!(store::batch::ids(tx).await.unwrap(), (id.0, id.0));
    assert_eq!(store::batch::created_at(tx, id.0 + 9).await.unwrap(), Some(batch.created_at));
    started(tx, id).await;
    an_unfinished_import_is_purged_with_everything_it_left_behind(tx, id, rows).await;
}

/// Not saved yet.
fn new_template() -> BatchTemplate {
    BatchTemplate {
        id: TemplateId(0),
        name: "Salaries  London".to_owned(),
        description: "每月".to_owned(),
        kind: BatchType::OneToMany,
        mode: BatchMode::StopOnFailure,
        asset: AssetId(1),
        account: Some(AccountId(1)),
        convert: true,
        follows_rates: true,
        allow_repeat: true,
        remarks: Some("25th".to_owned()),
        holder_group: None,
        items: 0,
        amount: 0,
        version: 1,
        created_by: crate::world::tester(),
        created_at: 9,
        changed_at: 9,
    }
}

pub async fn batch_template(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let mut template = new_template();
    let group = store::holder_group::insert(tx, &super::accounts::new_group()).await.unwrap();
    template.holder_group = Some(group);
    template.id = store::batch_template::insert(tx, &template).await.unwrap();
    let item = |place: i64| TemplateItem {
        place,
        source: AccountId(1),
        target: AccountId(place),
        contact_kind: (place % 2 == 0).then_some(ContactType::Email),
        contact: (place % 2 == 0).then(|| format!("h{place}@example.com")),
        amount: place,
        memo: Some("工资".to_owned()),
        reference: None,
    };
    let items: Vec<_> = (1..=rows).map(item).collect();
    store::batch_template::add_items(tx, template.id, &items).await.unwrap();
    (template.items, template.amount) = (rows, (1..=rows).sum());
    assert_eq!(store::batch_template::get(tx, template.id).await.unwrap().as_ref(), Some(&template));
    assert_eq!(store::batch_template::items(tx, template.id, 0, 1_000).await.unwrap(), items);
    assert_eq!(store::batch_template::items(tx, template.id, 0, 1).await.unwrap(), items[..1]);
    assert_eq!(store::batch_template::items(tx, template.id, 1, 1_000).await.unwrap(), items[1..]);
    let named = store::batch_template::by_name(tx, "SALARIES london").await.unwrap();
    assert_eq!(named.as_ref(), Some(&template));
    assert_eq!(store::batch_template::of_group(tx, group).await.unwrap().as_ref(), Some(&template));
    store::batch_template::used(tx, template.id, batch).await.unwrap();
    assert_eq!(store::batch_template::last_run(tx, template.id).await.unwrap(), None);
    run(tx, &format!("UPDATE batch SET started_at = 7 WHERE id = {batch}")).await.unwrap();
    assert_eq!(store::batch_template::last_run(tx, template.id).await.unwrap(), Some(batch));
    template.name = "Löhne".to_owned();
    (template.mode, template.remarks, template.holder_group) = (BatchMode::Continue, None, None);
    (template.description, template.version, template.changed_at) = (String::new(), 2, 11);
    store::batch_template::change(tx, &template).await.unwrap();
    store::batch_template::clear_items(tx, template.id).await.unwrap();
    (template.items, template.amount) = (0, 0);
    assert_eq!(store::batch_template::lock(tx, template.id).await.unwrap().as_ref(), Some(&template));
    let listed = async |tx: &mut Tx, text: Option<&str>, kind: Option<BatchType>| {
        let filter = TemplateFilter { text: text.map(str::to_owned), kind };
        length(&store::batch_template::list(tx, &filter, some(10)).await.unwrap())
    };
    assert_eq!(listed(tx, None, None).await, 1);
    assert_eq!(listed(tx, Some("öhn"), Some(BatchType::OneToMany)).await, 1);
    assert_eq!(listed(tx, None, Some(BatchType::ManyToOne)).await, 0);
    store::batch_template::edited(tx, template.id, Principal::User(1), &[1], 5).await.unwrap();
    store::batch_template::edited(tx, template.id, Principal::User(1), &[1], 6).await.unwrap();
    store::batch_template::made_by(tx, template.id, batch).await.unwrap();
    let (next, earlier) = (BatchId(batch.0 + 1), BatchId(batch.0 + 2));
    store::batch_editor::add_those_of_template(tx, next, template.id).await.unwrap();
    store::batch_editor::add_those_of(tx, earlier, next).await.unwrap();
    for made in [next, earlier] {
        let makers = store::batch_editor::of_many(tx, vec![made.0]).await.unwrap();
        let mut makers: Vec<_> = makers.iter().map(|maker| (maker.person, maker.at)).collect();
        makers.sort_unstable();
        // The batch's own maker, and the one who changed the template.
        assert_eq!(makers, [(0, 1), (1, 5)]);
    }
    store::batch_template::remove(tx, template.id).await.unwrap();
    assert_eq!(store::batch_template::get(tx, template.id).await.unwrap(), None);
}

pub async fn batch_voucher(tx: &mut Tx, Filled { batch, rows }: Filled) {
    assert_eq!(store::batch_voucher::get(tx, batch).await.unwrap(), [""; 0]);
    let urls: Vec<_> = (1..=rows).rev().map(|k| format!("https://example.org/{k}")).collect();
    for urls in [&urls[..], &urls[..1], &[]] {
        store::batch_voucher::set(tx, batch, urls).await.unwrap();
        assert_eq!(store::batch_voucher::get(tx, batch).await.unwrap(), urls);
    }
}

/// Each start counts as a run; resuming from a pause does not.
async fn started(tx: &mut Tx, id: BatchId) {
    store::batch::set_intent(tx, id, BatchIntent::Pause, Some(4)).await.unwrap();
    assert_eq!(store::batch::get(tx, id).await.unwrap().unwrap().interrupted_at, Some(4));
    for (state, runs) in [(BatchState::Processing, 1), (BatchState::Paused, 1), (BatchState::Processing, 1)] {
        store::batch::set_state(tx, id, state, BatchIntent::Run, Some(5), None).await.unwrap();
        let batch = store::batch::get(tx, id).await.unwrap().unwrap();
        assert_eq!((batch.state, batch.runs, batch.started_at), (state, runs, Some(5)));
    }
    // `node-1` holds its lease and has a row.
    assert_eq!(store::batch::waiting(tx, "node-9").await.unwrap(), []);
    assert_eq!(store::batch::waiting(tx, "node-1").await.unwrap(), [id]);
}

async fn an_unfinished_import_is_purged_with_everything_it_left_behind(tx: &mut Tx, id: BatchId, rows: i64) {
    run(
        tx,
        "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset, first_number,
        last_number, refused_count, total_count, total_amount, success_count, success_amount, failed_count,
        failed_amount, skipped_count, fee_amount, created_by, created_at)
        SELECT 900, day, 2, name, kind, mode, 2, 2, 0, asset, 900, 900, 0, 0, 0, 0, 0, 0, 0, 0, 0, created_by, 1
        FROM batch",
    )
    .await
    .unwrap();
    let unready = store::batch::unready(tx, "node-9").await.unwrap();
    assert_eq!(unready.len(), 1);
    let broken = unready[0].id;
    assert_eq!(store::batch::lock_unready(tx, broken).await.unwrap(), Some(unready[0].clone()));
    let mut left = store::item::by_numbers(tx, vec![rows]).await.unwrap();
    left[0].number = TransferId(900);
    store::item::insert(tx, broken, &left).await.unwrap();
    assert_eq!(store::item::delete_range(tx, broken, (900, 900)).await.unwrap(), 1);
    store::import_problem::purge(tx, broken).await.unwrap();
    assert_eq!(store::lease::take(tx, Work::import(broken), "node-1", 0).await.unwrap(), Some(1));
    // `node-1` is at it, and is live.
    assert_eq!(store::batch::unready(tx, "node-9").await.unwrap(), []);
    assert_eq!(store::batch::unready(tx, "node-1").await.unwrap().len(), 1);
    store::batch::purge(tx, broken).await.unwrap();
    // Its id may be reused, so nothing of it may be left. A finished batch keeps its lease.
    assert_eq!(store::lease::get(tx, Work::import(broken)).await.unwrap(), None);
    store::batch::purge(tx, id).await.unwrap();
    assert!(store::lease::get(tx, Work::run(id)).await.unwrap().is_some());
    assert_eq!(store::batch::unready(tx, "node-9").await.unwrap(), []);
}

pub async fn batch_history(tx: &mut Tx, Filled { batch, .. }: Filled) {
    let events = store::batch_history::list(tx, batch).await.unwrap();
    let seen: Vec<_> = events.iter().map(|e| (e.event.as_str(), e.state, e.item, e.at)).collect();
    assert_eq!(seen, [("submitted", BatchState::Pending, None, 2)]);
    assert_eq!(events[0].actor, crate::world::tester());
    assert_eq!(store::batch_history::last(tx, batch).await.unwrap().as_ref(), events.first());
    assert_eq!(store::batch_history::count(tx, batch).await.unwrap(), 1);
    let page = store::batch_history::page(tx, batch, 9, 0).await.unwrap();
    assert_eq!(page.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), events);
    assert_eq!(store::batch_history::retries(tx, batch, 1).await.unwrap(), []);
    assert_eq!(store::batch_history::of_items(tx, batch, i64::MAX).await.unwrap(), []);
}

pub async fn import_problem(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let problems = store::import_problem::list(tx, batch, 1_000).await.unwrap();
    assert_eq!(length(&problems), rows);
    let first = &problems[0];
    assert_eq!((first.row, first.line, first.code), (1_000_001, 1, Code::AmountFormat));
    assert_eq!((first.column.as_deref(), first.suggestion.as_deref()), (None, Some("acct_8")));
    let between = store::import_problem::between(tx, batch, (1_000_001, 1_000_001)).await.unwrap();
    assert_eq!(between, problems[..1]);
}

pub async fn refused_row(tx: &mut Tx, Filled { batch, rows }: Filled) {
    use store::refused_row as rows_of;
    let open = rows_of::open(tx, batch, None, 0, 1_000).await.unwrap();
    assert_eq!((length(&open), open[0].id, open[0].content.as_deref()), (rows, 1_000_001, None));
    assert_eq!(rows_of::by_ids(tx, vec![1_000_001, 7]).await.unwrap(), open[..1]);
    assert_eq!(rows_of::count(tx, batch, Some(Code::AmountFormat)).await.unwrap(), rows);
    assert_eq!(rows_of::count(tx, batch, Some(Code::UserNotFound)).await.unwrap(), 0);
    rows_of::settle(tx, &[(1_000_001, 1)], 9).await.unwrap();
    let settled = rows_of::by_ids(tx, vec![1_000_001]).await.unwrap();
    assert_eq!((settled[0].settled_at, settled[0].item), (Some(9), Some(1)));
    assert_eq!(rows_of::drop_open(tx, batch, None, 9).await.unwrap(), (rows - 1).unsigned_abs());
    rows_of::purge(tx, batch).await.unwrap();
    assert_eq!(rows_of::by_ids(tx, vec![1_000_001]).await.unwrap(), []);
}

pub async fn batch_rate(tx: &mut Tx, Filled { batch, .. }: Filled) {
    let kept = store::batch_rate::of(tx, batch).await.unwrap();
    let seen: Vec<_> = kept.iter().map(|kept| (kept.rate.rate.as_str(), kept.kept_at)).collect();
    assert_eq!(seen, [("1.5", 2)]);
    let newer = KeptRate { kept_at: 3, ..kept[0].clone() };
    store::batch_rate::keep(tx, &newer).await.unwrap();
    let many = store::batch_rate::of_many(tx, vec![batch.0, batch.0 + 1]).await.unwrap();
    assert_eq!(many, [newer]);
    assert_eq!(store::batch_rate::pairs(tx, batch).await.unwrap(), [], "everything is in one currency");
}

pub async fn batch_origin(tx: &mut Tx, Filled { batch, rows }: Filled) {
    assert_eq!(store::batch_origin::origin(tx, batch).await.unwrap(), Some(batch));
    for (part, count) in [(Part::Unpaid, rows - 1), (Part::Failed, rows - 1), (Part::All, rows)] {
        let size = store::batch_origin::size(tx, batch, part).await.unwrap();
        assert_eq!(size, (count, 5 * count), "{part:?}");
    }
    let replaced = store::batch_origin::replaced(tx, batch).await.unwrap();
    assert_eq!(length(&replaced), rows);
    assert!(replaced.iter().all(|one| one.item == one.by && one.amount == 5 && one.line == one.item + 1));
    let states: Vec<_> = replaced.iter().take(2).map(|one| (one.state, one.code)).collect();
    assert_eq!(states.first(), Some(&(ItemState::Completed, None)));
    assert!(rows == 1 || states.get(1) == Some(&(ItemState::Failed, Some(Code::SourceFrozen))));
}

/// A print reads back in parts, and batches are found by their comparison criteria.
pub async fn similar(tx: &mut Tx, Filled { batch, rows }: Filled) {
    use store::similar::{self, Subject};
    let batch = &store::batch::get(tx, batch).await.unwrap().unwrap();
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
        (Subject { asset: AssetId(99), ..new }, 2, false),
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

/// A report reads back whole and its changes in parts; a new submission makes it due again, and replaces it.
pub async fn change(tx: &mut Tx, Filled { batch: id, rows }: Filled) {
    use domain::change::{Change, ChangeKind};
    use store::change::{self, ChangeReport};
    let batch = store::batch::get(tx, id).await.unwrap().unwrap();
    let report = change::report(tx, id).await.unwrap().unwrap();
    assert_eq!((report.base, report.submitted_at, report.made_at), (Some(id), 2, 3));
    let counts: Vec<_> = report.counts.iter().map(|one| (one.kind, one.found, one.amount)).collect();
    assert_eq!(counts, [(ChangeKind::AccountChanged, 1, 5), (ChangeKind::PayeeNew, rows, 5 * rows)]);
    let new = change::part(tx, id, ChangeKind::PayeeNew, 0).await.unwrap();
    let expected = |k: i64| Change::of(ChangeKind::PayeeNew, AccountId(k), (0, 5)).since(k, 2 * k);
    assert_eq!(new, (1..=rows).map(expected).collect::<Vec<_>>());
    assert_eq!(change::part(tx, id, ChangeKind::PayeeNew, 1).await.unwrap(), []);
    let changed = change::part(tx, id, ChangeKind::AccountChanged, 0).await.unwrap();
    assert_eq!(changed.iter().map(|one| one.account_before).collect::<Vec<_>>(), [Some(AccountId(2))]);
    // Due: only what was submitted and has no report of that submission.
    assert_eq!(batch.submitted_at, Some(2));
    assert_eq!(change::due(tx, 2).await.unwrap(), []);
    change::write(tx, &ChangeReport { submitted_at: 1, ..report.clone() }, &[]).await.unwrap();
    assert_eq!((change::due(tx, 2).await.unwrap(), change::due(tx, 3).await.unwrap()), (vec![id], vec![]));
    assert_eq!(change::part(tx, id, ChangeKind::PayeeNew, 0).await.unwrap(), []);
    let like =
        store::similar::Subject { batch: None, asset: batch.asset, kind: batch.kind, account: batch.account };
    let own = store::similar::Subject { batch: Some(id), ..like };
    // It has paid, but not ended.
    assert_eq!(change::paid_bases(tx, &like, (0, 9)).await.unwrap(), []);
    assert_eq!(change::paid_since(tx, &like, (2, 9)).await.unwrap(), std::slice::from_ref(&batch));
    assert_eq!(change::paid_since(tx, &like, (3, 9)).await.unwrap(), []);
    assert_eq!(change::paid_since(tx, &own, (2, 9)).await.unwrap(), []);
    ended(tx, &batch).await;
    for (subject, range, is_found) in [
        (like, (2, 3), true),
        (own, (2, 3), false),
        (like, (3, 9), false),
        (like, (0, 1), false),
        (store::similar::Subject { kind: BatchType::ManyToOne, ..like }, (2, 3), false),
        (store::similar::Subject { account: None, ..like }, (2, 3), false),
    ] {
        let found = change::paid_bases(tx, &subject, range).await.unwrap();
        assert_eq!(!found.is_empty(), is_found, "{subject:?} {range:?}");
    }
    assert_eq!(change::paid_since(tx, &like, (2, 8)).await.unwrap().len(), 1);
    assert_eq!(change::paid_since(tx, &like, (2, 9)).await.unwrap().len(), 0);
    let known = change::accounts(tx, vec![1, 2, 999]).await.unwrap();
    let mut known: Vec<_> = known.iter().map(|account| (account.id.0, account.asset)).collect();
    known.sort_unstable();
    assert_eq!(known, [(1, batch.asset), (2, batch.asset)]);
}

/// The batch runs and ends at 8.
async fn ended(tx: &mut Tx, batch: &store::batch::Batch) {
    for (state, at) in [(BatchState::Processing, None), (BatchState::PartiallyCompleted, Some(8))] {
        store::batch::set_state(tx, batch.id, state, BatchIntent::Run, Some(7), at).await.unwrap();
    }
}
