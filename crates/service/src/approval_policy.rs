//! The approval policies of currencies. Every version is kept. A version that loosens what is in force waits for
//! as long as an approver cools off, or until a second administrator confirms it; any other is in force at once.

use crate::asset::asset_for;
use crate::factor::{self, Maker, Need};
use crate::steady::micros;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::Role;
use domain::amount::Amount;
use domain::approval::{APPROVING, ApprovalPolicy, Approver, Band, Level, Missing};
use domain::asset::Asset;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AssetId;
use domain::principal::Principal;
use domain::visible::shown;
use store::approval_policy::ApprovalPolicyVersion;
use store::audit::Actor;
use store::named_lock::{self, NamedLock};
use store::{StoreError, Tx};

/// A policy to set; amounts are major units as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewApprovalPolicy {
    /// The currency.
    pub currency: String,
    /// For each band, its lower bound and its levels.
    pub bands: Vec<(String, Vec<Level>)>,
    /// How many hours an approved batch may wait for its first execution; none: as before.
    pub valid_hours: Option<i64>,
    /// The version in force that the change is based on, if it names one.
    pub version: Option<i64>,
}

/// The policy of a currency, and what will become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPolicyOf {
    /// The currency.
    pub asset: Asset,
    /// The policy in force.
    pub policy: ApprovalPolicy,
    /// Its version; 0: as shipped.
    pub version: i64,
    /// A change that is not in force yet.
    pub waiting: Option<WaitingPolicy>,
    /// The logins of people whose own batches would find too few approvers in some band.
    pub unreachable_for: Vec<String>,
}

/// A change that waits until it is due or a second administrator confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPolicy {
    /// The policy.
    pub policy: ApprovalPolicy,
    /// Its version.
    pub version: i64,
    /// Who set it.
    pub set_by: String,
    /// When it comes into force by itself, microseconds UTC.
    pub due_at: i64,
}

/// A policy with its version.
#[derive(Debug, Clone)]
pub(crate) struct PolicyInForce {
    pub policy: ApprovalPolicy,
    pub version: i64,
}

impl PolicyInForce {
    /// The policy of a currency for which none was set.
    pub(crate) const fn none() -> Self {
        Self { policy: ApprovalPolicy::NONE, version: 0 }
    }
}

/// Whether batches of any currency need approvals from some amount upwards.
pub async fn any(service: &Service) -> Result<bool, Error> {
    Ok(!store::approval_policy::lowest(&mut service.store.read().await?).await?.is_empty())
}

/// The policies of all currencies.
pub async fn list(service: &Service) -> Result<Vec<ApprovalPolicyOf>, Error> {
    let mut tx = service.store.read().await?;
    let mut all = Vec::new();
    for asset in store::asset::all(&mut tx).await? {
        all.push(of(&mut tx, asset).await?);
    }
    Ok(all)
}

/// Sets the policy of a currency. Refused if nobody's batches could be approved under it; the answer names people
/// whose own batches could not.
pub async fn set(
    service: &Service,
    actor: &Actor,
    new: &NewApprovalPolicy,
) -> Result<ApprovalPolicyOf, Error> {
    let mut write = claimed!(service.write(actor, Action::ApprovalPolicySet));
    write.about = Fact::new(Action::ApprovalPolicySet, None).with("currency", shown(&new.currency));
    let done = set_in(&mut write, new).await;
    write.end(done).await
}

/// Puts a waiting change in force, for an administrator who did not make it. `version` is the one that the
/// administrator saw, if the request names it.
pub async fn confirm(
    service: &Service,
    actor: &Actor,
    currency: &str,
    version: Option<i64>,
) -> Result<ApprovalPolicyOf, Error> {
    let mut write = claimed!(service.write(actor, Action::ApprovalPolicyConfirm));
    write.about = Fact::new(Action::ApprovalPolicyConfirm, None).with("currency", shown(currency));
    let done = confirm_in(&mut write, currency, version).await;
    write.end(done).await
}

