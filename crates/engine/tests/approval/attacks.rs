//! Ways around an approval, each refused.

use crate::world::{HOUR, SECOND, Who, World, code, level, payment, world, world_cooling};
use domain::access::{Asker, Operation, Role};
use domain::code::Code;
use domain::id::BatchId;
use service::approval_policy::{self, NewApprovalPolicy};
use service::audit::AuditQuery;
use service::batch::edit::EditBatch;
use service::batch::{self, BatchRequest};
use service::transfer::{self, TransferRequest};
use service::{api_key, approval};
use std::time::Duration;

/// Approvals by two people from 1,000.00 EUR upwards.
pub async fn banded(world: &World) -> (Who, Who, Who) {
    let maker = world.person("maker-1", Role::Operator).await;
    let finance = world.person("check-1", Role::Finance).await;
    let admin = world.person("admin-1", Role::Admin).await;
    // So that a batch which an approver makes finds two others.
    world.person("spare-1", Role::Finance).await;
    world.person("spare-2", Role::Finance).await;
    world.policy(&world.cli, "EUR", Some("1000"), &[level(2, &[])]).await.unwrap();
    (maker, finance, admin)
}

async fn needs(world: &World, batch: BatchId) -> i64 {
    approval::of_batch(&world.service, batch.into()).await.unwrap().1.needed
}

#[tokio::test]
async fn attack_41_split_below_the_band() {
    let world = world().await;
    let (maker, finance, _) = banded(&world).await;
    let first = world.submitted(&maker, "EUR", &["600.00"]).await;
    assert_eq!(needs(&world, first).await, 0);
    let second = world.submitted(&maker, "EUR", &["400.00"]).await;
    assert_eq!(needs(&world, second).await, 2, "together they reach the band");
    let counted =
        async |batch: BatchId| approval::of_batch(&world.service, batch.into()).await.unwrap().1.same_day;
    assert_eq!((counted(first).await, counted(second).await), (0, 60_000));
    let asset = world.batch(first).await.asset;
    let account = world.batch(first).await.account;
    let foreseen = approval::foreseen(&world.service, &maker.actor, (asset, account, 100)).await.unwrap();
    assert_eq!((foreseen.same_day, foreseen.needed), (100_000, 2));
    assert_eq!(code(&world.execute(&finance, second).await), "BATCH_NOT_APPROVED");
    // Another maker, and another day, count apart.
    let other = world.submitted(&finance, "EUR", &["600.00"]).await;
    assert_eq!(needs(&world, other).await, 0);
    world.pass(24 * HOUR);
    let next_day = world.submitted(&maker, "EUR", &["600.00"]).await;
    assert_eq!(needs(&world, next_day).await, 0);
    // What was taken back does not count, until it is submitted again.
    approval::recall(&world.service, &maker.actor, next_day).await.unwrap();
    let alone = world.submitted(&maker, "EUR", &["600.00"]).await;
    assert_eq!((needs(&world, alone).await, counted(alone).await), (0, 0));
    world.submit(&maker, next_day).await.unwrap();
    assert_eq!(needs(&world, next_day).await, 2);
}

#[tokio::test]
async fn attack_41_split_below_the_band_through_a_key_of_the_makers_own() {
    let world = world().await;
    let (_, finance, _) = banded(&world).await;
    let key = world.key(&finance.actor, "payroll").await;
    world.submitted(&finance, "EUR", &["600.00"]).await;
    let by_key = world.submitted(&key, "EUR", &["600.00"]).await;
    assert_eq!(needs(&world, by_key).await, 2, "the key's maker is the same maker");
}

