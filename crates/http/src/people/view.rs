//! Common to the operations on users: parsing times, the client and the caller, role names, whether a user
//! has a second factor.

use crate::kit::problem::Problem;
use crate::kit::who::{ClientAddress, Who};
use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::access::Role;
use domain::code::Code;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service::session::Client;
use utoipa::ToSchema;

/// Parses a time as clients write it: RFC 3339 with `Z`.
pub(crate) fn micros(text: &str) -> Result<i64, Problem> {
    let is_plain = text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let parsed = text.parse::<Timestamp>().ok().filter(|_| is_plain);
    Ok(parsed.ok_or_else(|| Problem::about(Code::TimeInvalid, text))?.as_microsecond())
}

/// The client of a request: its address and user agent.
pub(crate) struct RequestClient(pub Client);

impl<S: Sync> FromRequestParts<S> for RequestClient {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(Client { address, agent: agent.unwrap_or_default().to_owned() }))
    }
}

/// The calling user and session; the guard admits no API keys here.
pub(crate) fn person(who: &Who) -> Result<(i64, i64), Problem> {
    match who.identity.who {
        service::identity::Who::Person { user, session, .. } => Ok((user, session)),
        service::identity::Who::Key { .. } => Err(Code::Forbidden.into()),
    }
}

/// A user's role in the organisation.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RoleName {
    /// Prepares batches: imports, drafts, submits, reads, and cancels own batches that have not begun.
    Operator,
    /// Also moves money, and approves what others prepared.
    Finance,
    /// May do whatever finance may, and manages users, policies, keys and settings.
    Admin,
    /// Reads everything and changes nothing.
    Auditor,
}

impl RoleName {
    pub(crate) const fn of(role: Role) -> Self {
        match role {
            Role::Operator => Self::Operator,
            Role::Finance => Self::Finance,
            Role::Admin => Self::Admin,
            Role::Auditor => Self::Auditor,
        }
    }

    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Finance => Role::Finance,
            Self::Admin => Role::Admin,
            Self::Auditor => Role::Auditor,
        }
    }
}

/// Whether a user has a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TotpStatus {
    /// No.
    None,
    /// An authenticator app.
    Active,
}

impl TotpStatus {
    pub(super) const fn of(since: Option<i64>) -> Self {
        match since {
            None => Self::None,
            Some(_) => Self::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_match_the_table_and_times_are_plain() {
        for role in Role::ALL {
            let name = serde_json::to_value(RoleName::of(role)).unwrap();
            assert_eq!((name.as_str(), RoleName::of(role).role()), (Some(role.name()), role));
        }
        assert_eq!(
            crate::kit::time::wire(micros("2026-01-31T09:00:00.25Z").unwrap()),
            "2026-01-31T09:00:00.25Z"
        );
        for wrong in ["2026-01-31 09:00:00Z", "2026-01-31T09:00:00+00:00", "2026-02-30T09:00:00Z", "Z", ""] {
            assert_eq!(micros(wrong).unwrap_err().code, Code::TimeInvalid, "{wrong}");
        }
    }
}
