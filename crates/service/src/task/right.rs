//! Whether somebody may do what a task does.

use crate::{Error, Service};
use domain::access::{Asker, Operation, Reach, Role, Scope};
use domain::principal::Principal;
use domain::task::TaskInput;
use store::Tx;

/// Asks for the right that a task needs.
pub(super) fn ask(input: &TaskInput, asker: Asker<'_>) -> Result<Reach, Error> {
    input.right().admit(asker).map_err(Error::Refused)
}

/// The rights of the one who started a task, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Present {
    /// A person, by the role.
    Person(Role),
    /// A key, by its scopes.
    Key(Vec<Scope>),
    /// None any more.
    Nobody,
}

/// How far the one who started a task may do it now; none if not at all: the person was disabled or has another role,
/// the key was revoked or has expired.
pub async fn still_allowed(
    service: &Service,
    tx: &mut Tx,
    by: Principal,
    input: &TaskInput,
) -> Result<Option<Reach>, Error> {
    reach_now(service, tx, by, input.right()).await
}

/// How far the one who started a task may do an operation now; none if not at all.
pub(crate) async fn reach_now(
    service: &Service,
    tx: &mut Tx,
    by: Principal,
    operation: Operation,
) -> Result<Option<Reach>, Error> {
    let present = present(service, tx, by).await?;
    let asker = match &present {
        Present::Person(role) => Asker::Person(*role),
        Present::Key(scopes) => Asker::Key(scopes),
        Present::Nobody => return Ok(None),
    };
    Ok(operation.allow(asker).ok())
}

async fn present(service: &Service, tx: &mut Tx, by: Principal) -> Result<Present, Error> {
    Ok(match by {
        // The command line is the organisation's own machine.
        Principal::CommandLine | Principal::System => Present::Person(Role::Admin),
        Principal::User(id) => {
            let user = store::user::get(tx, id).await?.filter(|user| user.disabled_at.is_none());
            user.map_or(Present::Nobody, |user| Present::Person(user.role))
        }
        Principal::Key(id) => {
            let now = service.steady_now();
            let key = store::api_key::get(tx, id).await?;
            let holds = |key: &store::api_key::ApiKey| {
                key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now)
            };
            let scopes =
                key.filter(holds).map(|key| key.scopes.split(' ').filter_map(Scope::from_name).collect());
            scopes.map_or(Present::Nobody, Present::Key)
        }
        Principal::Anonymous => Present::Nobody,
    })
}
