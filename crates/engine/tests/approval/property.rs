//! Random sequences of edits, submissions, approvals, withdrawals, expiries, changes of the policy, executions and
//! kills: an executed batch always has the approvals that its policy asked for, by others than its makers, for the
//! content that was executed.

use crate::kill::{End, killed};
use crate::world::{HOUR, PAYEES, Who, World, level, payment, world};
use domain::access::Role;
use domain::approval::{ApprovalAction, Approver, Level, assign, read_levels};
use domain::batch::BatchState;
use domain::id::BatchId;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use service::approval::{self, Decision};
use service::batch::create::CreateBatch;
use service::batch::edit::EditBatch;
use service::batch::{self, BatchRequest};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use testkit::place::Engine;

/// A step: which batch, who, and what.
#[derive(Debug, Clone)]
enum Step {
    Create(usize),
    Edit(usize, usize),
    Submit(usize, usize),
    Approve(usize, usize),
    Reject(usize, usize),
    Withdraw(usize, usize),
    Recall(usize, usize),
    Reopen(usize, usize),
    Execute(usize, usize),
    Pause(usize, usize),
    Resume(usize, usize),
    /// The policy: how many approvals, and from which amount.
    Policy(usize, usize),
    /// Hours pass, and what has expired is found.
    Hours(i64),
    /// The process ends at this step of what it runs; then another one continues it, or not yet.
    Kill(usize, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let two = || (0..3_usize, 0..5_usize);
    prop_oneof![
        2 => (0..5_usize).prop_map(Step::Create),
        2 => two().prop_map(|(batch, who)| Step::Edit(batch, who)),
        4 => two().prop_map(|(batch, who)| Step::Submit(batch, who)),
        8 => two().prop_map(|(batch, who)| Step::Approve(batch, who)),
        1 => two().prop_map(|(batch, who)| Step::Reject(batch, who)),
        1 => two().prop_map(|(batch, who)| Step::Withdraw(batch, who)),
        1 => two().prop_map(|(batch, who)| Step::Recall(batch, who)),
        1 => two().prop_map(|(batch, who)| Step::Reopen(batch, who)),
        5 => two().prop_map(|(batch, who)| Step::Execute(batch, who)),
        1 => two().prop_map(|(batch, who)| Step::Pause(batch, who)),
        2 => two().prop_map(|(batch, who)| Step::Resume(batch, who)),
        2 => (0..3_usize, 0..3_usize).prop_map(|(count, from)| Step::Policy(count, from)),
        1 => (1..60_i64).prop_map(Step::Hours),
        4 => (0..80_usize, any::<bool>()).prop_map(|(at, goes_on)| Step::Kill(at, goes_on)),
    ]
}

/// What the test knows of a batch without asking the code under test.
#[derive(Debug, Default, Clone)]
struct Known {
    makers: BTreeSet<i64>,
    /// Frozen at the last submission.
    asked: Vec<Level>,
    /// Who approved since the last time approvals became void.
    approved: BTreeMap<i64, Role>,
    /// The amount that was submitted last.
    amount: i64,
}

struct Play {
    /// None only while a process ends.
    world: Option<World>,
    people: Vec<Who>,
    ids: Vec<BatchId>,
    known: Vec<Known>,
    policy: (usize, i64),
    edits: i64,
}

impl Play {
    async fn new() -> Self {
        let world = world().await;
        let mut people = Vec::new();
        for (login, role) in [
            ("maker-1", Role::Operator),
            ("check-1", Role::Finance),
            ("check-2", Role::Finance),
            ("admin-1", Role::Admin),
            ("admin-2", Role::Admin),
        ] {
            people.push(world.person(login, role).await);
        }
        Self { world: Some(world), people, ids: Vec::new(), known: Vec::new(), policy: (0, 0), edits: 0 }
    }

    fn world(&self) -> &World {
        self.world.as_ref().unwrap()
    }

