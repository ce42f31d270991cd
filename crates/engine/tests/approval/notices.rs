//! What people are told: once, and only of what was committed.

use crate::world::{HOUR, SECOND, Who, World, code, level, world};
use domain::access::Role;
use domain::approval::ApprovalAction;
use domain::code::Language;
use domain::id::BatchId;
use engine::Mailer;
use service::mail::{self, Letter};
use service::notice::{self, Notice};
use service::reminder::{self, NewReminder};
use service::{Error, mail_address};
use std::path::{Path, PathBuf};

struct Office {
    world: World,
    maker: Who,
    finance: Who,
    admin: Who,
}

/// People who have read what they were told so far.
async fn office() -> Office {
    let world = world().await;
    let maker = world.person("maker-1", Role::Operator).await;
    let finance = world.person("check-1", Role::Finance).await;
    let admin = world.person("admin-1", Role::Admin).await;
    world.usual_policies().await;
    let office = Office { world, maker, finance, admin };
    office.spread().await;
    office.read_all().await;
    office
}

impl Office {
    /// Spreads everything, as the duty does.
    async fn spread(&self) -> usize {
        self.world.engine.spread().await.unwrap()
    }

    async fn read_all(&self) {
        for who in [&self.maker, &self.finance, &self.admin] {
            notice::read_all(&self.world.service, &who.actor, who.id()).await.unwrap();
        }
    }

    async fn unread(&self, who: &Who) -> Vec<Notice> {
        let page = notice::list(&self.world.service, who.id(), true, (100, 0)).await.unwrap();
        assert_eq!(page.unread, i64::try_from(page.notices.len()).unwrap());
        page.notices
    }

    /// The kinds of a person's unread notices, oldest first.
    async fn told(&self, who: &Who) -> Vec<&'static str> {
        self.unread(who).await.iter().rev().map(|one| one.event.kind.name()).collect()
    }

    /// The same for the maker, finance and the administrator.
    async fn all_told(&self) -> [Vec<&'static str>; 3] {
        [self.told(&self.maker).await, self.told(&self.finance).await, self.told(&self.admin).await]
    }

    async fn submitted(&self) -> BatchId {
        self.world.submitted(&self.maker, "EUR", &["5.00"]).await
    }

    /// The number of events in the outbox.
    async fn events(&self) -> i64 {
        let mut tx = self.world.store.read().await.unwrap();
        let rows = tx.fetch_text("SELECT COUNT(*) FROM outbox".to_owned(), vec![]).await.unwrap();
        rows.first().unwrap().i64(0).unwrap()
    }
}

#[tokio::test]
async fn an_event_is_in_the_outbox_if_and_only_if_its_change_was_committed() {
    let office = office().await;
    let before = office.events().await;
    let id = office.submitted().await;
    assert_eq!(office.events().await, before + 1);
    assert_eq!(code(&office.world.submit(&office.maker, id).await), "BATCH_WRONG_STATE");
    assert_eq!(code(&office.world.approve(&office.maker, id).await), "FORBIDDEN");
    assert_eq!(code(&office.world.execute(&office.finance, id).await), "BATCH_NOT_APPROVED");
    assert_eq!(office.events().await, before + 1, "refusals tell nothing");
}

#[tokio::test]
async fn those_who_have_to_know_are_told_of_a_batch_once_and_nobody_of_what_they_did() {
    let office = office().await;
    let id = office.submitted().await;
    assert_eq!(office.spread().await, 1);
    assert_eq!(office.all_told().await, [vec![], vec!["batch.submitted"], vec!["batch.submitted"]]);
    office.read_all().await;
    office.world.approve(&office.finance, id).await.unwrap();
    office.world.execute(&office.finance, id).await.unwrap();
    office.world.engine.run(id, |_| {}).await.unwrap();
    assert_eq!(office.spread().await, 3);
    assert_eq!(office.spread().await, 0);
    let all = vec!["batch.approved", "batch.started", "batch.finished"];
    assert_eq!(office.all_told().await, [all.clone(), vec!["batch.finished"], all]);
    let newest = &office.unread(&office.maker).await[0];
    let number = office.world.batch(id).await.number();
    assert_eq!((newest.batch.as_deref(), newest.event.batch), (Some(number.as_str()), Some(id)));
    let words = notice::said(&newest.event, newest.batch.as_deref(), Language::English);
    assert_eq!(words.title, format!("{number} is completed"));
}

