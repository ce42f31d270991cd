//! Random sequences of edits, submissions, approvals, withdrawals, expiries, changes of the policy, executions and
//! kills: an executed batch always has the approvals that its policy asked for, by others than its makers, for the
//! content that was executed.

use crate::world::{HOUR, Who, World, level, payment, world};
use domain::access::Role;
use domain::approval::{ApprovalAction, Approver, Level, assign, read_levels};
use domain::batch::BatchState;
use domain::id::BatchId;
use proptest::prelude::*;
use service::approval::{self, Decision};
use service::batch::edit::EditBatch;
use service::batch::{self, BatchRequest};
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
    /// The process ends; whatever runs continues by itself.
    Kill,
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
        1 => Just(Step::Kill),
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
    world: World,
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
        Self { world, people, ids: Vec::new(), known: Vec::new(), policy: (0, 0), edits: 0 }
    }

    /// The step, as far as there is such a batch.
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Create(who) if self.ids.len() < 3 => {
                let by = &self.people[who];
                self.ids.push(self.world.draft(by, &payment("EUR", &["100.00"])).await);
                self.known.push(Known { makers: [by.id()].into(), amount: 10_000, ..Known::default() });
            }
            Step::Create(_) => {}
            Step::Policy(count, from) => self.set_policy(count, from).await,
            Step::Hours(hours) => {
                self.world.pass(hours * HOUR);
                approval::expire_due(&self.world.service).await.unwrap();
                self.forget_expired().await;
            }
            Step::Kill => {
                for id in self.ids.clone() {
                    self.world.engine.run(id, |_| {}).await.unwrap();
                }
            }
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

    async fn set_policy(&mut self, count: usize, from: usize) {
        let bound = [0, 50, 500][from];
        let levels = [level(u8::try_from(count).unwrap(), &[])];
        let from = (count > 0).then(|| bound.to_string());
        self.world.policy(&self.world.cli, "EUR", from.as_deref(), &levels).await.unwrap();
        self.policy = (count, bound * 100);
    }

    /// Approvals that the duty found too old are void.
    async fn forget_expired(&mut self) {
        for place in 0..self.ids.len() {
            let (_, standing) =
                approval::of_batch(&self.world.service, self.ids[place].into()).await.unwrap();
            if standing.given == 0 && self.world.state(self.ids[place]).await == "pending" {
                self.known[place].approved.clear();
            }
        }
    }

    async fn ask(&mut self, step: &Step, batch: usize, who: usize) {
        let (world, by, id) = (&self.world, self.people[who].clone(), self.ids[batch]);
        let (service, actor, request) = (&world.service, &by.actor, BatchRequest::of(id.into()));
        match step {
            Step::Edit(..) => {
                self.edits += 1;
                let amount = 1 + self.edits % 90;
                let rows = payment("EUR", &[&format!("{amount}.00")]).rows;
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
            Step::Create(_) | Step::Policy(..) | Step::Hours(_) | Step::Kill => {}
        }
    }

    /// What the policy asks for at least: by the batch's own amount. Together with other batches it may be more, which
    /// only the batch itself knows.
    async fn asked(&self, batch: usize, _: &Who) -> Vec<Level> {
        let (count, from) = self.policy;
        let own = count > 0 && self.known[batch].amount >= from;
        let round = {
            let mut tx = self.world.store.read().await.unwrap();
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

    /// The property, for every batch that has begun.
    async fn check(&self) {
        let mut paid = 0;
        for (id, known) in self.ids.iter().zip(&self.known) {
            let batch = self.world.batch(*id).await;
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
                let mut tx = self.world.store.read().await.unwrap();
                ledger::content::content(&mut tx, &batch).await.unwrap().hash
            };
            assert_eq!(batch.content_hash.as_deref(), Some(content.as_str()));
            paid += batch.tally.success_amount;
        }
        assert_eq!(self.world.balance("EUR-A").await, paid, "no money but that of approved batches moved");
        let states = [BatchState::Processing, BatchState::Paused];
        for id in &self.ids {
            let batch = self.world.batch(*id).await;
            assert!(!states.contains(&batch.state) || batch.started_at.is_some());
        }
    }
}

/// Fewer on a server, where each sequence creates its own database; `PROPTEST_CASES` sets another number.
fn config() -> ProptestConfig {
    let shipped = if Engine::chosen() == Engine::Server { 8 } else { 40 };
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(shipped);
    ProptestConfig { cases, max_shrink_iters: 200, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn an_executed_batch_has_the_approvals_its_policy_asked_for_by_others_than_its_makers_for_its_content(
        steps in prop::collection::vec(step(), 10..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut play = Play::new().await;
            for step in &steps {
                play.take(step).await;
                play.check().await;
            }
            play.world.verified().await;
        });
    }
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
