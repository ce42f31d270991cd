//! The response body of a transfer and its entries, with document 001's names.

use crate::kit::language;
use crate::kit::time::wire;
use domain::fx::Rounding;
use domain::id::{AccountId, TransferId};
use domain::noun::NounId;
use domain::transfer::TransferKind;
use serde::Serialize;
use service::date::date_text;
use service::statement::Entry;
use service::transfer::{Exchange, TransferDetail, TransferSide};
use utoipa::ToSchema;

/// A transfer without its entries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferSummaryView {
    /// The transfer's id.
    #[schema(example = "xfer_4711")]
    id: String,
    /// The value date.
    #[schema(example = "2026-03-10", format = Date)]
    transfer_date: String,
    /// `transfer`, `internal` (between one holder's accounts), `batch`, `deposit`, `withdrawal` or `opening`.
    #[schema(example = "transfer")]
    kind: &'static str,
    /// `completed`, or `failed` if it was refused and nothing moved.
    #[schema(example = "completed")]
    status: &'static str,
    /// The error code if the transfer was refused.
    #[schema(example = json!(null))]
    error_code: Option<&'static str>,
    /// The error message if the transfer was refused.
    #[schema(example = json!(null))]
    error_message: Option<&'static str>,
    /// The paying account's id; null if the money came from outside the ledger.
    #[schema(example = "acct_17")]
    from_account_id: Option<String>,
    /// The paying account's number.
    #[schema(example = "ACC-A1-001")]
    from_account_number: Option<String>,
    /// The receiving account's id; null if the money left the ledger.
    #[schema(example = "acct_18")]
    to_account_id: Option<String>,
    /// The receiving account's number.
    #[schema(example = "ACC-B1-003")]
    to_account_number: Option<String>,
    /// The currency sent.
    #[schema(example = "USD")]
    from_currency: String,
    /// The currency received.
    #[schema(example = "USD")]
    to_currency: String,
    /// The amount sent, in minor units, without the fee.
    #[schema(example = 10_000)]
    from_amount_cents: i64,
    /// The amount received, in minor units; for a refused transfer, the attempted amount. Null if it is not
    /// known.
    #[schema(example = 10_000)]
    to_amount_cents: Option<i64>,
    /// The fee the payer paid on top, in minor units.
    #[schema(example = 0)]
    fee_cents: i64,
    /// Major units of the target currency for one major unit of the source currency, as a decimal string;
    /// null within one currency.
    #[schema(example = json!(null))]
    exchange_rate: Option<String>,
    /// The details of the conversion; null within one currency.
    exchange: Option<ExchangeView>,
    /// The purpose of the transfer.
    #[schema(example = "March rent")]
    memo: Option<String>,
    /// The locations of vouchers.
    voucher_url: Vec<String>,
    /// The name, at that time, of the user or key that requested the transfer; null for an opening balance.
    #[schema(example = "fang.wang")]
    created_by: Option<String>,
    /// When it was booked.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
}

/// The details of a currency conversion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangeView {
    /// The source of the rate: `request`, `override`, or the origin of the stored rate.
    #[schema(example = "request")]
    rate_source: String,
    /// When the stored rate was set; for a rate in the request, when the request was made.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    rate_at: String,
    /// `half_up`, `half_even` or `down`.
    #[schema(example = "half_up")]
    rounding: &'static str,
    /// The exact target amount minus the rounded one, in minor units.
    #[schema(example = "0.25")]
    residual: String,
}

/// A transfer and its entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TransferView {
    #[serde(flatten)]
    summary: TransferSummaryView,
    /// The entries of both accounts in booking order; empty if the transfer was refused.
    entries: Vec<TransferEntryView>,
}

