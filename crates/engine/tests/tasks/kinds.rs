//! What each kind of task does.

use crate::world::{PAYEES, World, admin, payroll, world};
use domain::code::Code;
use domain::noun::NounId;
use domain::task::TaskState;
use serde_json::{Value as Json, json};
use service::batch;

fn import(file: &str, options: &Json) -> Json {
    json!({ "task_type": "import_batch", "file_id": file, "options": options })
}

fn options() -> Json {
    json!({ "type": "one_to_many", "account": "PAY", "name": "July" })
}

fn with(extra: Json) -> Json {
    let mut options = options();
    options.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    options
}

/// Imports a text with a worker.
async fn imported(world: &World, text: &str, options: &Json) -> domain::id::TaskId {
    let file = world.upload(&admin(), "pay.csv", text).await;
    world.start(&admin(), import(&file.id.tagged(), options)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_becomes_a_submitted_batch_that_keeps_its_file() {
    let mut world = world().await;
    world.work();
    let id = imported(&world, &payroll(3), &options()).await;
    let result = world.result(id).await;
    assert_eq!(
        (&result["taken"], &result["refused"], &result["file_rows"]),
        (&json!(3), &json!(0), &json!(3))
    );
    assert_eq!((&result["taken_amount"], &result["file_sum"]), (&json!("4.50"), &json!("4.50")));
    let task = world.task(id).await;
    assert_eq!((task.processed, task.total), (3, Some(3)));
    let batch = batch::show(&world.service, task.batch.unwrap().into()).await.unwrap().batch;
    assert_eq!((batch.state.name(), batch.tally.total_count), ("pending", 3));
    assert_eq!(batch.created_by, admin().actor.author, "made by the one who started the task");
    let mut tx = world.store.read().await.unwrap();
    let file = store::upload::get(&mut tx, task.upload.unwrap()).await.unwrap().unwrap();
    assert_eq!((file.batch, file.expires_at), (task.batch, None));
    assert_eq!(batch.file_hash.as_deref(), Some(file.sha256.as_str()));
    let steps: Vec<Json> = serde_json::from_str(&task.steps).unwrap();
    let steps: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["taken", "reading"]);
    drop(tx);
    world.rest().await;
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_row_fails_a_strict_import_and_is_named() {
    let mut world = world().await;
    world.work();
    let text = "account,amount\nA0,1.00\nNOBODY,1.00\nA1,x\n";
    let id = imported(&world, text, &options()).await;
    assert_eq!(world.told(id).await, "failed BATCH_ROWS_INVALID (2)");
    let all = admin();
    let problems = service::task::problems(&world.service, all.by(), all.asker(), id).await.unwrap();
    let named: Vec<_> = problems
        .iter()
        .map(|problem| {
            (problem.line, Code::from_number(problem.code).unwrap().name(), problem.value.as_str())
        })
        .collect();
    assert_eq!(named, [(3, "PAYEE_NOT_FOUND", "NOBODY"), (4, "AMOUNT_LETTERS", "x")]);
    assert_eq!(
        (world.count("batch").await, world.count("item").await, world.count("lease").await),
        (0, 0, 0)
    );
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_import_keeps_the_good_rows_and_stays_a_draft_unless_the_others_are_left() {
    let mut world = world().await;
    world.work();
    let text = "account,amount\nA0,1.00\nNOBODY,1.00\n";
    for (extra, state) in [
        (json!({ "partial": true }), "draft"),
        (json!({ "partial": true, "leaveProblems": 1, "again": "a test" }), "pending"),
        (json!({ "partial": true, "draft": true, "leaveProblems": 1 }), "draft"),
    ] {
        let id = imported(&world, text, &with(extra.clone())).await;
        let result = world.result(id).await;
        assert_eq!((&result["taken"], &result["refused"]), (&json!(1), &json!(1)));
        let batch = world.task(id).await.batch.unwrap();
        let batch = batch::show(&world.service, batch.into()).await.unwrap().batch;
        assert_eq!(batch.state.name(), state, "{extra}");
    }
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_to_a_draft_on_its_version() {
    let mut world = world().await;
    world.work();
    let first = imported(&world, &payroll(2), &with(json!({ "draft": true }))).await;
    let number = world.result(first).await["batch"].as_str().unwrap().to_owned();
    let text = "account,amount\nA5,1.00\nA6,1.00\n";
    let stale = imported(&world, text, &json!({ "into": number, "version": 99 })).await;
    assert!(world.told(stale).await.starts_with("failed DRAFT_CHANGED"));
    let added = imported(&world, text, &json!({ "into": number })).await;
    assert_eq!(world.result(added).await["taken"], json!(2));
    let batch = world.task(added).await.batch.unwrap();
    let batch = batch::show(&world.service, batch.into()).await.unwrap().batch;
    assert_eq!((batch.number(), batch.tally.total_count), (number, 4));
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_a_batch_its_evidence_and_the_log_become_files() {
    let mut world = world().await;
    world.work();
    let made = imported(&world, &payroll(PAYEES), &options()).await;
    let number = world.result(made).await["batch"].as_str().unwrap().to_owned();
    let export = world.start(&admin(), json!({ "task_type": "export_batch", "batch_id": number })).await;
    let result = world.result(export).await;
    assert_eq!((&result["rows"], &result["name"]), (&json!(PAYEES), &json!(format!("{number}.csv"))));
    let bytes = world.content(&result["file_id"]).await;
    assert_eq!(result["bytes"], json!(bytes.len()));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), PAYEES + 1, "{text}");
    let task = world.task(export).await;
    assert_eq!((task.processed, task.total), (20, Some(20)));

    let evidence = world.start(&admin(), json!({ "task_type": "evidence", "batch_id": number })).await;
    let result = world.result(evidence).await;
    assert!(world.content(&result["file_id"]).await.starts_with(b"PK"));

    let log = world.start(&admin(), json!({ "task_type": "export_audit" })).await;
    let result = world.result(log).await;
    let lines = world.content(&result["file_id"]).await;
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(json!(lines.lines().count()), result["rows"]);
    assert!(lines.lines().any(|line| line.contains("\"task.start\"")), "{lines}");
    let log = json!({ "task_type": "export_audit", "format": "csv", "options": { "action": "task.end" } });
    let id = world.start(&admin(), log).await;
    let result = world.result(id).await;
    let table = String::from_utf8(world.content(&result["file_id"]).await).unwrap();
    assert_eq!((&result["name"], &result["rows"]), (&json!("audit.csv"), &json!(4)), "{table}");
    assert_eq!(table.lines().count(), 5, "{table}");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_exported_in_every_form_and_a_workbook_is_imported() {
    let mut world = world().await;
    world.work();
    let made = imported(&world, &payroll(PAYEES), &options()).await;
    let number = world.result(made).await["batch"].as_str().unwrap().to_owned();
    let asked = |extra: &Json| {
        let mut input = json!({ "task_type": "export_batch", "batch_id": number });
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        input
    };
    let mut workbook = Vec::new();
    for (extra, ending, first) in [
        (json!({ "format": "jsonl" }), "jsonl", &b"{"[..]),
        (json!({ "options": { "rowsPerFile": 1_000 } }), "zip", b"PK"),
        (json!({ "format": "xlsx" }), "xlsx", b"PK"),
    ] {
        let id = world.start(&admin(), asked(&extra)).await;
        let result = world.result(id).await;
        assert_eq!(result["name"], json!(format!("{number}.{ending}")));
        let sums = json!([{ "column": "amount", "currency": "USD", "sum": "30.00" }]);
        assert_eq!((&result["rows"], &result["sums"]), (&json!(PAYEES), &sums), "{extra}");
        let task = world.task(id).await;
        assert_eq!((task.processed, task.total), (20, Some(20)), "{extra}");
        workbook = world.content(&result["file_id"]).await;
        assert!(workbook.starts_with(first), "{extra}");
    }
    let refused = world.try_start(&admin(), asked(&json!({ "options": { "rowsPerFile": 10 } }))).await;
    assert_eq!(refused.unwrap_err().code(), Some(Code::BodyInvalid));

    let file = world.try_upload(&admin(), "result.xlsx", &workbook).await.unwrap();
    let ignored = with(json!({ "draft": true, "ignore": ["status", "paid_at", "value_date"] }));
    let id = world.start(&admin(), import(&file.id.tagged(), &ignored)).await;
    let result = world.result(id).await;
    assert_eq!((&result["taken"], &result["file"]["kind"]), (&json!(PAYEES), &json!("xlsx")), "{result}");
    assert_eq!(result["taken_amount"], json!("30.00"));
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_another_encoding_and_style_is_read_as_its_options_say() {
    let mut world = world().await;
    world.work();
    let text = "Empf\u{e4}nger;amount\nA0;1.250,50\n";
    let style = json!({ "draft": true, "mapping": { "payee": "Empf\u{e4}nger" },
        "decimal": "comma", "group": "dot", "delimiter": "semicolon", "encoding": "utf-8" });
    let id = imported(&world, text, &with(style)).await;
    let result = world.result(id).await;
    assert_eq!(result["taken_amount"], json!("1250.50"), "{result}");
    assert_eq!(result["file"]["delimiter"], json!("semicolon"));
    let undeclared = json!({ "draft": true, "mapping": { "payee": "Empf\u{e4}nger" } });
    let id = imported(&world, text, &with(undeclared)).await;
    assert_eq!(world.told(id).await, "failed BATCH_ROWS_INVALID (1)");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_ledger_is_verified_and_a_task_that_cannot_be_done_says_why() {
    let mut world = world().await;
    world.work();
    let verify = world.start(&admin(), json!({ "task_type": "verify" })).await;
    let result = world.result(verify).await;
    assert_eq!((&result["sound"], &result["violations"]), (&json!(true), &json!([])));
    assert!(result["postings"].as_i64().unwrap() > 0);
    // Nothing of a draft can be confirmed.
    let draft = imported(&world, &payroll(1), &with(json!({ "draft": true }))).await;
    let number = world.result(draft).await["batch"].clone();
    let evidence = world.start(&admin(), json!({ "task_type": "evidence", "batch_id": number })).await;
    assert!(world.told(evidence).await.starts_with("failed BATCH_WRONG_STATE"));
    // The bytes are gone, whatever removed them.
    let file = world.upload(&admin(), "pay.csv", &payroll(2)).await;
    let key = files::Key::read(&file.object).unwrap();
    world.service.files().unwrap().delete(&key).await.unwrap();
    let import = world.start(&admin(), import(&file.id.tagged(), &options())).await;
    assert_eq!(world.told(import).await, "failed FILE_MISSING");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_task_is_an_audit_row_and_an_event() {
    let mut world = world().await;
    world.work();
    let id = world.start(&admin(), json!({ "task_type": "verify" })).await;
    assert_eq!(world.ended(id).await.state, TaskState::Completed);
    world.rest().await;
    let mut tx = world.store.read().await.unwrap();
    let text = "SELECT action FROM audit WHERE subject = 'task' ORDER BY id".to_owned();
    let rows = tx.fetch_text(text, vec![]).await.unwrap();
    let actions: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(actions, ["task.start", "task.end"]);
    let text = "SELECT detail FROM outbox WHERE kind = 31".to_owned();
    let rows = tx.fetch_text(text, vec![]).await.unwrap();
    let told: Json = serde_json::from_str(&rows.first().unwrap().text(0).unwrap()).unwrap();
    assert_eq!((&told["task_type"], &told["state"]), (&json!("verify"), &json!("completed")));
}
