//! The second factor of people: an authenticator app, and recovery codes for a lost device.

use super::user::UserView;
use super::view::{RequestClient, TotpStatus, person};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, CodeInput, Input};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::qr::TotpSecretView;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::STEP_UP;
use domain::id::UserId;
use serde::{Deserialize, Serialize};
use service::Secret;
use service::factor::{self, FactorStanding};
use service::user::User;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    const ENROL: &[Code] = &[Code::PasswordWrong];
    const RESET: &[Code] = &[Code::UserNotFound, Code::TotpResetOwn, Code::UserWithoutTotp];
    Routes::new()
        .add(O::TotpEnrol, routes!(enrol), &[ENROL, STEP_UP])
        .add(O::TotpConfirm, routes!(confirm), &[&[Code::EnrolmentMissing], STEP_UP])
        .add(O::TotpRemove, routes!(remove), &[STEP_UP])
        .add(O::RecoveryCodes, routes!(renew), &[STEP_UP])
        .add(O::TotpReset, routes!(reset), &[RESET, STEP_UP])
}

/// A user's second factor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactorView {
    /// Whether the user has a second factor.
    totp: TotpStatus,
    /// When it was set up; null without one.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    since: Option<String>,
    /// Whether the user's role must have one.
    required: bool,
    /// The number of unused recovery codes.
    #[schema(example = 10)]
    recovery_codes: i64,
    /// Until when this session needs no further code, except to approve and reject; null: it needs one.
    #[schema(format = DateTime, example = "2026-03-10T12:05:00Z")]
    fresh_until: Option<String>,
    /// From when on the user may approve, after the user was added, promoted or reset by somebody else, or set up
    /// the factor; null: now.
    #[schema(format = DateTime, example = "2026-03-11T12:00:00Z")]
    approves_from: Option<String>,
}

impl FactorView {
    pub(super) fn of(standing: FactorStanding) -> Self {
        Self {
            totp: TotpStatus::of(standing.since),
            since: standing.since.map(wire),
            required: standing.is_required,
            recovery_codes: standing.recovery_codes,
            fresh_until: standing.fresh_until.map(wire),
            approves_from: standing.approves_from.map(wire),
        }
    }
}

/// The password of a user who sets up a second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct EnrolInput {
    /// The user's password.
    #[schema(value_type = String, format = Password, example = "the current password")]
    password: Secret,
    /// To replace a second factor: a current code of it, or a recovery code.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for EnrolInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// A code of the app that is being set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ConfirmInput {
    /// The code that the app shows.
    #[schema(value_type = String, max_length = 64, example = "492039")]
    code: Secret,
}

impl Input for ConfirmInput {}

/// Recovery codes. They are shown only once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoveryCodesView {
    /// Ten codes. Each signs in, or replaces the second factor, once.
    #[schema(value_type = Vec<String>, example = json!(["MZXW-6YTB-OI4T-K2LP"]))]
    recovery_codes: Vec<Secret>,
}

/// A second factor that was removed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TotpRemovedView {
    /// Always `none`.
    totp: TotpStatus,
}

const BEGUN: Message = Message {
    english: "Scan the QR code with your authenticator app, then confirm with the code that it shows",
    chinese: "请用身份验证器扫描二维码，然后输入其显示的动态验证码进行确认",
};
const CONFIRMED: Message = Message {
    english: "The second factor is active and your other sessions have ended; save the recovery codes now, they will not be shown again",
    chinese: "双重验证已启用，您的其他会话已结束；请立即保存恢复码，恢复码不会再次显示",
};
const REMOVED: Message = Message {
    english: "The second factor was removed; your other sessions have ended",
    chinese: "双重验证已解绑，您的其他会话已结束",
};
const RENEWED: Message = Message {
    english: "The earlier recovery codes no longer work; save the new ones now, they will not be shown again",
    chinese: "原有恢复码已失效；请立即保存新的恢复码，恢复码不会再次显示",
};
const RESET: Message = Message {
    english: "The user's second factor was reset and the user's sessions have ended",
    chinese: "该用户的双重验证已重置，其会话已结束",
};

