//! What approvals do in the life of a batch.

use crate::world::{HOUR, SECOND, Who, World, code, level, payment, world};
use domain::access::{Reach, Role};
use domain::approval::ApprovalAction;
use domain::batch::BatchState;
use domain::id::BatchId;
use service::Error;
use service::approval::{self, BatchDecision, Decision, QueuePart};
use service::batch::copy::CopiedItems;
use service::batch::edit::EditBatch;
use service::batch::submit::Submission;
use service::batch::{self, BatchRequest};

struct Office {
    world: World,
    maker: Who,
    finance: Who,
    admin: Who,
}

async fn office() -> Office {
    let world = world().await;
    let maker = world.person("maker-1", Role::Operator).await;
    let finance = world.person("check-1", Role::Finance).await;
    let admin = world.person("admin-1", Role::Admin).await;
    world.usual_policies().await;
    Office { world, maker, finance, admin }
}

impl Office {
    async fn approved(&self, currency: &str) -> BatchId {
        let id = self.world.submitted(&self.maker, currency, &["5.00"]).await;
        self.world.approve(&self.finance, id).await.unwrap();
        if currency == "GBP" {
            self.world.approve(&self.admin, id).await.unwrap();
        }
        assert_eq!(self.world.state(id).await, "approved");
        id
    }

    /// A batch that has come back to draft is not bound to what was submitted.
    async fn edited_as_any_draft(&self, id: BatchId, currency: &str) {
        let batch = self.world.batch(id).await;
        assert_eq!((batch.state, batch.content_hash), (BatchState::Draft, None));
        let rows = payment(currency, &["7.00", "1.00"]).rows;
        let edit = EditBatch { rows: Some((batch::rows::Amounts::Custom, rows)), ..EditBatch::default() };
        let request = BatchRequest::of(id.into());
        batch::edit(&self.world.service, &self.maker.actor, &request, &edit).await.unwrap();
        self.world.verified().await;
    }
}

#[tokio::test]
async fn a_batch_is_paid_after_every_level_was_filled_by_another_person() {
    let office = office().await;
    let (world, finance) = (&office.world, &office.finance);
    let id = world.submitted(&office.maker, "GBP", &["5.00"]).await;
    let standing = async || approval::of_batch(&world.service, id.into()).await.unwrap().1;
    let before = standing().await;
    let names: Vec<_> = before.may_approve.iter().map(|user| user.login.as_str()).collect();
    assert_eq!((before.needed, before.given, names), (2, 0, vec!["check-1", "admin-1"]));
    world.approve(finance, id).await.unwrap();
    let between = standing().await;
    let names: Vec<_> = between.may_approve.iter().map(|user| user.login.as_str()).collect();
    assert_eq!((between.given, names), (1, vec!["admin-1"]));
    assert_eq!(code(&world.approve(finance, id).await), "APPROVAL_ALREADY_GIVEN");
    assert_eq!(code(&world.execute(finance, id).await), "BATCH_NOT_APPROVED");
    world.approve(&office.admin, id).await.unwrap();
    assert_eq!(world.state(id).await, "approved");
    world.execute(finance, id).await.unwrap();
    assert_eq!(world.engine.run(id, |_| {}).await.unwrap().state, BatchState::Completed);
    assert_eq!(world.balance("GBP-A").await, 500);
    world.verified().await;
}

#[tokio::test]
async fn an_approval_that_no_open_level_asks_for_is_refused() {
    let office = office().await;
    let second = office.world.person("check-2", Role::Finance).await;
    let id = office.world.submitted(&office.maker, "GBP", &["5.00"]).await;
    office.world.approve(&office.finance, id).await.unwrap();
    assert_eq!(code(&office.world.approve(&second, id).await), "NOT_AN_APPROVER");
}

#[tokio::test]
async fn approvals_expire_before_the_first_execution_and_never_after_it() {
    let office = office().await;
    let (world, finance) = (&office.world, &office.finance);
    let (late, expired) = (office.approved("EUR").await, office.approved("EUR").await);
    let begun = office.approved("EUR").await;
    world.execute(finance, begun).await.unwrap();
    batch::pause(&world.service, &finance.actor, begun).await.unwrap();
    world.pass(72 * HOUR);
    assert_eq!(code(&world.execute(finance, late).await), "APPROVAL_EXPIRED");
    assert_eq!(world.state(late).await, "pending", "the refusal has found it out");
    assert_eq!(approval::expire_due(&world.service).await.unwrap(), 1);
    assert_eq!(approval::expire_due(&world.service).await.unwrap(), 0);
    assert_eq!(world.state(expired).await, "pending");
    let resumed = batch::resume(&world.proving(finance), &finance.actor, begun.into()).await;
    assert_eq!(code(&resumed), "ok");
    // The same person approves it again, in another round.
    world.approve(finance, late).await.unwrap();
    world.execute(finance, late).await.unwrap();
    world.verified().await;
}

