//! Single transfers, deposits and withdrawals.

use super::view::TransferView;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::consent::consenting;
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::voucher::VouchersInput;
use crate::kit::who::Who;
use crate::v2::account::AccountInput;
use domain::access::Operation;
use domain::account_ref::GivenAccount;
use domain::code::groups::TRANSFER;
use serde::Deserialize;
use service::transfer::{self, AmountInput, RateOverride, TransferRequest};
use service::{Secret, Service};
use std::collections::BTreeMap;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(Operation::TransferCreate, routes!(transfer), &[TRANSFER])
        .add(Operation::DepositCreate, routes!(deposit), &[TRANSFER])
        .add(Operation::WithdrawalCreate, routes!(withdrawal), &[TRANSFER])
}

const DONE: Message = Message { english: "The money was moved", chinese: "转账成功" };

/// A decimal as a number or a string. A number is read from its literal text, so nothing is rounded.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Decimal {
    /// A JSON number.
    Number(serde_json::Number),
    /// A decimal string.
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

/// A transfer between two accounts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TransferInput {
    /// The value date; today by default. It does not change the order of entries, which is booking order.
    #[schema(example = "2026-03-10", format = Date, min_length = 10, max_length = 10)]
    transfer_date: Option<String>,
    /// The paying account: its id as a number or as `acct_17`, or its account number as any other string.
    #[schema(example = "acct_17")]
    from_account_id: AccountInput,
    /// The receiving account: its id as a number or as `acct_17`, or its account number as any other string.
    #[schema(example = "acct_18")]
    to_account_id: AccountInput,
    /// The amount sent, in minor units of the payer's currency.
    #[schema(example = 10_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    from_amount_cents: i64,
    /// The amount received, in minor units of the payee's currency, to have it checked: within one currency
    /// the same as the amount sent, otherwise that amount at the exchange rate, rounded by the pair's policy.
    #[schema(example = 10_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    to_amount_cents: Option<i64>,
    /// Major units of the payee's currency for one major unit of the payer's: positive, at most 18 decimals.
    /// It must be within the pair's tolerance of the stored rate, which is the default.
    #[schema(example = "7.1")]
    exchange_rate: Option<Decimal>,
    /// The reason to accept `exchangeRate` although it is outside the pair's tolerance of the stored rate, or
    /// no rate is stored. Only callers who may set rates may use it.
    #[schema(example = json!(null), min_length = 1, max_length = 500)]
    rate_override: Option<String>,
    /// The purpose of the transfer.
    #[schema(example = "March rent", max_length = 500)]
    memo: Option<String>,
    /// The locations of vouchers: a web address or a path, or up to 20 of them.
    #[schema(example = "https://files.example.com/receipt-1.pdf")]
    voucher_url: Option<VouchersInput>,
    /// Whether the server generates the paying account's code, if the account allows it.
    #[serde(rename = "auto2FA", default)]
    auto_2fa: bool,
    /// The paying account's code, if it has a second factor; otherwise the code of the person.
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    verification_code: Option<Secret>,
    /// The paying account's code under the account's id or number.
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!(null))]
    verification_codes: Option<BTreeMap<String, Secret>>,
    /// The code of the person who sends the request, where one is asked for.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    own_code: Option<Secret>,
}

impl Input for TransferInput {
    fn code(&self) -> Option<&Secret> {
        self.own_code.as_ref()
    }
}

/// Money entering or leaving the ledger through an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct MovementInput {
    /// The account: its id as a number or as `acct_17`, or its account number as any other string.
    #[schema(example = "acct_17")]
    account_id: AccountInput,
    /// The amount, in minor units of the account's currency.
    #[schema(example = 500_000, minimum = 1, maximum = 999_999_999_999_999_999_i64)]
    amount_cents: i64,
    /// The purpose of the movement.
    #[schema(example = "Cash at the counter", max_length = 500)]
    memo: Option<String>,
    /// The value date; today by default.
    #[schema(example = "2026-03-10", format = Date, min_length = 10, max_length = 10)]
    transfer_date: Option<String>,
    /// The locations of vouchers: a web address or a path, or up to 20 of them.
    #[schema(example = "https://files.example.com/receipt-1.pdf")]
    voucher_url: Option<VouchersInput>,
    /// Whether the server generates the paying account's code, if the account allows it.
    #[serde(rename = "auto2FA", default)]
    auto_2fa: bool,
    /// The paying account's code, if it has a second factor; otherwise the code of the person.
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    verification_code: Option<Secret>,
    /// The paying account's code under the account's id or number.
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!(null))]
    verification_codes: Option<BTreeMap<String, Secret>>,
    /// The code of the person who sends the request, where one is asked for.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    own_code: Option<Secret>,
}

