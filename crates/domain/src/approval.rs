//! Approvals: how many people, and which, must agree to a batch before it is executed (contract: "People,
//! approvals, second factor").
//!
//! A policy has amount bands, a band has levels, and a level asks for a number of people. `level` has the levels
//! and the people as levels see them, `policy` has the rules and their canonical text, `assignment` decides which
//! levels the approvals given so far fill, and who could fill the rest, and `round` has what happens to a batch that
//! waits.
//!
//! To ask for something else at a level: a field of [`Level`], its line in [`Level::admits`], and, so that a
//! weaker policy is recognised, in `Level::is_within`.

mod assignment;
mod level;
mod policy;
mod round;

pub use self::assignment::{Assignment, Missing, assign, helpful, missing};
pub use self::level::{APPROVING, Approver, Level, canonical, needed, read_levels};
pub use self::policy::{ApprovalPolicy, Band, PolicyReach};
pub use self::round::{ApprovalAction, RoundCause};