#[tokio::test]
async fn single_transfer_above_the_band() {
    let world = world().await;
    let (_, finance, _) = banded(&world).await;
    let request = |from: Option<&str>, to: Option<&str>, amount: &str| TransferRequest {
        from: from.map(Into::into),
        to: to.map(Into::into),
        amount: amount.to_owned().into(),
        ..TransferRequest::default()
    };
    for (from, to) in [(Some("EUR-PAY"), Some("EUR-A")), (None, Some("EUR-A")), (Some("EUR-PAY"), None)] {
        for (amount, expected) in [("1000.00", Some(Code::ApprovalRequired)), ("999.99", None)] {
            let moved =
                transfer::create(&world.proving(&finance), &finance.actor, &request(from, to, amount))
                    .await
                    .unwrap();
            assert_eq!(moved.outcome.code, expected, "{from:?} {to:?} {amount}");
        }
    }
    let dollars = request(Some("USD-PAY"), Some("USD-A"), "1000.00");
    let moved = transfer::create(&world.proving(&finance), &finance.actor, &dollars).await.unwrap();
    assert_eq!(moved.outcome.code, None, "USD has no band");
    world.verified().await;
}

#[tokio::test]
async fn loosen_pay_restore() {
    let world = world_cooling(Duration::from_secs(24 * 3_600)).await;
    let (maker, _, admin) = banded(&world).await;
    let second = world.person("admin-2", Role::Admin).await;
    world.pass(48 * HOUR);
    let set = async |who: &Who, from: Option<&str>| {
        let bands = from.map(|from| (from.to_owned(), vec![level(2, &[])])).into_iter().collect();
        let new = NewApprovalPolicy { currency: "EUR".to_owned(), bands, ..NewApprovalPolicy::default() };
        approval_policy::set(&world.proving(who), &who.actor, &new).await.unwrap()
    };
    let loosened = set(&admin, None).await;
    assert_eq!((loosened.version, loosened.waiting.as_ref().map(|waiting| waiting.version)), (1, Some(2)));
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    assert_eq!(needs(&world, batch).await, 2, "what was in force still is");
    let pay = TransferRequest {
        from: Some("EUR-PAY".into()),
        to: Some("EUR-A".into()),
        amount: "1500.00".to_owned().into(),
        ..TransferRequest::default()
    };
    let paid = transfer::create(&world.proving(&admin), &admin.actor, &pay).await.unwrap();
    assert_eq!(paid.outcome.code, Some(Code::ApprovalRequired));
    // The one who loosened it cannot confirm it.
    let own = approval_policy::confirm(&world.proving(&admin), &admin.actor, "EUR", None).await;
    assert_eq!(code(&own), "CANNOT_CONFIRM_OWN");
    let other = approval_policy::confirm(&world.proving(&second), &second.actor, "EUR", Some(3)).await;
    assert_eq!(code(&other), "APPROVAL_POLICY_CHANGED", "it is another change than the one seen");
    let confirmed =
        approval_policy::confirm(&world.proving(&second), &second.actor, "EUR", Some(2)).await.unwrap();
    assert_eq!((confirmed.version, confirmed.waiting), (2, None));
    // A batch that was submitted before keeps what was asked of it.
    assert_eq!(needs(&world, batch).await, 2);
    assert_eq!(code(&world.execute(&admin, batch).await), "BATCH_NOT_APPROVED");
    let unchecked = world.submitted(&maker, "EUR", &["1500.00"]).await;
    let (_, standing) = approval::of_batch(&world.service, unchecked.into()).await.unwrap();
    let loosened = standing.loosened.unwrap();
    assert_eq!((standing.needed, loosened.version, loosened.set_by.as_str()), (0, 2, "admin-1"));
    assert_eq!(loosened.confirmed_by.as_deref(), Some("admin-2"), "it stands in the approval");
    // Tightening is in force at once, and a later version replaces one that waits.
    assert_eq!(set(&admin, Some("10")).await.version, 3);
    assert_eq!(set(&admin, None).await.version, 3);
    assert_eq!(set(&admin, Some("5")).await.version, 5);
    world.pass(25 * HOUR);
    approval::expire_due(&world.service).await.unwrap();
    let policies = approval_policy::list(&world.service).await.unwrap();
    let euro = policies.iter().find(|one| one.asset.code == "EUR").unwrap();
    assert_eq!((euro.version, euro.policy.lowest()), (5, Some(500)));
}

