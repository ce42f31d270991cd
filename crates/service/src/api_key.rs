//! API keys: credentials for programs. A key is shown once, when it is created.

use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, secret, visible};
use domain::access::Scope;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::visible::shown;
use ipnet::IpNet;
use std::net::IpAddr;
use store::audit::Actor;

pub use store::api_key::ApiKey;

/// The prefix of every key, so that leaked keys can be found.
pub const PREFIX: &str = "sluice_";
/// Characters of a key that remain visible later.
const HINT: usize = 12;

/// How long a replaced secret stays valid, microseconds: time to roll out the new one.
pub const OVERLAP: i64 = 24 * 3_600 * 1_000_000;

/// A key to create.
#[derive(Debug, Clone, Default)]
pub struct NewApiKey {
    /// Its name; unique.
    pub name: String,
    /// Scope names.
    pub scopes: Vec<String>,
    /// Addresses and networks it may be used from; empty: any.
    pub addresses: Vec<String>,
    /// When it expires, microseconds UTC.
    pub expires_at: Option<i64>,
}

/// A key that was just created or rotated.
#[derive(Clone)]
pub struct Made {
    /// The key as it is listed.
    pub key: ApiKey,
    /// Its secret; never stored, so none in a repeated answer.
    pub secret: Option<String>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Creates a key.
pub async fn add(service: &Service, actor: &Actor, new: &NewApiKey) -> Result<Made, Error> {
    let mut write = claimed!(service.write(actor, Action::KeyAdd));
    let done = add_in(&mut write, new).await;
    write.end(done).await
}

/// Keys after an id, including revoked ones.
pub async fn list(service: &Service, after: i64, limit: i64) -> Result<Vec<ApiKey>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::api_key::list(&mut tx, after, limit).await?)
}

/// The number of keys, including revoked ones.
pub async fn count(service: &Service) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::api_key::count(&mut tx).await?)
}

/// The key that a verb is to change, by its name. That there is none is a refusal of the verb.
pub async fn named(service: &Service, actor: &Actor, action: Action, name: &str) -> Result<ApiKey, Error> {
    let found = store::api_key::by_name(&mut service.store.read().await?, name).await?;
    match found {
        Some(key) => Ok(key),
        None => {
            let missing = Error::refused(Code::KeyNotFound, name);
            service.refused(actor, Fact::new(action, None), missing).await
        }
    }
}

/// Revokes a key: from now on it is rejected. Revoking it again changes nothing.
pub async fn revoke(service: &Service, actor: &Actor, id: i64) -> Result<ApiKey, Error> {
    let mut write = claimed!(service.write(actor, Action::KeyRevoke));
    write.about.id = Some(id);
    let done = revoke_in(&mut write, id).await;
    write.end(done).await
}

/// Gives a key a new secret under the same id. The previous secret stays valid for [`OVERLAP`], so that a
/// program can switch without downtime; idempotency keys belong to the id, so they mean the same under
/// both secrets.
pub async fn rotate(service: &Service, actor: &Actor, id: i64) -> Result<Made, Error> {
    let mut write = claimed!(service.write(actor, Action::KeyRotate));
    write.about.id = Some(id);
    let now = service.steady_now();
    let done = rotate_in(&mut write, id, now).await;
    write.end(done).await
}

async fn add_in(write: &mut Write, new: &NewApiKey) -> Result<WriteResult<Made>, Error> {
    let name = visible(&new.name)?;
    let (scopes, addresses) = (scopes(&new.scopes)?, addresses(&new.addresses)?);
    if new.expires_at.is_some_and(|at| at <= write.now) {
        return Err(Code::TimeInvalid.into());
    }
    if store::api_key::by_name(&mut write.tx, &name).await?.is_some() {
        return Err(Error::refused(Code::NameTaken, name));
    }
    demand(write, Need::StepUp).await?;
    let secret = secret::token(PREFIX)?;
    let mut key = ApiKey {
        id: 0,
        name,
        hint: hint(&secret),
        scopes,
        addresses,
        created_by: write.actor.author.clone(),
        created_at: write.now,
        expires_at: new.expires_at,
        revoked_at: None,
    };
    key.id = store::api_key::insert(&mut write.tx, &key, &secret::hash(&secret)).await?;
    let fact = Fact::new(Action::KeyAdd, Some(key.id))
        .with("name", key.name.as_str())
        .with("scopes", key.scopes.as_str())
        .with("addresses", key.addresses.as_str());
    Ok(WriteResult::one(Made { key, secret: Some(secret) }, fact))
}

async fn revoke_in(write: &mut Write, id: i64) -> Result<WriteResult<ApiKey>, Error> {
    let is_revoked = store::api_key::revoke(&mut write.tx, id, write.now).await?;
    let found = store::api_key::get(&mut write.tx, id).await?;
    let key = found.ok_or_else(|| Error::refused(Code::KeyNotFound, id.to_string()))?;
    demand(write, Need::StepUp).await?;
    let fact = Fact::new(Action::KeyRevoke, Some(id));
    Ok(if is_revoked { WriteResult::one(key, fact) } else { WriteResult::nothing(key) })
}

async fn rotate_in(write: &mut Write, id: i64, now: i64) -> Result<WriteResult<Made>, Error> {
    let found = store::api_key::get(&mut write.tx, id).await?;
    let mut key = found.ok_or_else(|| Error::refused(Code::KeyNotFound, id.to_string()))?;
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::refused(Code::KeyEnded, key.name));
    }
    demand(write, Need::StepUp).await?;
    let secret = secret::token(PREFIX)?;
    let former = std::mem::replace(&mut key.hint, hint(&secret));
    let until = now.saturating_add(OVERLAP);
    let token = secret::hash(&secret);
    store::api_key::rotate(&mut write.tx, id, (&token, &key.hint), (now, until)).await?;
    let fact = Fact::new(Action::KeyRotate, Some(id))
        .with("name", key.name.as_str())
        .with("before", former)
        .with("before_until", until);
    Ok(WriteResult::one(Made { key, secret: Some(secret) }, fact))
}

fn hint(secret: &str) -> String {
    secret.chars().take(HINT).collect()
}

fn unknown_scope(name: &str) -> Error {
    let known = Scope::ALL.map(Scope::name).join(", ");
    Error::bilingual(
        Code::ScopeInvalid,
        format!("{}; the known scopes are {known}", shown(name)),
        format!("{}；可用的权限范围：{known}", shown(name)),
    )
}

fn scopes(names: &[String]) -> Result<String, Error> {
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        known.push(Scope::from_name(name).ok_or_else(|| unknown_scope(name))?);
    }
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        return Err(Code::ScopeInvalid.into());
    }
    Ok(known.into_iter().map(Scope::name).collect::<Vec<_>>().join(" "))
}

fn addresses(texts: &[String]) -> Result<String, Error> {
    let mut networks = Vec::with_capacity(texts.len());
    for text in texts {
        let network = network(text).ok_or_else(|| Error::refused(Code::AddressInvalid, text.as_str()))?;
        networks.push(network.to_string());
    }
    Ok(networks.join(" "))
}

/// Parses a network; a single address is a network of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether a key's address list allows this address.
pub(crate) fn may_come_from(key: &ApiKey, address: IpAddr) -> bool {
    let address = address.to_canonical();
    let mut networks = key.addresses.split(' ').filter(|text| !text.is_empty()).peekable();
    networks.peek().is_none() || networks.filter_map(network).any(|network| network.contains(&address))
}
