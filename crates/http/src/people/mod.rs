//! Authentication: signing in, users, sessions and API keys.

mod api_key;
mod auth;
pub(crate) mod cookie;
mod session;
mod user;
mod view;

use crate::routes::Routes;
use domain::access::Operation as O;
use domain::code::Code as C;
use utoipa_axum::routes;

pub(crate) fn routes() -> Routes {
    const SET_UP: &[C] = &[
        C::SetUpDone,
        C::InvitationInvalid,
        C::LoginInvalid,
        C::LoginReserved,
        C::NameInvalid,
        C::PasswordWeak,
    ];
    const PASSWORD: &[C] = &[C::PasswordWrong, C::PasswordWeak, C::LoginThrottled];
    const ADD: &[C] = &[C::LoginInvalid, C::LoginReserved, C::NameInvalid, C::UserExists];
    const CHANGE: &[C] = &[C::UserNotFound, C::NameInvalid, C::LastAdmin];
    const RESET: &[C] = &[C::UserNotFound, C::UserDisabled];
    const KEY: &[C] = &[C::NameInvalid, C::NameTaken, C::ScopeInvalid, C::AddressInvalid, C::TimeInvalid];
    Routes::new()
        .add(O::SetUp, routes!(auth::set_up), SET_UP)
        .add(O::Login, routes!(auth::login), &[C::LoginFailed, C::LoginThrottled])
        .add(O::AcceptInvitation, routes!(auth::accept_invitation), &[C::InvitationInvalid, C::PasswordWeak])
        .add(O::Logout, routes!(auth::logout), &[])
        .add(O::Me, routes!(auth::me), &[])
        .add(O::ChangePassword, routes!(auth::change_password), PASSWORD)
        .add(O::SessionList, routes!(session::list), &[])
        .add(O::SessionEnd, routes!(session::end), &[C::SessionNotFound])
        .add(O::UserList, routes!(user::list), &[C::CursorInvalid])
        .add(O::UserAdd, routes!(user::add), ADD)
        .add(O::UserShow, routes!(user::show), &[C::UserNotFound])
        .add(O::UserChange, routes!(user::change), CHANGE)
        .add(O::UserReset, routes!(user::reset), RESET)
        .add(O::UserSignOut, routes!(user::sign_out), &[C::UserNotFound])
        .add(O::KeyList, routes!(api_key::list), &[C::CursorInvalid])
        .add(O::KeyAdd, routes!(api_key::add), KEY)
        .add(O::KeyRotate, routes!(api_key::rotate), &[C::KeyNotFound, C::KeyEnded])
        .add(O::KeyRevoke, routes!(api_key::revoke), &[C::KeyNotFound])
}
