//! `stats`: totals sent by customers, by currency; by day or account in a file.

use crate::commands::export_out::{self, ExportOutArgs};
use crate::exit::{Exit, Failure};
use crate::out::{left, right};
use crate::session::Session;
use clap::{Args, Subcommand, ValueEnum};
use domain::account_ref::GivenAccount;
use domain::amount::format_minor;
use serde_json::json;
use service::statistics::{self, GroupBy, Statistics, StatisticsQuery};
use service::statistics_export;

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Example:\n  sluice stats --from 2026-05-01 --to 2026-05-31\n  sluice stats export --from 2026-05-01 --to \
                  2026-05-31 --by day --out may.xlsx"
)]
pub(crate) struct StatsArgs {
    #[command(subcommand)]
    pub verb: Option<StatsVerb>,
    /// From this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", required = true)]
    pub from: Option<String>,
    /// Up to this day
    #[arg(long, value_name = "DATE", required = true)]
    pub to: Option<String>,
}

/// What to do with statistics, other than to show totals.
#[derive(Debug, Subcommand)]
pub(crate) enum StatsVerb {
    /// Write statistics: a row for each currency, and for each day or account if asked
    #[command(
        after_help = "Example:\n  sluice stats export --from 2026-05-01 --to 2026-05-31 --by account --out may.csv"
    )]
    Export(StatsExportArgs),
}

/// Arguments of `stats export`.
#[derive(Debug, Args)]
pub(crate) struct StatsExportArgs {
    /// From this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// Up to this day
    #[arg(long, value_name = "DATE")]
    pub to: String,
    /// What a row is about besides its currency
    #[arg(long, value_enum, value_name = "WHAT")]
    pub by: Option<GroupByName>,
    /// Only this currency
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Only what this account sent
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<GivenAccount>,
    #[command(flatten)]
    pub file: ExportOutArgs,
}

/// What a row is about besides its currency.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum GroupByName {
    /// A day
    Day,
    /// A paying account
    Account,
}

impl StatsExportArgs {
    fn query(&self) -> StatisticsQuery {
        StatisticsQuery {
            from: self.from.clone(),
            to: self.to.clone(),
            currency: self.currency.as_ref().map(|code| code.to_ascii_uppercase()),
            account: self.account.clone(),
            group: match self.by {
                Some(GroupByName::Day) => GroupBy::Day,
                Some(GroupByName::Account) => GroupBy::Account,
                None => GroupBy::None,
            },
        }
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &StatsArgs) -> Result<Exit, Failure> {
    match &args.verb {
        Some(StatsVerb::Export(args)) => export(session, args).await,
        None => show(session, args).await,
    }
}

async fn export(session: &Session, args: &StatsExportArgs) -> Result<Exit, Failure> {
    let query = args.query();
    let written = args.file.write(session, "stats export", async |to, options| {
        statistics_export::export(&session.service, &query, options, to).await
    });
    export_out::answer(session, written.await?)
}

async fn show(session: &Session, args: &StatsArgs) -> Result<Exit, Failure> {
    let (from, to) = (args.from.clone().unwrap_or_default(), args.to.clone().unwrap_or_default());
    let query = StatisticsQuery { from, to, ..StatisticsQuery::default() };
    let stats = statistics::report(&session.service, &query).await?.totals;
    let rate = |s: &Statistics| format_minor(i128::from(s.success_rate_bp()), 2);
    let sum = |minor: i128, s: &Statistics| format_minor(minor, s.asset.scale);
    let one = |s: &Statistics| {
        json!({ "currency": s.asset.code, "count": s.count, "success_count": s.success_count,
                "amount": sum(s.amount, s), "fee": sum(s.fee, s), "success_rate": rate(s) })
    };
    let row = |s: &Statistics| {
        let (amount, fee) = (sum(s.amount, s), sum(s.fee, s));
        vec![s.asset.code.clone(), s.count.to_string(), s.success_count.to_string(), rate(s), amount, fee]
    };
    let json =
        json!({ "from": args.from, "to": args.to, "currencies": stats.iter().map(one).collect::<Vec<_>>() });
    let header = [
        left("currency", "币种"),
        right("attempts", "尝试笔数"),
        right("succeeded", "成功笔数"),
        right("success %", "成功率 %"),
        right("amount", "金额"),
        right("fees", "手续费"),
    ];
    session.out.answer(json, || session.out.table(&header, stats.iter().map(row)))?;
    Ok(Exit::Success)
}
