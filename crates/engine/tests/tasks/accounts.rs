//! Importing accounts: every row has an outcome, money needs its right, and no attempt does anything twice.

use crate::rights::person;
use crate::world::{Caller, PAYEES, World, admin, world};
use domain::access::{Reach, Role};
use domain::account::AccountStatus;
use domain::code::Code;
use domain::id::TaskId;
use domain::noun::NounId;
use domain::task::TaskState;
use engine::{TaskRunner, run_as_shipped};
use futures_util::FutureExt;
use serde_json::{Value as Json, json};
use service::account;
use service::account_import::AccountImport;
use service::task::{self, Counts, Job, TaskHold};
use std::io::Cursor;
use std::sync::Arc;
use tokio::sync::Notify;

async fn started(world: &World, caller: &Caller, text: &str, options: Json) -> TaskId {
    let file = world.upload(caller, "accounts.csv", text).await;
    let input = json!({ "task_type": "import_accounts", "file_id": file.id.tagged(), "options": options });
    world.start(caller, input).await
}

/// The counts of a result, in the order of the documentation.
fn counts(result: &Json) -> Vec<i64> {
    let names = [
        "opened",
        "known",
        "known_name_differs",
        "refused",
        "openings_paid",
        "openings_unpaid",
        "openings_refused",
    ];
    names.iter().map(|name| result[name].as_i64().unwrap()).collect()
}

/// The lines and codes of a task's problems.
async fn problems(world: &World, id: TaskId) -> Vec<(i64, &'static str)> {
    let all = admin();
    let found = task::problems(&world.service, all.by(), all.asker(), id).await.unwrap();
    found.iter().map(|problem| (problem.line, Code::from_number(problem.code).unwrap().name())).collect()
}

/// Opened and paid, opened, known and paid, known under another name, known and in use, and three that are refused.
const MIXED: &str = "number,holder,email,currency,opening\n\
    N1,New One,,USD,5.00\n\
    N2,New Two,,USD,\n\
    A0,Payee 0,,USD,7.00\n\
    K,Other Name,k@example.com,USD,\n\
    PAY,Employer,,USD,1.00\n\
    A1,Somebody Else,,USD,\n\
    N3,New Three,,USD,x\n\
    N4,New Four,,NONE,\n";

