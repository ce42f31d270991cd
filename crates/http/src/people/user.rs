//! Users: who may sign in, and in which role. Nobody can set another user's password.

use super::view::{RoleName, TotpStatus};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::kit::body::{Body, CodeInput, Input};
use crate::kit::once::Once;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::STEP_UP;
use domain::id::UserId;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::user::{self, InvitedUser, NewUser, User, UserChange};
use service::{Secret, factor};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const ADD: &[Code] = &[Code::LoginInvalid, Code::LoginReserved, Code::NameInvalid, Code::UserExists];
const CHANGE: &[Code] = &[Code::UserNotFound, Code::NameInvalid, Code::LastAdmin];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::UserList, routes!(list), &[&[Code::CursorInvalid]])
        .add(O::UserAdd, routes!(add), &[ADD, STEP_UP])
        .add(O::UserShow, routes!(show), &[&[Code::UserNotFound]])
        .add(O::UserChange, routes!(change), &[CHANGE, STEP_UP])
        .add(O::UserReset, routes!(reset), &[&[Code::UserNotFound, Code::UserDisabled], STEP_UP])
        .add(O::UserSignOut, routes!(sign_out), &[&[Code::UserNotFound], STEP_UP])
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    /// The user's id.
    #[schema(example = "user_3")]
    id: String,
    /// The name the user signs in with.
    #[schema(example = "fang.wang")]
    login: String,
    /// The user's display name.
    #[schema(example = "Fang Wang")]
    name: String,
    /// The user's role.
    role: RoleName,
    /// Whether the user can sign in.
    status: UserStatus,
    /// When the password was set; null if it has not been.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    password_set_at: Option<String>,
    /// When the user was disabled; null if not disabled.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    disabled_at: Option<String>,
    /// Who added the user.
    #[schema(example = "admin")]
    created_by: String,
    /// When the user was added.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
}

/// Whether a user can sign in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UserStatus {
    /// Not yet: no password has been set.
    Invited,
    /// The user can sign in.
    Active,
    /// No longer: the user has been disabled.
    Disabled,
}

impl UserView {
    pub(super) fn of(user: User) -> Self {
        let status = match (user.disabled_at, user.password_at) {
            (Some(_), _) => UserStatus::Disabled,
            (None, None) => UserStatus::Invited,
            (None, Some(_)) => UserStatus::Active,
        };
        Self {
            id: UserId(user.id).tagged(),
            login: user.login,
            name: user.name,
            role: RoleName::of(user.role),
            status,
            password_set_at: user.password_at.map(wire),
            disabled_at: user.disabled_at.map(wire),
            created_by: user.created_by.name,
            created_at: wire(user.created_at),
        }
    }
}

/// A user, and whether the user has a second factor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserShownView {
    /// The user.
    #[serde(flatten)]
    user: UserView,
    /// Whether the user has a second factor.
    totp: TotpStatus,
    /// When the second factor was set up; null without one.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    totp_since: Option<String>,
}

impl UserShownView {
    /// The users, each with the factor that is listed under its id.
    fn all(users: Vec<User>, factors: &[(i64, i64)]) -> Vec<Self> {
        let since = |id| factors.iter().find(|(user, _)| *user == id).map(|(_, since)| *since);
        let shown = |user: User| {
            let since = since(user.id);
            Self { user: UserView::of(user), totp: TotpStatus::of(since), totp_since: since.map(wire) }
        };
        users.into_iter().map(shown).collect()
    }
}

/// A user with the one-time token for setting a password.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserInvitedView {
    /// The user.
    user: UserView,
    /// The one-time token, for `acceptInvitation`. It is shown only once: null if the same request is
    /// repeated with its `Idempotency-Key`.
    #[schema(value_type = Option<String>, example = "invite_5f2c…")]
    invitation_token: Option<Secret>,
    /// When the token expires.
    #[schema(format = DateTime, example = "2026-03-13T12:00:00Z")]
    expires_at: String,
}

impl UserInvitedView {
    fn of(added: InvitedUser) -> Self {
        let InvitedUser { user, invited } = added;
        let expires_at = wire(invited.expires_at);
        Self { user: UserView::of(user), invitation_token: invited.token, expires_at }
    }
}

/// A user to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UserInput {
    /// The name the user signs in with.
    #[schema(min_length = 2, max_length = 100, example = "fang.wang")]
    login: String,
    /// The user's display name.
    #[schema(min_length = 1, max_length = 255, example = "Fang Wang")]
    name: String,
    /// The user's role.
    role: RoleName,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for UserInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Changes to a user; omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UserChangeInput {
    /// The user's display name.
    #[schema(min_length = 1, max_length = 255, example = "Fang Wang")]
    name: Option<String>,
    /// The user's role. A different role ends the user's sessions.
    role: Option<RoleName>,
    /// Whether the user is disabled: unable to sign in. Disabling a user ends the user's sessions.
    #[schema(example = true)]
    disabled: Option<bool>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for UserChangeInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// How many sessions have ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionsEndedView {
    /// The number of sessions that ended.
    #[schema(example = 2)]
    count: u64,
}

/// Which page of a list to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// `nextCursor` of the previous page.
    #[param(max_length = 200)]
    cursor: Option<String>,
    /// Rows per page; 20 by default.
    #[param(minimum = 1, maximum = 200, example = 20)]
    page_size: Option<i64>,
}