/// An entry of an account statement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferEntryView {
    /// The entry's id: the posting's number and side.
    #[schema(example = "524288-debit")]
    id: String,
    /// The account the entry belongs to.
    #[schema(example = "acct_17")]
    account_id: String,
    /// The transfer's id.
    #[schema(example = "xfer_4711")]
    flow_id: String,
    /// The value date.
    #[schema(example = "2026-03-10", format = Date)]
    transaction_date: String,
    /// `transfer_out`, `transfer_in`, `fee` or `fee_income`.
    #[schema(example = "transfer_out")]
    transaction_type: &'static str,
    /// The amount in minor units; negative if the account paid.
    #[schema(example = -10_000)]
    amount_cents: i64,
    /// The account's balance before the entry, in minor units.
    #[schema(example = 1_000_000)]
    balance_before_cents: i64,
    /// The account's balance after the entry, in minor units.
    #[schema(example = 990_000)]
    balance_after_cents: i64,
    /// When it was booked.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
}

impl TransferEntryView {
    pub(crate) fn of(account: AccountId, entry: &Entry) -> Self {
        let side = if entry.is_debit { "debit" } else { "credit" };
        Self {
            id: format!("{}-{side}", entry.posting),
            account_id: account.tagged(),
            flow_id: TransferId(entry.transfer).tagged(),
            transaction_date: date_text(entry.value_date),
            transaction_type: entry.kind.entry_name(entry.is_debit),
            amount_cents: entry.amount,
            balance_before_cents: entry.balance_before,
            balance_after_cents: entry.balance_after,
            created_at: wire(entry.created_at),
        }
    }
}

impl From<&Exchange> for ExchangeView {
    fn from(exchange: &Exchange) -> Self {
        Self {
            rate_source: exchange.rate_source.clone(),
            rate_at: wire(exchange.rate_at),
            rounding: Rounding::from_number(exchange.rounding).unwrap_or_default().name(),
            residual: exchange.residual.clone(),
        }
    }
}

impl From<TransferDetail> for TransferSummaryView {
    fn from(detail: TransferDetail) -> Self {
        let TransferDetail { transfer, exchange, from, to, is_internal, created_by, vouchers, legs: _ } =
            detail;
        let currency = |side: Option<&TransferSide>| side.map(|side| side.asset.code.clone());
        let from_currency = currency(from.as_ref()).or_else(|| currency(to.as_ref())).unwrap_or_default();
        let to_currency = currency(to.as_ref()).unwrap_or_else(|| from_currency.clone());
        let arrived = match &exchange {
            Some(exchange) => Some(exchange.target_amount),
            None => (from_currency == to_currency).then_some(transfer.amount),
        };
        let is_transfer = transfer.kind == TransferKind::Single;
        let (from_account_id, from_account_number) = from.map(|side| (side.id.tagged(), side.number)).unzip();
        let (to_account_id, to_account_number) = to.map(|side| (side.id.tagged(), side.number)).unzip();
        Self {
            id: transfer.number.tagged(),
            transfer_date: date_text(transfer.value_date),
            kind: if is_transfer && is_internal { "internal" } else { transfer.kind.name() },
            status: if transfer.code.is_none() { "completed" } else { "failed" },
            error_code: transfer.code.map(domain::code::Code::name),
            error_message: transfer.code.map(|code| code.message(language::current())),
            from_account_id,
            from_account_number,
            to_account_id,
            to_account_number,
            from_currency,
            to_currency,
            from_amount_cents: transfer.amount,
            to_amount_cents: arrived,
            fee_cents: transfer.fee,
            exchange_rate: exchange.as_ref().map(|exchange| exchange.rate.clone()),
            exchange: exchange.as_ref().map(ExchangeView::from),
            memo: transfer.memo,
            voucher_url: vouchers,
            created_by,
            created_at: wire(transfer.created_at),
        }
    }
}

impl From<TransferDetail> for TransferView {
    fn from(mut detail: TransferDetail) -> Self {
        let entries = detail.legs.iter().map(|leg| TransferEntryView::of(leg.account, &leg.entry)).collect();
        detail.legs.clear();
        Self { summary: detail.into(), entries }
    }
}
