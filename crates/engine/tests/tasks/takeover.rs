//! A task continues after its node has ended: begun again, once, and never with two results.

use crate::world::{World, admin, payroll, world};
use domain::code::Code;
use domain::noun::NounId;
use domain::task::{TAKES_MAX, TaskState};
use domain::work::Work;
use engine::{TaskRunner, run_as_shipped};
use futures_util::FutureExt;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;

/// As if the process had been killed while it was at the task: its lease is held by a node that is gone.
async fn taken_by_a_dead_node(world: &World, id: domain::id::TaskId) {
    let mut tx = world.store.write().await.unwrap();
    store::lease::take_live(&mut tx, Work::task(id), "dead", 0).await.unwrap().unwrap();
    store::task::take(&mut tx, id, 1).await.unwrap();
    store::node::leave(&mut tx, "dead").await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_node_died_is_begun_again() {
    let mut world = world().await;
    let id = world.start(&admin(), json!({ "task_type": "verify" })).await;
    taken_by_a_dead_node(&world, id).await;
    world.work();
    let ended = world.ended(id).await;
    assert_eq!((ended.state, ended.takes), (TaskState::Completed, 2));
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_completed_before_the_kill_is_not_made_again() {
    let mut world = world().await;
    world.work();
    let file = world.upload(&admin(), "pay.csv", &payroll(3)).await;
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(),
        "options": { "account": "PAY", "name": "July", "draft": true } });
    let id = world.start(&admin(), input).await;
    let done = world.ended(id).await;
    world.rest().await;
    // Back to the moment between the import's commit and the task's.
    let mut tx = world.store.write().await.unwrap();
    tx.fetch_text("UPDATE task SET state = 2, completed_at = NULL".to_owned(), vec![]).await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    world.work();
    let again = world.ended(id).await;
    assert_eq!((again.state, again.batch, again.result), (TaskState::Completed, done.batch, done.result));
    assert_eq!((world.count("batch").await, world.count("item").await), (1, 3));
    world.rest().await;
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_ends_its_process_again_and_again_is_given_up() {
    let mut world = world().await;
    let id = world.start(&admin(), json!({ "task_type": "verify" })).await;
    let mut tx = world.store.write().await.unwrap();
    for _ in 0..TAKES_MAX {
        store::task::take(&mut tx, id, 1).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.work();
    let ended = world.ended(id).await;
    assert_eq!((ended.state, ended.code), (TaskState::Failed, Some(Code::TaskGivenUp)));
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_a_task_back_and_does_not_count() {
    let mut world = world().await;
    let begun = Arc::new(Notify::new());
    for _ in 0..2 * TAKES_MAX {
        let told = begun.clone();
        world.work_with(TaskRunner::new(move |_, _, _| {
            told.notify_one();
            std::future::pending().boxed()
        }));
        if world.count("task").await == 0 {
            world.start(&admin(), json!({ "task_type": "verify" })).await;
        }
        begun.notified().await;
        world.rest().await;
    }
    let mut tx = world.store.read().await.unwrap();
    let id = store::task::waiting(&mut tx, "any", "", 1).await.unwrap()[0];
    drop(tx);
    let back = world.task(id).await;
    assert_eq!((back.state, back.takes), (TaskState::Pending, 0));
    world.work();
    assert_eq!(world.ended(id).await.state, TaskState::Completed);
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_fails_its_task_and_no_other() {
    let mut world = world().await;
    world.work_with(TaskRunner::new(|engine, job, input| {
        assert!(job.task.id.0 != 1, "a defect of this kind");
        run_as_shipped(engine, job, input)
    }));
    let first = world.start(&admin(), json!({ "task_type": "verify" })).await;
    let second = world.start(&admin(), json!({ "task_type": "verify" })).await;
    assert_eq!(world.told(first).await, "failed SERVER_FAULT");
    assert_eq!(world.told(second).await, "completed");
    world.rest().await;
}
