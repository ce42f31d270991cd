//! Actors by identity, not by name: a user and a key that share a name are two principals, and renaming one
//! of them changes nothing about its past actions.

use crate::stored_enum::stored_enum;

/// The identity behind an action. Ownership and maker-checker rules compare principals, never names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// Sluice itself: workers, recovery, background jobs.
    System,
    /// The command line: access to the data directory or the database URL makes its user an administrator.
    CommandLine,
    /// A person who signed in, by the user's id.
    User(i64),
    /// A program, by its API key's id.
    Key(i64),
    /// A caller without a proven identity: a failed login, first-time set-up.
    Anonymous,
}

impl Principal {
    /// The stored kind; numbers are never reused.
    #[must_use]
    pub const fn kind(self) -> i64 {
        match self {
            Self::System => 1,
            Self::CommandLine => 2,
            Self::User(_) => 3,
            Self::Key(_) => 4,
            Self::Anonymous => 5,
        }
    }

    /// The stored id, for the kinds that have one.
    #[must_use]
    pub const fn id(self) -> Option<i64> {
        match self {
            Self::User(id) | Self::Key(id) => Some(id),
            Self::System | Self::CommandLine | Self::Anonymous => None,
        }
    }

    /// The principal of a stored kind and id; none if the pair is not one that [`Self::kind`] and
    /// [`Self::id`] produce.
    #[must_use]
    pub const fn from_stored(kind: i64, id: Option<i64>) -> Option<Self> {
        match (kind, id) {
            (1, None) => Some(Self::System),
            (2, None) => Some(Self::CommandLine),
            (3, Some(id)) => Some(Self::User(id)),
            (4, Some(id)) => Some(Self::Key(id)),
            (5, None) => Some(Self::Anonymous),
            _ => None,
        }
    }

    /// The kind's name on the wire.
    #[must_use]
    pub const fn kind_name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::CommandLine => "command_line",
            Self::User(_) => "user",
            Self::Key(_) => "key",
            Self::Anonymous => "anonymous",
        }
    }
}

stored_enum! {
    /// What one principal did to a user that calls for a cooling-off: from then on it might act as that user.
    SponsorDeed {
        /// It added the user.
        Added = 1 "added",
        /// It raised the user's role.
        Promoted = 2 "promoted",
        /// It reset the user's password.
        PasswordReset = 3 "password_reset",
        /// It reset the user's second factor.
        TotpReset = 4 "totp_reset",
    }
}

/// A principal with its name at the time of the action. The name is for display; rules use the principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The identity.
    pub principal: Principal,
    /// The name at that time: a login, `key:NAME`, an operating system user, `system`.
    pub name: String,
}

impl Author {
    /// The author of what Sluice does on its own.
    #[must_use]
    pub fn system() -> Self {
        Self { principal: Principal::System, name: "system".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_reads_back_from_its_stored_form() {
        let all = [
            Principal::System,
            Principal::CommandLine,
            Principal::User(7),
            Principal::Key(7),
            Principal::Anonymous,
        ];
        for principal in all {
            assert_eq!(Principal::from_stored(principal.kind(), principal.id()), Some(principal));
        }
        for (kind, id) in [(0, None), (1, Some(1)), (3, None), (4, None), (6, None)] {
            assert_eq!(Principal::from_stored(kind, id), None, "{kind} {id:?}");
        }
    }
}
