//! Items, where they are, and what is kept beside them.

use super::{Filled, length};
use crate::world::run;
use domain::batch::ContactType;
use domain::code::Code;
use domain::id::{BatchId, TransferId};
use domain::item::ItemState;
use store::Tx;
use store::item::{ItemFilter, Page};
use store::item_mark::{Moved, MovedRun};
use store::item_page::ItemPage;

pub async fn item(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let page = Page { batch, after: 0, last: rows, limit: 1_000 };
    let items = store::item::page(tx, page, None, None).await.unwrap();
    assert_eq!(length(&items), rows);
    let first = &items[0];
    let seen = (first.number.0, first.line, first.source.0, first.target.0, first.amount, first.state);
    assert_eq!(seen, (1, 2, rows + 1, 1, 5, ItemState::Completed));
    let texts = (first.memo.as_deref(), first.reference.as_deref(), first.external_id.as_deref());
    assert_eq!(texts, (Some("三月"), None, None));
    let failed = store::item::page(tx, page, Some(ItemState::Failed), None).await.unwrap();
    let frozen =
        store::item::page(tx, page, Some(ItemState::Failed), Some(Code::SourceFrozen)).await.unwrap();
    assert_eq!((length(&failed), &failed), (rows - 1, &frozen));
    assert_eq!(store::item::get(tx, batch, 1).await.unwrap().as_ref(), items.first());
    assert_eq!(store::item::by_line(tx, batch, 2).await.unwrap().as_ref(), items.first());
    assert_eq!(store::item::by_numbers(tx, (1..=rows).collect()).await.unwrap(), items);
    let states = store::item::states(tx, vec![1, rows + 1]).await.unwrap();
    assert_eq!(states, [(1, batch.0, ItemState::Completed)]);
    let failures = store::item::failures(tx, TransferId(rows)).await.unwrap();
    let seen: Vec<_> =
        failures.iter().map(|(one, at)| (one.item.0, one.code, one.amount, one.chunk, *at)).collect();
    assert_eq!(seen, [(rows, Code::SourceFrozen, 5, 1, 3)]);
    assert_eq!(store::item::failed_at(tx, vec![rows]).await.unwrap(), [(rows, 3)]);
    let filter = ItemFilter { batch, after: 0, last: rows, states: vec![ItemState::Failed], codes: vec![] };
    assert_eq!(store::item::count(tx, &filter).await.unwrap(), rows - 1);
    assert_eq!(store::item::list(tx, &filter, 1_000, 0).await.unwrap(), failed);
}

pub async fn item_extent(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let within = store::item_extent::within(tx, batch, (0, i64::MAX)).await.unwrap();
    assert_eq!(within, [(1, rows)]);
}

pub async fn item_run(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let within = async |tx: &mut Tx, range| store::item_run::first_within(tx, batch, range, 9).await.unwrap();
    assert_eq!(within(tx, (0, rows)).await, [(1, 1)]);
    assert_eq!(within(tx, (2, i64::MAX)).await, []);
    assert_eq!(
        store::item_run::first_within(tx, domain::id::BatchId(batch.0 + 1), (0, rows), 9).await.unwrap(),
        []
    );
}

/// All but the first were failed by hand, and are skipped by hand.
pub async fn item_mark(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let read = async |tx: &mut Tx| {
        let marks = store::item_mark::after(tx, (0, 0), 9).await.unwrap();
        marks.iter().map(|mark| (mark.edition, mark.at, mark.state, mark.runs().unwrap())).collect::<Vec<_>>()
    };
    let run = |extent, moved| MovedRun { extent, moved };
    let failed = vec![run((2, rows), Moved::All(Some(Code::SourceFrozen)))];
    let mut expected = vec![(1, 3, ItemState::Failed, failed)];
    expected.retain(|_| rows > 1);
    assert_eq!(read(tx).await, expected);
    let edition = i64::try_from(expected.len()).unwrap() + 1;
    assert_eq!(store::item::skip_pending(tx, BatchId(batch.0 + 1), 4).await.unwrap(), 0);
    assert_eq!(read(tx).await, expected, "that batch has no items");
    if rows > 1 {
        store::item::set_states(tx, batch, &[(TransferId(2), None)], (ItemState::Skipped, 5)).await.unwrap();
        expected.push((edition, 5, ItemState::Skipped, vec![run((2, 2), Moved::All(None))]));
        assert_eq!(read(tx).await, expected);
        assert_eq!(store::item_mark::after(tx, (batch.0, edition), 9).await.unwrap(), []);
    }
}

pub async fn item_page(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let within = async |tx: &mut Tx, range| store::item_page::within(tx, batch, range, 9).await.unwrap();
    let page = ItemPage { first_number: 1, last_number: rows, digest: "ab".repeat(32) };
    for range in [(0, i64::MAX), (1, 1), (rows, rows), (0, 1), (rows, i64::MAX)] {
        assert_eq!(within(tx, range).await, std::slice::from_ref(&page), "{range:?}");
    }
    assert_eq!(within(tx, (rows + 1, i64::MAX)).await, []);
    let next = ItemPage { first_number: rows + 1, last_number: rows + 9, digest: "x".to_owned() };
    store::item_page::add(tx, batch, &next).await.unwrap();
    assert_eq!(within(tx, (rows, rows + 1)).await, [page.clone(), next.clone()]);
    store::item_page::renew(tx, batch, rows + 1, Some("y")).await.unwrap();
    assert_eq!(within(tx, (rows + 2, rows + 3)).await, [ItemPage { digest: "y".to_owned(), ..next }]);
    store::item_page::renew(tx, batch, rows + 1, None).await.unwrap();
    assert_eq!(within(tx, (0, i64::MAX)).await, [page]);
}

pub async fn item_contact(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let contacts = store::item_contact::by_items(tx, (1..=rows + 1).collect()).await.unwrap();
    let expected = |k| (TransferId(k), ContactType::Email, format!("{k}@example.com"));
    assert_eq!(contacts, (1..=rows).map(expected).collect::<Vec<_>>());
    assert_eq!(store::item_contact::within(tx, (0, rows)).await.unwrap(), contacts);
    assert_eq!(store::item_contact::within(tx, (rows + 1, rows + 9)).await.unwrap(), []);
    store::item_contact::delete_range(tx, batch, (1, rows)).await.unwrap();
    assert_eq!(store::item_contact::by_items(tx, vec![1]).await.unwrap(), []);
}

/// An id is held by at most one item, and is free again once released.
pub async fn external_id(tx: &mut Tx, Filled { batch: id, rows }: Filled) {
    use store::external_id as ids;
    let (first, last) = (1, rows);
    let held = ids::holders(tx, vec!["EXT-1".to_owned(), "none".to_owned()]).await.unwrap();
    let expected = ids::HeldId { id: "EXT-1".to_owned(), item: 1, batch: id, line: 2 };
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
