//! Every state, verb, role and kind of policy against the documented table.

use crate::world::{Who, World, payment, world};
use domain::access::{Operation as O, Reach, Role};
use domain::batch::BatchState;
use domain::code::Code;
use domain::id::BatchId;
use service::approval;
use service::batch::edit::EditBatch;
use service::batch::rework::Rework;
use service::batch::submit::Submission;
use service::batch::{self, BatchRequest};
use service::{Error, approval::Decision};
use std::collections::HashMap;

/// What becomes of a batch in a state, for somebody who may use the verb: the state after it, or the refusal. Where
/// the policy matters there is a row for each: `none`, `one` approval, `two` levels (finance and admin). A batch that
/// `one` approved was approved by finance, one under `two` by finance and admin.
///
/// Columns: draft, pending, approved, rejected, processing, paused, completed, partially completed, failed,
/// cancelled.
const STATES: &str = "
    edit       any   draft WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    submit     any   pending WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    approve    none  NOTPEND approved NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND
    approve    one   NOTPEND approved NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND
    approve    two   NOTPEND pending NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND
    reject     any   NOTPEND rejected NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND NOTPEND
    withdraw   any   WRONG NOAPPR pending WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    recall     any   WRONG draft draft WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    reopen     any   WRONG WRONG WRONG draft WRONG WRONG WRONG WRONG WRONG WRONG
    execute    none  WRONG processing processing WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    execute    one   WRONG UNAPPR processing WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    execute    two   WRONG UNAPPR processing WRONG WRONG WRONG WRONG WRONG WRONG WRONG
    pause      any   WRONG WRONG WRONG WRONG paused paused WRONG WRONG WRONG WRONG
    resume     none  WRONG processing processing WRONG processing processing ENDED ENDED ENDED WRONG
    resume     one   WRONG UNAPPR processing WRONG processing processing ENDED ENDED ENDED WRONG
    resume     two   WRONG UNAPPR processing WRONG processing processing ENDED ENDED ENDED WRONG
    cancel     any   cancelled cancelled cancelled WRONG failed failed BEGUN BEGUN BEGUN GONE
    retry      any   WRONG WRONG WRONG WRONG processing paused completed processing processing WRONG
    skip       any   WRONG WRONG WRONG WRONG processing paused completed completed failed WRONG
";

/// Who may use a verb. `yes`; `no`: the operation is forbidden; `own`: only with a batch that the caller made, which
/// only `maker`, an operator, did here; `early`: that, and only before it has begun; `gave`: only an approval of the
/// caller's own can be withdrawn. The key was made on the command line and has every scope.
///
/// Columns: maker, operator, finance, admin, auditor, key.
const ROLES: &str = "
    edit      yes   own own_all own_all no own
    submit    yes   own own_all own_all no own
    approve   no    no  yes yes no no
    reject    no    no  yes yes no no
    withdraw  no    no  yes gave no no
    recall    yes   own own own no own
    reopen    yes   own own own no own
    execute   no    no  yes yes no yes
    pause     no    no  yes yes no yes
    resume    no    no  yes yes no yes
    cancel    early own yes yes no yes
    retry     no    no  yes yes no yes
    skip      no    no  yes yes no yes
";

const ROLE_NAMES: [&str; 6] = ["maker", "operator", "finance", "admin", "auditor", "key"];
const POLICIES: [(&str, &str); 3] = [("none", "USD"), ("one", "EUR"), ("two", "GBP")];

fn operation(verb: &str) -> O {
    match verb {
        "edit" => O::BatchEdit,
        "submit" => O::BatchSubmit,
        "approve" | "reject" => O::BatchApprove,
        "withdraw" => O::ApprovalWithdraw,
        "recall" => O::BatchRecall,
        "reopen" => O::BatchReopen,
        "execute" => O::BatchExecute,
        "pause" => O::BatchPause,
        "resume" => O::BatchResume,
        "cancel" => O::BatchCancel,
        "retry" => O::BatchRetry,
        "skip" => O::BatchSkipFailed,
        other => panic!("{other}"),
    }
}

