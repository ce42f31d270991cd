//! The columns that are remembered, and the original that is annotated.

use crate::world::{World, admin, world};
use domain::code::Code;
use domain::noun::NounId;
use serde_json::{Value as Json, json};
use service::upload::{self, LookRequest};

async fn imported(world: &World, text: &str, extra: &Json) -> Json {
    let file = world.upload(&admin(), "pay.csv", text).await;
    let mut options = json!({ "account": "PAY", "name": "x", "draft": true });
    options.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let input = json!({ "task_type": "import_batch", "file_id": file.id.tagged(), "options": options });
    let id = world.start(&admin(), input).await;
    world.result(id).await
}

/// What a look at a file proposes.
async fn proposed(world: &World, text: &str, purpose: &str) -> Json {
    let file = world.upload(&admin(), "next.csv", text).await;
    let how = LookRequest { purpose: Some(purpose.to_owned()), ..LookRequest::default() }.read().unwrap();
    let looked = upload::look(&world.service, admin().by(), &file, how).await.unwrap().unwrap();
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
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_has_the_outcome_of_each_row_beside_it() {
    let mut world = world().await;
    world.work();
    let file = "Payroll May;\naccount;amount\nA0;1.50\nNOBODY;2\nA1;1.00\n;4.50\n";
    let made = imported(&world, file, &json!({ "partial": true })).await;
    let input = json!({ "task_type": "annotate_original", "batch_id": made["batch"] });
    let id = world.start(&admin(), input).await;
    let result = world.result(id).await;
    let text = String::from_utf8(world.content(&result["file_id"]).await).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        ["\u{feff}Payroll May;", "account;amount;status;code;reason;transfer;more_fields"]
    );
    assert_eq!((lines[2], lines[4], lines[5]), ("A0;1.50;pending;;;;", "A1;1.00;pending;;;;", ";4.50;;;;;"));
    assert!(lines[3].starts_with("NOBODY;2;refused;PAYEE_NOT_FOUND;"), "{text}");
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
