//! Users. An invitation token is shown once, in the first answer, and never stored.

use super::author::AuthorForm;
use super::form::{form, words};
use crate::invitation::Invited;
use crate::user::InvitedUser;
use domain::access::Role;
use store::user::User;

form! {
    UserForm of User {
        "id" id: i64,
        "login" login: String,
        "name" name: String,
        "role" role: RoleWord,
        "password_at" password_at: Option<i64>,
        "disabled_at" disabled_at: Option<i64>,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
    }
}

words! {
    RoleWord of Role {
        "operator" Operator,
        "finance" Finance,
        "admin" Admin,
        "auditor" Auditor,
    }
}

form! {
    InvitedForm of Invited without token {
        "expires_at" expires_at: i64,
    }
}

form! {
    UserAddedForm of InvitedUser {
        "user" user: UserForm,
        "invited" invited: InvitedForm,
    }
}
