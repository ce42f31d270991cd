//! Events: what people and programs outside are told. They follow from the facts of a write, so that no verb
//! writes one by hand, and are stored in the write's own transaction (`store::outbox`).
//!
//! To add an event: a line in [`EventKind`], a line in `of_fact`, and its words in `service/src/notice/words.rs`.
//! Names and the fields of the details are permanent: webhooks send both.

use crate::batch::BatchState;
use crate::fact::{Action, BatchEvent, Fact};
use crate::id::BatchId;
use crate::stored_enum::stored_enum;
use serde_json::{Map, Value};
use std::fmt;

stored_enum! {
    /// What happened.
    EventKind {
        /// A batch was submitted, and may need approvals.
        BatchSubmitted = 1 "batch.submitted",
        /// A submission was taken back.
        BatchRecalled = 2 "batch.recalled",
        /// A batch has all the approvals that it needs.
        BatchApproved = 3 "batch.approved",
        /// A batch was rejected.
        BatchRejected = 4 "batch.rejected",
        /// The approvals of a batch expired before its execution.
        BatchApprovalExpired = 5 "batch.approval_expired",
        /// A batch began to run, or runs again after a pause.
        BatchStarted = 6 "batch.started",
        /// A batch is paused.
        BatchPaused = 7 "batch.paused",
        /// A batch ended; its state says how.
        BatchFinished = 8 "batch.finished",
        /// A batch ended with failed items.
        BatchItemsFailed = 9 "batch.items_failed",
        /// Somebody reset a person's second factor.
        FactorReset = 10 "user.factor_reset",
        /// Somebody reset a person's password.
        PasswordReset = 11 "user.password_reset",
        /// A person's role was raised.
        RoleRaised = 12 "user.role_raised",
        /// A change that loosens an approval policy was set, confirmed, or came into force.
        PolicyLoosened = 13 "approval_policy.loosened",
        /// A person signed in from a network that was not seen for this person lately.
        SignedInElsewhere = 14 "user.signed_in_elsewhere",
        /// A reminder is due.
        ReminderDue = 15 "reminder.due",
        /// A webhook is being tested.
        WebhookTest = 16 "webhook.test",
        /// A person was added.
        UserAdded = 17 "user.added",
        /// A person set up a second factor, or replaced it.
        FactorEnrolled = 18 "user.factor_enrolled",
        /// A person removed the second factor.
        FactorRemoved = 19 "user.factor_removed",
        /// A person changed the password.
        PasswordChanged = 20 "user.password_changed",
        /// A task ended; its state says how.
        TaskFinished = 31 "task.finished",
    }
}

impl EventKind {
    /// Whether people are also told by e-mail. They are not of what passes by itself, nor of failed items, which the
    /// e-mail about the batch's end counts.
    #[must_use]
    pub const fn is_mailed(self) -> bool {
        !matches!(
            self,
            Self::BatchRecalled
                | Self::BatchStarted
                | Self::BatchPaused
                | Self::BatchItemsFailed
                | Self::WebhookTest
                | Self::TaskFinished
        )
    }
}

/// Who is told in the product and by e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventAudience {
    /// A batch's makers, finance and administrators.
    Batch,
    /// Who may approve the batch: finance and administrators, except its makers.
    Approvers,
    /// Finance and administrators.
    Money,
    /// Finance and administrators, and this person.
    MoneyAnd(i64),
    /// Administrators, and this person.
    AdminsAnd(i64),
    /// This person.
    Person(i64),
    /// Nobody; programs only.
    Nobody,
}

impl EventAudience {
    /// The audience as stored: a word, or a word and a user's id.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (word, id) = match text.split_once(':') {
            Some((word, id)) => (word, Some(id.parse().ok()?)),
            None => (text, None),
        };
        match (word, id) {
            ("batch", None) => Some(Self::Batch),
            ("approvers", None) => Some(Self::Approvers),
            ("money", None) => Some(Self::Money),
            ("money_and", Some(id)) => Some(Self::MoneyAnd(id)),
            ("admins_and", Some(id)) => Some(Self::AdminsAnd(id)),
            ("person", Some(id)) => Some(Self::Person(id)),
            ("nobody", None) => Some(Self::Nobody),
            _ => None,
        }
    }
}

