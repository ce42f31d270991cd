//! Signing in and out, and setting a password, which only the user can do.

use super::factor::FactorView;
use super::session::{SessionEndedView, SessionView};
use super::user::UserView;
use super::view::{RequestClient, person};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input, Nothing};
use crate::kit::cookie::{self, SetCookie};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::STEP_UP;
use serde::{Deserialize, Serialize};
use service::challenge::{self, Challenged};
use service::login::{self, SignIn, SignedIn};
use service::session::{self, Session};
use service::user::{self, User};
use service::{Secret, approval_policy, factor, invitation, set_up};
use utoipa::ToSchema;
use utoipa_axum::routes;

const SET_UP_CODES: &[Code] = &[
    Code::SetUpDone,
    Code::InvitationInvalid,
    Code::LoginInvalid,
    Code::LoginReserved,
    Code::NameInvalid,
    Code::PasswordWeak,
];
const LOGIN: &[Code] = &[Code::LoginFailed, Code::LoginThrottled];
const SECOND_FACTOR: &[Code] = &[
    Code::ChallengeInvalid,
    Code::TotpCodeInvalid,
    Code::TotpCodeUsed,
    Code::LoginThrottled,
    Code::MasterKeyMissing,
    Code::MasterKeyWrong,
    Code::SecretUnreadable,
];
const INVITATION: &[Code] = &[Code::InvitationInvalid, Code::PasswordWeak];
const PASSWORD: &[Code] = &[Code::PasswordWrong, Code::PasswordWeak, Code::LoginThrottled];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(Operation::SetUp, routes!(set_up), &[SET_UP_CODES])
        .add(Operation::Login, routes!(login), &[LOGIN])
        .add(Operation::LoginSecondFactor, routes!(login_second_factor), &[SECOND_FACTOR])
        .add(Operation::AcceptInvitation, routes!(accept_invitation), &[INVITATION])
        .add(Operation::Logout, routes!(logout), &[])
        .add(Operation::Me, routes!(me), &[])
        .add(Operation::ChangePassword, routes!(change_password), &[PASSWORD, STEP_UP])
}

/// The first-time setup.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SetUpInput {
    /// The one-time token that the server printed at startup.
    #[schema(value_type = String, example = "setup_5f2c…")]
    token: Secret,
    /// The administrator's login.
    #[schema(min_length = 2, max_length = 100, example = "admin")]
    login: String,
    /// The administrator's display name.
    #[schema(min_length = 1, max_length = 255, example = "Administrator")]
    name: String,
    /// A password that is hard to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Secret,
}

impl Input for SetUpInput {}

/// A user's credentials.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LoginInput {
    /// The login.
    #[schema(example = "fang.wang")]
    login: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

impl Input for LoginInput {}

/// The second step of signing in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SecondFactorInput {
    /// The challenge from the response to the first step.
    #[schema(value_type = String, example = "challenge_5f2c…")]
    challenge: Secret,
    /// The current one-time code, or a recovery code.
    #[schema(value_type = String, max_length = 64, example = "492039")]
    code: Secret,
}

impl Input for SecondFactorInput {}

/// Setting a password through an invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct InvitationInput {
    /// The one-time token received from the administrator.
    #[schema(value_type = String, example = "invite_5f2c…")]
    token: Secret,
    /// A password that is hard to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Secret,
}

impl Input for InvitationInput {}

/// A password change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PasswordInput {
    /// The current password.
    #[schema(value_type = String, format = Password, example = "the current password")]
    current_password: Secret,
    /// The new password.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256,
        example = "seven otters in a canoe")]
    new_password: Secret,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for PasswordInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// The signed-in user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MeView {
    /// The user.
    user: UserView,
    /// The current session.
    session: SessionView,
    /// The `operationId`s of the operations the user may perform.
    #[schema(example = json!(["listAccounts", "createBatchTransfer"]))]
    operations: Vec<&'static str>,
    /// The user's second factor.
    factor: FactorView,
    /// The `operationId`s of what the user should do next: `enrolTotp` as long as a user who moves money, or whose
    /// role must have one, has no second factor.
    #[schema(example = json!(["enrolTotp"]))]
    next_steps: Vec<&'static str>,
}

/// A sign-in that needs the second factor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChallengeView {
    /// Always true.
    #[serde(rename = "require2FA")]
    #[schema(example = true)]
    require_2fa: bool,
    /// To be sent with the code, to `loginSecondFactor`.
    #[schema(value_type = String, example = "challenge_5f2c…")]
    challenge: Secret,
    /// When the challenge expires.
    #[schema(format = DateTime, example = "2026-03-10T12:05:00Z")]
    expires_at: String,
}

