//! Uploads: what is accepted, how much, how long it is kept, and that nothing is left of one that fails.

use crate::world::{World, admin, payroll, world};
use domain::noun::NounId;
use domain::upload::FileLimits;
use engine::EngineOptions;
use serde_json::json;
use service::upload;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn uploaded(world: &World, name: &str, bytes: &[u8]) -> String {
    match world.try_upload(&admin(), name, bytes).await {
        Ok(upload) => format!("{} {} {}", upload.name, upload.kind.name(), upload.size),
        Err(error) => error.code().unwrap().name().to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_accepted_by_its_content_and_leaves_nothing_if_it_is_not() {
    let world = world().await;
    let long_text = "a,b\n".repeat(1_000);
    for (name, bytes, expected) in [
        ("pay.csv", payroll(2).as_bytes(), "pay.csv text 31"),
        ("/tmp/工资.csv", "收款人,金额\n".as_bytes(), "工资.csv text 17"),
        ("pay.exe", b"payee,amount\n", "pay.exe text 13"),
        ("long.csv", long_text.as_bytes(), "long.csv text 4000"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "a.png png 8"),
        ("a.csv", b"\x7fELF\x02", "UPLOAD_UNSUPPORTED"),
        ("a.zip", b"PK\x03\x04\0\0\0\0", "UPLOAD_UNSUPPORTED"),
        ("a.csv", b"", "UPLOAD_EMPTY"),
        ("..", b"x", "NAME_INVALID"),
    ] {
        assert_eq!(uploaded(&world, name, bytes).await, expected, "{name}");
    }
    let refused = vec![0_u8; 2_000];
    assert_eq!(uploaded(&world, "zeros", &refused).await, "UPLOAD_UNSUPPORTED");
    // Each refusal is audited, and no bytes are left but those of the files that are known.
    let text = "audit WHERE action = 'file.upload' AND result <> 'ok'";
    assert_eq!(world.count(text).await, 5);
    assert_eq!(world.count("upload").await, 5);
    let begun = std::time::Instant::now();
    while world.stored().len() > 5 {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", world.stored());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_and_all_together_store_up_to_their_limits() {
    let mut world = world().await;
    let stored = world.service.files().unwrap().clone();
    for limits in [FileLimits { of_one: 1_000, of_all: 10_000 }, FileLimits { of_one: 10_000, of_all: 1_200 }]
    {
        world.service = world.service.clone().with_files(stored.clone(), limits);
        let text = "x".repeat(600);
        let first = uploaded(&world, "a.csv", text.as_bytes()).await;
        assert_eq!(first, "a.csv text 600", "{limits:?}");
        assert_eq!(uploaded(&world, "b.csv", text.as_bytes()).await, "UPLOAD_QUOTA_EXCEEDED", "{limits:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_for_thirty_days_and_with_its_batch_for_good() {
    let mut world = world().await;
    world.work();
    let (kept, dropped) = (
        world.upload(&admin(), "kept.csv", &payroll(2)).await,
        world.upload(&admin(), "gone.csv", "a,b\n").await,
    );
    let input = json!({ "task_type": "import_batch", "file_id": kept.id.tagged(), "options": { "account": "PAY", "name": "x" } });
    let id = world.start(&admin(), input).await;
    world.result(id).await;
    world.rest().await;
    let engine = world.engine(EngineOptions::default());
    world.clock.pass(29 * DAY);
    assert_eq!(engine.expire_files().await.unwrap(), 0);
    world.clock.pass(2 * DAY);
    assert!(upload::is_due(&world.service).await.unwrap());
    assert_eq!(engine.expire_files().await.unwrap(), 1);
    assert_eq!(world.stored(), [kept.object.as_str()]);
    let all = admin();
    let gone = upload::content(&world.service, all.by(), all.asker(), dropped.id).await;
    assert_eq!(gone.unwrap_err().code().unwrap().name(), "FILE_GONE");
    let known = upload::show(&world.service, all.by(), all.asker(), dropped.id).await.unwrap();
    assert_eq!((known.sha256, known.gone_at.is_some()), (dropped.sha256, true), "its hash is still known");
    let input = json!({ "task_type": "import_batch", "file_id": dropped.id.tagged() });
    let refused = world.try_start(&all, input).await.unwrap_err();
    assert_eq!(refused.code().unwrap().name(), "FILE_GONE");
    assert_eq!(engine.expire_files().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_no_file_knows_are_swept_after_a_day() {
    let world = world().await;
    let known = world.upload(&admin(), "a.csv", "a,b\n").await;
    // As a kill between the last byte and the row leaves it.
    let files = world.service.files().unwrap();
    let key = files::Key::draw().unwrap();
    files.write(&key).await.unwrap().finish().await.unwrap();
    assert_eq!(world.stored().len(), 2);
    assert_eq!(upload::sweep(&world.service).await.unwrap(), 0, "by the test's clock it is from the future");
    let now = std::fs::metadata("/proc/self").unwrap().modified().unwrap();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    let behind = since.saturating_sub(Duration::from_micros(u64::try_from(world.service.now()).unwrap()));
    world.clock.pass(behind + 2 * DAY);
    assert_eq!(upload::sweep(&world.service).await.unwrap(), 1);
    assert_eq!(world.stored(), [known.object.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_store_what_needs_one_is_refused() {
    let mut world = world().await;
    world.service = service::Service::new(
        world.store.clone(),
        ledger::Door::open(world.store.clone(), world.clock.clone(), ledger::DoorOptions::default()),
        world.clock.clone(),
    );
    assert_eq!(uploaded(&world, "a.csv", b"a,b\n").await, "FILES_UNAVAILABLE");
}
