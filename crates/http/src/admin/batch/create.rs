//! Creating a batch in the admin API: always a draft.

use super::view::{AdminBatchView, NETWORK};
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{BODY_BYTES_MAX, Input};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use domain::code::groups::ROWS;
use domain::script::Digits;
use serde::Deserialize;
use service::batch;
use service::batch::create::CreateBatch;
use service::batch::rows::{Amounts, NewRow, ROWS_MAX};
use service::batch::submit::Submission;
use service::payee::{Field, Given, Side};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    const CODES: &[Code] = &[
        Code::NetworkUnknown,
        Code::SourceNotFound,
        Code::AssetUnknown,
        Code::IdUntagged,
        Code::BatchSideInvalid,
    ];
    Routes::new().add(O::AdminBatchCreate, routes!(create), &[ROWS, CODES])
}

const CREATED: Message = Message { english: "The batch was created", chinese: "批次已创建" };

/// A batch that one account pays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "March salaries", "description": "Paid on the 10th", "network": "internal", "currency": "USD",
    "source_account": "PAYROLL-1",
    "recipients": [{ "address": "ANNA-1", "amount": "5000.00", "note": "Salary 2026-03" }]
}))]
pub(super) struct AdminBatchInput {
    /// The batch's name.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// The batch's remarks.
    #[schema(max_length = 500)]
    description: Option<String>,
    /// Where the payments are made: `internal`, which is also the default.
    #[schema(example = "internal")]
    network: Option<String>,
    /// The currency, which must be that of the paying account; by default it is.
    #[schema(min_length = 3, max_length = 12, example = "USD")]
    currency: Option<String>,
    /// The paying account's number, or its id in the form `acct_18`.
    #[schema(example = "PAYROLL-1")]
    source_account: String,
    /// The recipients, at most 50,000.
    #[schema(min_items = 1, max_items = 50_000)]
    recipients: Vec<RecipientInput>,
}

/// A recipient.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecipientInput {
    /// The account's number, or its id in the form `acct_18`.
    #[schema(example = "ANNA-1")]
    address: String,
    /// The amount in major units, as a decimal string.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "5000.00")]
    amount: String,
    /// The purpose of the payment.
    #[schema(max_length = 500)]
    note: Option<String>,
}

impl Input for AdminBatchInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl From<RecipientInput> for NewRow {
    fn from(input: RecipientInput) -> Self {
        let address = Given::account(Some(Side::Payee), Field::Payee, input.address, Digits::Refuse);
        Self { given: vec![address], amount: Some(input.amount), memo: input.note, ..Self::default() }
    }
}

impl AdminBatchInput {
    fn into_new(self) -> Result<CreateBatch, Problem> {
        if self.network.as_deref().is_some_and(|network| network != NETWORK) {
            return Err(Problem::about(Code::NetworkUnknown, self.network.unwrap_or_default()));
        }
        // Document 002 knows no draft that waits for its recipients.
        if self.recipients.is_empty() {
            return Err(Problem::about(Code::BatchEmpty, "recipients"));
        }
        if self.recipients.len() > ROWS_MAX {
            return Err(Problem::about(Code::BodyTooLarge, format!("{ROWS_MAX} recipients")));
        }
        let source = Given::account(Some(Side::Payer), Field::Payer, self.source_account, Digits::Refuse);
        Ok(CreateBatch {
            name: self.name,
            kind: BatchType::OneToMany,
            mode: BatchMode::Continue,
            source: Some(source),
            target: None,
            currency: self.currency,
            amounts: Amounts::Custom,
            rows: self.recipients.into_iter().map(NewRow::from).collect(),
            remarks: self.description,
            convert: false,
            allow_repeat: false,
            rate_mode: None,
            draft: true,
            submission: Submission::default(),
        })
    }
}

/// Creates a batch as a draft: one account pays many.
///
/// Everything is checked before anything is written, as in `createBatchTransfer`.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches", operation_id = "createAdminBatch", tag = "admin",
    request_body = AdminBatchInput,
    responses((status = 200, description = "The draft.", body = Envelope<AdminBatchView>)))]
pub(super) async fn create(who: Who, once: Once<AdminBatchInput>) -> Result<Answer<AdminBatchView>, Problem> {
    let Once { body, service } = once;
    let new = body.into_new()?;
    let made = service.settle(batch::create(&service, who.actor(), &new).await).await?;
    Ok(Answer::saying(CREATED, AdminBatchView::of(made.batch)))
}
