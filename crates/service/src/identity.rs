//! The caller's identity: a person with a session, or a program with a key.

use crate::api_key::ApiKey;
use crate::proving_session::ProvingSession;
use crate::{Error, Secret, Service, secret};
use domain::access::{Asker, Role, Scope};
use domain::code::Code;
use domain::principal::Principal;
use std::net::IpAddr;
use store::audit::Actor;

/// The caller's identity and origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For the audit log.
    pub actor: Actor,
    /// A person or a program.
    pub who: Who,
}

/// A person or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person who signed in.
    Person {
        /// The user's id.
        user: i64,
        /// The session's id.
        session: i64,
        /// The user's role in the organisation.
        role: Role,
        /// The hash of the session's token; none if the request came with the one before the last one-time code.
        token: Option<Secret>,
    },
    /// A program with a key.
    Key {
        /// The key's id.
        key: i64,
        /// What it may do.
        scopes: Vec<Scope>,
    },
}

impl Identity {
    /// The caller as the permission table sees it.
    #[must_use]
    pub fn asker(&self) -> Asker<'_> {
        match &self.who {
            Who::Person { role, .. } => Asker::Person(*role),
            Who::Key { scopes, .. } => Asker::Key(scopes),
        }
    }

    /// The session in which one-time codes count: a key has none, and a former token proves none.
    #[must_use]
    pub fn proving_session(&self) -> Option<ProvingSession> {
        match &self.who {
            Who::Person { session, token: Some(token), .. } => {
                Some(ProvingSession { id: *session, token: token.clone() })
            }
            Who::Person { .. } | Who::Key { .. } => None,
        }
    }

    /// The owner of the idempotency keys: all requests of one owner share a key space.
    #[must_use]
    pub fn owner(&self) -> String {
        match &self.who {
            Who::Person { user, .. } => format!("user:{user}"),
            Who::Key { key, .. } => format!("key:{key}"),
        }
    }
}

/// The program behind an API key, if the key is valid now and allowed from this address. The refusal is
/// the same whatever is wrong with the key.
pub async fn of_key(service: &Service, token: &str, address: IpAddr) -> Result<Identity, Error> {
    let mut tx = service.store.point_read().await?;
    let (hash, now) = (secret::hash(token), service.steady_now());
    let found = match store::api_key::by_token(&mut tx, &hash).await? {
        None => store::api_key::by_former_token(&mut tx, &hash, now).await?,
        present => present,
    };
    let holds = |key: &ApiKey| {
        key.revoked_at.is_none()
            && key.expires_at.is_none_or(|at| at > now)
            && crate::api_key::may_come_from(key, address)
    };
    let key = found.filter(holds).ok_or(Code::AuthRequired)?;
    let scopes = key.scopes.split(' ').filter_map(Scope::from_name).collect();
    let name = format!("key:{}", key.name);
    let actor = Actor::new(Principal::Key(key.id), name, address.to_string());
    Ok(Identity { actor, who: Who::Key { key: key.id, scopes } })
}