/// Begins to set up the signed-in user's second factor: returns a secret for an authenticator app.
///
/// A second factor that the user already has stays valid until the new one is confirmed, within 15 minutes and in
/// the same session.
#[utoipa::path(post, path = "/api/v1/auth/totp", operation_id = "enrolTotp", tag = "people",
    request_body = EnrolInput,
    responses((status = 200, description = "The secret.", body = Envelope<TotpSecretView>)))]
pub(super) async fn enrol(
    State(app): State<App>,
    who: Who,
    RequestClient(client): RequestClient,
    Body(body): Body<EnrolInput>,
) -> Result<Answer<TotpSecretView>, Problem> {
    let service = who.proving(&app.service, body.code());
    let begun = factor::enrol(&service, who.actor(), person(&who)?, &body.password, &client).await?;
    Ok(Answer::saying(BEGUN, TotpSecretView::of(&begun.base32, &begun.uri)?))
}

/// Makes the authenticator app that shows this code the signed-in user's second factor.
///
/// Returns ten recovery codes. The user's other sessions end.
#[utoipa::path(post, path = "/api/v1/auth/totp/confirm", operation_id = "confirmTotp", tag = "people",
    request_body = ConfirmInput,
    responses((status = 200, description = "The recovery codes.", body = Envelope<RecoveryCodesView>)))]
pub(super) async fn confirm(
    State(app): State<App>,
    who: Who,
    Body(body): Body<ConfirmInput>,
) -> Result<Answer<RecoveryCodesView>, Problem> {
    let service = who.proving(&app.service, None);
    let recovery_codes = factor::confirm(&service, who.actor(), person(&who)?, &body.code).await?;
    Ok(Answer::saying(CONFIRMED, RecoveryCodesView { recovery_codes }))
}

/// Removes the signed-in user's second factor; always needs a current code.
///
/// The user's other sessions end.
#[utoipa::path(delete, path = "/api/v1/auth/totp", operation_id = "removeTotp", tag = "people",
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The second factor was removed.", body = Envelope<TotpRemovedView>)))]
pub(super) async fn remove(
    State(app): State<App>,
    who: Who,
    Body(body): Body<CodeInput>,
) -> Result<Answer<TotpRemovedView>, Problem> {
    let service = who.proving(&app.service, body.code());
    factor::remove(&service, who.actor(), person(&who)?).await?;
    Ok(Answer::saying(REMOVED, TotpRemovedView { totp: TotpStatus::None }))
}

/// Replaces the signed-in user's recovery codes; always needs a current code.
#[utoipa::path(post, path = "/api/v1/auth/totp/recovery-codes", operation_id = "recoveryCodes", tag = "people",
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The new recovery codes.", body = Envelope<RecoveryCodesView>)))]
pub(super) async fn renew(
    State(app): State<App>,
    who: Who,
    Body(body): Body<CodeInput>,
) -> Result<Answer<RecoveryCodesView>, Problem> {
    let (user, _) = person(&who)?;
    let service = who.proving(&app.service, body.code());
    let recovery_codes = factor::renew(&service, who.actor(), user).await?;
    Ok(Answer::saying(RENEWED, RecoveryCodesView { recovery_codes }))
}

/// Resets another user's second factor, for a user who lost the device and the recovery codes.
///
/// The user's sessions end. The user signs in with the password alone, sets up a new second factor, and approves
/// nothing until the cooling-off ends. Administrators cannot reset their own.
#[utoipa::path(post, path = "/api/v1/users/{id}/totp-reset", operation_id = "resetTotp", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The user.", body = Envelope<UserView>)))]
pub(super) async fn reset(who: Who, id: Segment, once: Once<CodeInput>) -> Result<Answer<UserView>, Problem> {
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let user: User = once.settle(factor::reset(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(RESET, UserView::of(user)))
}