#[tokio::test]
async fn a_rejection_and_failed_items_are_told() {
    let office = office().await;
    let id = office.submitted().await;
    office.world.decide(&office.finance, ApprovalAction::Reject, id).await.unwrap();
    office.spread().await;
    assert_eq!(office.told(&office.maker).await, ["batch.rejected"]);
    office.read_all().await;
    let id = office.submitted().await;
    office.world.approve(&office.finance, id).await.unwrap();
    office.world.execute(&office.finance, id).await.unwrap();
    office.world.freeze("EUR-A", true).await;
    office.world.engine.run(id, |_| {}).await.unwrap();
    office.spread().await;
    let all = ["batch.approved", "batch.started", "batch.finished", "batch.items_failed"];
    assert_eq!(office.told(&office.maker).await, all);
}

#[tokio::test]
async fn every_finance_and_admin_is_told_who_gained_power() {
    let office = office().await;
    let (world, admin) = (&office.world, &office.admin.actor);
    let other = world.person_without_factor(admin, "new-1", Role::Operator).await;
    let change = service::user::UserChange { role: Some(Role::Finance), ..Default::default() };
    let service = world.proving(&office.admin);
    service::user::change(&service, admin, other.id(), &change).await.unwrap();
    service::user::reset(&world.proving(&office.admin), admin, other.id()).await.unwrap();
    world.enrol(&other, false).await;
    service::factor::reset(&world.proving(&office.admin), admin, other.id()).await.unwrap();
    world.policy(&world.cli, "EUR", None, &[]).await.unwrap();
    office.spread().await;
    let all = [
        "user.added",
        "user.role_raised",
        "user.password_reset",
        "user.factor_reset",
        "approval_policy.loosened",
    ];
    assert_eq!(office.told(&office.finance).await, all);
    assert_eq!(office.told(&office.admin).await, all);
    assert_eq!(office.told(&office.maker).await, Vec::<&str>::new());
    assert_eq!(office.told(&other).await, all[1..4], "the person, who cannot sign in now, of nothing else");
}

#[tokio::test]
async fn a_spread_that_is_cut_off_tells_later_and_once() {
    let office = office().await;
    office.submitted().await;
    let mut tx = office.world.store.write().await.unwrap();
    assert_eq!(notice::spread(&mut tx, true, office.world.now()).await.unwrap(), 1);
    drop(tx);
    assert_eq!(office.told(&office.finance).await, Vec::<&str>::new());
    assert_eq!((office.spread().await, office.spread().await), (1, 0));
    assert_eq!(office.told(&office.finance).await, ["batch.submitted"]);
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sluice-{name}-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    folder
}

fn mailer(folder: &Path) -> Mailer {
    Mailer::folder("Sluice <pay@example.com>", folder).unwrap()
}

impl Office {
    /// Spreads everything, with e-mails.
    async fn spread_with_mail(&self) {
        let mut tx = self.world.store.write().await.unwrap();
        while notice::spread(&mut tx, true, self.world.now()).await.unwrap() > 0 {}
        tx.commit().await.unwrap();
    }

    async fn address(&self, who: &Who, email: &str) -> Result<(), Error> {
        let new = Some((email, Language::English));
        mail_address::set(&self.world.service, &who.actor, who.id(), new).await.map(|_| ())
    }

