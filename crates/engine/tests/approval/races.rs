//! Fifty at once: one wins, the others get the documented code, and no money moves that was not approved.

use crate::world::{SECOND, Who, World, code, world};
use domain::access::Role;
use domain::id::BatchId;
use service::approval::{self, Decision};
use service::batch::{self, BatchRequest};
use std::sync::Arc;

/// How many ask at once.
const MANY: usize = 50;

struct Crowd {
    world: Arc<World>,
    maker: Who,
    checkers: Vec<Who>,
}

/// A maker, and people who may approve, under a policy of one approval in EUR.
async fn crowd() -> Crowd {
    let world = world().await;
    let maker = world.person("maker-1", Role::Operator).await;
    let mut checkers = Vec::new();
    for number in 0..MANY {
        checkers.push(world.person(&format!("check-{number}"), Role::Finance).await);
    }
    world.usual_policies_without_admin().await;
    Crowd { world: Arc::new(world), maker, checkers }
}

/// The outcomes of futures that run at once, counted.
async fn at_once<F>(asked: Vec<F>) -> Vec<(&'static str, usize)>
where
    F: Future<Output = &'static str> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    asked.into_iter().for_each(|one| drop(tasks.spawn(one)));
    let mut counted: std::collections::BTreeMap<&'static str, usize> = std::collections::BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        *counted.entry(done.unwrap()).or_default() += 1;
    }
    counted.into_iter().collect()
}

impl Crowd {
    async fn submitted(&self) -> BatchId {
        self.world.submitted(&self.maker, "EUR", &["5.00"]).await
    }

    async fn approved(&self) -> BatchId {
        let batch = self.submitted().await;
        self.world.approve(&self.checkers[0], batch).await.unwrap();
        batch
    }
}

async fn approve(world: Arc<World>, who: Who, batch: BatchId) -> &'static str {
    let service = world.proving_now(&who);
    code(&approval::approve(&service, &who.actor, batch.into(), &Decision::default()).await)
}

async fn execute(world: Arc<World>, who: Who, batch: BatchId) -> &'static str {
    code(&batch::execute(&world.proving_now(&who), &who.actor, batch.into()).await)
}

async fn recall(world: Arc<World>, who: Who, batch: BatchId) -> &'static str {
    code(&approval::recall(&world.service, &who.actor, batch).await)
}

