//! The vouchers of a batch.

use super::draft::ask;
use super::path::BatchName;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::voucher::VouchersInput;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::batch;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::BatchVoucherList, routes!(list), &[&[Code::BatchNotFound]]).add_operator(
        O::BatchVouchersSet,
        routes!(set),
        &[&[Code::BatchNotFound, Code::VoucherInvalid, Code::StoredFileNotFound, Code::StoredFileGone]],
    )
}

const SET: Message = Message { english: "The vouchers were saved", chinese: "凭证已保存" };

/// The vouchers of a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "voucherUrl": ["https://docs.example.org/payroll-2026-03.pdf"] }))]
pub(super) struct BatchVouchersInput {
    /// A web address, a path on this server or the id of a file, or up to 20 of them; an empty list removes all. A
    /// file must be one that you may read. It is kept with the batch, and all who may read the batch may read it.
    voucher_url: VouchersInput,
}

impl Input for BatchVouchersInput {}

/// The vouchers of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchVouchersView {
    /// The locations of the vouchers.
    #[schema(example = json!(["https://docs.example.org/payroll-2026-03.pdf"]))]
    voucher_url: Vec<String>,
}

/// Returns the vouchers of a batch.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/vouchers", operation_id = "listVouchers", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    responses((status = 200, description = "The vouchers.", body = Envelope<BatchVouchersView>)))]
pub(super) async fn list(
    State(app): State<App>,
    BatchName(batch): BatchName,
) -> Result<Answer<BatchVouchersView>, OperatorProblem> {
    let voucher_url = batch::vouchers(&app.service, batch).await?;
    Ok(Answer::of(BatchVouchersView { voucher_url }))
}

/// Sets the vouchers of a batch, whatever its state. The former ones are kept in the audit log.
#[utoipa::path(put, path = "/api/batch-transfers/{id}/vouchers", operation_id = "setVouchers", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = BatchVouchersInput,
    responses((status = 200, description = "The vouchers.", body = Envelope<BatchVouchersView>)))]
pub(super) async fn set(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
    Body(body): Body<BatchVouchersInput>,
) -> Result<Answer<BatchVouchersView>, OperatorProblem> {
    let vouchers: Vec<String> = body.voucher_url.into();
    let (asker, ask) = (who.identity.asker(), ask(&who, batch));
    let voucher_url = batch::set_vouchers(&app.service, who.actor(), asker, &ask, &vouchers).await?;
    Ok(Answer::saying(SET, BatchVouchersView { voucher_url }))
}
