//! What several nodes on one ledger do.

mod ownership;
