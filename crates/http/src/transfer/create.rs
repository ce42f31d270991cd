//! Moving money once.

use super::view::TransferView;
use crate::account::AccountInput;
use crate::answer::{Answer, Envelope, Message};
use crate::body::Input;
use crate::once::Once;
use crate::problem::Problem;
use crate::who::Who;
use domain::access::Operation;
use serde::Deserialize;
use service::Service;
use service::transfer::{Order, RateOverride};
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const DONE: Message = Message { english: "The money was moved", chinese: "转账成功" };

/// A decimal as a number or a text. A number is read by its own text, so nothing is rounded on the way.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Decimal {
    /// As a number.
    Number(serde_json::Number),
    /// As a text.
    Text(String),
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number).exclusive_minimum(Some(0));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,18})?$"));
        OneOfBuilder::new().item(number).item(text).into()
    }
}

impl ToSchema for Decimal {}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        match decimal {
            Decimal::Number(number) => number.to_string(),
            Decimal::Text(text) => text,
        }
    }
}

/// Where vouchers are: one address, or several.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Vouchers {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl From<Vouchers> for Vec<String> {
    fn from(vouchers: Vouchers) -> Self {
        match vouchers {
            Vouchers::One(url) => vec![url],
            Vouchers::Many(urls) => urls,
        }
    }
}

/// A transfer between two accounts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewTransfer {
    /// The day that it counts for; today if none. It never rewrites what stands: entries are in the order of
    /// booking.
    #[schema(example = "2026-03-10", format = Date, min_length = 10, max_length = 10)]
    transfer_date: Option<String>,
    /// Who pays: the account's id as a number or as `acct_17`, or its number as any other text.
    #[schema(example = "acct_17")]
    from_account_id: AccountInput,
    /// Who is paid: the account's id as a number or as `acct_17`, or its number as any other text.
    #[schema(example = "acct_18")]
    to_account_id: AccountInput,
    /// Minor units of the payer's currency.
    #[schema(example = 10_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    from_amount_cents: i64,
    /// Minor units of the payee's currency, if you want it checked: the same within one currency, else the source
    /// amount at the rate, rounded as the pair's policy says.
    #[schema(example = 10_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    to_amount_cents: Option<i64>,
    /// Major units of the payee's currency for one major unit of the payer's: positive, at most 18 decimals.
    /// Without it the stored rate holds; it must be within the pair's tolerance of the stored one.
    #[schema(example = "7.1")]
    exchange_rate: Option<Decimal>,
    /// Why `exchangeRate` is to be taken although it is not within the pair's tolerance of the stored rate, or no rate
    /// is stored. Only those who may set rates may say this.
    #[schema(example = json!(null), min_length = 1, max_length = 500)]
    rate_override: Option<String>,
    /// What it is for.
    #[schema(example = "March rent", max_length = 500)]
    memo: Option<String>,
    /// Where its vouchers are: an address of the web or a path, or at most 20 of them.
    #[schema(example = "https://files.example.com/receipt-1.pdf")]
    voucher_url: Option<Vouchers>,
}

impl Input for NewTransfer {}

/// Money that enters or leaves the ledger by one account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewMovement {
    /// The account's id as a number or as `acct_17`, or its number as any other text.
    #[schema(example = "acct_17")]
    account_id: AccountInput,
    /// Minor units of the account's currency.
    #[schema(example = 500_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    amount_cents: i64,
    /// What it is for.
    #[schema(example = "Cash at the counter", max_length = 500)]
    memo: Option<String>,
    /// The day that it counts for; today if none.
    #[schema(example = "2026-03-10", format = Date, min_length = 10, max_length = 10)]
    transfer_date: Option<String>,
    /// Where its vouchers are: an address of the web or a path, or at most 20 of them.
    #[schema(example = "https://files.example.com/receipt-1.pdf")]
    voucher_url: Option<Vouchers>,
}

impl Input for NewMovement {}

impl NewTransfer {
    fn order(self, who: &Who) -> Order {
        let is_allowed = Operation::RateSet.allow(who.identity.asker()).is_ok();
        Order {
            from: Some(self.from_account_id.0),
            to: Some(self.to_account_id.0),
            amount: self.from_amount_cents,
            target_amount: self.to_amount_cents,
            rate: self.exchange_rate.map(String::from),
            rate_override: self.rate_override.map(|reason| RateOverride { reason, is_allowed }),
            memo: self.memo,
            date: self.transfer_date,
            vouchers: self.voucher_url.map(Vec::from).unwrap_or_default(),
        }
    }
}

impl NewMovement {
    /// The order, and the account; the caller says on which side it stands.
    fn order(self) -> (Order, Option<String>) {
        let order = Order {
            amount: self.amount_cents,
            memo: self.memo,
            date: self.transfer_date,
            vouchers: self.voucher_url.map(Vec::from).unwrap_or_default(),
            ..Order::default()
        };
        (order, Some(self.account_id.0))
    }
}

async fn carry_out(who: &Who, service: &Service, order: &Order) -> Result<Answer<TransferView>, Problem> {
    // It keeps and gives first answers itself: what the ledger refused is a transfer, not an answer to keep.
    let detail = service.transfer_order(who.actor(), order).await?;
    Ok(Answer::saying(DONE, TransferView::from(detail)))
}

/// Moves money from one account to another, whole or not at all.
///
/// A refusal by the ledger is kept as a transfer of status `failed`; its id is `data.transferId` of the answer.
/// The payer pays the fee on top.
#[utoipa::path(post, path = "/api/v2/account-transfers", operation_id = "createAccountTransfer", tag = "transfers",
    request_body = NewTransfer,
    responses((status = 200, description = "The transfer with its entries.", body = Envelope<TransferView>)))]
pub(crate) async fn transfer(who: Who, once: Once<NewTransfer>) -> Result<Answer<TransferView>, Problem> {
    let Once { body, service } = once;
    carry_out(&who, &service, &body.order(&who)).await
}

/// Lets money into the ledger, to an account.
#[utoipa::path(post, path = "/api/v2/deposits", operation_id = "createDeposit", tag = "transfers",
    request_body = NewMovement,
    responses((status = 200, description = "The deposit with its entry.", body = Envelope<TransferView>)))]
pub(crate) async fn deposit(who: Who, once: Once<NewMovement>) -> Result<Answer<TransferView>, Problem> {
    let Once { body, service } = once;
    let (order, to) = body.order();
    carry_out(&who, &service, &Order { to, ..order }).await
}

/// Lets money out of the ledger, from an account.
#[utoipa::path(post, path = "/api/v2/withdrawals", operation_id = "createWithdrawal", tag = "transfers",
    request_body = NewMovement,
    responses((status = 200, description = "The withdrawal with its entry.", body = Envelope<TransferView>)))]
pub(crate) async fn withdrawal(who: Who, once: Once<NewMovement>) -> Result<Answer<TransferView>, Problem> {
    let Once { body, service } = once;
    let (order, from) = body.order();
    carry_out(&who, &service, &Order { from, ..order }).await
}