fn spelled(outcome: &str) -> &str {
    match outcome {
        "WRONG" => "BATCH_WRONG_STATE",
        "NOTPEND" => "BATCH_NOT_PENDING",
        "NOAPPR" => "APPROVAL_NOT_FOUND",
        "UNAPPR" => "BATCH_NOT_APPROVED",
        "ENDED" => "BATCH_NOT_RESUMABLE",
        "BEGUN" => "BATCH_CANNOT_CANCEL",
        "GONE" => "BATCH_CANCELLED",
        state => state,
    }
}

/// The documented outcome.
fn documented(verb: &str, policy: &str, place: usize, role: usize) -> String {
    let row = |table: &'static str, keys: &[&str]| -> Vec<&'static str> {
        let fits = |line: &&str| {
            let mut words = line.split_whitespace();
            words.next() == Some(verb)
                && (keys.is_empty() || words.next().is_some_and(|word| keys.contains(&word)))
        };
        let line = table.lines().find(fits).unwrap_or_else(|| panic!("no row for {verb} {keys:?}"));
        line.split_whitespace().skip(if keys.is_empty() { 1 } else { 2 }).collect()
    };
    let state = BatchState::ALL[place];
    let outcome = spelled(row(STATES, &["any", policy])[place]);
    match row(ROLES, &[])[role] {
        "yes" | "own_all" => outcome.to_owned(),
        "early" if !state.has_begun() => outcome.to_owned(),
        "gave" if policy != "two" && state == BatchState::Approved => "APPROVAL_NOT_FOUND".to_owned(),
        "gave" => outcome.to_owned(),
        "no" | "own" | "early" => Code::Forbidden.name().to_owned(),
        other => panic!("{other}"),
    }
}

/// Those who ask, in the order of the columns.
struct People {
    all: Vec<Who>,
}

impl People {
    async fn of(world: &World) -> Self {
        let mut all = Vec::new();
        for (login, role) in [
            ("maker", Role::Operator),
            ("operator", Role::Operator),
            ("finance", Role::Finance),
            ("admin", Role::Admin),
            ("auditor", Role::Auditor),
        ] {
            all.push(world.person(login, role).await);
        }
        all.push(world.key(&world.cli, "all").await);
        // So that a batch which finance or the administrator submits finds approvers.
        world.person("finance-2", Role::Finance).await;
        world.person("admin-2", Role::Admin).await;
        Self { all }
    }

    fn maker(&self) -> &Who {
        &self.all[0]
    }

    fn finance(&self) -> &Who {
        &self.all[2]
    }

    fn admin(&self) -> &Who {
        &self.all[3]
    }

    /// A batch in a state, made by the maker.
    async fn batch_in(&self, world: &World, state: BatchState, currency: &str) -> BatchId {
        let payee = |payee: &str| format!("{currency}-{payee}");
        let id = world.draft(self.maker(), &payment(currency, &["1.00", "2.00"])).await;
        if state == BatchState::Draft {
            return id;
        }
        if state == BatchState::Cancelled {
            let ask = BatchRequest::of(id.into());
            batch::cancel(&world.service, &self.maker().actor, &ask, false).await.unwrap();
            return id;
        }
        world.submit(self.maker(), id).await.unwrap();
        match state {
            BatchState::Pending => return id,
            BatchState::Rejected => {
                world.decide(self.finance(), domain::approval::ApprovalAction::Reject, id).await.unwrap();
                return id;
            }
            _ => {}
        }
        world.approve(self.finance(), id).await.unwrap();
        if currency == "GBP" {
            world.approve(self.admin(), id).await.unwrap();
        }
        if state == BatchState::Approved {
            return id;
        }
        world.execute(self.finance(), id).await.unwrap();
        match state {
            BatchState::Processing => return id,
            BatchState::Paused => {
                batch::pause(&world.service, &self.finance().actor, id).await.unwrap();
                return id;
            }
            _ => {}
        }
        let frozen: &[&str] = match state {
            BatchState::Completed => &[],
            BatchState::PartiallyCompleted => &["A"],
            _ => &["A", "B"],
        };
        for one in frozen {
            world.freeze(&payee(one), true).await;
        }
        world.engine.run(id, |_| {}).await.unwrap();
        for one in frozen {
            world.freeze(&payee(one), false).await;
        }
        id
    }

