//! A batch is paid at its kept rates or not at all, and repricing never lets an item be paid twice.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod world;

use domain::access::Reach;
use domain::batch::BatchState;
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use domain::principal::Principal;
use service::batch::create::{CreateBatch, RateMode};
use service::batch::list::OffsetPage;
use service::batch::rework::Rework;
use service::batch::rows::{Amounts, NewRow};
use service::batch::submit::Submission;
use service::batch::{self, BatchRequest};
use service::fx_policy::{self, FxPolicyChange};
use service::setting::{self, SettingsChange};
use service::{Event, Service, transfer};
use std::sync::atomic::Ordering;
use store::audit::Actor;
use store::item::Item;
use world::{account, batch_of_four, code, world};

const HOUR: i64 = 3_600_000_000;

#[tokio::test]
async fn a_batch_is_paid_at_its_submission_rate_while_the_stored_rate_stays_within_tolerance() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    // Exactly 2 % above 0.9.
    world.rate("0.918").await;
    let part = service::batch::list::OffsetPage { limit: 10, offset: 0 };
    let (described, preview) = batch::preview(&world.service, batch.into(), part).await.unwrap();
    assert_eq!(preview.items[0].exchanged.as_ref().unwrap().1, 900, "the preview agrees with the run");
    assert_eq!(described.rates[0].rate, "0.9");
    world.execute(batch).await.unwrap();
    // A rate set during the run changes nothing either.
    world.rate("9").await;
    assert_eq!(world.run(batch).await.state, BatchState::Completed);
    assert_eq!(world.received().await, [900; 4]);
    let items = items_of(&world.service, batch, &[]).await;
    let shown = transfer::show(&world.service, items[3].number.0).await.unwrap();
    assert_eq!(shown.exchange.unwrap().rate, "0.9");
    world.verified().await;
}

#[tokio::test]
async fn a_batch_whose_rate_moved_too_far_cannot_run_until_it_is_repriced() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    for rate in ["0.918000000000000001", "9", "0.881999"] {
        world.rate(rate).await;
        let (why, rates, detail) = world.refusal_to_execute(batch).await;
        assert_eq!(why, Code::RateChanged, "{rate}");
        assert_eq!((&rates[0]["keptRate"], &rates[0]["storedRate"]), (&"0.9".into(), &rate.into()));
        assert!(detail.starts_with("USD to EUR: "), "{detail}");
        assert_eq!(code(batch::resume(&world.service, &world.actor, batch.into()).await), Code::RateChanged);
    }
    world.rate("9").await;
    let repriced = batch::reprice(&world.service, &world.actor, Reach::All, batch.into()).await.unwrap();
    assert_eq!((repriced.from, repriced.batch.rates[0].rate.as_str()), (None, "9"));
    assert_eq!(repriced.batch.batch.id, batch);
    world.execute(batch).await.unwrap();
    world.run(batch).await;
    assert_eq!(world.received().await, [9_000; 4]);
    world.verified().await;
}

#[tokio::test]
async fn repricing_voids_the_approval() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    let mut tx = world.store.write().await.unwrap();
    tx.fetch_text(format!("UPDATE batch SET state = 4 WHERE id = {batch}"), vec![]).await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.reprice(batch).await.state, BatchState::Pending);
    let events = events_of(&world.service, batch).await;
    assert_eq!(events.last().unwrap().event, "repriced");
}

#[tokio::test]
async fn a_kept_rate_expires_after_three_days_unless_the_batch_has_begun() {
    let world = world().await;
    let (old, begun, off) = (batch_of_four(), batch_of_four(), batch_of_four());
    let (old, begun, off) = (world.make(&old).await, world.make(&begun).await, world.make(&off).await);
    world.execute(begun).await.unwrap();
    world.pause(begun).await;
    world.clock.0.fetch_add(72 * HOUR, Ordering::SeqCst);
    world.execute(old).await.unwrap();
    world.pause(old).await;
    world.clock.0.fetch_add(1, Ordering::SeqCst);
    let (why, rates, detail) = world.refusal_to_execute(off).await;
    assert_eq!((why, &rates[0]["isTooOld"]), (Code::RateChanged, &true.into()));
    assert_eq!(detail, "USD to EUR: the rate 0.9 was kept more than 72 hours ago");
    batch::resume(&world.service, &world.actor, begun.into()).await.unwrap();
    world.pause(begun).await;
    // Repricing at the same rate is enough.
    world.reprice(off).await;
    world.execute(off).await.unwrap();
    world.pause(off).await;
    let never = world.make(&batch_of_four()).await;
    let change = FxPolicyChange { max_age_h: Some(0), ..FxPolicyChange::default() };
    fx_policy::set(&world.service, &world.actor, "USD", "EUR", &change).await.unwrap();
    world.clock.0.fetch_add(9_000 * HOUR, Ordering::SeqCst);
    world.execute(never).await.unwrap();
}