impl Input for MovementInput {
    fn code(&self) -> Option<&Secret> {
        self.own_code.as_ref()
    }
}

impl TransferInput {
    /// The service for this request, with its codes.
    async fn consenting(&mut self, service: &Service) -> Service {
        let (code, codes) = (self.verification_code.take(), self.verification_codes.take());
        consenting(service, code, codes, self.auto_2fa).await
    }

    pub(super) fn request(self, who: &Who) -> TransferRequest {
        let is_allowed = Operation::RateSet.allow(who.identity.asker()).is_ok();
        TransferRequest {
            from: Some(self.from_account_id.0),
            to: Some(self.to_account_id.0),
            amount: AmountInput::Minor(self.from_amount_cents),
            target_amount: self.to_amount_cents,
            rate: self.exchange_rate.map(String::from),
            rate_override: self.rate_override.map(|reason| RateOverride { reason, is_allowed }),
            memo: self.memo,
            date: self.transfer_date,
            vouchers: self.voucher_url.map(Vec::from).unwrap_or_default(),
            operation: None,
        }
    }
}

impl MovementInput {
    /// The service for this request, with its codes.
    async fn consenting(&mut self, service: &Service) -> Service {
        let (code, codes) = (self.verification_code.take(), self.verification_codes.take());
        consenting(service, code, codes, self.auto_2fa).await
    }

    /// The request and the account; the caller decides which side the account is on.
    fn request(self) -> (TransferRequest, Option<GivenAccount>) {
        let request = TransferRequest {
            amount: AmountInput::Minor(self.amount_cents),
            memo: self.memo,
            date: self.transfer_date,
            vouchers: self.voucher_url.map(Vec::from).unwrap_or_default(),
            ..TransferRequest::default()
        };
        (request, Some(self.account_id.0))
    }
}

async fn carry_out(
    who: &Who,
    service: &Service,
    request: &TransferRequest,
) -> Result<Answer<TransferView>, Problem> {
    // The service stores and returns first answers itself: a refusal by the ledger is a transfer, not a
    // stored answer.
    let made = transfer::create(service, who.actor(), request).await?;
    let detail = transfer::made(service, who.actor(), made).await?;
    Ok(Answer::saying(DONE, TransferView::from(detail)))
}

/// Transfers money from one account to another, all or nothing.
///
/// The payer pays the fee on top. A refusal by the ledger is recorded as a transfer with status `failed`; its
/// id is the response's `data.transferId`.
#[utoipa::path(post, path = "/api/v2/account-transfers", operation_id = "createAccountTransfer", tag = "transfers",
    request_body = TransferInput,
    responses((status = 200, description = "The transfer with its entries.", body = Envelope<TransferView>)))]
pub(crate) async fn transfer(who: Who, once: Once<TransferInput>) -> Result<Answer<TransferView>, Problem> {
    let Once { mut body, service } = once;
    let service = body.consenting(&service).await;
    carry_out(&who, &service, &body.request(&who)).await
}

/// Deposits money from outside the ledger into an account.
#[utoipa::path(post, path = "/api/v2/deposits", operation_id = "createDeposit", tag = "transfers",
    request_body = MovementInput,
    responses((status = 200, description = "The deposit with its entry.", body = Envelope<TransferView>)))]
pub(crate) async fn deposit(who: Who, once: Once<MovementInput>) -> Result<Answer<TransferView>, Problem> {
    let Once { mut body, service } = once;
    let service = body.consenting(&service).await;
    let (request, to) = body.request();
    carry_out(&who, &service, &TransferRequest { to, ..request }).await
}

/// Withdraws money from an account to outside the ledger.
#[utoipa::path(post, path = "/api/v2/withdrawals", operation_id = "createWithdrawal", tag = "transfers",
    request_body = MovementInput,
    responses((status = 200, description = "The withdrawal with its entry.", body = Envelope<TransferView>)))]
pub(crate) async fn withdrawal(who: Who, once: Once<MovementInput>) -> Result<Answer<TransferView>, Problem> {
    let Once { mut body, service } = once;
    let service = body.consenting(&service).await;
    let (request, from) = body.request();
    carry_out(&who, &service, &TransferRequest { from, ..request }).await
}
