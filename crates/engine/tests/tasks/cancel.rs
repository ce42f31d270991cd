//! Cancelling: at once while a task waits, within a second while it runs; what it has completed remains, what it has not
//! leaves nothing.

use crate::world::{World, admin, payroll, world};
use domain::code::Code;
use domain::id::TaskId;
use domain::noun::NounId;
use domain::task::TaskState;
use engine::{Engine, TaskRunner, run_as_shipped};
use futures_util::FutureExt;
use serde_json::json;
use service::task;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

async fn cancel(world: &World, id: TaskId) -> Result<TaskId, service::Error> {
    let all = admin();
    task::cancel(&world.service, &all.actor, all.asker(), id).await
}

/// Tasks that never end by themselves; the first to begin is announced.
fn endless() -> (TaskRunner<Engine>, Arc<Notify>) {
    let begun = Arc::new(Notify::new());
    let told = begun.clone();
    let runner = TaskRunner::new(move |_, job, _| {
        job.counts.expect(100);
        job.counts.add(42);
        told.notify_one();
        std::future::pending().boxed()
    });
    (runner, begun)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_waits_is_cancelled_at_once_and_then_removed() {
    let world = world().await;
    let id = world.start(&admin(), json!({ "task_type": "verify" })).await;
    cancel(&world, id).await.unwrap();
    assert_eq!(world.task(id).await.state, TaskState::Cancelled);
    cancel(&world, id).await.unwrap();
    let refused = cancel(&world, id).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::TaskNotFound), "it is no longer listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_runs_ends_within_a_second_and_says_how_far_it_was() {
    let mut world = world().await;
    let (runner, begun) = endless();
    world.work_with(runner);
    let id = world.start(&admin(), json!({ "task_type": "verify" })).await;
    begun.notified().await;
    let noted = world.until(id, |task| task.processed == 42).await;
    assert_eq!((noted.state, noted.total), (TaskState::Processing, Some(100)));
    let asked = Instant::now();
    cancel(&world, id).await.unwrap();
    let ended = world.ended(id).await;
    // Three times the bound, for a machine that does other things as well.
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!((ended.state, ended.processed, ended.code), (TaskState::Cancelled, 42, None));
    assert_eq!(world.count("lease WHERE kind = 7").await, 0);
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_cancelled_leaves_no_batch() {
    let mut world = world().await;
    world.work();
    // Many pages, so that it is cancelled in the middle, or before, or after: each leaves all or nothing.
    let rows = "PAY,A0,0.01\n".repeat(60_000);
    let text = format!("source,account,amount\n{rows}");
    let file = world.try_upload(&admin(), "pay.csv", text.as_bytes()).await.unwrap();
    for pause in [0, 5, 50, 150, 300] {
        let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(),
            "options": { "type": "many_to_many", "currency": "USD", "name": "many", "draft": true } });
        let id = world.start(&admin(), input).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        cancel(&world, id).await.unwrap();
        let ended = world.ended(id).await;
        let (batches, items) = (world.count("batch").await, world.count("item").await);
        match ended.state {
            TaskState::Cancelled => {
                assert_eq!((ended.batch, batches % 60_000, items % 60_000), (None, batches, 0))
            }
            TaskState::Completed => assert_eq!(items, batches * 60_000),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.count("batch WHERE ready = 0").await, 0);
    }
    world.rest().await;
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_completed_before_the_task_was_cancelled_stands() {
    let mut world = world().await;
    let (made, told) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (imported, go_on) = (made.clone(), told.clone());
    world.work_with(TaskRunner::new(move |engine, job, input| {
        let (imported, go_on) = (imported.clone(), go_on.clone());
        async move {
            let done = run_as_shipped(engine, job, input).await;
            imported.notify_one();
            go_on.notified().await;
            done
        }
        .boxed()
    }));
    let file = world.upload(&admin(), "pay.csv", &payroll(3)).await;
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(),
        "options": { "account": "PAY", "name": "July" } });
    let id = world.start(&admin(), input).await;
    made.notified().await;
    cancel(&world, id).await.unwrap();
    let ended = world.ended(id).await;
    assert_eq!((ended.state, ended.batch.is_some()), (TaskState::Completed, true), "{ended:?}");
    told.notify_one();
    world.rest().await;
    assert_eq!(world.count("batch").await, 1);
}