impl fmt::Display for EventAudience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch => f.write_str("batch"),
            Self::Approvers => f.write_str("approvers"),
            Self::Money => f.write_str("money"),
            Self::MoneyAnd(id) => write!(f, "money_and:{id}"),
            Self::AdminsAnd(id) => write!(f, "admins_and:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// One thing that somebody outside is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The noun that it happened to.
    pub subject: &'static str,
    /// Its id.
    pub subject_id: Option<i64>,
    /// The batch that it is about, if it is about one.
    pub batch: Option<BatchId>,
    /// The details: only the fields that this kind of event has.
    pub detail: Map<String, Value>,
    /// Who is told.
    pub audience: EventAudience,
}

impl Event {
    /// The events of a fact, in order; most facts have none.
    #[must_use]
    pub fn of(fact: &Fact) -> Vec<Self> {
        let kinds = of_batch(fact).into_iter().chain(of_fact(fact));
        kinds.map(|(kind, audience)| Self::new(fact, kind, audience)).collect()
    }

    fn new(fact: &Fact, kind: EventKind, audience: EventAudience) -> Self {
        let fields = fields(kind).iter();
        let known = fields.filter_map(|name| Some(((*name).to_owned(), fact.detail.get(*name)?.clone())));
        let mut detail: Map<String, Value> = known.filter(|(_, value)| !value.is_null()).collect();
        let batch = match (fact.action.subject(), &fact.moved) {
            (_, Some(moved)) => Some(moved.batch),
            ("batch", None) => fact.id.map(BatchId),
            _ => fact.detail.get("batch").and_then(Value::as_i64).map(BatchId),
        };
        if let Some(moved) = &fact.moved {
            detail.insert("state".to_owned(), moved.state.name().into());
        }
        Self { kind, subject: fact.action.subject(), subject_id: fact.id, batch, detail, audience }
    }
}

/// The events of a line in a batch's history.
fn of_batch(fact: &Fact) -> Vec<(EventKind, EventAudience)> {
    use BatchEvent as B;
    use EventAudience::{Approvers, Batch};
    use EventKind as K;
    let Some(moved) = fact.moved.as_ref().filter(|moved| moved.item.is_none()) else { return Vec::new() };
    let one = |kind, audience| vec![(kind, audience)];
    match moved.event {
        B::Submitted => one(K::BatchSubmitted, Approvers),
        B::Recalled => one(K::BatchRecalled, Approvers),
        B::Approved => one(K::BatchApproved, Batch),
        B::Rejected => one(K::BatchRejected, Batch),
        B::ApprovalExpired => one(K::BatchApprovalExpired, Batch),
        B::Started | B::Resumed => one(K::BatchStarted, Batch),
        B::Paused => one(K::BatchPaused, Batch),
        B::Completed | B::PartiallyCompleted | B::Failed | B::Cancelled => of_end(fact),
        B::Created
        | B::Edited
        | B::ApprovalGiven
        | B::ApprovalWithdrawn
        | B::Reopened
        | B::Repriced
        | B::HandedOver
        | B::Copied
        | B::Corrected
        | B::PauseAsked
        | B::InterruptAsked
        | B::CalledOff
        | B::Retried
        | B::Skipped => Vec::new(),
    }
}

/// The events of a batch's end. Nobody but its maker knows of a draft, so nobody is told that one was cancelled.
fn of_end(fact: &Fact) -> Vec<(EventKind, EventAudience)> {
    let text = |name: &str| fact.detail.get(name).and_then(Value::as_str);
    if text("from") == Some(BatchState::Draft.name()) {
        return Vec::new();
    }
    let has_failed = fact.detail.get("failed").and_then(Value::as_i64).is_some_and(|failed| failed > 0);
    let failed = has_failed.then_some((EventKind::BatchItemsFailed, EventAudience::Batch));
    [(EventKind::BatchFinished, EventAudience::Batch)].into_iter().chain(failed).collect()
}