    /// The step, as far as there is such a batch.
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Create(who) if self.ids.len() < 3 => {
                let by = &self.people[who];
                self.ids.push(self.world().draft(by, &shares(10_000)).await);
                self.known.push(Known { makers: [by.id()].into(), amount: 10_000, ..Known::default() });
            }
            Step::Create(_) => {}
            Step::Policy(count, from) => self.set_policy(count, from).await,
            Step::Hours(hours) => {
                self.world().pass(hours * HOUR);
                approval::expire_due(&self.world().service).await.unwrap();
                self.forget_expired().await;
            }
            Step::Kill(at, goes_on) => self.kill(at, goes_on).await,
            Step::Edit(batch, who)
            | Step::Submit(batch, who)
            | Step::Approve(batch, who)
            | Step::Reject(batch, who)
            | Step::Withdraw(batch, who)
            | Step::Recall(batch, who)
            | Step::Reopen(batch, who)
            | Step::Execute(batch, who)
            | Step::Pause(batch, who)
            | Step::Resume(batch, who) => {
                if batch < self.ids.len() {
                    self.ask(step, batch, who).await;
                    // An execution finds out by itself that approvals are too old.
                    self.forget_expired().await;
                }
            }
        }
    }

    /// Ends the process while it runs what waits, and begins another one.
    async fn kill(&mut self, at: usize, goes_on: bool) {
        // In memory nothing outlives a process.
        if Engine::chosen() != Engine::Memory {
            let world = self.world.take().unwrap();
            self.world = Some(killed(world, End::Poll(at)).await);
        }
        self.check().await;
        if goes_on {
            for id in &self.ids {
                self.world().engine.run(*id, |_| {}).await.unwrap();
            }
        }
    }

    async fn take_and_check(&mut self, step: &Step) -> i64 {
        self.take(step).await;
        self.check().await
    }

    async fn is_partly_paid(&self) -> bool {
        for id in &self.ids {
            let tally = self.world().batch(*id).await.tally;
            if tally.success_count > 0 && tally.open_count() > 0 {
                return true;
            }
        }
        false
    }

    async fn set_policy(&mut self, count: usize, from: usize) {
        let bound = [0, 50, 500][from];
        let levels = [level(u8::try_from(count).unwrap(), &[])];
        let from = (count > 0).then(|| bound.to_string());
        let world = self.world();
        world.policy(&world.cli, "EUR", from.as_deref(), &levels).await.unwrap();
        self.policy = (count, bound * 100);
    }

    /// Approvals that the duty found too old are void.
    async fn forget_expired(&mut self) {
        for place in 0..self.ids.len() {
            let (world, id) = (self.world(), self.ids[place]);
            let (_, standing) = approval::of_batch(&world.service, id.into()).await.unwrap();
            if standing.given == 0 && world.state(id).await == "pending" {
                self.known[place].approved.clear();
            }
        }
    }

    async fn ask(&mut self, step: &Step, batch: usize, who: usize) {
        let world = self.world.as_ref().unwrap();
        let (by, id) = (self.people[who].clone(), self.ids[batch]);
        // Who has a second factor is asked for a code.
        let service = &world.proving(&by);
        let (actor, request) = (&by.actor, BatchRequest::of(id.into()));
        match step {
            Step::Edit(..) => {
                self.edits += 1;
                let amount = 1 + self.edits % 90;
                let rows = shares(amount * 100).rows;
                let edit =
                    EditBatch { rows: Some((batch::rows::Amounts::Custom, rows)), ..EditBatch::default() };
                if batch::edit(service, actor, &request, &edit).await.is_ok() {
                    self.known[batch].makers.insert(by.id());
                    self.known[batch].amount = amount * 100;
                }
            }
            Step::Submit(..) => {
                if world.submit(&by, id).await.is_ok() {
                    let asked = self.asked(batch, &by).await;
                    let known = &mut self.known[batch];
                    known.makers.insert(by.id());
                    (known.asked, known.approved) = (asked, BTreeMap::new());
                }
            }
            Step::Approve(..) => {
                if world.decide(&by, ApprovalAction::Approve, id).await.is_ok() {
                    self.known[batch].approved.insert(by.id(), by.role.unwrap());
                }
            }
            Step::Reject(..) => drop(world.decide(&by, ApprovalAction::Reject, id).await),
            Step::Withdraw(..) => {
                if approval::withdraw(service, actor, request).await.is_ok() {
                    self.known[batch].approved.clear();
                }
            }
            Step::Recall(..) => drop(approval::recall(service, actor, request).await),
            Step::Reopen(..) => drop(approval::reopen(service, actor, request).await),
            Step::Execute(..) => drop(batch::execute(service, actor, id.into()).await),
            Step::Pause(..) => drop(batch::pause(service, actor, id).await),
            Step::Resume(..) => drop(batch::resume(service, actor, id.into()).await),
            Step::Create(_) | Step::Policy(..) | Step::Hours(_) | Step::Kill(..) => {}
        }
    }

    /// What the policy asks for at least: by the batch's own amount. Together with other batches it may be more, which
    /// only the batch itself knows.
    async fn asked(&self, batch: usize, _: &Who) -> Vec<Level> {
        let (count, from) = self.policy;
        let own = count > 0 && self.known[batch].amount >= from;
        let round = {
            let mut tx = self.world().store.read().await.unwrap();
            store::approval_round::last(&mut tx, self.ids[batch]).await.unwrap().unwrap()
        };
        let frozen = read_levels(&round.levels).unwrap();
        assert!(
            !own || domain::approval::needed(&frozen) == i64::try_from(count).unwrap(),
            "asks for too little"
        );
        assert_eq!(round.amount, self.known[batch].amount);
        frozen
    }

    /// The property, for every batch that has begun. Returns how much is paid.
    async fn check(&self) -> i64 {
        let (world, mut paid) = (self.world(), 0);
        for (id, known) in self.ids.iter().zip(&self.known) {
            let batch = world.batch(*id).await;
            if !batch.state.has_begun() {
                assert_eq!(batch.tally.success_count, 0);
                continue;
            }
            let people: Vec<Approver> =
                known.approved.iter().map(|(user, role)| Approver { user: *user, role: *role }).collect();
            assert!(assign(&known.asked, &people).is_complete(), "{known:?}");
            assert!(known.approved.keys().all(|user| !known.makers.contains(user)), "{known:?}");
            assert_eq!(batch.tally.total_amount, known.amount);
            let content = {
                let mut tx = world.store.read().await.unwrap();
                ledger::content::content(&mut tx, &batch).await.unwrap().hash
            };
            assert_eq!(batch.content_hash.as_deref(), Some(content.as_str()));
            paid += batch.tally.success_amount;
        }
        assert_eq!(world.received("EUR").await, paid, "no money but that of approved batches moved");
        let states = [BatchState::Processing, BatchState::Paused];
        for id in &self.ids {
            let batch = world.batch(*id).await;
            assert!(!states.contains(&batch.state) || batch.started_at.is_some());
        }
        paid
    }
}

