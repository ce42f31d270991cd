//! `fx`: exchange rates.

use crate::exit::{Exit, Failure};
use crate::out::{left, right, time};
use crate::say::say;
use crate::session::{Access, Session, major};
use crate::word::Word;
use clap::{Args, Subcommand};
use serde_json::json;
use service::fx;
use service::fx_policy::{self, FxPolicyChange, FxRules};
use store::fx::FxRate;

/// Arguments of `fx`.
#[derive(Debug, Args)]
pub(crate) struct FxArgs {
    #[command(subcommand)]
    pub verb: FxVerb,
}

/// What to do with rates.
#[derive(Debug, Subcommand)]
pub(crate) enum FxVerb {
    /// Set a rate: the amount of TO for one FROM
    #[command(after_help = "Example:\n  sluice fx set USD CNY 7.1234")]
    Set {
        /// Currency to convert from
        from: String,
        /// Currency to convert to
        to: String,
        /// Amount of TO for one FROM
        #[arg(allow_hyphen_values = true)]
        rate: String,
        /// Source of the rate
        #[arg(long, default_value = "manual")]
        origin: String,
    },
    /// Show or change the policy of a currency pair: tolerance, rounding, minimum, age; 0 disables a bound
    #[command(
        after_help = "Example:\n  sluice fx policy USD CNY\n  sluice fx policy USD CNY --rounding down \
                            --tolerance 0.01"
    )]
    Policy {
        /// Currency to convert from
        from: String,
        /// Currency to convert to
        to: String,
        #[command(flatten)]
        change: FxPolicyArgs,
    },
    /// List the current rates
    #[command(after_help = "Example:\n  sluice fx list --json")]
    List,
}

/// What to change; omitted options stay unchanged.
#[derive(Debug, Args)]
pub(crate) struct FxPolicyArgs {
    /// Maximum deviation of a rate, as a share: 0.02 is 2 %
    #[arg(long, allow_hyphen_values = true, value_name = "SHARE")]
    pub tolerance: Option<String>,
    /// Rounding: half_up, half_even or down
    #[arg(long, value_name = "ROUNDING")]
    pub rounding: Option<String>,
    /// Conversions that yield less TO than this are rounded down
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub minimum: Option<String>,
    /// Hours for which a submitted batch keeps its rate until it is first executed
    #[arg(long, allow_hyphen_values = true, value_name = "HOURS")]
    pub max_age: Option<i64>,
}

impl FxPolicyArgs {
    /// Whether there is nothing to change.
    pub(crate) const fn is_empty(&self) -> bool {
        self.tolerance.is_none()
            && self.rounding.is_none()
            && self.minimum.is_none()
            && self.max_age.is_none()
    }

    fn change(&self) -> FxPolicyChange {
        FxPolicyChange {
            tolerance: self.tolerance.clone(),
            rounding: self.rounding.clone(),
            minimum: self.minimum.clone(),
            max_age_h: self.max_age,
        }
    }
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &FxArgs) -> Access {
    match &args.verb {
        FxVerb::List => Access::Read,
        FxVerb::Policy { change, .. } if change.is_empty() => Access::Read,
        FxVerb::Set { .. } | FxVerb::Policy { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &FxArgs) -> Result<Exit, Failure> {
    match &args.verb {
        FxVerb::Set { from, to, rate, origin } => {
            let set = fx::set(&session.service, &session.actor, from, to, rate, origin).await?;
            let cells = cells(session, &set).await?;
            session.out.answer(to_json(&cells), || cells.join("  "))?;
        }
        FxVerb::Policy { from, to, change } => {
            let rules = if change.is_empty() {
                fx_policy::show(&session.service, from, to).await?
            } else {
                fx_policy::set(&session.service, &session.actor, from, to, &change.change()).await?
            };
            answer(session, &rules)?;
        }
        FxVerb::List => {
            let mut rows = Vec::new();
            for rate in fx::list(&session.service).await? {
                rows.push(cells(session, &rate).await?);
            }
            let json = json!({ "rates": rows.iter().map(to_json).collect::<Vec<_>>() });
            let header = [
                left("from", "源币种"),
                left("to", "目标币种"),
                right("rate", "汇率"),
                left("origin", "来源"),
                left("since", "生效时间"),
            ];
            let rows = rows.iter().map(|row| row.to_vec());
            session.out.answer(json, || session.out.table(&header, rows))?;
        }
    }
    Ok(Exit::Success)
}

fn answer(session: &Session, rules: &FxRules) -> Result<(), Failure> {
    let FxRules { source, target, policy } = rules;
    let (tolerance, minimum) = (policy.tolerance(), major(policy.minimum, target));
    let json = json!({
        "from": source.code, "to": target.code, "tolerance": tolerance, "rounding": policy.rounding.name(),
        "minimum": minimum, "max_age_h": policy.max_age_h.to_string(),
    });
    let text = || {
        session.out.fields(&[
            (say("from", "源币种"), source.code.clone()),
            (say("to", "目标币种"), target.code.clone()),
            (say("tolerance", "容差"), tolerance.clone()),
            (say("rounding", "舍入方式"), policy.rounding.word(session.language).to_owned()),
            (say("minimum", "最小金额"), format!("{minimum} {}", target.code)),
            (say("maximum age (hours)", "有效期（小时）"), policy.max_age_h.to_string()),
        ])
    };
    session.out.answer(json, text)
}

async fn cells(session: &Session, rate: &FxRate) -> Result<[String; 5], Failure> {
    let (from, to) = (session.asset(rate.source).await?.code, session.asset(rate.target).await?.code);
    Ok([from, to, rate.rate.clone(), rate.origin.clone(), time(rate.at)])
}

fn to_json([from, to, rate, origin, at]: &[String; 5]) -> serde_json::Value {
    json!({ "from": from, "to": to, "rate": rate, "origin": origin, "at": at })
}