/// With the account that the mixed file has under another name.
async fn with_kim() -> World {
    let world = world().await;
    let kim = "number,holder,email,currency\nK,Kim,k@example.com,USD\n";
    account::import(&world.service, &admin().actor, Cursor::new(kim), AccountImport::default())
        .await
        .unwrap();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_has_an_outcome_and_the_problems_are_kept() {
    let mut world = with_kim().await;
    world.work();
    let id = started(&world, &admin(), MIXED, json!({})).await;
    let result = world.result(id).await;
    assert_eq!(counts(&result), [2, 2, 1, 3, 2, 1, 0], "{result}");
    assert_eq!(result["file"]["kind"], json!("csv"));
    assert_eq!(
        problems(&world, id).await,
        [(7, "ACCOUNT_EXISTS"), (8, "AMOUNT_LETTERS"), (9, "CURRENCY_UNKNOWN")]
    );
    let task = world.task(id).await;
    assert_eq!((task.processed, task.total, task.batch), (8, Some(8), None));
    assert_eq!(world.count("transfer WHERE kind = 5").await, 2);
    // The same file again: nothing is opened, and what is in use is not paid.
    let again = started(&world, &admin(), MIXED, json!({})).await;
    assert_eq!(counts(&world.result(again).await), [0, 4, 1, 3, 0, 3, 0]);
    world.rest().await;
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_mapped_and_set_aside_as_for_payments() {
    let mut world = world().await;
    world.work();
    let text = "Konto;Employee;Waehrung;Start;Hired on\nN1;Ann;USD;1.250,50;2026-01-01\n";
    let mapping =
        json!({ "number": "Konto", "holder": "Employee", "currency": "Waehrung", "opening": "Start" });
    let options = json!({ "mapping": mapping, "ignore": ["Hired on"], "decimal": "comma", "group": "dot" });
    let id = started(&world, &admin(), text, options).await;
    let result = world.result(id).await;
    assert_eq!(counts(&result), [1, 0, 0, 0, 1, 0, 0], "{result}");
    assert_eq!(world.count("balance WHERE balance = 125050").await, 1);
    let id = started(&world, &admin(), text, json!({})).await;
    assert!(world.told(id).await.starts_with("failed COLUMN_"), "{}", world.told(id).await);
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_need_the_right_to_enter_deposits() {
    let mut world = world().await;
    world.work();
    let (operator, finance) = (person(&world, Role::Operator).await, person(&world, Role::Finance).await);
    let text = "number,holder,currency,余额\nN1,Ann,USD,5.00\n";
    let accounts = world.customers().await;
    for (caller, options, told) in [
        (&operator, json!({}), "failed OPENING_RIGHT_MISSING (余额)"),
        (&operator, json!({ "ignore": ["余额"] }), "completed"),
        (&finance, json!({}), "completed"),
    ] {
        let id = started(&world, caller, text, options.clone()).await;
        assert_eq!(world.told(id).await, told, "{options}");
        let opened = world.customers().await - accounts;
        assert_eq!(opened, i64::from(told == "completed"), "{options}");
    }
    // Known by then, and unused: the second import pays it.
    assert_eq!(world.count("transfer WHERE kind = 5").await, 1);
    world.rest().await;
}

/// Sets a task back to a moment before its end, as a kill leaves it, or a stop that has given it back.
async fn set_back(world: &World, state: TaskState, so_far: &Json) {
    let state = state.number();
    let text = format!(
        "UPDATE task SET state = {state}, completed_at = NULL, result = NULL, problems = NULL, so_far = '{so_far}'"
    );
    let mut tx = world.store.write().await.unwrap();
    tx.fetch_text(text, vec![]).await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn id_of(world: &World, number: &str) -> i64 {
    account::show(&world.service, &number.into()).await.unwrap().0.id.0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_after_a_kill_counts_and_pays_nothing_twice() {
    let mut world = with_kim().await;
    world.work();
    let id = started(&world, &admin(), MIXED, json!({})).await;
    let first = world.result(id).await;
    let found = problems(&world, id).await;
    world.rest().await;
    let nothing = json!({ "task_type": "import_accounts", "opened": 0, "known": 0, "known_name_differs": 0,
        "refused": 0, "openings_paid": 0, "openings_unpaid": 0, "openings_refused": 0 });
    let (one, two, known) = (id_of(&world, "N1").await, id_of(&world, "N2").await, id_of(&world, "A0").await);
    let (accounts, transfers) = (world.customers().await, world.count("transfer").await);
    // Between the page's two commits, with or without its openings paid: that is the door's to know.
    let page = json!({ "opened": [[one, two]], "paid": [known] });
    let opened = json!({ "result": nothing, "problems": [], "place": { "line": 0, "page": page } });
    set_back(&world, TaskState::Processing, &opened).await;
    world.work();
    assert_eq!(world.result(id).await, first);
    assert_eq!(problems(&world, id).await, found);
    assert_eq!((world.customers().await, world.count("transfer").await), (accounts, transfers));
    world.rest().await;
    // After the page, before the task's end.
    let mut result = first.clone();
    result["file"] = json!({ "kind": "", "encoding": null, "delimiter": null, "sheet": null, "remarks": [] });
    let done = json!({ "result": result, "problems": [], "place": { "line": 9, "page": { "opened": [], "paid": [] } } });
    set_back(&world, TaskState::Processing, &done).await;
    world.work();
    assert_eq!((world.result(id).await, world.task(id).await.processed), (first, 8));
    world.rest().await;
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_lost_the_task_opens_nothing_more() {
    let world = with_kim().await;
    let id = started(&world, &admin(), MIXED, json!({})).await;
    let hold = TaskHold { task: id, node: "gone".to_owned(), epoch: 1, upload: None };
    let job = Job { task: world.task(id).await, reach: Reach::All, hold, counts: Counts::new("[]") };
    let how = AccountImport { job: Some(job.clone()), ..AccountImport::default() };
    let accounts = world.customers().await;
    let refused = account::import(&world.service, &job.actor(), Cursor::new(MIXED), how).await.unwrap_err();
    assert_eq!((refused.code(), world.customers().await), (Some(Code::Fenced), accounts));
    assert_eq!(world.count("transfer WHERE kind = 5").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_says_what_it_had_opened() {
    let mut world = with_kim().await;
    let done = Arc::new(Notify::new());
    let told = done.clone();
    world.work_with(TaskRunner::new(move |engine, job, input| {
        let told = told.clone();
        async move {
            drop(run_as_shipped(engine, job, input).await);
            told.notify_one();
            std::future::pending().await
        }
        .boxed()
    }));
    let id = started(&world, &admin(), MIXED, json!({})).await;
    done.notified().await;
    let all = admin();
    task::cancel(&world.service, &all.actor, all.asker(), id).await.unwrap();
    let ended = world.ended(id).await;
    assert_eq!(ended.state, TaskState::Cancelled);
    let result: Json = serde_json::from_str(&ended.result.unwrap()).unwrap();
    assert_eq!(counts(&result), [2, 2, 1, 3, 2, 1, 0]);
    assert_eq!(problems(&world, id).await.len(), 3);
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_cancelled_while_it_waits_to_continue_says_what_it_had_opened() {
    let world = world().await;
    let id = started(&world, &admin(), MIXED, json!({})).await;
    let result = json!({ "task_type": "import_accounts", "opened": 3, "known": 1, "known_name_differs": 0,
        "refused": 1, "openings_paid": 2, "openings_unpaid": 0, "openings_refused": 0 });
    let refused =
        json!([{ "line": 4, "column": "currency", "code": Code::AssetUnknown.number(), "value": "NONE" }]);
    let place = json!({ "line": 6, "page": { "opened": [], "paid": [] } });
    let so_far = json!({ "result": result, "problems": refused, "place": place });
    set_back(&world, TaskState::Pending, &so_far).await;
    let all = admin();
    task::cancel(&world.service, &all.actor, all.asker(), id).await.unwrap();
    let ended = world.task(id).await;
    assert_eq!(ended.state, TaskState::Cancelled);
    let result: Json = serde_json::from_str(&ended.result.unwrap()).unwrap();
    assert_eq!(counts(&result), [3, 1, 0, 1, 2, 0, 0]);
    assert_eq!(problems(&world, id).await, [(4, "CURRENCY_UNKNOWN")]);
}

/// The door would remember its refusal under the account's operation id, and never pay the opening.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_frozen_between_two_attempts_can_have_its_opening_later() {
    let mut world = world().await;
    let text = "number,holder,currency,opening\nF,Frozen One,USD,5.00\n";
    let without = Cursor::new("number,holder,currency\nF,Frozen One,USD\n");
    let actor = admin().actor;
    account::import(&world.service, &actor, without, AccountImport::default()).await.unwrap();
    let (opened, frozen) = (id_of(&world, "F").await, AccountStatus::Frozen);
    account::set_status(&world.service, &actor, &"F".into(), frozen, "court order").await.unwrap();
    let id = started(&world, &admin(), text, json!({})).await;
    let nothing = json!({ "task_type": "import_accounts", "opened": 0, "known": 0, "known_name_differs": 0,
        "refused": 0, "openings_paid": 0, "openings_unpaid": 0, "openings_refused": 0 });
    let page = json!({ "opened": [[opened, opened]], "paid": [] });
    let so_far = json!({ "result": nothing, "problems": [], "place": { "line": 0, "page": page } });
    set_back(&world, TaskState::Processing, &so_far).await;
    world.work();
    assert_eq!(counts(&world.result(id).await), [1, 0, 0, 0, 0, 0, 1]);
    assert_eq!(problems(&world, id).await, [(2, "TARGET_ACCOUNT_FROZEN")]);
    let active = AccountStatus::Active;
    account::set_status(&world.service, &actor, &"F".into(), active, "lifted").await.unwrap();
    let again = started(&world, &admin(), text, json!({})).await;
    assert_eq!(counts(&world.result(again).await), [0, 1, 0, 0, 1, 0, 0]);
    world.rest().await;
    world.verified().await;
}

/// More rows than a page has, and than problems are kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_opened_page_by_page() {
    let mut world = world().await;
    world.work();
    let mut text = "number,holder,currency,opening\n".to_owned();
    for k in 0..12_500 {
        let opening = if k % 10 == 0 { "x" } else { "0.01" };
        text += &format!("N{k},Person {k},USD,{opening}\n");
    }
    let id = started(&world, &admin(), &text, json!({})).await;
    let result = world.result(id).await;
    assert_eq!(counts(&result), [11_250, 0, 0, 1_250, 11_250, 0, 0]);
    assert_eq!(problems(&world, id).await.len(), 1_000);
    let task = world.task(id).await;
    assert_eq!((task.processed, task.total), (12_500, Some(12_500)));
    let customers = i64::try_from(PAYEES).unwrap() + 1 + 11_250;
    assert_eq!(world.customers().await, customers);
    world.rest().await;
    world.verified().await;
}