/// The signed-in user, or what is missing for signing in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "it lives as long as one response")]
pub(crate) enum LoginView {
    /// Signed in.
    SignedIn(MeView),
    /// A code is needed.
    Challenged(ChallengeView),
}

/// The first administrator.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetUpView {
    /// The administrator.
    #[serde(flatten)]
    user: UserView,
    /// The `operationId`s of what the administrator should do next.
    #[schema(example = json!(["login", "enrolTotp"]))]
    next_steps: [&'static str; 2],
    /// Whether batches of any currency need approvals from some amount upwards; false as shipped.
    #[schema(example = false)]
    approval_needed: bool,
}

const SET_UP: Message = Message {
    english: "The administrator was created; sign in now, and set up a second factor",
    chinese: "管理员已创建，请登录并启用双重验证",
};
const SIGNED_IN: Message = Message { english: "Signed in", chinese: "登录成功" };
const CODE_NEEDED: Message = Message {
    english: "Enter the current code of your authenticator app",
    chinese: "请输入身份验证器当前显示的动态验证码",
};
const SIGNED_OUT: Message = Message { english: "Signed out", chinese: "已退出登录" };
const PASSWORD_SET: Message = Message {
    english: "The password was set; sign in with it now",
    chinese: "密码已设置，请使用新密码登录",
};
const PASSWORD_CHANGED: Message = Message {
    english: "The password was changed; your other sessions have ended",
    chinese: "密码已修改，您的其他会话已结束",
};

/// Creates the first administrator, with the one-time token that the server printed at startup.
///
/// Only a server without users can be set up. No user ever starts with a password known to somebody else.
#[utoipa::path(post, path = "/api/v1/setup", operation_id = "setUp", tag = "people", request_body = SetUpInput,
    responses((status = 200, description = "The administrator can sign in.", body = Envelope<SetUpView>)))]
pub(super) async fn set_up(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<SetUpInput>,
) -> Result<Answer<SetUpView>, Problem> {
    let SetUpInput { token, login, name, password } = body;
    let user = set_up::create_admin(&app.service, &token, (&login, &name), &password, client.address).await?;
    let next_steps = [Operation::Login.name(), Operation::TotpEnrol.name()];
    let approval_needed = approval_policy::any(&app.service).await?;
    Ok(Answer::saying(SET_UP, SetUpView { user: UserView::of(user), next_steps, approval_needed }))
}

/// Signs a user in: the response sets the session cookie.
///
/// The response is the same, and takes equally long, whether the login is unknown, the password is wrong or
/// the user is disabled. After several failures for one login or from one address, further attempts are
/// throttled (`Retry-After`).
///
/// For a user with a second factor the response sets no cookie: it contains `require2FA` and a `challenge`, which
/// `loginSecondFactor` takes together with a code.
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "people", request_body = LoginInput,
    responses((status = 200, description = "Signed in, or the challenge.", body = Envelope<LoginView>,
        headers(("Set-Cookie" = String, description = "The session cookie, if signed in")))))]
pub(super) async fn login(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<LoginInput>,
) -> Result<(Option<SetCookie>, Answer<LoginView>), Problem> {
    let life = app.options.session_life();
    match login::sign_in(&app.service, &body.login, &body.password, &client, life).await? {
        SignIn::Complete(signed_in) => {
            let (cookie, view) = welcome(&app, *signed_in).await?;
            Ok((Some(cookie), Answer::saying(SIGNED_IN, LoginView::SignedIn(view))))
        }
        SignIn::Challenged(Challenged { token, expires_at }) => {
            let view = ChallengeView { require_2fa: true, challenge: token, expires_at: wire(expires_at) };
            Ok((None, Answer::saying(CODE_NEEDED, LoginView::Challenged(view))))
        }
    }
}

/// Signs a user in by the challenge of `login` and a one-time code: the response sets the session cookie.
///
/// A recovery code, which works once, also signs in. Five codes can be tried with a challenge, and a user's wrong
/// codes are throttled (`Retry-After`).
#[utoipa::path(post, path = "/api/v1/auth/2fa", operation_id = "loginSecondFactor", tag = "people",
    request_body = SecondFactorInput,
    responses((status = 200, description = "Signed in.", body = Envelope<MeView>,
        headers(("Set-Cookie" = String, description = "The session cookie")))))]
