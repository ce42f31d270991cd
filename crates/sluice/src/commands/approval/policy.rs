//! `approval policy`: from which amounts on batches need approvals, and whose.

use super::level::NamedUsers;
use crate::exit::{Exit, Failure};
use crate::out::{left, right, time};
use crate::prompt;
use crate::say::{Say, say};
use crate::session::{Session, major};
use crate::terminal::one_line;
use clap::Args;
use domain::access::Role;
use domain::approval::{ApprovalPolicy, Band, Level};
use domain::asset::Asset;
use domain::code::Language;
use serde_json::{Value, json};
use service::approval_policy::{self, ApprovalPolicyOf, NewApprovalPolicy};
use service::user;

const BAND: Say = say(
    "Write a band as AMOUNT=COUNT or AMOUNT=COUNT:WHO,WHO+COUNT:WHO, such as 1000=2 or 50000=1:finance+1:admin",
    "金额档的格式为 金额=人数 或 金额=人数:角色,登录名+人数:角色，例如 1000=2 或 50000=1:finance+1:admin",
);

/// Arguments of `approval policy set`.
#[derive(Debug, Args)]
pub(crate) struct PolicySetArgs {
    /// Currency code
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// Approvals from an amount upwards, such as 1000=2; may be repeated
    #[arg(
        long = "band",
        value_name = "BAND",
        required_unless_present = "no_bands",
        conflicts_with = "no_bands"
    )]
    bands: Vec<String>,
    /// Let every batch in the currency run without an approval
    #[arg(long)]
    no_bands: bool,
    /// Hours that an approved batch may wait for its first execution; 0: any time
    #[arg(long, value_name = "N")]
    valid_hours: Option<i64>,
}

/// Arguments of `approval policy confirm`.
#[derive(Debug, Args)]
pub(crate) struct PolicyConfirmArgs {
    /// Currency code
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// Version of the change that you saw; refused if another one waits
    #[arg(long, value_name = "N")]
    version: Option<i64>,
}

/// `approval policy show`.
pub(crate) async fn show(session: &Session) -> Result<Exit, Failure> {
    let policies = approval_policy::list(&session.service).await?;
    let rows: Vec<Value> = policies.iter().map(to_json).collect();
    let users = named(session, &policies).await?;
    session.out.answer(json!({ "policies": rows }), || text(session, &policies, &users))?;
    Ok(Exit::Success)
}

/// `approval policy set`.
pub(crate) async fn set(session: &Session, args: &PolicySetArgs) -> Result<Exit, Failure> {
    let mut bands = Vec::with_capacity(args.bands.len());
    for band in &args.bands {
        bands.push(read_band(session, band).await?);
    }
    let new = NewApprovalPolicy {
        currency: args.currency.clone(),
        bands,
        valid_hours: args.valid_hours,
        version: None,
    };
    answer(session, approval_policy::set(&session.service, &session.actor, &new).await?).await
}

/// `approval policy confirm`.
pub(crate) async fn confirm(session: &Session, args: &PolicyConfirmArgs) -> Result<Exit, Failure> {
    session.person(None).await?;
    let code = prompt::code(say("Authenticator code", "动态验证码"), session.language)?;
    let person = session.person(code).await?;
    let policy =
        approval_policy::confirm(&person.service, &person.actor, &args.currency, args.version).await?;
    session.keep(&person)?;
    answer(session, policy).await
}

/// Reads `1000=1:finance+1:admin`.
async fn read_band(session: &Session, text: &str) -> Result<(String, Vec<Level>), Failure> {
    let usage = || Failure::usage(BAND, session.language);
    let (from, levels) = text.split_once('=').ok_or_else(usage)?;
    let mut read = Vec::new();
    for level in levels.split('+') {
        let (count, who) = level.split_once(':').unwrap_or((level, ""));
        let mut level = Level::of_anybody(count.trim().parse().map_err(|_| usage())?);
        for name in who.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Role::from_name(name) {
                Some(role) => level.roles.push(role),
                None => level.users.push(user::by_login(&session.service, name).await?.id),
            }
        }
        read.push(level);
    }
    Ok((from.trim().to_owned(), read))
}

async fn answer(session: &Session, policy: ApprovalPolicyOf) -> Result<Exit, Failure> {
    let (json, policies) = (to_json(&policy), [policy]);
    let users = named(session, &policies).await?;
    session.out.answer(json, || text(session, &policies, &users))?;
    Ok(Exit::Success)
}