/// The event of any other fact.
fn of_fact(fact: &Fact) -> Option<(EventKind, EventAudience)> {
    use EventAudience as To;
    use EventKind as K;
    let id = fact.id?;
    let has = |name: &str| {
        fact.detail.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
    };
    Some(match fact.action {
        Action::UserAdd => (K::UserAdded, To::Money),
        Action::UserReset => (K::PasswordReset, To::MoneyAnd(id)),
        Action::UserTotpReset => (K::FactorReset, To::MoneyAnd(id)),
        Action::UserChange if has("raised_from") => (K::RoleRaised, To::MoneyAnd(id)),
        Action::UserTotpConfirm => (K::FactorEnrolled, To::AdminsAnd(id)),
        Action::UserTotpRemove => (K::FactorRemoved, To::AdminsAnd(id)),
        Action::UserPassword => (K::PasswordChanged, To::Person(id)),
        Action::UserLogin if has("new_network") => (K::SignedInElsewhere, To::Person(id)),
        Action::ApprovalPolicySet if has("loosens") => (K::PolicyLoosened, To::Money),
        // Only what loosens waits to be confirmed or to come into force.
        Action::ApprovalPolicyConfirm | Action::ApprovalPolicyForce => (K::PolicyLoosened, To::Money),
        Action::ReminderDue => (K::ReminderDue, audience_of_reminder(fact)?),
        Action::WebhookTest => (K::WebhookTest, To::Nobody),
        Action::TaskEnd | Action::TaskCancel if has("state") => (K::TaskFinished, audience_of_task(fact)),
        _ => return None,
    })
}

/// Whom a reminder is for: its approvers, or the person with this id.
fn audience_of_reminder(fact: &Fact) -> Option<EventAudience> {
    match fact.detail.get("person").and_then(Value::as_i64) {
        Some(person) => Some(EventAudience::Person(person)),
        None => fact.detail.contains_key("batch").then_some(EventAudience::Approvers),
    }
}

/// Who is told that a task ended: the person who started it. What a program started is told to programs only.
fn audience_of_task(fact: &Fact) -> EventAudience {
    let person = fact.detail.get("person").and_then(Value::as_i64);
    person.map_or(EventAudience::Nobody, EventAudience::Person)
}

/// The fields of a fact's details that an event shows, apart from a batch's state. Everything else in a fact is
/// for the audit log alone.
const fn fields(kind: EventKind) -> &'static [&'static str] {
    match kind {
        EventKind::BatchSubmitted => &["content_hash", "items", "note"],
        EventKind::BatchRecalled | EventKind::BatchRejected => &["note"],
        EventKind::BatchApproved => &["content_hash", "round"],
        EventKind::BatchApprovalExpired => &["valid_hours"],
        EventKind::BatchStarted => &["items"],
        EventKind::BatchPaused | EventKind::BatchFinished | EventKind::BatchItemsFailed => {
            &["completed", "failed", "skipped", "waiting"]
        }
        EventKind::FactorReset
        | EventKind::PasswordReset
        | EventKind::FactorRemoved
        | EventKind::PasswordChanged => &["login"],
        EventKind::FactorEnrolled => &["login", "initial"],
        EventKind::RoleRaised => &["login", "role", "raised_from"],
        EventKind::UserAdded => &["login", "role"],
        EventKind::PolicyLoosened => &["currency", "version", "stage", "set_by", "due_at"],
        EventKind::SignedInElsewhere => &["login", "new_network", "agent"],
        EventKind::ReminderDue => &["text", "asked_by"],
        EventKind::WebhookTest => &["webhook"],
        EventKind::TaskFinished => &["task_type", "state", "error_code", "records", "batch", "file"],
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