#[tokio::test]
async fn a_batch_that_follows_rates_is_paid_at_the_stored_rate_and_keeps_none() {
    let world = world().await;
    let new = CreateBatch { rate_mode: Some(RateMode::Follow), ..batch_of_four() };
    let batch = world.make(&new).await;
    assert_eq!(batch::show(&world.service, batch.into()).await.unwrap().rates, []);
    world.rate("9").await;
    let refused = batch::reprice(&world.service, &world.actor, Reach::All, batch.into()).await;
    assert_eq!(code(refused), Code::BatchKeepsNoRate);
    world.execute(batch).await.unwrap();
    world.run(batch).await;
    assert_eq!(world.received().await, [9_000; 4]);
    let within = CreateBatch { convert: false, ..new };
    assert_eq!(code(batch::create(&world.service, &world.actor, &within).await), Code::RateModeInvalid);
    world.verified().await;
}

#[tokio::test]
async fn failed_items_are_retried_at_the_kept_rate_or_moved_to_a_draft_at_the_new_rate() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    world.freeze("E1", true).await;
    world.execute(batch).await.unwrap();
    world.run(batch).await;
    assert_eq!(world.state(batch).await, (BatchState::PartiallyCompleted, 3, 1, 0, 0));
    world.freeze("E1", false).await;
    world.rate("1.2").await;
    let retry = || batch::retry(&world.service, &world.actor, batch.into(), Rework::AllFailed);
    assert_eq!(code(retry().await), Code::RateChanged);
    let failed = items_of(&world.service, batch, &[ItemState::Failed]).await[0].clone();
    let one = batch::retry_item(&world.service, &world.actor, batch.into(), failed.number.0).await;
    assert_eq!(code(one), Code::RateChanged);

    let repriced = batch::reprice(&world.service, &world.actor, Reach::All, batch.into()).await.unwrap();
    let draft = repriced.batch.batch;
    let origin = batch::named(&world.service, batch.into()).await.unwrap();
    assert_eq!((repriced.from, draft.state), (Some(origin.id.0), BatchState::Draft));
    assert_eq!((draft.tally.total_count, draft.tally.total_amount, draft.convert), (1, 1_000, true));
    let item = items_of(&world.service, draft.id, &[]).await[0].clone();
    assert_eq!((item.line, item.target, item.state), (failed.line, failed.target, ItemState::Pending));
    // The original batch is still unchanged.
    assert_eq!(world.state(batch).await, (BatchState::PartiallyCompleted, 3, 1, 0, 0));

    batch::submit(&world.service, &world.actor, draft.id, &Submission::default()).await.unwrap();
    let (_, success, failures, skipped, waiting) = world.state(batch).await;
    assert_eq!((success, failures, skipped, waiting), (3, 0, 1, 0));
    let told = events_of(&world.service, batch).await;
    let told = told.last().unwrap();
    assert_eq!(told.event, "handed_over");
    assert!(told.detail.as_ref().unwrap().contains(&draft.number()), "{told:?}");
    assert_eq!(retry().await.unwrap().1, 0);
    world.execute(draft.id).await.unwrap();
    world.run(draft.id).await;
    assert_eq!(world.received().await, [900, 1_200, 900, 900]);
    world.verified().await;
}

#[tokio::test]
async fn a_draft_takes_over_only_the_items_it_pays_and_none_paid_meanwhile() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    world.execute(batch).await.unwrap();
    world.pause(batch).await;
    let (first, second) = (world.reprice(batch).await.id, world.reprice(batch).await.id);
    // One row is removed from the first draft, so it stays with the batch.
    let items = items_of(&world.service, first, &[]).await;
    batch::delete_item(&world.service, &world.actor, &BatchRequest::of(first.into()), items[2].number.0)
        .await
        .unwrap();
    batch::submit(&world.service, &world.actor, first, &Submission::default()).await.unwrap();
    assert_eq!(world.state(batch).await, (BatchState::Paused, 0, 0, 3, 1));
    // The second draft would pay three of them again.
    let refused = batch::submit(&world.service, &world.actor, second, &Submission::default()).await;
    assert_eq!(code(refused), Code::LinkedItemSettled);
    // The batch pays its remaining item; now the second draft would pay that one again, too.
    batch::resume(&world.service, &world.actor, batch.into()).await.unwrap();
    assert_eq!(world.run(batch).await.tally.success_count, 1);
    let items = items_of(&world.service, second, &[]).await;
    for place in [0, 1, 3] {
        let number = items[place].number.0;
        batch::delete_item(&world.service, &world.actor, &BatchRequest::of(second.into()), number)
            .await
            .unwrap();
    }
    let refused = batch::submit(&world.service, &world.actor, second, &Submission::default()).await;
    assert_eq!(code(refused), Code::LinkedItemSettled);
    world.execute(first).await.unwrap();
    world.run(first).await;
    assert_eq!(world.received().await, [900; 4]);
    world.verified().await;
}