#[tokio::test]
async fn loosening_takes_effect_when_it_is_due() {
    let world = world_cooling(Duration::from_secs(24 * 3_600)).await;
    let (maker, ..) = banded(&world).await;
    world.policy(&world.cli, "EUR", None, &[]).await.unwrap();
    world.pass(24 * HOUR - SECOND);
    assert_eq!(needs(&world, world.submitted(&maker, "EUR", &["1500.00"]).await).await, 2);
    world.pass(SECOND);
    // The next submission finds it due, before any worker does.
    assert_eq!(needs(&world, world.submitted(&maker, "EUR", &["1500.00"]).await).await, 0);
}

#[tokio::test]
async fn key_made_by_the_approver() {
    let world = world().await;
    let (_, finance, admin) = banded(&world).await;
    world.policy(&world.cli, "EUR", Some("1000"), &[level(1, &[])]).await.unwrap();
    let key = world.key(&admin.actor, "payroll").await;
    let batch = world.submitted(&key, "EUR", &["1500.00"]).await;
    assert_eq!(code(&world.approve(&admin, batch).await), "CANNOT_APPROVE_OWN");
    assert_eq!(code(&world.approve(&key, batch).await), "FORBIDDEN", "a key approves nothing");
    assert_eq!(code(&world.approve(&finance, batch).await), "ok");
}

#[tokio::test]
async fn key_rotated_by_the_approver() {
    let world = world().await;
    let (_, finance, admin) = banded(&world).await;
    let second = world.person("admin-2", Role::Admin).await;
    let key = world.key(&admin.actor, "payroll").await;
    api_key::rotate(&world.proving(&second), &second.actor, key.id()).await.unwrap();
    let batch = world.submitted(&key, "EUR", &["1500.00"]).await;
    assert_eq!(
        code(&world.approve(&second, batch).await),
        "CANNOT_APPROVE_OWN",
        "the secret is known to both"
    );
    assert_eq!(code(&world.approve(&finance, batch).await), "ok");
}

#[tokio::test]
async fn approve_what_one_edited() {
    let world = world().await;
    let (maker, finance, admin) = banded(&world).await;
    let third = world.person("check-2", Role::Finance).await;
    let batch = world.draft(&maker, &payment("EUR", &["1500.00"])).await;
    let edit = EditBatch { name: Some("Bonus".to_owned()), ..EditBatch::default() };
    batch::edit(&world.service, &finance.actor, &BatchRequest::of(batch.into()), &edit).await.unwrap();
    world.submit(&maker, batch).await.unwrap();
    assert_eq!(code(&world.approve(&finance, batch).await), "CANNOT_APPROVE_OWN");
    assert_eq!(code(&world.approve(&admin, batch).await), "ok");
    assert_eq!(code(&world.approve(&third, batch).await), "ok");
    assert_eq!(world.state(batch).await, "approved");
}

#[tokio::test]
async fn approve_what_one_submitted() {
    let world = world().await;
    let (maker, finance, _) = banded(&world).await;
    world.person("check-2", Role::Finance).await;
    let batch = world.draft(&maker, &payment("EUR", &["1500.00"])).await;
    world.submit(&finance, batch).await.unwrap();
    assert_eq!(code(&world.approve(&finance, batch).await), "CANNOT_APPROVE_OWN");
    let recalled = approval::recall(&world.service, &maker.actor, batch).await;
    assert_eq!(code(&recalled), "FORBIDDEN", "only the submitter takes it back");
}

#[tokio::test]
async fn approve_on_the_command_line_without_signing_in() {
    let world = world().await;
    let (maker, ..) = banded(&world).await;
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    let by_disk =
        approval::approve(&world.service, &world.cli, batch.into(), &approval::Decision::default()).await;
    assert_eq!(code(&by_disk), "FORBIDDEN");
}

#[tokio::test]
async fn approve_without_a_second_factor() {
    let world = world().await;
    let (maker, ..) = banded(&world).await;
    let plain = world.person_without_factor(&world.cli, "check-9", Role::Finance).await;
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    assert_eq!(code(&world.approve(&plain, batch).await), "TOTP_NOT_ENROLLED");
}