pub(super) async fn login_second_factor(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<SecondFactorInput>,
) -> Result<(SetCookie, Answer<MeView>), Problem> {
    let life = app.options.session_life();
    let SecondFactorInput { challenge, code } = body;
    let signed_in = challenge::sign_in(&app.service, &challenge, &code, &client, life).await;
    let (cookie, view) = welcome(&app, signed_in?).await?;
    Ok((cookie, Answer::saying(SIGNED_IN, view)))
}

/// What a browser clears at sign-out. The cookie is removed by its own header: `"cookies"` here would sign
/// users out of everything else under the same domain.
const FORGET: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

/// Signs out: ends the current session.
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "people",
    responses((status = 200, description = "Signed out.", body = Envelope<SessionEndedView>,
        headers(("Set-Cookie" = String, description = "Removes the session cookie"),
            ("Clear-Site-Data" = String, description = "Clears the browser's cache and storage for this site")))))]
pub(super) async fn logout(
    State(app): State<App>,
    who: Who,
    _nothing: Body<Nothing>,
) -> Result<(SetCookie, [(HeaderName, HeaderValue); 1], Answer<SessionEndedView>), Problem> {
    let (user, session) = person(&who)?;
    login::sign_out(&app.service, who.actor(), user, session).await?;
    Ok((cookie::remove(&app), [FORGET], Answer::saying(SIGNED_OUT, SessionEndedView::of(session))))
}

/// Returns the signed-in user.
#[utoipa::path(get, path = "/api/v1/auth/me", operation_id = "me", tag = "people",
    responses((status = 200, description = "The signed-in user.", body = Envelope<MeView>)))]
pub(super) async fn me(State(app): State<App>, who: Who) -> Result<Answer<MeView>, Problem> {
    let (user, session) = person(&who)?;
    let all = session::list(&app.service, user, app.options.session_life()).await?;
    let found = all.into_iter().find(|one| one.id == session).ok_or(Code::AuthRequired)?;
    let user = user::show(&app.service, user).await?;
    Ok(Answer::of(view(&app, user, found).await?))
}

/// Changes the signed-in user's password.
///
/// All of the user's sessions end; the current one continues under a new cookie.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "changePassword", tag = "people",
    request_body = PasswordInput,
    responses((status = 200, description = "The password was changed.", body = Envelope<MeView>,
        headers(("Set-Cookie" = String, description = "The new session cookie")))))]
pub(super) async fn change_password(
    State(app): State<App>,
    who: Who,
    RequestClient(client): RequestClient,
    Body(body): Body<PasswordInput>,
) -> Result<(SetCookie, Answer<MeView>), Problem> {
    let (user, _) = person(&who)?;
    let service = who.proving(&app.service, body.code());
    let passwords = (&body.current_password, &body.new_password);
    let changed = login::change_password(&service, who.actor(), user, passwords, &client).await;
    let (cookie, view) = welcome(&app, changed?).await?;
    Ok((cookie, Answer::saying(PASSWORD_CHANGED, view)))
}

/// Sets a password through a one-time link, for a user who was just added or whose password was reset.
#[utoipa::path(post, path = "/api/v1/auth/invitation", operation_id = "acceptInvitation", tag = "people",
    request_body = InvitationInput,
    responses((status = 200, description = "The user can sign in.", body = Envelope<UserView>)))]
pub(super) async fn accept_invitation(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<InvitationInput>,
) -> Result<Answer<UserView>, Problem> {
    let address = client.address.to_string();
    let user = invitation::accept(&app.service, &body.token, &body.password, &address).await?;
    Ok(Answer::saying(PASSWORD_SET, UserView::of(user)))
}

/// The cookie and the view of a person who has just signed in.
async fn welcome(app: &App, signed_in: SignedIn) -> Result<(SetCookie, MeView), Problem> {
    let SignedIn { user, session, token } = signed_in;
    Ok((cookie::set(app, &token), view(app, user, session).await?))
}

async fn view(app: &App, user: User, session: Session) -> Result<MeView, Problem> {
    let standing = factor::standing(&app.service, &user, session.id).await?;
    let is_asked = standing.since.is_none() && (standing.is_required || user.role.moves_money());
    let (id, asker) = (session.id, domain::access::Asker::Person(user.role));
    let allowed = Operation::ALL.iter().filter(|operation| operation.allow(asker).is_ok());
    Ok(MeView {
        operations: allowed.map(|operation| operation.name()).collect(),
        user: UserView::of(user),
        session: SessionView::of(session, id),
        factor: FactorView::of(standing),
        next_steps: is_asked.then(|| Operation::TotpEnrol.name()).into_iter().collect(),
    })
}