async fn cancel(world: Arc<World>, who: Who, batch: BatchId) -> &'static str {
    code(&batch::cancel(&world.service, &who.actor, &BatchRequest::of(batch.into()), false).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_approvals_by_different_people_one_wins() {
    let crowd = crowd().await;
    let batch = crowd.submitted().await;
    crowd.world.pass(30 * SECOND);
    let ask = |who: &Who| approve(crowd.world.clone(), who.clone(), batch);
    let counted = at_once(crowd.checkers.iter().map(ask).collect()).await;
    assert_eq!(counted, [("BATCH_NOT_PENDING", MANY - 1), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_approvals_by_one_person_one_wins() {
    let crowd = crowd().await;
    let batch = crowd.submitted().await;
    crowd.world.pass(30 * SECOND);
    let ask = |_| approve(crowd.world.clone(), crowd.checkers[0].clone(), batch);
    let counted = at_once((0..MANY).map(ask).collect()).await;
    assert_eq!(counted, [("BATCH_NOT_PENDING", MANY - 1), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_executions_one_wins() {
    let crowd = crowd().await;
    let batch = crowd.approved().await;
    crowd.world.pass(30 * SECOND);
    let ask = |who: &Who| execute(crowd.world.clone(), who.clone(), batch);
    let counted = at_once(crowd.checkers.iter().map(ask).collect()).await;
    assert_eq!(counted, [("BATCH_WRONG_STATE", MANY - 1), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_recalls_one_wins() {
    let crowd = crowd().await;
    let batch = crowd.approved().await;
    let ask = |_| recall(crowd.world.clone(), crowd.maker.clone(), batch);
    let counted = at_once((0..MANY).map(ask).collect()).await;
    assert_eq!(counted, [("BATCH_WRONG_STATE", MANY - 1), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_cancellations_one_wins() {
    let crowd = crowd().await;
    let batch = crowd.approved().await;
    let ask = |who: &Who| cancel(crowd.world.clone(), who.clone(), batch);
    let counted = at_once(crowd.checkers.iter().map(ask).collect()).await;
    assert_eq!(counted, [("BATCH_CANCELLED", MANY - 1), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_executions_and_recalls_only_one_kind_wins() {
    for _ in 0..3 {
        let crowd = crowd().await;
        let batch = crowd.approved().await;
        crowd.world.pass(30 * SECOND);
        let mut tasks = tokio::task::JoinSet::new();
        for who in &crowd.checkers {
            let (world, maker) = (crowd.world.clone(), crowd.maker.clone());
            tasks.spawn(execute(world.clone(), who.clone(), batch));
            tasks.spawn(recall(world, maker, batch));
        }
        let mut won = 0;
        while let Some(done) = tasks.join_next().await {
            match done.unwrap() {
                "ok" => won += 1,
                refused => assert_eq!(refused, "BATCH_WRONG_STATE"),
            }
        }
        assert_eq!(won, 1);
        let state = crowd.world.state(batch).await;
        assert!(["draft", "processing"].contains(&state), "{state}");
    }
}

/// Every verb at once, about a batch that waits for its approval: whatever comes first, only what was approved is paid.
#[tokio::test(flavor = "multi_thread")]
async fn attack_40_of_fifty_approvals_executions_cancellations_and_recalls_each_gets_its_documented_answer() {
    let documented: [(&str, &[&str]); 4] = [
        ("approve", &["ok", "BATCH_NOT_PENDING"]),
        ("execute", &["ok", "BATCH_NOT_APPROVED", "BATCH_WRONG_STATE"]),
        ("cancel", &["ok", "BATCH_CANCELLED", "BATCH_CANNOT_CANCEL"]),
        ("recall", &["ok", "BATCH_WRONG_STATE"]),
    ];
    let crowd = crowd().await;
    let mut paid = 0;
    for _ in 0..5 {
        let batch = crowd.submitted().await;
        crowd.world.pass(30 * SECOND);
        let mut tasks = tokio::task::JoinSet::new();
        for (place, who) in crowd.checkers.iter().cloned().enumerate() {
            let (world, maker) = (crowd.world.clone(), crowd.maker.clone());
            tasks.spawn(async move {
                match place % 4 {
                    0 => (0, approve(world, who, batch).await),
                    1 => (1, execute(world, who, batch).await),
                    2 => (2, cancel(world, who, batch).await),
                    _ => (3, recall(world, maker, batch).await),
                }
            });
        }
        let mut won = [0; 4];
        while let Some(done) = tasks.join_next().await {
            let (verb, outcome) = done.unwrap();
            let (name, allowed) = documented[verb];
            assert!(allowed.contains(&outcome), "{name}: {outcome}");
            won[verb] += usize::from(outcome == "ok");
        }
        crowd.world.engine.run(batch, |_| {}).await.unwrap();
        let state = crowd.world.state(batch).await;
        let [approved, executed, cancelled, recalled] = won;
        assert!(approved <= 1 && executed <= approved && recalled <= 1, "{won:?} {state}");
        // What runs may be asked to end any number of times; the run that follows then pays nothing.
        assert!(cancelled <= 1 || executed == 1, "{won:?} {state}");
        if state == "completed" {
            assert_eq!((approved, executed, cancelled, recalled), (1, 1, 0, 0));
            paid += 500;
        }
        assert_eq!(crowd.world.balance("EUR-A").await, paid, "{won:?} {state}");
    }
    crowd.world.verified().await;
}

/// An approver approves what was submitted; meanwhile the maker takes it back, changes it and submits it again.
#[tokio::test(flavor = "multi_thread")]
async fn attack_37_approve_against_edit_pays_only_what_was_approved() {
    let crowd = crowd().await;
    let world = &crowd.world;
    for round in 0..10 {
        let batch = crowd.submitted().await;
        let seen = world.batch(batch).await.content_hash;
        world.pass(30 * SECOND);
        let approver = crowd.checkers[round % MANY].clone();
        let approving = {
            let (world, approver) = (world.clone(), approver.clone());
            tokio::spawn(async move {
                let decision = Decision { content_hash: seen, note: String::new() };
                let service = world.proving_now(&approver);
                code(&approval::approve(&service, &approver.actor, batch.into(), &decision).await)
            })
        };
        let editing = {
            let (world, maker) = (world.clone(), crowd.maker.clone());
            tokio::spawn(async move {
                if approval::recall(&world.service, &maker.actor, batch).await.is_err() {
                    return false;
                }
                let rows = crate::world::payment("EUR", &["7.00"]).rows;
                let edit = batch::edit::EditBatch {
                    rows: Some((batch::rows::Amounts::Custom, rows)),
                    ..Default::default()
                };
                batch::edit(&world.service, &maker.actor, &BatchRequest::of(batch.into()), &edit)
                    .await
                    .unwrap();
                world.submit(&maker, batch).await.unwrap();
                true
            })
        };
        let (approved, edited) = (approving.await.unwrap(), editing.await.unwrap());
        assert!(["ok", "BATCH_NOT_PENDING", "CONTENT_CHANGED"].contains(&approved), "{approved}");
        assert!(edited, "the maker takes it back before or after the approval");
        // Whichever came first: the approval was for the first content, and the second has none.
        assert_eq!(code(&world.execute(&approver, batch).await), "BATCH_NOT_APPROVED");
    }
    assert_eq!(world.balance("EUR-A").await, 0);
}