/// A draft of a total in cents, at least 1.00, that takes several chunks.
fn shares(total: i64) -> CreateBatch {
    let small = PAYEES.len() - 1;
    let rest = total - 10 * i64::try_from(small).unwrap();
    let last = format!("{}.{:02}", rest / 100, rest % 100);
    let amounts: Vec<&str> = std::iter::repeat_n("0.10", small).chain([last.as_str()]).collect();
    payment("EUR", &amounts)
}

/// Most in memory, where a sequence takes the least time; `PROPTEST_CASES` sets another number.
fn config() -> ProptestConfig {
    let shipped = match Engine::chosen() {
        Engine::Server => 8,
        Engine::File => 16,
        Engine::Memory => 40,
    };
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(shipped);
    let source_file = Some(file!());
    ProptestConfig { cases, max_shrink_iters: 200, source_file, ..ProptestConfig::default() }
}

#[test]
fn an_executed_batch_has_the_approvals_its_policy_asked_for_by_others_than_its_makers_for_its_content() {
    let (paid, partly) = (Cell::new(0), Cell::new(0));
    let steps = prop::collection::vec(step(), 10..60);
    let mut runner = TestRunner::new(config());
    let held = runner.run(&steps, |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut play = Play::new().await;
            for step in &steps {
                let after = play.take_and_check(step).await;
                paid.set(paid.get() + i64::from(after > 0));
                partly.set(partly.get() + i64::from(play.is_partly_paid().await));
            }
            play.world().verified().await;
        });
        Ok(())
    });
    held.unwrap();
    // Otherwise the sequences would say nothing. A few may pay nothing by chance.
    assert!(paid.get() > 0 || config().cases < 40, "nothing was ever paid");
    println!("after {} steps something was paid, after {} a batch in part", paid.get(), partly.get());
}

/// The decisions of a batch are append-only.
#[tokio::test]
async fn a_decision_stays_as_it_was_made() {
    let world = world().await;
    let maker = world.person("maker-1", Role::Operator).await;
    let checker = world.person("check-1", Role::Finance).await;
    world.policy(&world.cli, "EUR", Some("0"), &[level(1, &[])]).await.unwrap();
    let batch = world.submitted(&maker, "EUR", &["5.00"]).await;
    let noted = Decision { content_hash: None, note: "fine".to_owned() };
    approval::approve(&world.proving(&checker), &checker.actor, batch.into(), &noted).await.unwrap();
    approval::withdraw(&world.service, &checker.actor, batch).await.unwrap();
    let (_, standing) = approval::of_batch(&world.service, batch.into()).await.unwrap();
    let kept: Vec<_> = standing.decisions.iter().map(|one| (one.round, one.note.as_deref())).collect();
    assert_eq!((kept, standing.given), (vec![(1, Some("fine"))], 0));
}
