//! Reminders: a notice at a time, for oneself or for the approvers of a batch.

use crate::batch::lookup;
use crate::write::{Write, WriteResult};
use crate::{Error, Service};
use domain::access::Role;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::BatchId;
use domain::principal::Principal;
use domain::text::Text;
use store::Tx;
use store::audit::Actor;

pub use store::reminder::Reminder;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;
/// How far ahead a reminder may be.
const AHEAD_MAX_US: i64 = 366 * DAY_US;
/// The most reminders that a principal may ask for in a day.
const A_DAY_MAX: i64 = 100;
/// Reminders that become due in one transaction.
const AT_ONCE: i64 = 100;

/// A reminder to ask for.
#[derive(Debug, Clone, Default)]
pub struct NewReminder {
    /// When it is due, microseconds UTC; none: now.
    pub due_at: Option<i64>,
    /// The batch that it is about.
    pub batch: Option<BatchRef>,
    /// The person whom it is for; none: the approvers of the batch.
    pub person: Option<i64>,
    /// What it says; may be empty if it is about a batch.
    pub text: String,
}

/// Adds a reminder.
pub async fn add(service: &Service, actor: &Actor, new: &NewReminder) -> Result<Reminder, Error> {
    let mut write = service.step(actor, Action::ReminderAdd).await?;
    let done = add_in(&mut write, new).await;
    write.end_unkept(done).await
}

async fn add_in(write: &mut Write, new: &NewReminder) -> Result<WriteResult<Reminder>, Error> {
    let now = write.now;
    let due_at = new.due_at.unwrap_or(now).max(now);
    let content = Text::parse(&new.text).map_err(|code| Error::refused(code, "text"))?.map(String::from);
    let batch = match new.batch {
        Some(batch) => Some(lookup::find(&mut write.tx, batch).await?),
        None => None,
    };
    let is_late = due_at.saturating_sub(now) > AHEAD_MAX_US;
    if is_late || (batch.is_none() && (content.is_none() || new.person.is_none())) {
        return Err(Code::ReminderInvalid.into());
    }
    if let Some(batch) = batch.as_ref().filter(|batch| batch.state != BatchState::Pending)
        && new.person.is_none()
    {
        return Err(Error::refused(Code::BatchNotPending, batch.state_text()));
    }
    let created_by = write.actor.author.clone();
    if new.person.is_none() && is_auditor(&mut write.tx, created_by.principal).await? {
        return Err(Code::Forbidden.into());
    }
    let since = now.saturating_sub(DAY_US);
    if store::reminder::count_since(&mut write.tx, created_by.principal, since).await? >= A_DAY_MAX {
        return Err(Code::RemindersTooMany.into());
    }
    let batch = batch.map(|batch| batch.id);
    let person = new.person;
    let reminder = Reminder { id: 0, due_at, person, batch, content, created_by, created_at: now };
    let id = store::reminder::add(&mut write.tx, &reminder).await?;
    let fact = Fact::new(Action::ReminderAdd, Some(id))
        .with("due_at", due_at)
        .with("person", person)
        .with("batch", batch.map(|batch| batch.0))
        .with("text", reminder.content.as_deref());
    Ok(WriteResult::one(Reminder { id, ..reminder }, fact))
}

/// Whether somebody only reads, and therefore asks nothing of others.
async fn is_auditor(tx: &mut Tx, by: Principal) -> Result<bool, Error> {
    let Principal::User(id) = by else { return Ok(false) };
    let found = store::user::get(tx, id).await?;
    Ok(found.is_some_and(|user| user.role == Role::Auditor))
}

/// Whether any reminder is due.
pub async fn is_due(service: &Service) -> Result<bool, Error> {
    let mut tx = service.store.read().await?;
    Ok(!store::reminder::due(&mut tx, service.now(), 1).await?.is_empty())
}

/// Ends the reminders that are due, within the caller's transaction, and returns the facts of those that tell
/// somebody something: the approvers are not reminded of a batch that no longer waits for them.
pub async fn end_due(tx: &mut Tx, now: i64) -> Result<Vec<Fact>, Error> {
    let mut facts = Vec::new();
    for reminder in store::reminder::due(tx, now, AT_ONCE).await? {
        store::reminder::done(tx, reminder.id, now).await?;
        if reminder.person.is_some() || waits(tx, reminder.batch).await? {
            let fact = Fact::new(Action::ReminderDue, Some(reminder.id))
                .with("person", reminder.person)
                .with("batch", reminder.batch.map(|batch| batch.0))
                .with("text", reminder.content.as_deref())
                .with("asked_by", reminder.created_by.name);
            facts.push(fact);
        }
    }
    Ok(facts)
}

/// Whether a batch waits for approvals.
async fn waits(tx: &mut Tx, batch: Option<BatchId>) -> Result<bool, Error> {
    let Some(id) = batch else { return Ok(false) };
    let found = store::batch::get(tx, id).await?;
    Ok(found.is_some_and(|batch| batch.state == BatchState::Pending))
}
