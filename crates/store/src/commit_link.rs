//! `commit_link`: the chain of commits, one row for each. To change, remove or insert one of a commit's
//! audit rows, every later link must be recomputed, which a signed checkpoint shows.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::image;
use crate::record::record;
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;

record! {
    /// A commit's link.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CommitLink {
        /// The commit's number.
        pub commit_number: i64,
        /// SHA-256 over its audit rows, hexadecimal.
        pub digest: String,
        /// SHA-256 over its images, hexadecimal; empty without any.
        pub images: String,
        /// The chain's hash after it.
        pub chain: String,
        /// The newest audit row then.
        pub last_audit: i64,
    }
}

// After the head has advanced and the commit's audit rows are written.
static ADD: Sql = Sql::new(sql!(
    "INSERT INTO commit_link (commit_number, digest, images, chain, last_audit)
     SELECT commit_number, $1, ",
    image::HASH,
    ", chain, (SELECT COALESCE(MAX(id), 0) FROM audit) FROM ledger_head WHERE id = 1",
));
static AFTER: Sql = Sql::new(sql!(
    "SELECT ",
    CommitLink::COLUMNS,
    " FROM commit_link WHERE commit_number > $1 ORDER BY commit_number LIMIT $2",
));
static GET: Sql =
    Sql::new(sql!("SELECT ", CommitLink::COLUMNS, " FROM commit_link WHERE commit_number = $1"));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &AFTER, &GET];

/// Writes the link of the commit whose number was just drawn.
pub(crate) fn add_later(script: &mut Script, digest: String) {
    script.execute(&ADD, args![digest]);
}

/// Links after a commit, in the order of commits.
pub async fn after(tx: &mut Tx, commit_number: i64, limit: i64) -> Result<Vec<CommitLink>, StoreError> {
    tx.fetch(&AFTER, args![commit_number, limit]).await?.iter().map(Row::read).collect()
}

/// The link of a commit.
pub async fn get(tx: &mut Tx, commit_number: i64) -> Result<Option<CommitLink>, StoreError> {
    tx.fetch(&GET, args![commit_number]).await?.first().map(Row::read).transpose()
}

impl CommitLink {
    /// What the chain's hash covers of the commit.
    #[must_use]
    pub fn recorded(&self) -> String {
        format!("{}{}", self.digest, self.images)
    }
}
