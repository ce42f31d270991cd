//! The roles of people.

use crate::stored_enum::stored_enum;

stored_enum! {
    /// A person's role in the organisation.
    Role {
        /// Prepares: imports, drafts, submits and reads; cancels the operator's own batches before they begin.
        Operator = 1 "operator",
        /// Also moves money and checks what others prepared.
        Finance = 2 "finance",
        /// May do what finance may, and manages people, policies, keys and settings.
        Admin = 3 "admin",
        /// Reads everything, including the audit log, and changes nothing.
        Auditor = 4 "auditor",
    }
}

impl Role {
    /// How much the role may do with money; a change to a higher rank raises the role.
    const fn rank(self) -> u8 {
        match self {
            Self::Auditor => 0,
            Self::Operator => 1,
            Self::Finance => 2,
            Self::Admin => 3,
        }
    }

    /// Whether a change from `before` to this role gives a person more power.
    #[must_use]
    pub const fn is_raised_from(self, before: Self) -> bool {
        self.rank() > before.rank()
    }

    /// Whether it approves batches and executes them.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Finance | Self::Admin)
    }
}
