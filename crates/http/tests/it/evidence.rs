//! The evidence pack of a batch over HTTP: confirmed without Sluice, as its README says, and not confirmed after any
//! change.

use crate::batch_tools::{BATCHES, at, is, make, open, outcome, run, salaries, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::phone::{enrol, signed_in};
use crate::world::{World, world};
use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::fx;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The files of a pack, in its order.
const FILES: [&str; 11] = [
    "README.txt",
    "check.py",
    "checkpoint.py",
    "content.csv",
    "approvals.csv",
    "results.csv",
    "postings.csv",
    "audit.jsonl",
    "chain.csv",
    "manifest.json",
    "SHA256SUMS",
];

/// An unpacked pack.
struct Pack {
    folder: TempDir,
    bytes: Vec<u8>,
}

impl Pack {
    async fn of(world: &World, path: &str) -> Self {
        let response = world.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "application/zip");
        let saved = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            saved.starts_with("attachment; filename=\"batch-") && saved.ends_with("-evidence.zip\""),
            "{saved}"
        );
        let bytes = response.bytes().await.unwrap().to_vec();
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("pack.zip");
        std::fs::write(&zip, &bytes).unwrap();
        let pack = Self { folder, bytes };
        pack.python(&["-m", "zipfile", "-e", "pack.zip", "."]).unwrap();
        std::fs::remove_file(zip).unwrap();
        pack
    }

    async fn of_batch(world: &World, id: i64) -> Self {
        Self::of(world, &at(id, "/evidence")).await
    }

    fn python(&self, args: &[&str]) -> Result<String, String> {
        // Without `-B` Python would leave a folder behind.
        self.run(Command::new("python3").arg("-B").args(args))
    }

    fn run(&self, command: &mut Command) -> Result<String, String> {
        let output = command.current_dir(self.folder.path()).output().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        if output.status.success() { Ok(out) } else { Err(err) }
    }

    /// What `check.py` says.
    fn check(&self) -> Result<String, String> {
        self.python(&["check.py"])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    /// Where its part of the chain ends.
    fn chain_end(&self) -> Json {
        self.manifest()["chain"]["last"].clone()
    }

    fn manifest(&self) -> Json {
        serde_json::from_str(&self.text("manifest.json")).unwrap()
    }

    /// Replaces the first occurrence of a text in a file, and makes every hash fit again, as a forger would.
    fn forge(&self, name: &str, from: &str, to: &str) {
        let before = self.text(name);
        assert!(before.contains(from), "{name} has no {from}: {before}");
        std::fs::write(self.file(name), before.replacen(from, to, 1)).unwrap();
        let hash = |name: &str| HEXLOWER.encode(&Sha256::digest(std::fs::read(self.file(name)).unwrap()));
        let mut manifest = self.manifest();
        for file in manifest["files"].as_array_mut().unwrap() {
            file["sha256"] = hash(file["name"].as_str().unwrap()).into();
        }
        std::fs::write(self.file("manifest.json"), manifest.to_string()).unwrap();
        let line = |name: &str| format!("{}  {name}\n", hash(name));
        let lines: String = FILES[..10].iter().map(|name| line(name)).collect();
        std::fs::write(self.file("SHA256SUMS"), lines).unwrap();
    }
}

