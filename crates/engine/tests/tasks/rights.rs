//! Who may start, see, cancel and download: a table of roles and kinds, and rights that were lost meanwhile.

use crate::world::{Caller, World, admin, payroll, world};
use domain::access::{Asker, Role};
use domain::code::Code;
use domain::noun::NounId;
use domain::principal::Principal;
use domain::task::TASKS_OPEN_MAX;
use serde_json::{Value as Json, json};
use service::task::{self, TaskQuery};
use service::user::{self, NewUser, UserChange};
use service::{Actor, upload};

/// A person with a role.
pub async fn person(world: &World, role: Role) -> Caller {
    let login = format!("{}@example.com", role.name());
    let new = NewUser { login: login.clone(), name: role.name().to_owned(), role };
    let added = user::add(&world.service, &admin().actor, &new).await.unwrap().user;
    Caller { actor: Actor::new(Principal::User(added.id), login, "127.0.0.1"), role }
}

fn code<T: std::fmt::Debug>(result: Result<T, service::Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code().unwrap().name(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_started_by_those_who_may_do_the_same() {
    let mut world = world().await;
    world.work();
    let file = world.upload(&admin(), "pay.csv", &payroll(2)).await;
    let import = |file: &str, options: Json| json!({ "task_type": "import_batch", "file_id": file, "options": options });
    let options = json!({ "account": "PAY", "name": "x", "draft": true });
    let made = world.start(&admin(), import(&file.id.tagged(), options)).await;
    let number = world.result(made).await["batch"].clone();
    world.rest().await;
    let of_batch = |kind: &str| json!({ "task_type": kind, "batch_id": number });
    let statement = json!({ "task_type": "export_statement", "account_id": "PAY" });
    let statistics = json!({ "task_type": "export_statistics",
        "options": { "from": "2026-03-01", "to": "2026-03-31" } });
    let cases: [(&str, Json, &str); 13] = [
        ("import_batch", Json::Null, "ok ok ok FORBIDDEN"),
        ("into a draft", Json::Null, "ok ok ok FORBIDDEN"),
        ("import_accounts", Json::Null, "ok ok ok FORBIDDEN"),
        ("export_batch", of_batch("export_batch"), "ok ok ok ok"),
        ("export_accounts", json!({ "task_type": "export_accounts" }), "ok ok ok ok"),
        ("export_statement", statement, "ok ok ok ok"),
        ("export_transfers", json!({ "task_type": "export_transfers" }), "ok ok ok ok"),
        ("export_statistics", statistics, "ok ok ok ok"),
        ("annotate_original", of_batch("annotate_original"), "ok ok ok ok"),
        ("evidence", of_batch("evidence"), "ok ok ok ok"),
        ("preview", of_batch("preview"), "ok ok ok ok"),
        ("export_audit", json!({ "task_type": "export_audit" }), "FORBIDDEN FORBIDDEN ok ok"),
        ("verify", json!({ "task_type": "verify" }), "FORBIDDEN FORBIDDEN ok ok"),
    ];
    let mut people = Vec::new();
    for role in [Role::Operator, Role::Finance, Role::Admin, Role::Auditor] {
        people.push(person(&world, role).await);
    }
    for (name, input, expected) in cases {
        let mut found = Vec::new();
        for caller in &people {
            let own = world.upload(caller, "pay.csv", &payroll(2)).await;
            let input = match name {
                "import_batch" => import(&own.id.tagged(), json!({ "account": "PAY", "name": "x" })),
                "import_accounts" => json!({ "task_type": name, "file_id": own.id.tagged() }),
                "into a draft" => import(&own.id.tagged(), json!({ "into": number })),
                _ => input.clone(),
            };
            found.push(code(world.try_start(caller, input).await));
        }
        assert_eq!(found.join(" "), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_ones_own_tasks_and_those_of_batches() {
    let mut world = world().await;
    world.work();
    let (ann, bob) = (person(&world, Role::Operator).await, person(&world, Role::Finance).await);
    let (root, auditor) = (person(&world, Role::Admin).await, person(&world, Role::Auditor).await);
    let file = world.upload(&ann, "pay.csv", &payroll(2)).await;
    let missing = world.upload(&ann, "pay.csv", "account,amount\nNOBODY,1.00\n").await;
    let input = |file: &str| json!({ "task_type": "import_batch", "file_id": file, "options": { "account": "PAY", "name": "x" } });
    let made = world.start(&ann, input(&file.id.tagged())).await;
    let failed = world.start(&ann, input(&missing.id.tagged())).await;
    world.ended(made).await;
    world.ended(failed).await;
    world.rest().await;
    for (caller, of_batch, of_none, may_cancel, count) in [
        (&ann, "ok", "ok", "ok", 2),
        (&bob, "ok", "TASK_NOT_FOUND", "FORBIDDEN", 0),
        (&auditor, "ok", "ok", "FORBIDDEN", 2),
        (&root, "ok", "ok", "ok", 2),
    ] {
        let role = caller.role.name();
        let show = |id| task::show(&world.service, caller.by(), caller.asker(), id);
        assert_eq!((code(show(made).await), code(show(failed).await)), (of_batch, of_none), "{role}");
        let query = TaskQuery {
            by: caller.by(),
            asker: caller.asker(),
            filter: task::TaskFilter::default(),
            below: None,
            offset: 0,
            limit: 10,
        };
        let page = task::list(&world.service, &query).await.unwrap();
        assert_eq!((page.total, page.tasks.len()), (count, usize::try_from(count).unwrap()), "{role}");
        let file = upload::show(&world.service, caller.by(), caller.asker(), file.id);
        assert_eq!(code(file.await), "ok", "{role}: the file belongs to the batch");
        if may_cancel == "FORBIDDEN" {
            let cancelled = task::cancel(&world.service, &caller.actor, caller.asker(), made).await;
            assert_eq!(code(cancelled), may_cancel, "{role}");
        }
    }
    let unseen = upload::show(&world.service, bob.by(), bob.asker(), missing.id).await;
    assert_eq!(code(unseen), "FILE_NOT_FOUND");
    let of_another = world.try_start(&bob, input(&missing.id.tagged())).await;
    assert_eq!(code(of_another), "FILE_NOT_FOUND");
    assert_eq!(code(task::cancel(&world.service, &ann.actor, ann.asker(), made).await), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_was_lost_while_the_task_waited_is_asked_again() {
    let mut world = world().await;
    let ann = person(&world, Role::Operator).await;
    let Principal::User(id) = ann.by() else { panic!("a person") };
    let file = world.upload(&ann, "pay.csv", &payroll(2)).await;
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(), "options": { "account": "PAY", "name": "x" } });
    let started = world.start(&ann, input).await;
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    user::change(&world.service, &admin().actor, id, &disabled).await.unwrap();
    world.work();
    assert_eq!(world.told(started).await, "failed TASK_RIGHT_LOST");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_downloaded_only_by_those_who_may_read_it_now() {
    let mut world = world().await;
    world.work();
    let root = person(&world, Role::Admin).await;
    let log = world.start(&root, json!({ "task_type": "export_audit" })).await;
    let made = world.ended(log).await.made.unwrap();
    world.rest().await;
    let as_role = |role| upload::show(&world.service, root.by(), Asker::Person(role), made);
    assert_eq!(code(as_role(Role::Admin).await), "ok");
    assert_eq!(code(as_role(Role::Operator).await), "FORBIDDEN", "a role that was lowered meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_at_most_twenty_open_tasks() {
    let world = world().await;
    for _ in 0..TASKS_OPEN_MAX {
        world.start(&admin(), json!({ "task_type": "verify" })).await;
    }
    let refused = world.try_start(&admin(), json!({ "task_type": "verify" })).await;
    assert_eq!(refused.unwrap_err().code(), Some(Code::TasksTooMany));
}