#[tokio::test]
async fn a_paused_batch_ends_when_all_its_items_are_handed_over() {
    let world = world().await;
    let batch = world.make(&batch_of_four()).await;
    world.execute(batch).await.unwrap();
    world.pause(batch).await;
    let draft = world.reprice(batch).await.id;
    // Rewritten rows are still the same payments.
    let rows = (0..4).map(|place| NewRow {
        given: vec![account(format!("E{}", 3 - place))],
        amount: Some("11.00".to_owned()),
        ..NewRow::default()
    });
    let edit = service::batch::edit::EditBatch {
        rows: Some((Amounts::Custom, rows.collect())),
        ..service::batch::edit::EditBatch::default()
    };
    batch::edit(&world.service, &world.actor, &BatchRequest::of(draft.into()), &edit).await.unwrap();
    batch::submit(&world.service, &world.actor, draft, &Submission::default()).await.unwrap();
    let (state, success, _, skipped, waiting) = world.state(batch).await;
    assert!(state.has_ended(), "{state:?}");
    assert_eq!((success, skipped, waiting), (0, 4, 0));
    world.execute(draft).await.unwrap();
    world.run(draft).await;
    assert_eq!(world.received().await, [990; 4]);
    world.verified().await;
}

#[tokio::test]
async fn a_linked_draft_takes_over_external_ids_and_is_not_compared_with_its_origin() {
    let world = world().await;
    let shipped = SettingsChange { duplicate_window: Some(4), ..SettingsChange::default() };
    setting::set(&world.service, &world.actor, &shipped).await.unwrap();
    let mut new = batch_of_four();
    for (place, row) in new.rows.iter_mut().enumerate() {
        row.external_id = Some(format!("HR/{place}"));
    }
    let batch = world.make(&new).await;
    let again = || CreateBatch {
        submission: Submission { again: Some("a test".to_owned()), ..Submission::default() },
        ..new.clone()
    };
    let used = async || code(batch::create(&world.service, &world.actor, &again()).await);
    assert_eq!(used().await, Code::ExternalIdUsed);
    world.execute(batch).await.unwrap();
    world.pause(batch).await;
    let draft = world.reprice(batch).await.id;
    let ids = async |batch: BatchId| {
        let items = items_of(&world.service, batch, &[]).await;
        items.into_iter().map(|item| item.external_id.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(draft).await, ["HR/0", "HR/1", "HR/2", "HR/3"]);
    world.verified().await;
    // A row removed from the draft keeps its external id in the original batch, which can still pay it.
    let items = items_of(&world.service, draft, &[]).await;
    batch::delete_item(&world.service, &world.actor, &BatchRequest::of(draft.into()), items[3].number.0)
        .await
        .unwrap();
    let submitted = batch::submit(&world.service, &world.actor, draft, &Submission::default()).await.unwrap();
    assert_eq!((submitted.found.similar, submitted.found.already_paid), (None, 0));
    world.verified().await;
    assert_eq!(world.state(batch).await, (BatchState::Paused, 0, 0, 3, 1));
    world.execute(draft).await.unwrap();
    world.run(draft).await;
    assert_eq!(used().await, Code::ExternalIdUsed);
    assert_eq!(world.received().await, [900, 900, 900, 0]);
    world.verified().await;
}

#[tokio::test]
async fn only_a_submitted_idle_batch_is_repriced_and_only_with_permission() {
    let world = world().await;
    let draft = world.make(&CreateBatch { draft: true, ..batch_of_four() }).await;
    let refused = |batch: BatchId| {
        let (service, actor) = (world.service.clone(), world.actor.clone());
        async move { code(batch::reprice(&service, &actor, Reach::All, batch.into()).await) }
    };
    assert_eq!(refused(draft).await, Code::BatchState);
    batch::submit(&world.service, &world.actor, draft, &Submission::default()).await.unwrap();
    let user = Actor::new(Principal::User(7), "operator", "test");
    let key = Actor::new(Principal::Key(7), "key:program", "test");
    for (actor, reach) in [(&user, Reach::Own), (&key, Reach::All)] {
        let refused = batch::reprice(&world.service, actor, reach, draft.into()).await;
        assert_eq!(code(refused), Code::Forbidden, "{actor:?}");
    }
    let own = batch::create(&world.service, &key, &batch_of_four()).await.unwrap().batch.batch.id;
    batch::reprice(&world.service, &key, Reach::All, own.into()).await.unwrap();
    batch::reprice(&world.service, &user, Reach::All, own.into()).await.unwrap();
    world.execute(draft).await.unwrap();
    assert_eq!(refused(draft).await, Code::BatchState, "it is running");
    world.run(draft).await;
    assert_eq!(refused(draft).await, Code::BatchState, "it is completed");
}

/// The items of a batch, in file order; only those in the states, if any are given.
async fn items_of(service: &Service, batch: BatchId, states: &[ItemState]) -> Vec<Item> {
    let page = OffsetPage { limit: 1_000, offset: 0 };
    let list = batch::item_list(service, batch.into(), states, None, page).await.unwrap();
    list.items.into_iter().map(|one| one.item).collect()
}

async fn events_of(service: &Service, batch: BatchId) -> Vec<Event> {
    let page = OffsetPage { limit: 1_000, offset: 0 };
    let (_, events, _) = batch::history(service, batch.into(), page).await.unwrap();
    events.into_iter().map(|(_, event)| event).collect()
}
