//! Statistics of what customers sent: count, amount, refusals and fees.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::list::text;
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::v2::account::AccountInput;
use axum::extract::State;
use domain::access::Operation;
use domain::amount::format_minor;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, RANGE};
use domain::id::AccountId;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use service::date::date_text;
use service::statistics::{self, GroupBy, GroupKey, Statistics, StatisticsQuery};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// The default and the maximum number of groups in a response.
const GROUPS: usize = 1_000;
const GROUPS_MAX: usize = 10_000;

pub(crate) fn routes() -> Routes {
    const SHOW: Groups = &[ACCOUNT_REFERENCE, RANGE, &[Code::AssetUnknown, Code::AccountNotFound]];
    Routes::new().add(Operation::StatisticsShow, routes!(show), SHOW)
}

/// How statistics are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GroupingWord {
    /// By transfer date.
    Day,
    /// By paying account.
    Account,
    /// By currency only.
    None,
}

/// Which statistics to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsParameters {
    /// The first transfer date.
    #[param(example = "2026-03-01", format = Date)]
    from: String,
    /// The last transfer date, inclusive.
    #[param(example = "2026-03-31", format = Date)]
    to: String,
    /// Only transfers in this currency.
    #[param(example = "USD", max_length = 12, nullable = false)]
    currency: Option<String>,
    /// Only transfers sent by this account, by id or number.
    #[param(example = "acct_17", max_length = 255, nullable = false)]
    account_id: Option<String>,
    /// How the statistics are grouped; `none` by default.
    #[param(inline, nullable = false)]
    group_by: Option<GroupingWord>,
    /// The maximum number of groups; 1,000 by default. Days are in order; accounts with the most attempts
    /// come first.
    #[param(example = 100, minimum = 1, maximum = 10_000, nullable = false)]
    limit: Option<usize>,
}

/// What was sent in a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsFiguresView {
    /// The currency.
    #[schema(example = "USD")]
    currency: String,
    /// The number of attempted transfers.
    #[schema(example = 1_000)]
    count: i64,
    /// The number of completed transfers.
    #[schema(example = 998)]
    success_count: i64,
    /// The number of refused transfers.
    #[schema(example = 2)]
    failed_count: i64,
    /// The fraction of completed transfers, from 0 to 1, to four decimals.
    #[schema(value_type = f64, example = 0.998, minimum = 0, maximum = 1)]
    success_rate: Number,
    /// The total amount sent, in minor units, without fees.
    #[schema(value_type = i64, example = 5_000_000)]
    amount_cents: i128,
    /// The total fees, in minor units.
    #[schema(value_type = i64, example = 1_500)]
    fee_cents: i128,
}

/// What was sent on a day, or by an account, in a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsGroupView {
    /// The day; null if the groups are accounts.
    #[schema(example = "2026-03-10", format = Date)]
    date: Option<String>,
    /// The account's id; null if the groups are days.
    #[schema(example = json!(null))]
    account_id: Option<String>,
    /// The account's number; null if the groups are days.
    #[schema(example = json!(null))]
    account_number: Option<String>,
    #[serde(flatten)]
    figures: StatisticsFiguresView,
}

/// Statistics.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsView {
    /// The first transfer date.
    #[schema(example = "2026-03-01", format = Date)]
    from: String,
    /// The last transfer date, inclusive.
    #[schema(example = "2026-03-31", format = Date)]
    to: String,
    /// The totals by currency.
    totals: Vec<StatisticsFiguresView>,
    /// The figures by group and currency; empty without grouping.
    groups: Vec<StatisticsGroupView>,
    /// The number of groups, including those beyond `limit`.
    #[schema(example = 31)]
    group_count: usize,
}

impl From<Statistics> for StatisticsFiguresView {
    fn from(statistics: Statistics) -> Self {
        let rate = format_minor(i128::from(statistics.success_rate_bp()), 4);
        Self {
            count: statistics.count,
            success_count: statistics.success_count,
            failed_count: statistics.count - statistics.success_count,
            // Four decimals are exact as text, whatever number type a client parses them into.
            success_rate: rate.parse().unwrap_or_else(|_| Number::from(0)),
            amount_cents: statistics.amount,
            fee_cents: statistics.fee,
            currency: statistics.asset.code,
        }
    }
}

impl From<(GroupKey, Statistics)> for StatisticsGroupView {
    fn from((of, statistics): (GroupKey, Statistics)) -> Self {
        let (date, account_id, account_number) = match of {
            GroupKey::Day(day) => (Some(date_text(day)), None, None),
            GroupKey::Account(id, number) => (None, Some(AccountId(id).tagged()), Some(number)),
        };
        Self { date, account_id, account_number, figures: statistics.into() }
    }
}

/// Returns statistics of what customers sent, by transfer date.
///
/// They cover single transfers, withdrawals and batch items. Amounts and fees count completed transfers only.
/// Refused batch items count on the day they were attempted.
#[utoipa::path(get, path = "/api/v2/statistics", operation_id = "getStatistics", tag = "statistics", params(StatisticsParameters),
    responses((status = 200, description = "The statistics.", body = Envelope<StatisticsView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    Query(wanted): Query<StatisticsParameters>,
) -> Result<Answer<StatisticsView>, Problem> {
    let limit = match wanted.limit.unwrap_or(GROUPS) {
        limit @ 1..=GROUPS_MAX => limit,
        _ => return Err(Problem::about(Code::QueryInvalid, format!("limit: 1 to {GROUPS_MAX}"))),
    };
    let group = match wanted.group_by {
        Some(GroupingWord::Day) => GroupBy::Day,
        Some(GroupingWord::Account) => GroupBy::Account,
        Some(GroupingWord::None) | None => GroupBy::None,
    };
    let (from, to) = (wanted.from, wanted.to);
    let currency = text("currency", wanted.currency)?;
    let account = wanted.account_id.as_deref().map(AccountInput::read).transpose()?.map(|account| account.0);
    let query = StatisticsQuery { from: from.clone(), to: to.clone(), currency, account, group };
    let mut report = statistics::report(&app.service, &query).await?;
    if group == GroupBy::Account {
        report.groups.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.count));
    }
    let group_count = report.groups.len();
    report.groups.truncate(limit);
    let groups = report.groups.into_iter().map(StatisticsGroupView::from).collect();
    let totals = report.totals.into_iter().map(StatisticsFiguresView::from).collect();
    Ok(Answer::of(StatisticsView { from, to, totals, groups, group_count }))
}
