//! The author of an action.

use super::form::{Form, form};
use domain::principal::{Author, Principal};
use serde::{Deserialize, Serialize};

form! {
    AuthorForm of Author {
        "principal" principal: PrincipalForm,
        "name" name: String,
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", deny_unknown_fields)]
pub enum PrincipalForm {
    #[serde(rename = "system")]
    System,
    #[serde(rename = "command_line")]
    CommandLine,
    #[serde(rename = "user")]
    User(i64),
    #[serde(rename = "key")]
    Key(i64),
    #[serde(rename = "anonymous")]
    Anonymous,
}

impl Form<Principal> for PrincipalForm {
    fn of(value: Principal) -> Self {
        match value {
            Principal::System => Self::System,
            Principal::CommandLine => Self::CommandLine,
            Principal::User(id) => Self::User(id),
            Principal::Key(id) => Self::Key(id),
            Principal::Anonymous => Self::Anonymous,
        }
    }

    fn back(self) -> Principal {
        match self {
            Self::System => Principal::System,
            Self::CommandLine => Principal::CommandLine,
            Self::User(id) => Principal::User(id),
            Self::Key(id) => Principal::Key(id),
            Self::Anonymous => Principal::Anonymous,
        }
    }
}