/// The users whom policies name, in force or waiting.
async fn named(session: &Session, policies: &[ApprovalPolicyOf]) -> Result<NamedUsers, Failure> {
    let of = |found: &ApprovalPolicyOf| -> Vec<i64> {
        let waiting = found.waiting.iter().flat_map(|waiting| waiting.policy.users());
        found.policy.users().chain(waiting).collect()
    };
    NamedUsers::of(session, policies.iter().flat_map(of)).await
}

fn to_json(found: &ApprovalPolicyOf) -> Value {
    let waiting = found.waiting.as_ref().map(|waiting| {
        json!({
            "bands": bands_json(&waiting.policy, &found.asset), "valid_hours": waiting.policy.valid_hours,
            "version": waiting.version, "set_by": waiting.set_by, "due_at": time(waiting.due_at),
        })
    });
    json!({
        "currency": found.asset.code, "bands": bands_json(&found.policy, &found.asset),
        "valid_hours": found.policy.valid_hours, "version": found.version, "waiting": waiting,
        "unreachable_for": found.unreachable_for,
    })
}

fn bands_json(policy: &ApprovalPolicy, asset: &Asset) -> Vec<Value> {
    let level = |level: &Level| {
        let users: Vec<String> = level.users.iter().map(|id| format!("user_{id}")).collect();
        let roles: Vec<&str> = level.roles.iter().map(|role| role.name()).collect();
        json!({ "count": level.count, "roles": roles, "users": users })
    };
    let band = |band: &Band| json!({ "from": major(band.from, asset), "levels": band.levels.iter().map(level).collect::<Vec<_>>() });
    policy.bands.iter().map(band).collect()
}

/// The policies, and what becomes of the changes that wait.
fn text(session: &Session, policies: &[ApprovalPolicyOf], users: &NamedUsers) -> String {
    let waiting = policies.iter().filter_map(|found| waits(found, session.language));
    std::iter::once(table(session, policies, users)).chain(waiting).collect::<Vec<_>>().join("\n")
}

fn waits(found: &ApprovalPolicyOf, language: Language) -> Option<String> {
    let waiting = found.waiting.as_ref()?;
    let (code, by, at) = (&found.asset.code, one_line(&waiting.set_by), time(waiting.due_at));
    Some(say!(
        language,
        "The change of {code} by {by} loosens the policy: it takes effect at {at}, or once a second administrator \
         confirms it with `sluice approval policy confirm --currency {code}`",
        "{by} 对 {code} 的修改放宽了审批策略：于 {at} 生效，或由另一位管理员用 \
         `sluice approval policy confirm --currency {code}` 确认后立即生效"
    ))
}

/// A line for each band, and for each band of a change that waits.
fn table(session: &Session, policies: &[ApprovalPolicyOf], users: &NamedUsers) -> String {
    let header = [
        left("currency", "币种"),
        right("from", "金额起"),
        left("levels", "审批级别"),
        right("valid hours", "有效小时数"),
        left("takes effect", "生效时间"),
        left("unreachable for", "无人可审批的制单人"),
    ];
    let mut rows = Vec::new();
    for found in policies {
        let asset = &found.asset;
        let stuck = found.unreachable_for.iter().map(|login| one_line(login)).collect::<Vec<_>>().join(", ");
        rows.extend(lines((&found.policy, users), asset, String::new(), &stuck, session.language));
        if let Some(waiting) = &found.waiting {
            rows.extend(lines((&waiting.policy, users), asset, time(waiting.due_at), "", session.language));
        }
    }
    session.out.table(&header, rows)
}

fn lines(
    (policy, users): (&ApprovalPolicy, &NamedUsers),
    asset: &Asset,
    when: String,
    stuck: &str,
    language: Language,
) -> Vec<Vec<String>> {
    let hours = policy.valid_hours.to_string();
    let line = |from: String, levels: String| {
        vec![asset.code.clone(), from, levels, hours.clone(), when.clone(), stuck.to_owned()]
    };
    if policy.bands.is_empty() {
        let none = say("no approval needed", "无需审批").to(language);
        return vec![line("-".to_owned(), none.to_owned())];
    }
    let of = |band: &Band| {
        let levels: Vec<String> = band.levels.iter().map(|level| users.level(level)).collect();
        line(major(band.from, asset), levels.join("+"))
    };
    policy.bands.iter().map(of).collect()
}