/// The policy that is in force.
pub(crate) async fn in_force(tx: &mut Tx, asset: AssetId) -> Result<PolicyInForce, Error> {
    match store::approval_policy::in_force(tx, asset).await? {
        Some(row) => Ok(PolicyInForce { policy: read(&row)?, version: row.version }),
        None => Ok(PolicyInForce::none()),
    }
}

/// Puts a currency's change in force if it is due.
pub(crate) async fn take_effect_in(tx: &mut Tx, asset: AssetId, now: i64) -> Result<(), Error> {
    for row in store::approval_policy::due(tx, now).await? {
        if row.asset == asset {
            store::approval_policy::force(tx, (asset, row.version), None, now).await?;
        }
    }
    Ok(())
}

/// Puts all changes in force that are due; returns how many.
pub(crate) async fn take_effect(service: &Service) -> Result<u64, Error> {
    if store::approval_policy::due(&mut service.store.read().await?, service.now()).await?.is_empty() {
        return Ok(0);
    }
    let actor = Actor::system(service.store.node());
    let mut write = service.step(&actor, Action::ApprovalPolicyForce).await?;
    let done = take_all(&mut write).await;
    write.end(done).await
}

/// The active people, with their roles: those who set a password and were not disabled.
pub(crate) async fn people(tx: &mut Tx) -> Result<Vec<Approver>, Error> {
    let active = store::user::active(tx).await?;
    Ok(active.into_iter().map(|user| Approver { user: user.id, role: user.role }).collect())
}

async fn take_all(write: &mut Write) -> Result<WriteResult<u64>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Submit).await?;
    let mut facts = Vec::new();
    for row in store::approval_policy::due(&mut write.tx, write.now).await? {
        store::approval_policy::force(&mut write.tx, (row.asset, row.version), None, write.now).await?;
        let currency = crate::asset::by_id(&mut write.tx, row.asset).await?.code;
        let fact = Fact::new(Action::ApprovalPolicyForce, Some(row.asset.0))
            .with("currency", currency.as_str())
            .with("version", row.version)
            .with("stage", "in_force")
            .with("set_by", row.set_by.name);
        facts.push(fact);
    }
    Ok(WriteResult::many(u64::try_from(facts.len()).unwrap_or(u64::MAX), facts))
}

async fn set_in(write: &mut Write, new: &NewApprovalPolicy) -> Result<WriteResult<ApprovalPolicyOf>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    // Also held by submissions, so that each is under one policy or the other.
    named_lock::take(&mut write.tx, NamedLock::Submit).await?;
    asset_for(&mut write.tx, &new.currency, write.now).await?;
    let asset = named(&mut write.tx, &new.currency).await?;
    take_effect_in(&mut write.tx, asset.id, write.now).await?;
    let before = in_force(&mut write.tx, asset.id).await?;
    if new.version.is_some_and(|version| version != before.version) {
        return Err(Error::refused(Code::ApprovalPolicyChanged, before.version.to_string()));
    }
    let policy = parse(new, &asset, &before.policy)?;
    check_users(&mut write.tx, &policy).await?;
    check_reach(&mut write.tx, &policy, &asset).await?;
    factor::demand(write, Need::StepUp).await?;
    let newest = store::approval_policy::newest(&mut write.tx, asset.id).await?;
    let is_waiting = newest.as_ref().is_some_and(|row| row.in_force_at.is_none());
    if policy == before.policy && !is_waiting {
        return Ok(WriteResult::nothing(of(&mut write.tx, asset).await?));
    }
    let version = newest.map_or(0, |row| row.version) + 1;
    let row = next(write, &asset, &policy, &before.policy, version);
    store::approval_policy::insert(&mut write.tx, &row).await?;
    let fact = Fact::new(Action::ApprovalPolicySet, Some(asset.id.0))
        .with("currency", asset.code.as_str())
        .with("version", version)
        .with("policy", row.content)
        .with("before", before.policy.canonical())
        .with("loosens", policy.loosens(&before.policy))
        .with("stage", if row.in_force_at.is_none() { "set" } else { "in_force" })
        .with("due_at", row.due_at);
    Ok(WriteResult::one(of(&mut write.tx, asset).await?, fact))
}

