//! `stats`: totals sent by customers, by currency.

use crate::exit::{Exit, Failure};
use crate::out::{left, right};
use crate::session::Session;
use clap::Args;
use domain::amount::format_minor;
use serde_json::json;
use service::statistics::{self, Statistics, StatisticsQuery};

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice stats --from 2026-05-01 --to 2026-05-31")]
pub(crate) struct StatsArgs {
    /// From this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// Up to this day
    #[arg(long, value_name = "DATE")]
    pub to: String,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &StatsArgs) -> Result<Exit, Failure> {
    let (from, to) = (args.from.clone(), args.to.clone());
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
