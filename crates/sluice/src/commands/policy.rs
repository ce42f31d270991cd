//! `policy`: limits and fees.

use crate::exit::{Exit, Failure};
use crate::say::{Say, say};
use crate::session::{Access, Session, major};
use clap::{Args, Subcommand};
use domain::account_ref::GivenAccount;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::policy::Policy;
use serde_json::{Map, Value};
use service::policy::{self, PolicyChange};

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub verb: PolicyVerb,
}

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Show the limits and fees of a currency, or of one account
    #[command(after_help = "Example:\n  sluice policy show --currency USD --account ACME")]
    Show(Subject),
    /// Change limits and fees; omitted options stay unchanged, `none` removes a limit
    #[command(after_help = "Example:\n  sluice policy set --currency USD --account ACME --max 50000 \
                            --batch-max none\n  sluice policy set --currency USD --fee-threshold 1000 \
                            --fee-rate 0.001 --fee-min 1 --fee-max 50")]
    Set(Box<PolicyChangeArgs>),
}

/// What a policy applies to.
#[derive(Debug, Args)]
pub(crate) struct Subject {
    /// Currency code
    #[arg(long, value_name = "CODE")]
    pub currency: String,
    /// Number of an account in this currency; without it, the currency's policy
    #[arg(long, value_name = "NUMBER")]
    pub account: Option<GivenAccount>,
}

/// What to change; `none` removes a limit.
#[derive(Debug, Args)]
pub(crate) struct PolicyChangeArgs {
    #[command(flatten)]
    pub subject: Subject,
    /// Minimum amount per transfer
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub min: Option<String>,
    /// Maximum amount per transfer
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub max: Option<String>,
    /// Maximum amount sent per day
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub day: Option<String>,
    /// Maximum amount sent per month
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub month: Option<String>,
    /// Maximum total per batch
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub batch_max: Option<String>,
    /// Amounts up to this one are free of charge
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub fee_threshold: Option<String>,
    /// Fee as a share of the amount, such as 0.001
    #[arg(long, allow_hyphen_values = true, value_name = "SHARE")]
    pub fee_rate: Option<String>,
    /// Minimum fee
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub fee_min: Option<String>,
    /// Maximum fee
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    pub fee_max: Option<String>,
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &PolicyArgs) -> Access {
    match args.verb {
        PolicyVerb::Show(_) => Access::Read,
        PolicyVerb::Set(_) => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &PolicyArgs) -> Result<Exit, Failure> {
    let (subject, (asset, policy, _)) = match &args.verb {
        PolicyVerb::Show(subject) => {
            (subject, policy::show(&session.service, &subject.currency, subject.account.as_ref()).await?)
        }
        PolicyVerb::Set(set) => {
            let (currency, account) = (&set.subject.currency, set.subject.account.as_ref());
            let done =
                policy::set(&session.service, &session.actor, currency, account, &set.change()).await?;
            (&set.subject, done)
        }
    };
    answer(session, subject, &asset, &policy)?;
    Ok(Exit::Success)
}

impl PolicyChangeArgs {
    fn change(&self) -> PolicyChange {
        PolicyChange {
            min: self.min.clone(),
            max: self.max.clone(),
            day: self.day.clone(),
            month: self.month.clone(),
            batch_max: self.batch_max.clone(),
            fee_threshold: self.fee_threshold.clone(),
            fee_rate: self.fee_rate.clone(),
            fee_min: self.fee_min.clone(),
            fee_max: self.fee_max.clone(),
        }
    }
}

fn answer(session: &Session, subject: &Subject, asset: &Asset, policy: &Policy) -> Result<(), Failure> {
    let limit = |minor: i64| (minor != i64::MAX).then(|| major(minor, asset));
    let rate = format_minor(i128::from(policy.fee.rate_ppm), 6);
    let rows: [(&str, Say, Option<String>); 11] = [
        ("currency", say("currency", "币种"), Some(asset.code.clone())),
        ("account", say("account", "账户"), subject.account.as_ref().map(|given| given.written.clone())),
        ("min", say("minimum per transfer", "单笔最小限额"), limit(policy.limit.min)),
        ("max", say("maximum per transfer", "单笔最大限额"), limit(policy.limit.max)),
        ("day", say("maximum per day", "每日限额"), limit(policy.limit.day)),
        ("month", say("maximum per month", "每月限额"), limit(policy.limit.month)),
        ("batch_max", say("maximum per batch", "单批次限额"), limit(policy.batch_max)),
        ("fee_threshold", say("no fee up to", "免手续费金额上限"), limit(policy.fee.threshold)),
        ("fee_rate", say("fee rate", "手续费率"), Some(rate)),
        ("fee_min", say("minimum fee", "最低手续费"), limit(policy.fee.min)),
        ("fee_max", say("maximum fee", "最高手续费"), limit(policy.fee.max)),
    ];
    let json: Map<String, Value> =
        rows.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone().into())).collect();
    let none = say("none", "无").to(session.language);
    let text = || {
        let shown = |(_, title, value): (&str, Say, Option<String>)| {
            (title, value.unwrap_or_else(|| none.to_owned()))
        };
        session.out.fields(&rows.map(shown))
    };
    session.out.answer(Value::Object(json), text)
}