#[tokio::test]
async fn an_approval_lasts_until_the_last_moment_of_its_validity() {
    let office = office().await;
    let id = office.approved("EUR").await;
    // Its code is that of half a minute later.
    office.world.pass(72 * HOUR - 31 * SECOND);
    assert_eq!(code(&office.world.execute(&office.finance, id).await), "ok");
}

#[tokio::test]
async fn a_withdrawal_makes_all_approvals_void() {
    let office = office().await;
    let (world, id) = (&office.world, office.approved("GBP").await);
    let ask = BatchRequest::of(id.into()).noted("row 7");
    approval::withdraw(&world.service, &office.finance.actor, ask).await.unwrap();
    assert_eq!(world.state(id).await, "pending");
    assert_eq!(code(&world.execute(&office.admin, id).await), "BATCH_NOT_APPROVED");
    world.approve(&office.admin, id).await.unwrap();
    assert_eq!(world.state(id).await, "pending", "finance has to approve again");
    world.approve(&office.finance, id).await.unwrap();
    assert_eq!(world.state(id).await, "approved");
}

#[tokio::test]
async fn a_recalled_batch_is_edited_and_needs_all_its_approvals_again() {
    let office = office().await;
    let (world, id) = (&office.world, office.approved("GBP").await);
    approval::recall(&world.service, &office.maker.actor, id).await.unwrap();
    office.edited_as_any_draft(id, "GBP").await;
    world.submit(&office.maker, id).await.unwrap();
    let (_, standing) = approval::of_batch(&world.service, id.into()).await.unwrap();
    assert_eq!((standing.round, standing.given, standing.decisions.len()), (2, 0, 2));
    assert_eq!(code(&world.execute(&office.finance, id).await), "BATCH_NOT_APPROVED");
    world.verified().await;
}

#[tokio::test]
async fn a_rejected_batch_is_reopened_with_its_number_and_its_external_ids() {
    let office = office().await;
    let world = &office.world;
    let with_id = || {
        let mut new = payment("EUR", &["5.00"]);
        new.rows[0].external_id = Some("INV-1".to_owned());
        new
    };
    let id = world.draft(&office.maker, &with_id()).await;
    world.submit(&office.maker, id).await.unwrap();
    let number = world.batch(id).await.number();
    world.decide(&office.finance, ApprovalAction::Reject, id).await.unwrap();
    assert_eq!(
        (world.state(id).await, code(&world.execute(&office.finance, id).await)),
        ("rejected", "BATCH_WRONG_STATE")
    );
    world.verified().await;
    // While it is rejected its external ids are free.
    let other = world.draft(&office.maker, &with_id()).await;
    let held = approval::reopen(&world.service, &office.maker.actor, id).await;
    assert_eq!(code(&held), "EXTERNAL_ID_USED");
    let ask = BatchRequest::of(other.into());
    batch::cancel(&world.service, &office.maker.actor, &ask, false).await.unwrap();
    approval::reopen(&world.service, &office.maker.actor, id).await.unwrap();
    assert_eq!((world.state(id).await, world.batch(id).await.number()), ("draft", number));
    office.edited_as_any_draft(id, "EUR").await;
    world.submit(&office.maker, id).await.unwrap();
    world.approve(&office.finance, id).await.unwrap();
    world.verified().await;
}

#[tokio::test]
async fn one_code_decides_several_batches_or_none() {
    let office = office().await;
    let (world, finance) = (&office.world, &office.finance);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(world.submitted(&office.maker, "EUR", &["5.00"]).await);
    }
    let own = world.submitted(finance, "EUR", &["5.00"]).await;
    let decision =
        |batch: BatchId, action| BatchDecision { batch: batch.into(), action, decision: Decision::default() };
    let approve = ApprovalAction::Approve;
    let all = |ids: &[BatchId]| ids.iter().map(|id| decision(*id, approve)).collect::<Vec<_>>();
    world.pass(30 * SECOND);
    let service = world.proving_now(finance);
    let refused = approval::decide(&service, &finance.actor, &all(&[ids[0], own])).await;
    assert_eq!((code(&refused), world.state(ids[0]).await), ("CANNOT_APPROVE_OWN", "pending"));
    let twice = approval::decide(&service, &finance.actor, &all(&[ids[0], ids[0]])).await;
    assert_eq!(code(&twice), "DECISIONS_INVALID");
    assert_eq!(code(&approval::decide(&service, &finance.actor, &[]).await), "DECISIONS_INVALID");
    // The refused requests have not used the code up.
    let mixed =
        [decision(ids[2], ApprovalAction::Reject), decision(ids[1], approve), decision(ids[0], approve)];
    let decided = approval::decide(&service, &finance.actor, &mixed).await.unwrap();
    assert_eq!(decided.len(), 3);
    assert_eq!(world.state(ids[0]).await, "approved");
    assert_eq!(world.state(ids[2]).await, "rejected");
    let fourth = world.submitted(&office.maker, "EUR", &["5.00"]).await;
    let again = approval::decide(&world.proving_now(finance), &finance.actor, &all(&[fourth])).await;
    assert_eq!(code(&again), "AUTH_2FA_CODE_USED");
}

