//! SQLite's query plans for lists: a key window with any condition is read along the key, in order.

use crate::account_list::{self, AccountFilter, AccountSort};
use crate::audit::{self, AuditFilter};
use crate::batch::{self, BatchFilter, BatchSort};
use crate::chunk;
use crate::day_sum;
use crate::item::{Item, ItemFilter};
use crate::item_run::{Cover, Stretch};
use crate::listing::{CursorKey, Order, PageRequest, Window};
use crate::statistics::{self, Group, Range};
use crate::store::Store;
use crate::transfer_list::{self, TransferFilter, TransferSort};
use crate::value::Value;
use crate::webhook_delivery;
use domain::account::AccountStatus;
use domain::batch::{BatchState, BatchType};
use domain::id::{AccountId, AssetId, BatchId, HolderId};
use domain::item::ItemState;
use domain::transfer::TransferKind;

async fn plan(store: &Store, (text, args): (String, Vec<Value>)) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let rows = tx.fetch_text(format!("EXPLAIN QUERY PLAN {text}"), args).await.unwrap();
    rows.iter().map(|row| row.text(3).unwrap()).collect()
}

/// Every step is a search by key, the first one along the window, and nothing is sorted.
fn check(plan: &[String], table: &str, name: &str) {
    let first = format!("SEARCH {table} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    assert_eq!(plan.first(), Some(&first), "{name}: {plan:?}");
    assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{name}: {plan:?}");
}

/// The same, but the rows of the window are sorted.
fn check_ranked(plan: &[String], table: &str, name: &str) {
    let (last, searched) = plan.split_last().unwrap();
    check(searched, table, name);
    assert!(last.starts_with("USE TEMP B-TREE FOR"), "{name}: {plan:?}");
}

fn windows() -> impl Iterator<Item = PageRequest> {
    [Order::Ascending, Order::Descending].into_iter().map(|order| PageRequest {
        order,
        limit: 21,
        window: Some(Window { first: 100, last: 10_000 }),
        ..PageRequest::default()
    })
}

fn transfer_filters() -> Vec<TransferFilter> {
    let all = || TransferFilter::default();
    vec![
        all(),
        TransferFilter { account: Some(AccountId(7)), ..all() },
        TransferFilter { completed: Some(false), ..all() },
        TransferFilter { kind: Some(TransferKind::Single), ..all() },
        TransferFilter { internal: Some(true), ..all() },
        TransferFilter { asset: Some(AssetId(1)), ..all() },
        TransferFilter { from_date: Some(20_000), to_date: Some(20_001), ..all() },
        TransferFilter { text: Some("bonus".to_owned()), ..all() },
        TransferFilter { text: Some("bonus".to_owned()), account: Some(AccountId(7)), ..all() },
    ]
}

#[tokio::test]
async fn transfers_are_searched_along_their_numbers() {
    let store = Store::memory().await.unwrap();
    for filter in transfer_filters() {
        for slice in windows() {
            let name = format!("{filter:?} {:?}", slice.order);
            let sort = TransferSort::Number.column();
            let query = transfer_list::listing(&filter).page("t.number", sort, "t.number", slice);
            check(&plan(&store, query).await, "t", &name);
        }
    }
}

#[tokio::test]
async fn transfers_of_an_account_are_found_by_its_history() {
    let store = Store::memory().await.unwrap();
    let all = TransferFilter { account: Some(AccountId(7)), ..TransferFilter::default() };
    for filter in [
        all.clone(),
        TransferFilter { text: Some("bonus".to_owned()), asset: Some(AssetId(1)), ..all.clone() },
        TransferFilter { from_date: Some(20_000), kind: Some(TransferKind::Item), ..all },
    ] {
        for slice in windows() {
            for sort in [TransferSort::Number, TransferSort::ValueDate, TransferSort::Amount] {
                let query = transfer_list::of_account(AccountId(7), &filter, sort, slice.clone());
                let plan = plan(&store, query).await;
                let dates = if filter.from_date.is_some() { " AND value_date>?" } else { "" };
                let first = format!("SEARCH h USING PRIMARY KEY (account=?{dates})");
                assert_eq!(plan.first(), Some(&first), "{sort:?}: {plan:?}");
                let is_short =
                    |step: &String| step.starts_with("SEARCH") || step.starts_with("USE TEMP B-TREE");
                assert!(plan.iter().all(is_short), "{sort:?}: {plan:?}");
            }
        }
    }
}

/// A list by amount sorts the rows of a window, and reads nothing outside it.
#[tokio::test]
async fn transfers_by_amount_are_sorted_window_by_window() {
    let store = Store::memory().await.unwrap();
    for filter in transfer_filters() {
        for after in [None, Some(CursorKey { value: 500_i64.into(), key: 7 })] {
            for slice in windows() {
                let name = format!("{filter:?} {:?} {after:?}", slice.order);
                let slice = PageRequest { after: after.clone(), ..slice };
                let plan = plan(&store, transfer_list::by_amount(&filter, slice)).await;
                check_ranked(&plan, "t", &name);
            }
        }
    }
}

/// The days of a list by value date are stepped through along the key of the kept totals.
#[tokio::test]
async fn days_are_stepped_through_along_the_kept_totals() {
    let store = Store::memory().await.unwrap();
    for sign in [">", "<"] {
        let texts = day_sum::CATALOGUE.iter().map(|named| named.sql.text);
        let mut texts = texts.filter(|text| text.contains(&format!("value_date {sign} $1")));
        let args = (1..=5_i64).map(Value::from).collect();
        let plan = plan(&store, (texts.next().unwrap().to_owned(), args)).await;
        let is_along = |step: &String| {
            step.starts_with("SEARCH day_sum") && step.ends_with(&format!("(value_date{sign}?)"))
        };
        assert!(plan.len() == 1 && plan.iter().all(is_along), "{plan:?}");
    }
}

#[tokio::test]
async fn statistics_read_no_more_than_they_show() {
    let store = Store::memory().await.unwrap();
    let (account, window) = (AccountId(7), Window { first: 100, last: 10_000 });
    let all = Range { from: 20_000, to: 20_030, asset: None, account: None };
    for (group, asset) in [(Group::None, None), (Group::Day, Some(AssetId(1))), (Group::Account, None)] {
        let range = Range { asset, ..all };
        let is_cheap = |step: &String| !step.starts_with("SCAN") || step == "SCAN p";
        for (first, query) in [
            ("(value_date>? AND value_date<?)", statistics::kept(group, range)),
            ("(account=? AND value_date>? AND value_date<?)", statistics::looked_up(group, range, account)),
            ("(rowid>? AND rowid<?)", statistics::in_window(group, range, window, "")),
            (
                "(rowid>? AND rowid<?)",
                statistics::in_window(group, range, window, statistics::NOT_IN_HISTORY),
            ),
        ] {
            let plan = plan(&store, query).await;
            assert!(plan.iter().any(|step| step.ends_with(first)), "{group:?} {first}: {plan:?}");
            assert!(plan.iter().all(is_cheap), "{group:?}: {plan:?}");
        }
    }
}

#[tokio::test]
async fn accounts_are_searched_along_their_ids() {
    let store = Store::memory().await.unwrap();
    let all = || AccountFilter { text: Some("anna".to_owned()), ..AccountFilter::default() };
    for filter in [
        all(),
        AccountFilter { asset: Some(AssetId(1)), ..all() },
        AccountFilter { status: Some(AccountStatus::Frozen), ..all() },
        AccountFilter { balance_min: Some(1), balance_max: Some(2), with_system: true, ..all() },
    ] {
        for slice in windows() {
            let name = format!("{filter:?} {:?}", slice.order);
            let query = account_list::listing(&filter).page("a.id", AccountSort::Id.column(), "a.id", slice);
            check(&plan(&store, query).await, "a", &name);
        }
    }
    // Sorted by something else, the rows of a window are sorted, and nothing outside it is read.
    for filter in [AccountFilter::default(), all(), AccountFilter { balance_min: Some(1), ..all() }] {
        for sort in [AccountSort::Number, AccountSort::Balance, AccountSort::OpenedAt] {
            for after in [None, Some(CursorKey { value: 500_i64.into(), key: 7 })] {
                for slice in windows() {
                    let name = format!("{filter:?} {sort:?} {:?} {after:?}", slice.order);
                    let slice = PageRequest { after: after.clone(), ..slice };
                    let plan = plan(&store, account_list::by_rank(&filter, sort, slice)).await;
                    // A balance has its account's id as key, so that the window narrows either.
                    let table = if plan.first().is_some_and(|step| step.starts_with("SEARCH b ")) {
                        "b"
                    } else {
                        "a"
                    };
                    check_ranked(&plan, table, &name);
                }
            }
        }
    }
}

/// In the order of an index that has them all, which is entered where the page begins.
#[tokio::test]
async fn accounts_by_number_are_read_in_the_order_of_their_index() {
    let store = Store::memory().await.unwrap();
    for order in [Order::Ascending, Order::Descending] {
        let sign = if order == Order::Ascending { '>' } else { '<' };
        for (after, first) in [
            (None, "SCAN a USING INDEX sqlite_autoindex_account_1".to_owned()),
            (
                Some(CursorKey { value: "A-1".into(), key: 7 }),
                format!("SEARCH a USING INDEX sqlite_autoindex_account_1 (number{sign}?)"),
            ),
        ] {
            let slice = PageRequest { order, after, limit: 21, ..PageRequest::default() };
            let query = account_list::by_rank(&AccountFilter::default(), AccountSort::Number, slice);
            let plan = plan(&store, query).await;
            assert_eq!(plan.first(), Some(&first), "{order:?}: {plan:?}");
            assert!(plan.iter().all(|step| !step.contains("B-TREE FOR ORDER BY")), "{order:?}: {plan:?}");
        }
    }
}

/// Exact values are found through their own index, however many accounts there are.
#[tokio::test]
async fn accounts_of_an_exact_value_are_found_through_its_index() {
    let store = Store::memory().await.unwrap();
    for (filter, index) in [
        (AccountFilter { email: Some("a@b.test".to_owned()), ..AccountFilter::default() }, "holder_email"),
        (AccountFilter { uid: Some("7".to_owned()), ..AccountFilter::default() }, "holder_uid"),
        (AccountFilter { holder: Some(HolderId(7)), ..AccountFilter::default() }, "account_holder"),
    ] {
        let slice = PageRequest { limit: 21, ..PageRequest::default() };
        let query = account_list::listing(&filter).page("a.id", AccountSort::Id.column(), "a.id", slice);
        let plan = plan(&store, query).await;
        assert!(plan.iter().any(|step| step.contains(index)), "{filter:?}: {plan:?}");
    }
}

#[tokio::test]
async fn batches_are_searched_along_their_ids() {
    let store = Store::memory().await.unwrap();
    let all = || BatchFilter::default();
    for (filter, index) in [
        (all(), "batch USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (
            BatchFilter { text: Some("pay".to_owned()), ..all() },
            "batch USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            BatchFilter { kind: Some(BatchType::OneToMany), from: Some(1), until: Some(2), ..all() },
            "batch USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            BatchFilter { states: vec![BatchState::Paused], ..all() },
            "batch USING INDEX batch_state (state=? AND id>? AND id<?)",
        ),
    ] {
        for slice in windows() {
            for sort in [
                BatchSort::Newest,
                BatchSort::Oldest,
                BatchSort::Name,
                BatchSort::NameBackwards,
                BatchSort::Smallest,
                BatchSort::Largest,
            ] {
                let plan = plan(&store, batch::by_rank(&filter, sort, slice.clone())).await;
                let sorts = plan.iter().filter(|step| step.starts_with("USE TEMP B-TREE")).count();
                assert_eq!(plan.first(), Some(&format!("SEARCH {index}")), "{filter:?} {sort:?}: {plan:?}");
                assert_eq!(
                    (plan.len(), sorts),
                    if sort.is_by_id() { (1, 0) } else { (2, 1) },
                    "{filter:?} {sort:?}: {plan:?}"
                );
            }
        }
    }
}

/// Lists of deliveries are read in the order of an index, and so are those that are due.
#[tokio::test]
async fn deliveries_are_listed_in_order() {
    let store = Store::memory().await.unwrap();
    for (part, given, index) in [
        ("d.state = $4 ORDER BY d.id DESC", 4, "webhook_delivery_state (webhook=? AND state=? AND id<?)"),
        ("d.id < $2 ORDER BY d.id DESC", 3, "webhook_delivery_list (webhook=? AND id<?)"),
        ("ORDER BY d.due_at, d.id", 3, "webhook_delivery_due (webhook=? AND due_at<?)"),
    ] {
        let texts = webhook_delivery::CATALOGUE.iter().map(|named| named.sql.text);
        let text = texts.filter(|text| text.contains(part)).min_by_key(|text| text.len()).unwrap();
        let args = (1..=given).map(Value::I64).collect();
        let plan = plan(&store, (text.to_owned(), args)).await;
        assert_eq!(plan.first(), Some(&format!("SEARCH d USING INDEX {index}")), "{plan:?}");
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
    }
}

/// The spans of the chunks are read in windows of their commits.
#[tokio::test]
async fn chunks_are_read_along_their_commits() {
    let store = Store::memory().await.unwrap();
    for named in chunk::CATALOGUE.iter().filter(|named| named.sql.text.contains("BETWEEN $7 AND $8")) {
        let args = (1..=8_i64).map(Value::from).collect();
        let plan = plan(&store, (named.sql.text.to_owned(), args)).await;
        let first = "SEARCH chunk USING INDEX sqlite_autoindex_chunk_1 (commit_number>? AND commit_number<?)";
        assert_eq!(plan.first().map(String::as_str), Some(first), "{plan:?}");
    }
}

#[tokio::test]
async fn items_are_searched_along_their_numbers_and_runs_are_looked_up_only_where_they_are_many() {
    let store = Store::memory().await.unwrap();
    let (pending, completed, failed) = (ItemState::Pending, ItemState::Completed, ItemState::Failed);
    for states in [vec![], vec![pending], vec![completed], vec![failed], vec![pending, failed]] {
        let filter = ItemFilter::of(BatchId(7), states);
        for cover in [Cover::None, Cover::All, Cover::Some] {
            let name = format!("{:?} {cover:?}", filter.states);
            let stretch = Stretch { range: (100, 10_000), cover };
            let Some(query) = filter.query::<Item>(stretch, 21, 0) else {
                assert_eq!((cover, &filter.states), (Cover::All, &vec![pending]), "{name}");
                continue;
            };
            let plan = plan(&store, query).await;
            let (table, looks_up) = if cover == Cover::Some { ("i", true) } else { ("item", false) };
            let first = format!("SEARCH {table} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
            assert_eq!(plan.first(), Some(&first), "{name}: {plan:?}");
            assert_eq!(plan.len() > 1, looks_up, "{name}: {plan:?}");
            let along = |step: &String| step.starts_with("SEARCH") || step.starts_with("CORRELATED");
            assert!(plan.iter().all(along), "{name}: {plan:?}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_is_searched_along_its_ids_or_by_its_subject() {
    let store = Store::memory().await.unwrap();
    let all = || AuditFilter::default();
    for filter in [
        all(),
        AuditFilter { actor: Some("key:payroll".to_owned()), ..all() },
        AuditFilter { action: Some("transfer.create".to_owned()), ..all() },
        AuditFilter { result: Some("ok".to_owned()), ..all() },
        AuditFilter { from: Some(1), before: Some(2), ..all() },
    ] {
        for slice in windows() {
            let name = format!("{filter:?} {:?}", slice.order);
            check(&plan(&store, audit::listing(&filter).page("id", "id", "id", slice)).await, "audit", &name);
        }
    }
    let about = AuditFilter { subject: Some("transfer".to_owned()), subject_id: Some(7), ..all() };
    let slice = windows().next().unwrap();
    let plan = plan(&store, audit::listing(&about).page("id", "id", "id", slice)).await;
    assert!(plan.iter().all(|step| step.starts_with("SEARCH audit")), "{plan:?}");
}
