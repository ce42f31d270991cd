//! The columns that are remembered, and the original that is annotated.

use crate::rights::person;
use crate::world::{Caller, World, admin, world};
use domain::access::Role;
use domain::code::Code;
use domain::noun::NounId;
use formats::export::options::ExportOptions;
use serde_json::{Value as Json, json};
use service::batch::{self, Annotating, ItemsToRemove};
use service::upload::{self, LookRequest};

async fn imported(world: &World, text: &str, extra: &Json) -> Json {
    let file = world.upload(&admin(), "pay.csv", text).await;
    let mut options = json!({ "account": "PAY", "name": "x", "draft": true });
    options.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(), "options": options });
    let id = world.start(&admin(), input).await;
    world.result(id).await
}

/// Adds the rows of a file to a draft; those that cannot be taken are refused.
async fn added(world: &World, draft: &Json, text: &str) {
    let file = world.upload(&admin(), "more.csv", text).await;
    let options = json!({ "into": draft, "partial": true });
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(), "options": options });
    let id = world.start(&admin(), input).await;
    world.result(id).await;
}

/// What a look at a file proposes.
async fn proposed(world: &World, text: &str, purpose: &str) -> Json {
    proposed_to(world, &admin(), text, purpose).await
}

async fn proposed_to(world: &World, caller: &Caller, text: &str, purpose: &str) -> Json {
    let file = world.upload(caller, "next.csv", text).await;
    let how = LookRequest { purpose: Some(purpose.to_owned()), ..LookRequest::default() }.read().unwrap();
    let looked = upload::look(&world.service, caller.by(), &file, how).await.unwrap().unwrap();
    looked.remembered.map_or(Json::Null, |found| json!([found.choices.mapping, found.choices.ignore]))
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_were_decided_are_proposed_for_files_with_the_same_headers() {
    let mut world = world().await;
    world.work();
    let file = "Account,Net pay,Status\nA0,1.50,x\n";
    assert_eq!(proposed(&world, file, "payments").await, Json::Null);
    let decided = json!({ "mapping": { "amount": "Net pay" }, "ignore": ["Status"] });
    imported(&world, file, &decided).await;
    imported(&world, "account,amount\nA1,1.00\n", &json!({})).await;
    for (file, purpose, expected) in [
        (file, "payments", json!([{ "amount": "Net pay" }, ["Status"]])),
        ("STATUS,net_pay,account\nx,1,A2\n", "payments", json!([{ "amount": "net_pay" }, ["STATUS"]])),
        (file, "accounts", Json::Null),
        ("Account,Net pay\nA0,1.50\n", "payments", Json::Null),
        ("account,amount\nA1,1.00\n", "payments", Json::Null),
    ] {
        assert_eq!(proposed(&world, file, purpose).await, expected, "{file} {purpose}");
    }
    let other = person(&world, Role::Finance).await;
    assert_eq!(proposed_to(&world, &other, file, "payments").await, Json::Null, "of somebody else");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_import_replaces_what_was_decided_also_if_it_decides_nothing() {
    let mut world = world().await;
    world.work();
    let file = "account,amount,memo\nA0,1.50,x\n";
    for (decided, expected) in [
        (json!({ "ignore": ["memo"] }), json!([{}, ["memo"]])),
        (json!({ "mapping": { "memo": "memo" } }), json!([{ "memo": "memo" }, []])),
        (json!({}), Json::Null),
    ] {
        imported(&world, file, &decided).await;
        assert_eq!(proposed(&world, file, "payments").await, expected, "{decided}");
    }
    world.rest().await;
}

/// The original of a batch, written with so many items and lines in memory.
async fn in_steps_of(world: &World, batch: i64, step: i64) -> String {
    let original = Annotating::open(&world.service, domain::id::BatchId(batch).into(), step).await.unwrap();
    let mut bytes = Vec::new();
    original.write(&world.service, &ExportOptions::default(), &mut bytes, |_| Ok(())).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_has_the_outcome_of_each_row_beside_it() {
    let mut world = world().await;
    world.work();
    let file =
        "Payroll May;\naccount;amount\nA0;1.50\nNOBODY;2\nA1;1.00\nA4;x\nA2;2.00\n;6.50\nA3;1.25\nA6;y\n";
    let made = imported(&world, file, &json!({ "partial": true })).await;
    let (number, id) = (&made["batch"], made["batch_id"].as_i64().unwrap());
    let batch = domain::id::BatchId(id);
    let (service, actor) = (&world.service, &admin().actor);
    // One is corrected, one is dropped, one is removed, and others are added that have the same lines.
    let refused = batch::problem_rows(service, batch.into(), None, 0, 10).await.unwrap().rows;
    let row = refused.iter().find(|row| row.row.line == 6).unwrap().row.id;
    added(&world, number, &format!("sluice_row,account,amount\n{row},A4,3.00\n")).await;
    batch::drop_problems(service, actor, batch, Some(Code::PayeeNotFound), 1).await.unwrap();
    added(&world, number, "account,amount\nA7,5.00\nA8,5.00\nNOWHERE,2\nNOWHERE,3\n").await;
    let page = batch::list::OffsetPage { limit: 10, offset: 0 };
    let items = batch::item_list(service, batch.into(), &[], None, page).await.unwrap().items;
    let removed = items.iter().find(|item| item.item.line == 7).unwrap().item.number.0;
    let which = ItemsToRemove::Numbers(vec![removed]);
    batch::remove_items(service, actor, &batch.into(), &which).await.unwrap();

    let input = json!({ "task_type": "annotate_original", "batch_id": number });
    let id = world.start(&admin(), input).await;
    let result = world.result(id).await;
    let text = String::from_utf8(world.content(&result["file_id"]).await).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let begins = [
        "\u{feff}Payroll May;",
        "account;amount;status;code;reason;transfer;more_fields",
        "A0;1.50;pending;;;;",
        "NOBODY;2;dropped;PAYEE_NOT_FOUND;",
        "A1;1.00;pending;;;;",
        "A4;x;pending;;;;",
        "A2;2.00;removed;;;;",
        ";6.50;;;;;",
        "A3;1.25;pending;;;;",
        "A6;y;refused;AMOUNT",
    ];
    assert_eq!(lines.len(), begins.len(), "{text}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{begin}: {text}");
    }
    for step in [1, 2, 3, 5] {
        assert_eq!(in_steps_of(&world, batch.0, step).await, text, "{step}");
    }
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_without_an_uploaded_file_has_no_original() {
    let world = world().await;
    let import = service::batch::import::BatchImport {
        account: Some("PAY".into()),
        draft: true,
        ..service::batch::import::BatchImport::new(domain::batch::BatchType::OneToMany, "x")
    };
    let file = std::io::Cursor::new("account,amount\nA0,1.50\n");
    let made = service::batch::import(&world.service, &admin().actor, &import, file).await.unwrap();
    let number = made.batch.unwrap().number();
    let input = json!({ "task_type": "annotate_original", "batch_id": number });
    assert_eq!(world.try_start(&admin(), input).await.unwrap_err().code(), Some(Code::OriginalMissing));
}