/// The next version. It waits if it loosens what is in force, unless nobody has to cool off here.
fn next(
    write: &Write,
    asset: &Asset,
    policy: &ApprovalPolicy,
    before: &ApprovalPolicy,
    version: i64,
) -> ApprovalPolicyVersion {
    let now = write.now;
    let wait = if policy.loosens(before) { micros(write.service.approver_cooling) } else { 0 };
    ApprovalPolicyVersion {
        asset: asset.id,
        version,
        content: policy.canonical(),
        lowest: policy.lowest(),
        set_by: write.actor.author.clone(),
        set_at: now,
        due_at: now.saturating_add(wait),
        in_force_at: (wait == 0).then_some(now),
        confirmed_by: None,
    }
}

async fn confirm_in(
    write: &mut Write,
    currency: &str,
    version: Option<i64>,
) -> Result<WriteResult<ApprovalPolicyOf>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Submit).await?;
    let asset = named(&mut write.tx, currency).await?;
    let newest = store::approval_policy::newest(&mut write.tx, asset.id).await?;
    let Some(waiting) = newest.filter(|row| row.in_force_at.is_none()) else {
        return Err(Error::refused(Code::ApprovalPolicySettled, asset.code));
    };
    if version.is_some_and(|version| version != waiting.version) {
        return Err(Error::refused(Code::ApprovalPolicyChanged, waiting.version.to_string()));
    }
    let user = second(write, &waiting).await?;
    factor::demand(write, Need::Always).await?;
    let version = waiting.version;
    store::approval_policy::force(&mut write.tx, (asset.id, version), Some(user), write.now).await?;
    let fact = Fact::new(Action::ApprovalPolicyConfirm, Some(asset.id.0))
        .with("currency", asset.code.as_str())
        .with("version", version)
        .with("stage", "confirmed")
        .with("set_by", waiting.set_by.name);
    Ok(WriteResult::one(of(&mut write.tx, asset).await?, fact))
}

/// The administrator who confirms: another person than the one who made the change, and not one whom that person
/// has just added, promoted or reset.
async fn second(write: &mut Write, waiting: &ApprovalPolicyVersion) -> Result<i64, Error> {
    let forbidden = || {
        let (english, chinese) = ("only an administrator confirms it", "仅管理员可确认");
        Error::bilingual(Code::Forbidden, english, chinese)
    };
    let Principal::User(id) = write.actor.author.principal else { return Err(forbidden()) };
    let found = store::user::lock(&mut write.tx, id).await?.map(|(user, _)| user);
    let is_admin = |user: &store::user::User| user.role == Role::Admin && user.disabled_at.is_none();
    let user = found.filter(is_admin).ok_or_else(forbidden)?;
    if waiting.set_by.principal == write.actor.author.principal {
        return Err(Code::CannotConfirmOwn.into());
    }
    let service = write.service.clone();
    let setter = Maker { principal: waiting.set_by.principal, at: waiting.set_at };
    factor::may_approve(&service, &mut write.tx, &user, &[setter], write.now).await?;
    Ok(id)
}

async fn named(tx: &mut Tx, currency: &str) -> Result<Asset, Error> {
    let code = currency.trim().to_ascii_uppercase();
    crate::asset::find(tx, &code).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, shown(&code)))
}

fn parse(new: &NewApprovalPolicy, asset: &Asset, before: &ApprovalPolicy) -> Result<ApprovalPolicy, Error> {
    let mut bands = Vec::with_capacity(new.bands.len());
    for (from, levels) in &new.bands {
        let amount = Amount::parse(from, asset.scale).map_err(|code| Error::refused(code, shown(from)))?;
        bands.push(Band { from: amount.minor(), levels: levels.clone() });
    }
    let valid_hours = new.valid_hours.unwrap_or(before.valid_hours);
    let policy = ApprovalPolicy { bands, valid_hours }.ordered();
    policy.check().map_err(Error::Refused)?;
    Ok(policy)
}

