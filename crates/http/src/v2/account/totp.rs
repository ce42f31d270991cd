//! The second factor of an account: with one, the account is only debited with a code.

use super::change::show;
use super::input::AccountInput;
use super::view::AccountView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, CodeInput, Input};
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::qr::TotpSecretView;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, ONE_TIME_CODE, STEP_UP};
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::{Secret, account_totp};
use utoipa::ToSchema;
use utoipa_axum::routes;

const BIND: Groups = &[
    ACCOUNT_REFERENCE,
    ONE_TIME_CODE,
    STEP_UP,
    &[Code::AccountNotFound, Code::AccountState, Code::SystemAccount, Code::AccountTotpBound],
];
const CONFIRM: Groups = &[
    ACCOUNT_REFERENCE,
    ONE_TIME_CODE,
    STEP_UP,
    &[Code::AccountNotFound, Code::AccountTotpBound, Code::AccountTotpNotBegun],
];
const UNBIND: Groups = &[
    ACCOUNT_REFERENCE,
    ONE_TIME_CODE,
    STEP_UP,
    &[Code::AccountNotFound, Code::AccountTotpNotBound, Code::VerificationCodeRequired],
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::AccountTotpBind, routes!(bind), BIND)
        .add(O::AccountTotpConfirm, routes!(confirm), CONFIRM)
        .add(O::AccountTotpUnbind, routes!(unbind), UNBIND)
}

const DRAWN: Message = Message {
    english: "Add the secret to an authenticator app and confirm it with a code; it will not be shown again",
    chinese: "请将密钥添加到身份验证器应用，并用验证码确认；密钥不会再次显示",
};
const BOUND: Message = Message {
    english: "The account's second factor is active: its payments need a code from now on",
    chinese: "账户2FA已生效：此后付款均需验证码",
};
const UNBOUND: Message = Message {
    english: "The account's second factor was removed: its payments need no code any more",
    chinese: "账户2FA已解绑：此后付款无需验证码",
};

/// A new secret of an account. It is shown only here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountTotpView {
    /// The account's id.
    #[schema(example = "acct_17")]
    account_id: String,
    #[serde(flatten)]
    totp: TotpSecretView,
}

/// The first code of a new secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AccountTotpConfirmInput {
    /// The code that the authenticator app shows.
    #[schema(value_type = String, max_length = 16, example = "123456")]
    code: Secret,
    /// Whether the server may generate codes from its stored secret when a request asks for it (`auto2FA`).
    #[serde(rename = "auto2FA", default)]
    #[schema(example = false)]
    auto_2fa: bool,
    /// The person's own code, where one is asked for.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    own_code: Option<Secret>,
}

impl Input for AccountTotpConfirmInput {
    fn code(&self) -> Option<&Secret> {
        self.own_code.as_ref()
    }
}

/// What allows an account to be unbound.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AccountTotpUnbindInput {
    /// The account's own code.
    #[schema(value_type = Option<String>, max_length = 16, example = "123456")]
    verification_code: Option<Secret>,
    /// If the account's code is lost: the code of the person, who then needs a second factor.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    own_code: Option<Secret>,
}

impl Input for AccountTotpUnbindInput {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }

    fn code(&self) -> Option<&Secret> {
        self.own_code.as_ref()
    }
}

/// Draws a secret for an account's second factor.
///
/// The factor becomes active once a code confirms it. The secret is shown only here, and a repeated request draws
/// another one.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/totp", operation_id = "bindAccountTotp", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The secret, to be confirmed.", body = Envelope<AccountTotpView>)))]
pub(crate) async fn bind(
    who: Who,
    id: Segment,
    once: Once<CodeInput>,
) -> Result<Answer<AccountTotpView>, Problem> {
    let id = AccountInput::read(&id.0)?;
    let drawn = account_totp::bind(&once.service, who.actor(), &id.0).await?;
    let totp = TotpSecretView::of(&drawn.base32(), &drawn.uri())?;
    Ok(Answer::saying(DRAWN, AccountTotpView { account_id: drawn.account.id.tagged(), totp }))
}

/// Confirms an account's new secret by a code.
///
/// From then on the account is only debited with a code.
#[utoipa::path(post, path = "/api/v2/accounts/{id}/totp/confirm", operation_id = "confirmAccountTotp", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = AccountTotpConfirmInput,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn confirm(
    who: Who,
    id: Segment,
    once: Once<AccountTotpConfirmInput>,
) -> Result<Answer<AccountView>, Problem> {
    let (id, input) = (AccountInput::read(&id.0)?, &once.body);
    let done = account_totp::confirm(&once.service, who.actor(), &id.0, &input.code, input.auto_2fa).await;
    show(&once.service, once.settle(done).await?, BOUND).await
}

/// Removes an account's second factor.
///
/// It takes the account's own code, or, if that is lost, the code of a person with a second factor.
#[utoipa::path(delete, path = "/api/v2/accounts/{id}/totp", operation_id = "unbindAccountTotp", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    request_body = Option<AccountTotpUnbindInput>,
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn unbind(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(input): Body<AccountTotpUnbindInput>,
) -> Result<Answer<AccountView>, Problem> {
    let id = AccountInput::read(&id.0)?;
    let code = input.verification_code.as_ref();
    let service = who.proving(&app.service, input.code());
    let account = account_totp::unbind(&service, who.actor(), &id.0, code).await?;
    show(&app.service, account, UNBOUND).await
}