    /// What a verb does: the batch's state after it, or the refusal.
    async fn ask(&self, world: &World, who: &Who, verb: &str, id: BatchId) -> String {
        let reach = match operation(verb).allow(who.asker()) {
            Ok(reach) => reach,
            Err(code) => return code.name().to_owned(),
        };
        match done(world, who, verb, id, reach).await {
            Ok(()) => world.state(id).await.to_owned(),
            Err(error) => error.code().unwrap_or_else(|| panic!("{error:?}")).name().to_owned(),
        }
    }
}

async fn done(world: &World, who: &Who, verb: &str, id: BatchId, reach: Reach) -> Result<(), Error> {
    let (service, actor, decision) = (&world.service, &who.actor, Decision::default());
    let ask = BatchRequest::of(id.into()).within(reach);
    match verb {
        "edit" => {
            let edit = EditBatch { name: Some("Salaries".to_owned()), ..EditBatch::default() };
            batch::edit(service, actor, &ask, &edit).await.map(drop)
        }
        "submit" => batch::submit(service, actor, ask, &Submission::default()).await.map(drop),
        "approve" => approval::approve(&world.proving(who), actor, id.into(), &decision).await.map(drop),
        "reject" => approval::reject(&world.proving(who), actor, id.into(), &decision).await.map(drop),
        "withdraw" => approval::withdraw(service, actor, ask).await.map(drop),
        "recall" => approval::recall(service, actor, ask).await.map(drop),
        "reopen" => approval::reopen(service, actor, ask).await.map(drop),
        "execute" => batch::execute(&world.proving(who), actor, id.into()).await.map(drop),
        "pause" => batch::pause(service, actor, ask).await.map(drop),
        "resume" => batch::resume(&world.proving(who), actor, id.into()).await.map(drop),
        "cancel" => batch::cancel(service, actor, &ask, false).await.map(drop),
        "retry" => batch::retry(&world.proving(who), actor, id.into(), Rework::AllFailed).await.map(drop),
        "skip" => batch::skip_failed(service, actor, id.into(), "by hand").await.map(drop),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_verb_in_every_state_for_every_role_under_every_policy_does_what_the_table_says() {
    let world = world().await;
    let people = People::of(&world).await;
    world.usual_policies().await;
    let verbs: Vec<&str> = ROLES.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let (mut wrong, mut cells) = (Vec::new(), 0);
    for (policy, currency) in POLICIES {
        for (place, state) in BatchState::ALL.into_iter().enumerate() {
            // A refusal changes nothing, so its batch serves the next one.
            let mut unused: HashMap<&str, BatchId> = HashMap::new();
            for verb in &verbs {
                for (role, who) in people.all.iter().enumerate() {
                    let id = match unused.remove(currency) {
                        Some(id) => id,
                        None => people.batch_in(&world, state, currency).await,
                    };
                    assert_eq!(world.state(id).await, state.name());
                    let expected = documented(verb, policy, place, role);
                    let got = people.ask(&world, who, verb, id).await;
                    if got != expected {
                        let name = ROLE_NAMES[role];
                        wrong.push(format!("{policy} {} {verb} {name}: {got}, not {expected}", state.name()));
                    }
                    if got.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                        assert_eq!(world.state(id).await, state.name(), "a refusal changes nothing");
                        unused.insert(currency, id);
                    }
                    cells += 1;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cells}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cells, 3 * 10 * 13 * 6);
    world.verified().await;
}