#[tokio::test]
async fn attack_38_an_approval_is_for_the_content_that_was_seen() {
    let office = office().await;
    let (world, finance) = (&office.world, &office.finance);
    let id = world.submitted(&office.maker, "EUR", &["5.00"]).await;
    let hash = world.batch(id).await.content_hash;
    let seen = |content_hash: Option<String>| Decision { content_hash, note: String::new() };
    let other =
        approval::approve(&world.proving(finance), &finance.actor, id.into(), &seen(Some("00".repeat(32))))
            .await;
    assert_eq!(code(&other), "CONTENT_CHANGED");
    let same = approval::approve(&world.proving(finance), &finance.actor, id.into(), &seen(hash)).await;
    assert_eq!(code(&same), "ok");
}

#[tokio::test]
async fn the_queue_lists_what_a_person_could_approve_oldest_first() {
    let office = office().await;
    let (world, finance) = (&office.world, &office.finance);
    let first = world.submitted(&office.maker, "GBP", &["5.00"]).await;
    let second = world.submitted(&office.maker, "EUR", &["6.00"]).await;
    world.submitted(finance, "EUR", &["7.00"]).await;
    world.submitted(&office.maker, "USD", &["8.00"]).await;
    let list = async |who: &Who, part, page| {
        let queued = approval::queue(&world.service, &who.actor, part, page).await.unwrap();
        (queued.batches.iter().map(|one| one.batch.batch.id).collect::<Vec<_>>(), queued.total)
    };
    assert_eq!(list(finance, QueuePart::Mine, (50, 0)).await, (vec![first, second], 2));
    assert_eq!(list(finance, QueuePart::Mine, (1, 1)).await, (vec![second], 2));
    assert_eq!(list(finance, QueuePart::All, (50, 0)).await.1, 3, "USD asks for none");
    world.approve(finance, first).await.unwrap();
    assert_eq!(list(finance, QueuePart::Mine, (50, 0)).await, (vec![second], 1));
    assert_eq!(list(finance, QueuePart::Decided, (50, 0)).await, (vec![first], 1));
    assert_eq!(list(&office.admin, QueuePart::Mine, (50, 0)).await.1, 3);
    assert_eq!(list(&office.maker, QueuePart::Mine, (50, 0)).await.1, 0, "an operator approves nothing");
}

#[tokio::test]
async fn a_policy_that_nobody_could_pass_is_refused_and_one_that_some_could_not_names_them() {
    let world = world().await;
    let admin = world.person("admin-1", Role::Admin).await;
    let one = [level(1, &[])];
    assert_eq!(code(&world.policy(&admin.actor, "EUR", Some("0"), &one).await), "APPROVAL_UNREACHABLE");
    let finance = world.person("check-1", Role::Finance).await;
    let set = async |levels| {
        world.proving(&admin);
        let service = world.proving_now(&admin);
        let new = service::approval_policy::NewApprovalPolicy {
            currency: "EUR".to_owned(),
            bands: vec![("0".to_owned(), levels)],
            ..Default::default()
        };
        service::approval_policy::set(&service, &admin.actor, &new).await
    };
    let refused = set(vec![level(3, &[])]).await;
    assert_eq!(code(&refused), "APPROVAL_UNREACHABLE");
    let Err(Error::Refused(refusal)) = refused else { panic!("not a refusal") };
    assert!(refusal.detail.unwrap().contains("level 1 (finance, admin) lacks 1 more"));
    let of_admins = set(vec![level(1, &[Role::Admin])]).await.unwrap();
    assert_eq!(of_admins.unreachable_for, ["admin-1"]);
    // A batch of the only administrator would find no approver.
    let own = world.draft(&admin, &payment("EUR", &["5.00"])).await;
    assert_eq!(code(&world.submit(&admin, own).await), "APPROVAL_UNREACHABLE");
    let others = world.draft(&finance, &payment("EUR", &["5.00"])).await;
    assert_eq!(code(&world.submit(&finance, others).await), "ok");
}

#[tokio::test]
async fn the_maker_of_a_batch_that_was_paid_with_approvals_may_approve_its_copies() {
    let office = office().await;
    let (world, checker) = (&office.world, &office.finance);
    let made = world.submitted(checker, "EUR", &["5.00"]).await;
    let approved_copy = async || {
        let all = CopiedItems::All;
        let by = &office.maker.actor;
        let copy = batch::copy(&world.service, by, Reach::All, made.into(), all, None).await.unwrap();
        let submission = Submission { again: Some("bonus".to_owned()), ..Submission::default() };
        batch::submit(&world.service, by, copy.batch.id, &submission).await.unwrap();
        world.approve(checker, copy.batch.id).await
    };
    assert_eq!(code(&approved_copy().await), "CANNOT_APPROVE_OWN");
    world.approve(&office.admin, made).await.unwrap();
    assert_eq!(code(&approved_copy().await), "CANNOT_APPROVE_OWN");
    world.execute(&office.maker, made).await.unwrap();
    assert_eq!(code(&approved_copy().await), "ok");
}
