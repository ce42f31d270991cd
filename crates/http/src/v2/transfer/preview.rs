//! Previewing a single transfer.

use super::create::TransferInput;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::body::Body;
use crate::kit::language;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::operator::batch::view::major;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::TRANSFER;
use domain::noun::NounId;
use serde::Serialize;
use service::transfer::{self, LimitUse, PreviewedAccount, TransferPreview};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::TransferPreview, routes!(preview), &[TRANSFER])
}

/// An account of a previewed transfer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewedAccountView {
    /// The account's id.
    #[schema(example = "acct_17")]
    id: String,
    /// Its number.
    #[schema(example = "PAYROLL-1")]
    number: String,
    /// Its currency.
    #[schema(example = "USD")]
    currency: String,
    /// Its balance now, in major units.
    #[schema(example = "1000.00")]
    balance_before: String,
    /// Its balance afterwards; as now if the transfer would be refused.
    #[schema(example = "899.90")]
    balance_after: String,
}

impl From<PreviewedAccount> for PreviewedAccountView {
    fn from(account: PreviewedAccount) -> Self {
        Self {
            id: account.id.tagged(),
            balance_before: major(account.before, &account.asset),
            balance_after: major(account.after, &account.asset),
            number: account.number,
            currency: account.asset.code,
        }
    }
}

/// A limit on what leaves the paying account in a period, in major units, without fees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitUseView {
    /// The most that may leave; null: no limit.
    #[schema(example = "10000.00")]
    limit: Option<String>,
    /// What has left so far.
    #[schema(example = "2500.00")]
    used: String,
    /// What may still leave, this transfer included; null: no limit.
    #[schema(example = "7500.00")]
    left: Option<String>,
}

/// The paying account's limits, in major units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewedLimitsView {
    /// The smallest amount of one transfer.
    #[schema(example = "0.01")]
    min: String,
    /// The largest; null: no limit.
    #[schema(example = "5000.00")]
    max: Option<String>,
    /// Of the organisation's day.
    day: LimitUseView,
    /// Of its month.
    month: LimitUseView,
}

/// What a transfer would do now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferPreviewView {
    /// Whether the transfer would be carried out.
    ok: bool,
    /// The error code if it would be refused.
    #[schema(value_type = Option<String>, example = json!(null))]
    error_code: Option<&'static str>,
    /// The error message if it would be refused.
    #[schema(value_type = Option<String>, example = json!(null))]
    error_message: Option<&'static str>,
    /// The amount, in major units of the paying account's currency.
    #[schema(example = "100.00")]
    amount: String,
    /// The fee, charged on top.
    #[schema(example = "0.10")]
    fee: String,
    /// The paying account.
    from: PreviewedAccountView,
    /// The account that is paid.
    to: PreviewedAccountView,
    /// What the payee receives in another currency, in major units; null within one currency.
    #[schema(example = json!(null))]
    converted_amount: Option<String>,
    /// Major units of the target currency for one of the source currency; null within one currency.
    #[schema(example = json!(null))]
    exchange_rate: Option<String>,
    /// The paying account's limits; null if it has none.
    limits: Option<PreviewedLimitsView>,
    /// Whether the paying account needs a code.
    #[serde(rename = "require2FA")]
    require_2fa: bool,
    /// Whether the server may generate that code.
    #[serde(rename = "auto2FA")]
    auto_2fa: bool,
}

impl From<TransferPreview> for TransferPreviewView {
    fn from(preview: TransferPreview) -> Self {
        let TransferPreview { from, to, amount, fee, exchange, code, limits, bound } = preview;
        let asset = from.asset.clone();
        let usage = |limit: LimitUse| LimitUseView {
            limit: limit.limit.map(|limit| major(limit, &asset)),
            used: major(limit.used, &asset),
            left: limit.left().map(|left| major(left, &asset)),
        };
        Self {
            ok: code.is_none(),
            error_code: code.map(Code::name),
            error_message: code.map(|code| code.message(language::current())),
            amount: major(amount, &asset),
            fee: major(fee, &asset),
            converted_amount: exchange.as_ref().map(|exchange| major(exchange.target_amount, &to.asset)),
            exchange_rate: exchange.map(|exchange| exchange.rate),
            limits: limits.map(|limits| PreviewedLimitsView {
                min: major(limits.min, &asset),
                max: limits.max.map(|max| major(max, &asset)),
                day: usage(limits.day),
                month: usage(limits.month),
            }),
            require_2fa: bound.is_some(),
            auto_2fa: bound.is_some_and(|bound| bound.automatic),
            from: from.into(),
            to: to.into(),
        }
    }
}

/// Previews a transfer: fee, balances, rate, limits and why it would be refused. No money moves, and nothing is stored.
///
/// The body is that of `createAccountTransfer`; codes in it are not looked at. What is no valid request is refused, as
/// creating it would be.
#[utoipa::path(post, path = "/api/v2/account-transfers/preview", operation_id = "previewAccountTransfer",
    tag = "transfers", request_body = TransferInput,
    responses((status = 200, description = "What would happen.", body = Envelope<TransferPreviewView>)))]
pub(crate) async fn preview(
    State(app): State<App>,
    who: Who,
    Body(body): Body<TransferInput>,
) -> Result<Answer<TransferPreviewView>, Problem> {
    let preview = transfer::preview(&app.service, &body.request(&who)).await?;
    Ok(Answer::of(preview.into()))
}