/// A batch with every kind of text, of which one payment fails.
async fn mixed(world: &World) -> i64 {
    world.post("/api/v2/accounts/P-2/freeze", Json::Null).await.data();
    let body = json!({ "name": "Rent", "type": "one_to_many", "sourceAccountId": "PAY", "relations": [
        { "targetAccountId": "P-0", "amount": "10.00", "memo": "=1+1", "reference": "'quoted, \"twice\"" },
        { "targetAccountId": "P-1", "amount": "20.50", "memo": "two\nlines", "externalId": "HR/1" },
        { "targetAccountId": "P-2", "amount": "30.00", "memo": "房租，三月" }] });
    let batch = run(world, body).await;
    assert_eq!(batch["state"], "partially_completed");
    batch["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_pack_is_confirmed_by_the_steps_of_its_readme() {
    let world = world_with_payees(3).await;
    let id = mixed(&world).await;
    let pack = Pack::of_batch(&world, id).await;
    let mut names: Vec<_> = std::fs::read_dir(pack.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let mut expected = FILES.to_vec();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let summed = pack.run(Command::new("sha256sum").args(["-c", "SHA256SUMS"])).unwrap();
    assert_eq!(summed.matches(": OK").count(), 10, "{summed}");
    let manifest = pack.manifest();
    let hash = manifest["contentHash"]["value"].as_str().unwrap();
    let said = pack.check().unwrap();
    assert_eq!(said, format!("Confirmed: batch-20260310-001, 3 items, 2 paid, content hash {hash}\n"));
    let rows: Vec<i64> =
        manifest["files"].as_array().unwrap().iter().map(|file| file["rows"].as_i64().unwrap()).collect();
    assert_eq!(rows[..7], [0, 0, 0, 3, 0, 3, 2]);
    assert!(rows[7] >= 4 && rows[8] >= 4, "{rows:?}");
    // The log's rows are those of its export, each with what its commit covers.
    let exported = world.get(&format!("/api/v2/audit?format=jsonl&subject=batch&subjectId={id}")).await.json;
    let parsed =
        |text: &str| -> Vec<Json> { text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
    let mut entries = parsed(exported.as_str().unwrap());
    entries.reverse();
    let mut packed = parsed(&pack.text("audit.jsonl"));
    for entry in &mut packed {
        assert!(entry.as_object_mut().unwrap().remove("entry").unwrap().is_string());
    }
    assert_eq!(entries, packed);
    world.stop().await;
}

#[tokio::test]
async fn batches_of_every_shape_are_confirmed() {
    let world = world_with_payees(3).await;
    open(&world, "EU", "EUR", "500.00").await;
    for (source, target, rate) in [("USD", "EUR", "0.9"), ("EUR", "USD", "1.1")] {
        fx::set(&world.service, &world.actor, source, target, rate, "test").await.unwrap();
    }
    // More rows than are read at once, to one payee.
    let many: Vec<Json> = (0..5_003)
        .map(|row| json!({ "targetAccountId": "P-0", "amount": "0.01", "externalId": format!("row-{row}") }))
        .collect();
    let bodies = [
        json!({ "name": "Out", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true, "relations": [
            { "targetAccountId": "EU", "amount": "10.00" }, { "targetAccountId": "P-1", "amount": "2000.00" }] }),
        json!({ "name": "In", "type": "many_to_one", "targetAccountId": "PAY", "currency": "EUR", "convert": true,
            "relations": [{ "sourceAccountId": "EU", "amount": "3.00" }] }),
        json!({ "name": "Both", "type": "many_to_many", "currency": "USD",
            "relations": [{ "sourceAccountId": "PAY", "targetAccountId": "P-2", "amount": "7.00" }] }),
        json!({ "name": "Bank", "type": "deposit", "currency": "USD",
            "relations": [{ "targetAccountId": "PAY", "amount": "20.00" }] }),
        json!({ "name": "Bank", "type": "withdrawal", "currency": "USD",
            "relations": [{ "sourceAccountId": "PAY", "amount": "5.00" }] }),
        json!({ "name": "Short", "type": "one_to_many", "sourceAccountId": "P-2", "mode": "stop_on_failure",
            "relations": [{ "targetAccountId": "P-0", "amount": "9000.00" },
                { "targetAccountId": "P-1", "amount": "1.00" }] }),
        json!({ "name": "Many", "type": "one_to_many", "sourceAccountId": "PAY", "allowRepeat": true,
            "relations": many }),
    ];
    for body in bodies {
        let batch = run(&world, body).await;
        let pack = Pack::of_batch(&world, batch["id"].as_i64().unwrap()).await;
        let said = pack.check();
        let count = format!("{} items, {} paid", batch["totalCount"], batch["successCount"]);
        assert!(said.as_ref().is_ok_and(|said| said.contains(&count)), "{}: {said:?} {count}", batch["name"]);
    }
    world.stop().await;
}

#[tokio::test]
async fn a_changed_byte_in_any_file_is_noticed() {
    let world = world_with_payees(3).await;
    let id = mixed(&world).await;
    let pack = Pack::of_batch(&world, id).await;
    for name in FILES {
        let before = std::fs::read(pack.file(name)).unwrap();
        for place in [0, before.len() / 2, before.len() - 1] {
            let mut changed = before.clone();
            changed[place] ^= 1;
            std::fs::write(pack.file(name), changed).unwrap();
            assert!(pack.check().is_err(), "byte {place} of {name}");
        }
        std::fs::write(pack.file(name), &before).unwrap();
    }
    pack.check().unwrap();
    world.stop().await;
}

#[tokio::test]
async fn forged_files_contradict_each_other_even_if_every_hash_fits() {
    let world = world_with_payees(3).await;
    let id = mixed(&world).await;
    let hash =
        Pack::of_batch(&world, id).await.manifest()["contentHash"]["value"].as_str().unwrap().to_owned();
    let other = "0".repeat(64);
    let value = |hash: &str| format!("\"value\": \"{hash}");
    let (submitted, forged) = (value(&hash), value(&other));
    let cases = [
        ("content.csv", ",1000,10.00,", ",1001,10.01,", "takes another amount"),
        ("content.csv", "HR/1", "HR/2", "does not have the content hash"),
        ("content.csv", "房租", "工资", "does not have the content hash"),
        ("content.csv", ",'=1+1,", ",,", "does not have the content hash"),
        ("results.csv", ",completed,", ",skipped,", "does not pay item"),
        ("results.csv", ",failed,", ",completed,", "does not pay item"),
        ("postings.csv", ",1000,", ",999,", "takes another amount"),
        ("manifest.json", "\"amountMinor\": 6050", "\"amountMinor\": 6051", "sums"),
        ("manifest.json", submitted.as_str(), forged.as_str(), "does not have the content hash"),
        ("manifest.json", hash.as_str(), other.as_str(), "names another content as the approved one"),
        ("audit.jsonl", hash.as_str(), other.as_str(), "audit log"),
        ("audit.jsonl", "\"batch.execute\"", "\"batch.approve\"", "is not what its commit recorded"),
        ("audit.jsonl", "\\\"batch.execute\\\"", "\\\"batch.approve\\\"", "is not what its commit recorded"),
        ("chain.csv", ":", ":0", "recorded something else"),
        ("chain.csv", "\n", "\n1", "does not lead to the end"),
    ];
    for (name, from, to, expected) in cases {
        let pack = Pack::of_batch(&world, id).await;
        pack.forge(name, from, to);
        let said = pack.check();
        assert!(said.as_ref().is_err_and(|said| said.contains(expected)), "{name} {from} {to}: {said:?}");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_same_state_gives_the_same_bytes_in_both_views() {
    let world = world_with_payees(3).await;
    let id = mixed(&world).await;
    let first = Pack::of_batch(&world, id).await;
    // Other batches change nothing.
    run(&world, salaries(1, "1.00")).await;
    let admin = format!("/api/v1/admin/transfer/batches/{id}/evidence");
    assert!(first.bytes == Pack::of_batch(&world, id).await.bytes);
    assert!(first.bytes == Pack::of(&world, &admin).await.bytes);
    // A refused attempt is a new row of its log.
    let refused = world.post(&at(id, "/execute"), Json::Null).await;
    assert_ne!(refused.status, 200);
    let later = Pack::of_batch(&world, id).await;
    assert!(first.bytes != later.bytes);
    later.check().unwrap();
    world.stop().await;
}

#[tokio::test]
async fn the_same_checkpoint_gives_the_same_bytes_whatever_is_committed_after_it() {
    let world = world_with_payees(3).await;
    let id = mixed(&world).await;
    let newest = Pack::of_batch(&world, id).await.chain_end();
    // Commits of others, one with an entry in the log and money, and then the checkpoint.
    run(&world, salaries(1, "1.00")).await;
    let ends = store::head::ends(&mut world.store.read().await.unwrap()).await.unwrap();
    let path = |path: &str, commit: i64| format!("{path}?checkpoint={commit}");
    let operator = path(&at(id, "/evidence"), ends.commit_number);
    let pack = Pack::of(&world, &operator).await;
    pack.check().unwrap();
    assert_eq!(pack.chain_end(), json!({ "commit": ends.commit_number, "hash": ends.chain }));
    // Of others' entries there are hashes alone.
    assert!(!pack.text("chain.csv").contains("batch"));
    run(&world, salaries(1, "2.00")).await;
    assert!(pack.bytes == Pack::of(&world, &operator).await.bytes);
    let admin = format!("/api/v1/admin/transfer/batches/{id}/evidence");
    assert!(pack.bytes == Pack::of(&world, &path(&admin, ends.commit_number)).await.bytes);
    for commit in [newest["commit"].as_i64().unwrap() - 1, 1_000_000] {
        for place in [&at(id, "/evidence"), &admin] {
            let refused = world.get(&path(place, commit)).await;
            assert_eq!(outcome(&refused), is(409, "CHECKPOINT_UNFIT"), "{place} {commit}");
        }
    }
    // After another entry about the batch the checkpoint is too old.
    let refused = world.post(&at(id, "/execute"), Json::Null).await;
    assert_ne!(refused.status, 200);
    assert_eq!(outcome(&world.get(&operator).await), is(409, "CHECKPOINT_UNFIT"));
    world.stop().await;
}

#[tokio::test]
async fn a_pack_says_who_approved_by_which_factor() {
    let world = world_with_payees(1).await;
    let admin = first_admin(&world).await;
    add(&admin, "check-1", "finance").await;
    let body = json!({ "currency": "USD", "bands": [{ "from": "0.00", "levels": [{ "count": 1 }] }] });
    admin.put("/api/v2/approval-policies", body).await.data();
    let (phone, _) = enrol(&world, &Browser::signed_in(&world, "check-1", PASSWORD).await).await;
    world.clock.pass(Duration::from_secs(25 * 3_600));
    let checker = signed_in(&world, "203.0.113.9", "check-1", &phone).await;
    let id = make(&world, salaries(1, "10.00")).await;
    let waiting = Pack::of_batch(&world, id).await;
    assert_eq!(waiting.manifest()["approval"]["needed"], 1);
    let decision = json!({ "batch_id": id.to_string(), "action": "approve", "note": "checked" });
    let decisions = json!({ "decisions": [decision], "2fa_code": phone.next_code(&world) });
    checker.post("/api/v1/approvals/decide", decisions).await.data();
    world.post(&at(id, "/execute"), json!({})).await.data();
    crate::batch_tools::ended(&world, id).await;
    let pack = Pack::of_batch(&world, id).await;
    pack.check().unwrap();
    let hash = pack.manifest()["contentHash"]["value"].as_str().unwrap().to_owned();
    let approvals = pack.text("approvals.csv");
    let row: Vec<&str> = approvals.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(
        (row[2], row[3], row[4], row[6], row[8]),
        ("check-1", "finance", "approve", hash.as_str(), "checked")
    );
    assert!(!row[5].is_empty(), "{approvals}");
    // The files are not compressed, so a secret would be found.
    for secret in [PASSWORD, world.key.as_str()] {
        assert!(!String::from_utf8_lossy(&pack.bytes).contains(secret));
    }
    pack.forge("approvals.csv", &hash, &"0".repeat(64));
    assert!(pack.check().is_err_and(|said| said.contains("approves another content")));
    world.stop().await;
}

#[tokio::test]
async fn only_a_batch_at_rest_has_a_pack() {
    let world = world_with_payees(1).await;
    let mut draft = salaries(1, "10.00");
    draft["draft"] = json!(true);
    let id = make(&world, draft).await;
    let admin = |id: i64| format!("/api/v1/admin/transfer/batches/{id}/evidence");
    assert_eq!(outcome(&world.get(&at(id, "/evidence")).await), is(400, "BATCH_WRONG_STATE"));
    assert_eq!(outcome(&world.get(&admin(id)).await), is(409, "BATCH_WRONG_STATE"));
    for path in [at(99, "/evidence"), admin(99), format!("{BATCHES}/nothing/evidence")] {
        assert_eq!(outcome(&world.get(&path).await), is(404, "BATCH_NOT_FOUND"), "{path}");
    }
    world.post(&at(id, "/submit"), Json::Null).await.data();
    Pack::of_batch(&world, id).await.check().unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_recalled_batch_has_a_pack_of_what_was_submitted_last() {
    let world = world_with_payees(2).await;
    let id = make(&world, salaries(1, "10.00")).await;
    world.post(&at(id, "/recall"), Json::Null).await.data();
    let rows = json!({ "relations": [{ "targetAccountId": "P-1", "amount": "12.00" }] });
    crate::batch_tools::send(&world, Method::PATCH, &at(id, ""), rows).await.data();
    world.post(&at(id, "/submit"), Json::Null).await.data();
    let pack = Pack::of_batch(&world, id).await;
    pack.check().unwrap();
    assert!(pack.text("content.csv").contains("12.00"));
    // Cancelled as a draft, it has nothing that was submitted.
    world.post(&at(id, "/recall"), Json::Null).await.data();
    world.post(&at(id, "/cancel"), Json::Null).await.data();
    let refused = world.get(&at(id, "/evidence")).await;
    assert_eq!(outcome(&refused), is(400, "BATCH_WRONG_STATE"));
    assert!(refused.json["error"]["details"].as_str().unwrap().contains("cancelled as a draft"));
    world.stop().await;
}

#[tokio::test]
async fn a_pack_ends_early_if_its_batch_is_changed_meanwhile() {
    let world = world().await;
    open(&world, "PAY", "USD", "5000.00").await;
    open(&world, "P-0", "USD", "0").await;
    let id = make(&world, salaries(1, "10.00")).await;
    let mut pack = service::batch::evidence(
        &world.service,
        domain::batch_ref::BatchRef::Id(domain::id::BatchId(id)),
        None,
    )
    .await
    .unwrap();
    pack.next().await.unwrap().unwrap();
    world.post(&at(id, "/cancel"), Json::Null).await.data();
    let error = loop {
        match pack.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the pack was completed"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Some(domain::code::Code::BatchState));
    world.stop().await;
}
