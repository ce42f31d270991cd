//! What customers sent: how often, how much, how often in vain, and what it cost.

use crate::answer::{Answer, Envelope};
use crate::app::App;
use crate::list::text;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::Routes;
use axum::extract::State;
use domain::access::Operation;
use domain::amount::format_minor;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use service::statistics::{GroupBy, Of, Statistics, StatisticsQuery};
use service::transfer::date_text;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// Groups of an answer if nothing is said, and at most.
const GROUPS: usize = 1_000;
const GROUPS_MAX: usize = 10_000;

pub(crate) fn routes() -> Routes {
    Routes::new().add(
        Operation::StatisticsShow,
        routes!(show),
        &[
            Code::DateInvalid,
            Code::DateRangeInvalid,
            Code::AssetUnknown,
            Code::AccountNotFound,
            Code::AccountAmbiguous,
        ],
    )
}

/// What statistics are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// By transfer date.
    Day,
    /// By the account that paid.
    Account,
    /// By nothing but the currency.
    None,
}

/// Which statistics are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// From this transfer date.
    #[param(example = "2026-03-01", format = Date)]
    from: String,
    /// Up to this transfer date, itself in it.
    #[param(example = "2026-03-31", format = Date)]
    to: String,
    /// Only this currency.
    #[param(example = "USD", max_length = 12, nullable = false)]
    currency: Option<String>,
    /// Only what this account, by id or number, sent.
    #[param(example = "17", max_length = 255, nullable = false)]
    account_id: Option<String>,
    /// What they are broken down by; by nothing if nothing is said.
    #[param(inline, nullable = false)]
    group_by: Option<By>,
    /// Groups at most: the days in their order, the accounts that tried most often first.
    #[param(example = 100, minimum = 1, maximum = 10_000, nullable = false)]
    limit: Option<usize>,
}

/// What was sent in a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// The currency.
    #[schema(example = "USD")]
    currency: String,
    /// Tries.
    #[schema(example = 1_000)]
    count: i64,
    /// Of them carried out.
    #[schema(example = 998)]
    success_count: i64,
    /// Of them refused.
    #[schema(example = 2)]
    failed_count: i64,
    /// The share that was carried out, from 0 to 1, to four decimals.
    #[schema(value_type = f64, example = 0.998, minimum = 0, maximum = 1)]
    success_rate: Number,
    /// Minor units that were sent, fees not counted.
    #[schema(value_type = i64, example = 5_000_000)]
    amount_cents: i128,
    /// Minor units of fees.
    #[schema(value_type = i64, example = 1_500)]
    fee_cents: i128,
}

/// What was sent on a day, or by an account, in a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupView {
    /// The day; null if the groups are accounts.
    #[schema(example = "2026-03-10", format = Date)]
    date: Option<String>,
    /// The account; null if the groups are days.
    #[schema(example = json!(null))]
    account_id: Option<String>,
    /// The account's number; null if the groups are days.
    #[schema(example = json!(null))]
    account_number: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// Statistics.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsView {
    /// From this transfer date.
    #[schema(example = "2026-03-01", format = Date)]
    from: String,
    /// Up to this one.
    #[schema(example = "2026-03-31", format = Date)]
    to: String,
    /// In all, by currency.
    totals: Vec<Figures>,
    /// By group and currency; empty if nothing was asked for.
    groups: Vec<GroupView>,
    /// How many groups there are, shown here or not.
    #[schema(example = 31)]
    group_count: usize,
}

impl From<Statistics> for Figures {
    fn from(statistics: Statistics) -> Self {
        let rate = format_minor(i128::from(statistics.success_rate_bp()), 4);
        Self {
            count: statistics.count,
            success_count: statistics.success_count,
            failed_count: statistics.count - statistics.success_count,
            // Four decimals are exact as they stand, whatever a reader makes of them.
            success_rate: rate.parse().unwrap_or_else(|_| Number::from(0)),
            amount_cents: statistics.amount,
            fee_cents: statistics.fee,
            currency: statistics.asset.code,
        }
    }
}

impl From<(Of, Statistics)> for GroupView {
    fn from((of, statistics): (Of, Statistics)) -> Self {
        let (date, account_id, account_number) = match of {
            Of::Day(day) => (Some(date_text(day)), None, None),
            Of::Account(id, number) => (None, Some(id.to_string()), Some(number)),
        };
        Self { date, account_id, account_number, figures: statistics.into() }
    }
}

/// What customers sent, by transfer date: single transfers, withdrawals and the items of batches. Amounts and fees
/// are of what was carried out. Refused items of batches count on the day on which they were tried.
#[utoipa::path(get, path = "/api/v2/statistics", operation_id = "getStatistics", tag = "statistics", params(Wanted),
    responses((status = 200, description = "The statistics.", body = Envelope<StatisticsView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Result<Answer<StatisticsView>, Problem> {
    let limit = match wanted.limit.unwrap_or(GROUPS) {
        limit @ 1..=GROUPS_MAX => limit,
        _ => return Err(Problem::about(Code::QueryInvalid, format!("limit: 1 to {GROUPS_MAX}"))),
    };
    let group = match wanted.group_by {
        Some(By::Day) => GroupBy::Day,
        Some(By::Account) => GroupBy::Account,
        Some(By::None) | None => GroupBy::None,
    };
    let (from, to) = (wanted.from, wanted.to);
    let currency = text("currency", wanted.currency)?;
    let account = text("accountId", wanted.account_id)?;
    let query = StatisticsQuery { from: from.clone(), to: to.clone(), currency, account, group };
    let mut report = app.service.statistics(&query).await?;
    if group == GroupBy::Account {
        report.groups.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.count));
    }
    let group_count = report.groups.len();
    report.groups.truncate(limit);
    let groups = report.groups.into_iter().map(GroupView::from).collect();
    let totals = report.totals.into_iter().map(Figures::from).collect();
    Ok(Answer::of(StatisticsView { from, to, totals, groups, group_count }))
}
