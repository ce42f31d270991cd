//! Users: who may sign in, and as what. Nobody sets another person's password.

use super::view::RoleName;
use crate::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::app::App;
use crate::body::{Body, Input, Nothing};
use crate::once::Once;
use crate::paging;
use crate::problem::Problem;
use crate::query::Query;
use crate::segment::Segment;
use crate::time::wire;
use crate::who::Who;
use axum::extract::State;
use domain::access::Role;
use domain::code::Code;
use domain::id::UserId;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::Secret;
use service::user::{Added, NewUser, User, UserChange};
use utoipa::{IntoParams, ToSchema};

/// A person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    /// The id.
    #[schema(example = "user_3")]
    id: String,
    /// What the person signs in with.
    #[schema(example = "fang.wang")]
    login: String,
    /// What people call the person.
    #[schema(example = "Fang Wang")]
    name: String,
    /// What the person may do.
    role: RoleName,
    /// Whether the person can sign in.
    status: UserStatus,
    /// When the password was set; null before that.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    password_set_at: Option<String>,
    /// Since when the person may not sign in; else null.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    disabled_at: Option<String>,
    /// Who added the person.
    #[schema(example = "admin")]
    created_by: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
}

/// Whether a person can sign in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UserStatus {
    /// Not yet: the password is not set.
    Invited,
    /// Yes.
    Active,
    /// Not any more.
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

    pub(super) const fn role(&self) -> Role {
        self.role.role()
    }
}

/// A person with the link by which the person sets a password.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitedView {
    /// The person.
    user: UserView,
    /// The link's one-time token, for `acceptInvitation`. It is shown this once: null when the same request is
    /// sent again under its `Idempotency-Key`.
    #[schema(value_type = Option<String>, example = "invite_5f2c…")]
    invitation_token: Option<Secret>,
    /// Until when the link holds.
    #[schema(format = DateTime, example = "2026-03-13T12:00:00Z")]
    expires_at: String,
}

impl InvitedView {
    fn of(added: Added) -> Self {
        let Added { user, invited } = added;
        let expires_at = wire(invited.expires_at);
        Self { user: UserView::of(user), invitation_token: invited.token, expires_at }
    }
}

/// A person to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UserBody {
    /// What the person signs in with.
    #[schema(min_length = 2, max_length = 100, example = "fang.wang")]
    login: String,
    /// What people call the person.
    #[schema(min_length = 1, max_length = 255, example = "Fang Wang")]
    name: String,
    /// What the person may do.
    role: RoleName,
}

impl Input for UserBody {}

/// What to change of a person; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UserChangeBody {
    /// What people call the person.
    #[schema(min_length = 1, max_length = 255, example = "Fang Wang")]
    name: Option<String>,
    /// What the person may do. Another role ends the person's sessions.
    role: Option<RoleName>,
    /// True: the person may not sign in any more, and the sessions end.
    #[schema(example = true)]
    disabled: Option<bool>,
}

impl Input for UserChangeBody {}

/// How many sessions have ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndedView {
    /// So many.
    #[schema(example = 2)]
    count: u64,
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Where the page begins: `nextCursor` of the page before.
    #[param(max_length = 200)]
    cursor: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 200, example = 20)]
    page_size: Option<i64>,
}

impl PageQuery {
    /// After which id the page begins, and how many rows it has.
    pub(super) fn read(&self, app: &App, list: &str) -> Result<(i64, i64), Problem> {
        let size = paging::size(self.page_size, 20)?;
        let place = self.cursor.as_deref().map(|cursor| app.cursors.open(list, cursor)).transpose()?;
        let after = place.map_or(Ok(0), |place| place.parse()).map_err(|_| Code::CursorInvalid)?;
        Ok((after, size))
    }
}

