//! The chain of commits, on every engine.

use crate::world::{all, world};
use domain::fact::{Action, Fact};
use store::audit::{self, Actor};
use store::{chain, commit_link, head};

#[tokio::test]
async fn each_commit_is_linked_to_the_one_before_and_covers_its_audit_rows() {
    let world = world().await;
    let actor = Actor { author: crate::world::tester(), origin: "张 \"x\"\n".to_owned() };
    for facts in [2, 0, 1] {
        let mut tx = world.store.write().await.unwrap();
        let fact = || Fact::new(Action::SettingSet, Some(7)).with("name", "é\u{1}");
        head::close(&mut tx, &actor, (0..facts).map(|_| fact()).collect(), 5).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = world.store.read().await.unwrap();
    let (links, ends) =
        (commit_link::after(&mut tx, 0, 9).await.unwrap(), head::ends(&mut tx).await.unwrap());
    let lines = audit::lines(&mut tx, 0, 9).await.unwrap();
    let seen: Vec<_> = links.iter().map(|link| (link.commit_number, link.last_audit)).collect();
    assert_eq!(seen, [(1, 2), (2, 2), (3, 3)]);
    let mut before = (ends.ledger.clone(), 0);
    for link in &links {
        let own = lines.iter().filter(|line| line.id > before.1 && line.id <= link.last_audit);
        let digest = chain::digest(own.map(|line| line.line.as_str()));
        assert_eq!(link.digest, digest);
        assert_eq!(link.chain, chain::link(&before.0, link.commit_number, &link.recorded()));
        before = (link.chain.clone(), link.last_audit);
        let found = commit_link::get(&mut tx, link.commit_number).await.unwrap();
        assert_eq!(found.as_ref(), Some(link));
    }
    assert_eq!((ends.chain, ends.commit_number), (before.0, 3));
    let kept = all(&mut tx, "SELECT COUNT(*) FROM audit", |row| row.i64(0)).await;
    assert_eq!(kept, [3]);
}