/// Refuses levels that name users who are not there or may not approve.
async fn check_users(tx: &mut Tx, policy: &ApprovalPolicy) -> Result<(), Error> {
    for id in policy.users() {
        let user = store::user::get(tx, id).await?;
        let user = user.ok_or_else(|| Error::refused(Code::UserNotFound, format!("user_{id}")))?;
        let may = Approver { user: id, role: user.role }.may_approve() && user.disabled_at.is_none();
        if !may {
            let (english, chinese) =
                (format!("{} may not approve", user.login), format!("{} 无审批权限", user.login));
            return Err(Error::bilingual(Code::ApprovalPolicyInvalid, english, chinese));
        }
    }
    Ok(())
}

async fn check_reach(tx: &mut Tx, policy: &ApprovalPolicy, asset: &Asset) -> Result<(), Error> {
    let Some((from, lacking)) = policy.reach(&people(tx).await?).unreachable else { return Ok(()) };
    let levels = policy.levels_for(i128::from(from));
    let (english, chinese) = lacks(tx, levels, &lacking).await?;
    let from = domain::amount::format_minor(i128::from(from), asset.scale);
    Err(Error::bilingual(
        Code::ApprovalUnreachable,
        format!(
            "from {from}: {english}; neither the maker of a batch counts nor anybody who has not chosen a password"
        ),
        format!("{from} 起：{chinese}（制单人和尚未设置密码的人员不计入）"),
    ))
}

/// Which levels lack how many people, and of whom, in both languages.
pub(crate) async fn lacks(
    tx: &mut Tx,
    levels: &[Level],
    lacking: &[Missing],
) -> Result<(String, String), Error> {
    let (mut english, mut chinese) = (Vec::new(), Vec::new());
    for Missing { level, count } in lacking {
        let who = match levels.get(*level) {
            Some(asked) => asked_of(tx, asked).await?,
            None => String::new(),
        };
        let place = level + 1;
        english.push(format!("level {place} ({who}) lacks {count} more"));
        chinese.push(format!("第{place}级（`{who}`）还缺{count}人"));
    }
    Ok((english.join(", "), chinese.join("，")))
}

/// The roles and the logins that a level asks.
async fn asked_of(tx: &mut Tx, level: &Level) -> Result<String, Error> {
    let mut names: Vec<String> = level.roles.iter().map(|role| role.name().to_owned()).collect();
    for user in &level.users {
        names.extend(store::user::get(tx, *user).await?.map(|user| user.login));
    }
    if names.is_empty() {
        names = APPROVING.iter().map(|role| role.name().to_owned()).collect();
    }
    Ok(names.join(", "))
}

/// A currency's policy, with what waits, and for whom it leaves too few approvers.
async fn of(tx: &mut Tx, asset: Asset) -> Result<ApprovalPolicyOf, Error> {
    let PolicyInForce { policy, version } = in_force(tx, asset.id).await?;
    let newest = store::approval_policy::newest(tx, asset.id).await?;
    let waiting = match newest.filter(|row| row.in_force_at.is_none()) {
        Some(row) => Some(WaitingPolicy {
            policy: read(&row)?,
            version: row.version,
            set_by: row.set_by.name.clone(),
            due_at: row.due_at,
        }),
        None => None,
    };
    let people = store::user::active(tx).await?;
    let approvers: Vec<_> = people.iter().map(|user| Approver { user: user.id, role: user.role }).collect();
    let stuck = policy.reach(&approvers).unreachable_for;
    let unreachable_for =
        people.into_iter().filter(|user| stuck.contains(&user.id)).map(|user| user.login).collect();
    Ok(ApprovalPolicyOf { asset, policy, version, waiting, unreachable_for })
}

fn read(row: &ApprovalPolicyVersion) -> Result<ApprovalPolicy, Error> {
    let corrupt =
        |error| StoreError::Corrupt(format!("approval policy of currency {}: {error}", row.asset.0));
    Ok(ApprovalPolicy::read(&row.content).map_err(corrupt)?)
}