const ADDED: Message = Message {
    english: "The user is added; hand the one-time token over",
    chinese: "用户已添加，请将一次性令牌交给本人",
};
const CHANGED: Message = Message { english: "The user is changed", chinese: "用户已更新" };
const RESET: Message = Message {
    english: "The password is taken away; hand the one-time token over",
    chinese: "密码已失效，请将一次性令牌交给本人",
};
const SIGNED_OUT: Message =
    Message { english: "The user's sessions have ended", chinese: "该用户的会话已结束" };

/// Lists users, disabled ones too, in the order in which they were added.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "listUsers", tag = "people", params(PageQuery),
    responses((status = 200, description = "A page of users.", body = ListEnvelope<UserView>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<ListAnswer<UserView>, Problem> {
    let (after, size) = query.read(&app, "users")?;
    let mut users = app.service.user_list(after, size + 1).await?;
    let next = next(&app, "users", &mut users, size, |user| user.id);
    let data = users.into_iter().map(UserView::of).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(size, next) })
}

/// Cuts a list that was read one row too far, and says where the next page begins.
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

/// Adds a user. The person sets a password with the one-time token of the answer, which holds for three days.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "addUser", tag = "people", request_body = UserBody,
    responses((status = 200, description = "The user is added.", body = Envelope<InvitedView>)))]
pub(super) async fn add(who: Who, once: Once<UserBody>) -> Result<Answer<InvitedView>, Problem> {
    let UserBody { login, name, role } = &once.body;
    let new = NewUser { login: login.clone(), name: name.clone(), role: role.role() };
    let added: Added = once.settle(once.service.user_add(who.actor(), &new).await).await?;
    Ok(Answer::saying(ADDED, InvitedView::of(added)))
}

/// Shows a user.
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "getUser", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    responses((status = 200, description = "The user.", body = Envelope<UserView>)))]
pub(super) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<UserView>, Problem> {
    Ok(Answer::of(UserView::of(app.service.user_show(id.named::<UserId>(Code::UserNotFound)?.0).await?)))
}

/// Changes a user. Another role, or being disabled, ends the user's sessions at once; the last administrator who
/// can sign in stays one.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "changeUser", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")), request_body = UserChangeBody,
    responses((status = 200, description = "The user is changed.", body = Envelope<UserView>)))]
pub(super) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<UserChangeBody>,
) -> Result<Answer<UserView>, Problem> {
    let UserChangeBody { name, role, disabled } = body;
    let change = UserChange { name, role: role.map(RoleName::role), disabled };
    let user =
        app.service.user_change(who.actor(), id.named::<UserId>(Code::UserNotFound)?.0, &change).await?;
    Ok(Answer::saying(CHANGED, UserView::of(user)))
}

/// Takes a user's password away and ends the sessions. The person sets a new one with the one-time token of the
/// answer.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", operation_id = "resetUserPassword", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    responses((status = 200, description = "The password is taken away.", body = Envelope<InvitedView>)))]
pub(super) async fn reset(
    who: Who,
    id: Segment,
    once: Once<Nothing>,
) -> Result<Answer<InvitedView>, Problem> {
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let added: Added = once.settle(once.service.user_reset(who.actor(), id).await).await?;
    Ok(Answer::saying(RESET, InvitedView::of(added)))
}

/// Ends all sessions of a user at once.
#[utoipa::path(post, path = "/api/v1/users/{id}/end-sessions", operation_id = "endUserSessions", tag = "people",
    params(("id" = String, Path, description = "The user's id", example = "user_3")),
    responses((status = 200, description = "They have ended.", body = Envelope<EndedView>)))]
pub(super) async fn sign_out(
    who: Who,
    id: Segment,
    once: Once<Nothing>,
) -> Result<Answer<EndedView>, Problem> {
    let id = id.named::<UserId>(Code::UserNotFound)?.0;
    let count: u64 = once.settle(once.service.user_sign_out(who.actor(), id).await).await?;
    Ok(Answer::saying(SIGNED_OUT, EndedView { count }))
}