    /// Takes the next e-mail, as a node does that is killed before it sends it.
    async fn taken(&self) -> Letter {
        let mut tx = self.world.store.write().await.unwrap();
        let letter = mail::take(&mut tx, self.world.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        letter
    }
}

#[tokio::test]
async fn an_e_mail_that_was_not_sent_before_a_kill_is_sent_once_afterwards() {
    let office = office().await;
    assert_eq!(code(&office.address(&office.finance, "nobody").await), "EMAIL_INVALID");
    office.address(&office.finance, "check@example.com").await.unwrap();
    office.submitted().await;
    office.spread_with_mail().await;
    let letter = office.taken().await;
    assert_eq!(letter.to, "check@example.com", "the administrator has no address");
    assert!(
        letter.subject.starts_with("[Sluice] batch-") && !letter.subject.contains("maker-1"),
        "{letter:?}"
    );
    assert!(letter.body.contains("maker-1") && !letter.body.contains("5.00"), "{letter:?}");
    let folder = folder("killed");
    let mailer = mailer(&folder);
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 0, "it may have been sent");
    office.world.pass(61 * SECOND);
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 1);
    office.world.pass(100 * HOUR);
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 0);
    let name = format!("notice-{}-{}.eml", letter.mail.event, letter.mail.user);
    let sent = std::fs::read_to_string(folder.join(&name)).unwrap();
    let id = format!("<notice-{}-{}@example.com>", letter.mail.event, letter.mail.user);
    for part in ["To: check@example.com", "From: Sluice <pay@example.com>", &id] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_e_mail_that_was_refused_is_tried_again() {
    let office = office().await;
    office.address(&office.finance, "check@example.com").await.unwrap();
    office.submitted().await;
    office.spread_with_mail().await;
    let folder = folder("refused");
    std::fs::write(&folder, "no folder").unwrap();
    let mailer = mailer(&folder.join("in"));
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 0);
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 0, "it backs off");
    office.world.pass(61 * SECOND);
    assert_eq!(office.world.engine.send_mails(&mailer).await.unwrap(), 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_reminder_comes_at_its_time_and_to_approvers_only_while_the_batch_waits() {
    let office = office().await;
    let (world, maker) = (&office.world, &office.maker);
    let auditor = world.person("audit-1", Role::Auditor).await;
    let id = office.submitted().await;
    office.spread().await;
    office.read_all().await;
    let add =
        async |who: &Who, new: NewReminder| reminder::add(&world.service, &who.actor, &new).await.map(|_| ());
    let later = Some(world.now() + HOUR);
    let of_batch = || NewReminder { due_at: later, batch: Some(id.into()), ..NewReminder::default() };
    let own = NewReminder { person: Some(maker.id()), text: "call the bank".to_owned(), ..of_batch() };
    let too_late = NewReminder { due_at: Some(world.now() + 400 * 24 * HOUR), ..of_batch() };
    assert_eq!(code(&add(maker, NewReminder::default()).await), "REMINDER_INVALID");
    assert_eq!(code(&add(maker, too_late).await), "REMINDER_INVALID");
    assert_eq!(code(&add(&auditor, of_batch()).await), "FORBIDDEN");
    add(maker, of_batch()).await.unwrap();
    add(maker, own.clone()).await.unwrap();
    assert_eq!(office.spread().await, 0);
    world.pass(HOUR);
    assert_eq!(office.spread().await, 2);
    let one = vec!["reminder.due"];
    assert_eq!(office.all_told().await, [one.clone(), one.clone(), one.clone()]);
    office.read_all().await;
    add(maker, NewReminder { due_at: Some(world.now() + HOUR), ..of_batch() }).await.unwrap();
    world.approve(&office.finance, id).await.unwrap();
    assert_eq!(code(&add(maker, of_batch()).await), "BATCH_NOT_PENDING");
    world.pass(HOUR);
    office.spread().await;
    assert_eq!(office.told(&office.admin).await, ["batch.approved"], "no reminder of what is approved");
    let (batch, due_at) = (None, None);
    for k in 0..100 {
        let asked = add(maker, NewReminder { batch, due_at, ..own.clone() }).await;
        let most = if k < 97 { "ok" } else { "REMINDERS_TOO_MANY" };
        assert_eq!(code(&asked), most, "{k}");
    }
}

#[tokio::test]
async fn a_change_that_loosens_a_policy_is_told_when_set_and_when_in_force() {
    let world = crate::world::world_cooling(std::time::Duration::from_secs(24 * 3_600)).await;
    let finance = world.person("check-1", Role::Finance).await;
    world.person("check-2", Role::Finance).await;
    world.policy(&world.cli, "EUR", Some("0"), &[level(1, &[])]).await.unwrap();
    world.policy(&world.cli, "EUR", None, &[]).await.unwrap();
    world.pass(25 * HOUR);
    service::approval::expire_due(&world.service).await.unwrap();
    world.engine.spread().await.unwrap();
    let page = notice::list(&world.service, finance.id(), true, (100, 0)).await.unwrap();
    let titles: Vec<_> =
        page.notices.iter().map(|one| notice::said(&one.event, None, Language::English).title).collect();
    assert_eq!(
        titles[..2],
        ["A loosened approval policy is in force", "A change loosens an approval policy and waits"]
    );
}
