//! Who is told of an event.

use crate::Error;
use crate::approval::makers;
use domain::access::Role;
use domain::event::{EventAudience, EventKind};
use domain::principal::Principal;
use serde_json::Value;
use std::collections::BTreeSet;
use store::Tx;
use store::outbox::OutboxRow;
use store::user::User;

/// The users who are told of an event, by id. `active` are those who can sign in. Nobody is told of a batch what they
/// did themselves.
pub(super) async fn told(tx: &mut Tx, row: &OutboxRow, active: &[User]) -> Result<Vec<i64>, Error> {
    let with = |is_told: fn(Role) -> bool| -> BTreeSet<i64> {
        active.iter().filter(|user| is_told(user.role)).map(|user| user.id).collect()
    };
    let mut users = match row.audience {
        EventAudience::Batch => {
            let makers = makers_of(tx, row).await?;
            let mut users = with(Role::moves_money);
            users.extend(active.iter().map(|user| user.id).filter(|id| makers.contains(id)));
            users
        }
        EventAudience::Approvers => {
            let makers = makers_of(tx, row).await?;
            let mut users = with(Role::moves_money);
            users.retain(|id| !makers.contains(id));
            users
        }
        EventAudience::Money => with(Role::moves_money),
        EventAudience::MoneyAnd(person) => and(tx, with(Role::moves_money), person).await?,
        EventAudience::AdminsAnd(person) => and(tx, with(|role| role == Role::Admin), person).await?,
        EventAudience::Person(person) => and(tx, BTreeSet::new(), person).await?,
        EventAudience::Nobody => BTreeSet::new(),
    };
    if row.batch.is_some() && row.kind != EventKind::ReminderDue {
        let by = by(row);
        for user in active.iter().filter(|user| Some(user.login.as_str()) == by.as_deref()) {
            users.remove(&user.id);
        }
    }
    Ok(users.into_iter().collect())
}

/// The name of the one whose write the event is of.
fn by(row: &OutboxRow) -> Option<String> {
    let detail: Value = serde_json::from_str(&row.detail).ok()?;
    detail.get("by").and_then(Value::as_str).map(str::to_owned)
}

/// The people who made the event's batch.
async fn makers_of(tx: &mut Tx, row: &OutboxRow) -> Result<BTreeSet<i64>, Error> {
    let Some(id) = row.batch else { return Ok(BTreeSet::new()) };
    let editors = makers::of(tx, id).await?;
    let mut people: BTreeSet<i64> = editors.iter().map(|maker| maker.person).filter(|id| *id != 0).collect();
    let created_by = store::batch::get(tx, id).await?.map(|batch| batch.created_by.principal);
    if let Some(Principal::User(creator)) = created_by {
        people.insert(creator);
    }
    Ok(people)
}

/// These users and a person, who is told also without a password, which may be what happened.
async fn and(tx: &mut Tx, mut users: BTreeSet<i64>, person: i64) -> Result<BTreeSet<i64>, Error> {
    let found = store::user::get(tx, person).await?;
    if found.is_some_and(|user| user.disabled_at.is_none()) {
        users.insert(person);
    }
    Ok(users)
}