#[tokio::test]
async fn approver_who_was_disabled_or_demoted_since() {
    let world = world().await;
    let (maker, finance, admin) = banded(&world).await;
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    world.approve(&finance, batch).await.unwrap();
    world.approve(&admin, batch).await.unwrap();
    let change = service::user::UserChange { role: Some(Role::Operator), ..Default::default() };
    service::user::change(&world.service, &world.cli, finance.id(), &change).await.unwrap();
    assert_eq!(code(&world.execute(&admin, batch).await), "BATCH_NOT_APPROVED");
}

#[tokio::test]
async fn attack_44_a_lowered_role_stops_what_its_person_begins_and_not_what_is_approved() {
    let world = world().await;
    let (maker, finance, admin) = banded(&world).await;
    let running = world.submitted(&maker, "EUR", &["1500.00"]).await;
    let waiting = world.submitted(&maker, "EUR", &["1500.00"]).await;
    world.approve(&finance, running).await.unwrap();
    world.approve(&admin, running).await.unwrap();
    world.execute(&finance, running).await.unwrap();
    let change = service::user::UserChange { role: Some(Role::Operator), ..Default::default() };
    service::user::change(&world.service, &world.cli, finance.id(), &change).await.unwrap();
    assert_eq!(code(&world.approve(&finance, waiting).await), "FORBIDDEN");
    for operation in [Operation::BatchExecute, Operation::BatchResume, Operation::BatchRetry] {
        assert!(operation.allow(Asker::Person(Role::Operator)).is_err(), "{operation:?}");
    }
    let ended = world.engine.run(running, |_| {}).await.unwrap();
    assert_eq!((ended.state.name(), world.balance("EUR-A").await), ("completed", 150_000));
    // The log has who approved with which role, and that it was lowered.
    let (_, standing) = approval::of_batch(&world.service, running.into()).await.unwrap();
    assert_eq!(standing.decisions.iter().find(|one| one.user == finance.id()).unwrap().role, Role::Finance);
    let query = AuditQuery { limit: 1_000, ..AuditQuery::default() };
    let rows = service::audit::list(&world.service, &query).await.unwrap().rows;
    assert!(rows.iter().any(|row| row.action == "user.change" && row.result == "ok"), "{rows:?}");
}

#[tokio::test]
async fn pay_what_was_not_approved_by_retry_or_resume() {
    let world = world().await;
    let (maker, finance, _) = banded(&world).await;
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    let resumed = batch::resume(&world.service, &finance.actor, batch.into()).await;
    assert_eq!(code(&resumed), "BATCH_NOT_APPROVED");
    let retried =
        batch::retry(&world.service, &finance.actor, batch.into(), batch::rework::Rework::AllFailed).await;
    assert_eq!(code(&retried), "BATCH_WRONG_STATE");
    // Not even by a program that sets the state itself.
    let mut tx = world.store.write().await.unwrap();
    let (state, intent) = (domain::batch::BatchState::Processing, domain::batch::BatchIntent::Run);
    let forced = store::batch::set_state(&mut tx, batch, state, intent, None, None).await;
    assert!(forced.is_err(), "{forced:?}");
    drop(tx);
    world.engine.run(batch, |_| {}).await.unwrap();
    assert_eq!((world.state(batch).await, world.balance("EUR-A").await), ("pending", 0));
}

#[tokio::test]
async fn attack_37_change_a_memo_underneath_an_approved_batch() {
    let world = world().await;
    let (maker, finance, admin) = banded(&world).await;
    let batch = world.submitted(&maker, "EUR", &["1500.00"]).await;
    world.approve(&finance, batch).await.unwrap();
    world.approve(&admin, batch).await.unwrap();
    let mut tx = world.store.write().await.unwrap();
    tx.fetch_text("UPDATE item SET memo = 'another'".to_owned(), vec![]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(code(&world.execute(&admin, batch).await), "CONTENT_CHANGED");
}
