//! Signing in and out, and setting a password, which only the user can do.

use super::session::{SessionEndedView, SessionView};
use super::user::UserView;
use super::view::{RequestClient, person};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input, Nothing};
use crate::kit::cookie::{self, SetCookie};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use domain::access::Operation;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::login::{self, SignedIn};
use service::{Error, Secret, invitation, session, set_up, user};
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
const INVITATION: &[Code] = &[Code::InvitationInvalid, Code::PasswordWeak];
const PASSWORD: &[Code] = &[Code::PasswordWrong, Code::PasswordWeak, Code::LoginThrottled];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(Operation::SetUp, routes!(set_up), &[SET_UP_CODES])
        .add(Operation::Login, routes!(login), &[LOGIN])
        .add(Operation::AcceptInvitation, routes!(accept_invitation), &[INVITATION])
        .add(Operation::Logout, routes!(logout), &[])
        .add(Operation::Me, routes!(me), &[])
        .add(Operation::ChangePassword, routes!(change_password), &[PASSWORD])
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
}

impl Input for PasswordInput {}

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
}

const SET_UP: Message = Message {
    english: "The administrator was created; sign in now",
    chinese: "管理员已创建，请登录",
};
const SIGNED_IN: Message = Message { english: "Signed in", chinese: "登录成功" };
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
    responses((status = 200, description = "The administrator can sign in.", body = Envelope<UserView>)))]
pub(super) async fn set_up(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<SetUpInput>,
) -> Result<Answer<UserView>, Problem> {
    let SetUpInput { token, login, name, password } = body;
    let user = set_up::create_admin(&app.service, &token, (&login, &name), &password, client.address).await?;
    Ok(Answer::saying(SET_UP, UserView::of(user)))
}

/// Signs a user in: the response sets the session cookie.
///
/// The response is the same, and takes equally long, whether the login is unknown, the password is wrong or
/// the user is disabled. After several failures for one login or from one address, further attempts are
/// throttled (`Retry-After`).
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "people", request_body = LoginInput,
    responses((status = 200, description = "Signed in.", body = Envelope<MeView>,
        headers(("Set-Cookie" = String, description = "The session cookie")))))]
pub(super) async fn login(
    State(app): State<App>,
    RequestClient(client): RequestClient,
    Body(body): Body<LoginInput>,
) -> Result<(SetCookie, Answer<MeView>), Problem> {
    let life = app.options.session_life();
    let signed_in =
        login::sign_in(&app.service, &body.login, &body.password, &client, life).await.map_err(throttled)?;
    Ok(welcome(&app, SIGNED_IN, signed_in))
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
    let user = UserView::of(user::show(&app.service, user).await?);
    Ok(Answer::of(MeView { operations: operations(&user), user, session: SessionView::of(found, session) }))
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
    let passwords = (&body.current_password, &body.new_password);
    let changed = login::change_password(&app.service, who.actor(), user, passwords, &client).await;
    Ok(welcome(&app, PASSWORD_CHANGED, changed.map_err(throttled)?))
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

fn welcome(app: &App, message: Message, signed_in: SignedIn) -> (SetCookie, Answer<MeView>) {
    let SignedIn { user, session, token } = signed_in;
    let (user, id) = (UserView::of(user), session.id);
    let view = MeView { operations: operations(&user), user, session: SessionView::of(session, id) };
    (cookie::set(app, &token), Answer::saying(message, view))
}

fn operations(user: &UserView) -> Vec<&'static str> {
    let asker = domain::access::Asker::Person(user.role());
    let allowed = Operation::ALL.iter().filter(|operation| operation.allow(asker).is_ok());
    allowed.map(|operation| operation.name()).collect()
}

/// Sets `Retry-After` on a throttled login.
fn throttled(error: Error) -> Problem {
    let mut problem = Problem::from(error);
    if problem.code == Code::LoginThrottled {
        let seconds = problem.data.as_ref().and_then(|data| data["retryAfterSeconds"].as_u64());
        problem.retry_after_s = seconds.or(problem.retry_after_s);
    }
    problem
}
