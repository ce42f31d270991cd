//! What commits recorded, and what nothing accounts for.

use super::{Filled, length};
use crate::world::run;
use domain::fact::{Action, Fact};
use store::audit::Actor;
use store::written_chunk::{Span, WrittenChunk};
use store::{Script, Tx, chain, head};

pub async fn commit_link(tx: &mut Tx, _: Filled) {
    let links = store::commit_link::after(tx, 0, 9).await.unwrap();
    let head = head::ends(tx).await.unwrap();
    assert_eq!(links.iter().map(|link| link.commit_number).collect::<Vec<_>>(), [head.commit_number]);
    assert_eq!(links[0].chain, head.chain);
    assert_eq!(store::commit_link::get(tx, head.commit_number).await.unwrap().as_ref(), links.first());
    assert_eq!(store::commit_link::get(tx, head.commit_number + 1).await.unwrap(), None);
    // Commits without audit rows, with one and with three: which of them recorded each row.
    let first = store::commit_link::get(tx, head.commit_number).await.unwrap().unwrap();
    let mut recorded = vec![head.commit_number; usize::try_from(first.last_audit).unwrap()];
    for count in [0, 1, 0, 0, 3, 1, 0] {
        let commit = commit(tx, count).await;
        recorded.extend(vec![commit; count]);
        let before = store::commit_link::before(tx, commit).await.unwrap();
        assert_eq!(before.map(|link| link.commit_number), Some(commit - 1));
    }
    for (id, commit) in (1..).zip(recorded) {
        let link = store::commit_link::of_audit(tx, id).await.unwrap();
        assert_eq!(link.map(|link| link.commit_number), Some(commit), "audit row {id}");
    }
    let rows = store::audit::list(tx, 0, 1_000).await.unwrap();
    assert_eq!(store::commit_link::of_audit(tx, length(&rows) + 1).await.unwrap(), None);
    assert_eq!(store::commit_link::before(tx, 1).await.unwrap(), None);
    let lines = store::audit::lines(tx, 0, 1_000).await.unwrap();
    assert_eq!(
        rows.iter().map(store::audit::AuditRow::line).collect::<Vec<_>>(),
        lines.into_iter().map(|line| line.line).collect::<Vec<_>>()
    );
}

/// A commit with so many audit rows; returns its number.
async fn commit(tx: &mut Tx, count: usize) -> i64 {
    let facts = (0..count).map(|_| Fact::new(Action::SettingSet, None)).collect();
    head::close(tx, &Actor::system("test"), facts, 7).await.unwrap().commit_number
}

/// What was written after the head had advanced belongs to no commit yet.
pub async fn image(tx: &mut Tx, _: Filled) {
    let images = store::image::after(tx, (0, 0), 10_000).await.unwrap();
    let places: Vec<_> =
        images.iter().map(|one| one.map(|one| (one.commit_number, one.place)).unwrap()).collect();
    assert!(!places.is_empty());
    assert_eq!(places, (1..=length(&places)).map(|k| (1, k)).collect::<Vec<_>>());
    assert_eq!(images.last().unwrap(), places.last().copied());
    let behind = store::image::after(tx, places[places.len() - 1], 9).await.unwrap();
    assert_eq!(behind.last().unwrap(), None);
    let pending = store::image::pending(tx, 10_000).await.unwrap();
    assert!(pending.iter().any(|(table, _)| table == "batch"), "{pending:?}");
}

pub async fn written_chunk(tx: &mut Tx, _: Filled) {
    let chunk = WrittenChunk { number: 7, postings: 0, span: Span::NONE, digest: "ef".repeat(32) };
    let mut script = Script::new();
    head::advance_chunk_later(&mut script, Vec::new(), &chunk, 1);
    tx.run(script).await.unwrap();
    let seals = store::chunk::without_postings(tx, 0, 9).await.unwrap();
    let seen: Vec<_> = seals.iter().map(|seal| (seal.number, seal.commit_number)).collect();
    assert_eq!(seen, [(7, 2)]);
    let lines = store::chunk::lines(tx, 1, 9).await.unwrap();
    let digest = &chunk.digest;
    assert_eq!(lines, [(2, format!("[\"chunk\",7,0,1,0,1,0,0,1,0,\"{digest}\"]"))]);
    let links = store::commit_link::after(tx, 1, 9).await.unwrap();
    assert_eq!(links[0].digest, chain::digest(lines.iter().map(|(_, line)| line.as_str())));
}

pub async fn strays(tx: &mut Tx, Filled { rows, .. }: Filled) {
    let found = store::strays::transfers(tx, (1..=rows + 2).collect()).await.unwrap();
    let seen: Vec<_> = found.iter().map(|one| (one.transfer.number.0, one.status)).collect();
    let expected = (1..=rows + 1).map(|k| (k, if k > rows { 2 } else { 1 }));
    assert_eq!(seen, expected.collect::<Vec<_>>());
    // The refused one is no item.
    assert_eq!(store::strays::unrecorded(tx, 0, 9).await.unwrap(), [rows + 1]);
    // Its exchanges and vouchers are of items that were paid without any.
    assert_eq!(store::strays::exchanges(tx, 1).await.unwrap(), [1]);
    assert_eq!(store::strays::vouchers(tx, 9).await.unwrap(), [1]);
    assert_eq!(store::strays::kinds(tx).await.unwrap(), (true, true));
    assert_eq!(store::strays::contacts(tx, 9).await.unwrap(), Vec::<i64>::new());
    run(tx, "INSERT INTO item_contact (item, kind, written) VALUES (7777, 1, 'x')").await.unwrap();
    assert_eq!(store::strays::contacts(tx, 9).await.unwrap(), [7_777]);
    let counters = store::strays::counters(tx).await.unwrap();
    let used = |name: &str| counters.iter().filter(|one| one.name == name).map(|one| one.used).max();
    assert_eq!((used("account"), used("holder"), used("chunk")), (Some(rows + 2), Some(rows), Some(1)));
    assert_eq!(used("number"), Some(1_000_000 + rows));
    assert!(counters.iter().all(|one| one.value.is_some()), "{counters:?}");
}
