//! Administrators who would approve as somebody else: as a person whom they invited, promoted or reset. And thieves who
//! would, with a session that they stole.

use crate::attacks::banded;
use crate::world::{HOUR, Who, World, code, world_cooling};
use domain::access::Role;
use domain::id::BatchId;
use service::approval::{self, QueuePart};
use service::user::{self, UserChange};
use std::time::Duration;

/// A batch that an administrator made, and people whose cooling-off has ended.
struct Office {
    world: World,
    maker: Who,
    finance: Who,
    admin: Who,
    batch: BatchId,
}

async fn office() -> Office {
    let world = world_cooling(Duration::from_secs(24 * 3_600)).await;
    let (maker, finance, admin) = banded(&world).await;
    world.pass(48 * HOUR);
    let batch = world.submitted(&admin, "EUR", &["1500.00"]).await;
    Office { world, maker, finance, admin, batch }
}

impl Office {
    /// The batches that wait for a person.
    async fn waiting_for(&self, person: &Who) -> Vec<BatchId> {
        let mine = QueuePart::Mine;
        let queued = approval::queue(&self.world.service, &person.actor, mine, (50, 0)).await.unwrap();
        queued.batches.iter().map(|one| one.batch.batch.id).collect()
    }

    /// Right after the administrator's deed the person approves nothing, and later what others made. What the person
    /// could not approve is not listed as waiting for the person.
    async fn is_no_way_to_approve_as(&self, person: &Who) {
        let Self { world, maker, batch, .. } = self;
        assert_eq!(code(&world.approve(person, *batch).await), "APPROVER_COOLING_OFF");
        world.pass(23 * HOUR);
        let others = world.submitted(maker, "EUR", &["1500.00"]).await;
        assert_eq!(self.waiting_for(person).await, []);
        assert_eq!(code(&world.approve(person, others).await), "APPROVER_COOLING_OFF");
        world.pass(2 * HOUR);
        assert_eq!(self.waiting_for(person).await, [others]);
        assert_eq!(code(&world.approve(person, *batch).await), "APPROVER_NOT_INDEPENDENT");
        assert_eq!(code(&world.approve(person, others).await), "ok");
        // The approval says who had made the person able to give it.
        let (_, standing) = approval::of_batch(&world.service, others.into()).await.unwrap();
        let decision = standing.decisions.last().unwrap();
        let by: Vec<&str> = standing
            .sponsors
            .iter()
            .filter(|sponsor| sponsor.touches(decision))
            .map(|sponsor| sponsor.by.as_str())
            .collect();
        assert_eq!(
            (decision.login.as_str(), by.contains(&"admin-1")),
            (person_login(person), true),
            "{by:?}"
        );
    }
}

fn person_login(person: &Who) -> &str {
    &person.actor.author.name
}

#[tokio::test]
async fn invite_and_approve() {
    let office = office().await;
    let invited = office.world.person_without_factor(&office.admin.actor, "puppet", Role::Finance).await;
    office.world.enrol(&invited, true).await;
    office.is_no_way_to_approve_as(&invited).await;
}

#[tokio::test]
async fn promote_and_approve() {
    let office = office().await;
    let mut clerk = office.world.person("clerk", Role::Operator).await;
    office.world.pass(48 * HOUR);
    let change = UserChange { role: Some(Role::Finance), ..UserChange::default() };
    let service = office.world.proving(&office.admin);
    user::change(&service, &office.admin.actor, clerk.id(), &change).await.unwrap();
    clerk.role = Some(Role::Finance);
    office.is_no_way_to_approve_as(&clerk).await;
}

#[tokio::test]
async fn reset_and_approve() {
    let office = office().await;
    let service = office.world.proving(&office.admin);
    user::reset(&service, &office.admin.actor, office.finance.id()).await.unwrap();
    office.is_no_way_to_approve_as(&office.finance).await;
}

#[tokio::test]
async fn reset_the_second_factor_and_approve() {
    let office = office().await;
    let service = office.world.proving(&office.admin);
    service::factor::reset(&service, &office.admin.actor, office.finance.id()).await.unwrap();
    assert_eq!(code(&office.world.approve(&office.finance, office.batch).await), "APPROVER_COOLING_OFF");
    office.world.enrol(&office.finance, true).await;
    office.is_no_way_to_approve_as(&office.finance).await;
}

#[tokio::test]
async fn enrol_by_stolen_session() {
    let office = office().await;
    let (world, batch) = (&office.world, office.batch);
    let robbed = world.person_without_factor(&world.cli, "check-9", Role::Finance).await;
    world.pass(48 * HOUR);
    assert_eq!(code(&world.approve(&robbed, batch).await), "TOTP_NOT_ENROLLED");
    assert_eq!(office.waiting_for(&robbed).await, [], "without a factor");
    // Not in the session that accepted the invitation. (Over HTTP it takes the password too.)
    world.enrol(&robbed, false).await;
    assert_eq!(code(&world.approve(&robbed, batch).await), "APPROVER_COOLING_OFF");
    world.pass(23 * HOUR);
    assert_eq!(code(&world.approve(&robbed, batch).await), "APPROVER_COOLING_OFF");
    world.pass(2 * HOUR);
    assert_eq!(code(&world.approve(&robbed, batch).await), "ok");
}