impl PageQuery {
    /// The id after which the page begins, and the page size.
    pub(super) fn read(&self, app: &App, list: &str) -> Result<(i64, i64), Problem> {
        let size = paging::size(self.page_size, 20)?;
        let place = self.cursor.as_deref().map(|cursor| app.cursors.open(list, cursor)).transpose()?;
        let after = place.map_or(Ok(0), |place| place.parse()).map_err(|_| Code::CursorInvalid)?;
        Ok((after, size))
    }
}

const ADDED: Message = Message {
    english: "The user was added; give the one-time token to the user",
    chinese: "用户已添加，请将一次性令牌交给本人",
};
const CHANGED: Message = Message { english: "The user was updated", chinese: "用户已更新" };
const RESET: Message = Message {
    english: "The password was reset; give the one-time token to the user",
    chinese: "密码已重置，请将一次性令牌交给本人",
};
const SIGNED_OUT: Message =
    Message { english: "The user's sessions have ended", chinese: "该用户的会话已结束" };

/// Lists users, including disabled ones, in the order they were added.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "listUsers", tag = "people", params(PageQuery),
    responses((status = 200, description = "A page of users.", body = ListEnvelope<UserShownView>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<ListAnswer<UserShownView>, Problem> {
    let (after, size) = query.read(&app, "users")?;
    let mut users = user::list(&app.service, after, size + 1).await?;
    let next = next(&app, "users", &mut users, size, |user| user.id);
    let factors = factor::since(&app.service, &users).await?;
    let data = UserShownView::all(users, &factors);
    Ok(ListAnswer { data, pagination: paging::by_cursor(size, next) })
}

/// Truncates a list that was read with one extra row, and returns the next page's cursor.
pub(super) fn next<T>(
    app: &App,
    list: &str,
    all: &mut Vec<T>,
    size: i64,
    id: fn(&T) -> i64,
) -> Option<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let is_more = all.len() > size;
    all.truncate(size);
    all.last().filter(|_| is_more).map(|last| app.cursors.seal(list, &id(last).to_string()))
}

/// Adds a user.
///
/// The response contains a one-time token, valid for three days, with which the user sets a password.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "addUser", tag = "people", request_body = UserInput,
    responses((status = 200, description = "The new user.", body = Envelope<UserInvitedView>)))]
pub(super) async fn add(who: Who, once: Once<UserInput>) -> Result<Answer<UserInvitedView>, Problem> {
    let UserInput { login, name, role, .. } = &once.body;
    let new = NewUser { login: login.clone(), name: name.clone(), role: role.role() };
    let added: InvitedUser = once.settle(user::add(&once.service, who.actor(), &new).await).await?;
    Ok(Answer::saying(ADDED, UserInvitedView::of(added)))
}

/// Returns a user.
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "getUser", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    responses((status = 200, description = "The user.", body = Envelope<UserShownView>)))]
pub(super) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<UserShownView>, Problem> {
    let user = user::show(&app.service, id.named::<UserId>(Code::UserNotFound)?.0).await?;
    let factors = factor::since(&app.service, std::slice::from_ref(&user)).await?;
    let shown = UserShownView::all(vec![user], &factors).pop();
    Ok(Answer::of(shown.ok_or(Code::UserNotFound)?))
}

/// Changes a user.
///
/// Changing the role or disabling the user ends the user's sessions immediately. The last administrator who
/// can sign in cannot be disabled or given another role.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "changeUser", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")), request_body = UserChangeInput,
    responses((status = 200, description = "The updated user.", body = Envelope<UserView>)))]
pub(super) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<UserChangeInput>,
) -> Result<Answer<UserView>, Problem> {
    let service = who.proving(&app.service, body.code());
    let UserChangeInput { name, role, disabled, .. } = body;
    let change = UserChange { name, role: role.map(RoleName::role), disabled };
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let user = user::change(&service, who.actor(), id, &change).await?;
    Ok(Answer::saying(CHANGED, UserView::of(user)))
}

/// Resets a user's password and ends the user's sessions.
///
/// The response contains a one-time token with which the user sets a new password.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", operation_id = "resetUserPassword", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The password was reset.", body = Envelope<UserInvitedView>)))]
pub(super) async fn reset(
    who: Who,
    id: Segment,
    once: Once<CodeInput>,
) -> Result<Answer<UserInvitedView>, Problem> {
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let added: InvitedUser = once.settle(user::reset(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(RESET, UserInvitedView::of(added)))
}

/// Ends all of a user's sessions immediately.
#[utoipa::path(post, path = "/api/v1/users/{id}/end-sessions", operation_id = "endUserSessions", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    request_body = Option<CodeInput>,
    responses((status = 200, description = "The sessions have ended.", body = Envelope<SessionsEndedView>)))]
pub(super) async fn sign_out(
    who: Who,
    id: Segment,
    once: Once<CodeInput>,
) -> Result<Answer<SessionsEndedView>, Problem> {
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let count: u64 = once.settle(user::sign_out(&once.service, who.actor(), id).await).await?;
    Ok(Answer::saying(SIGNED_OUT, SessionsEndedView { count }))
}
