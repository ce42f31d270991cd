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
        /// The digest of its audit rows and of its chunk ([`crate::chain::digest`]).
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
static BEFORE: Sql = Sql::new(sql!(
    "SELECT ",
    CommitLink::COLUMNS,
    " FROM commit_link WHERE commit_number < $1 ORDER BY commit_number DESC LIMIT 1",
));
static LAST: Sql = Sql::new("SELECT COALESCE(MAX(commit_number), 0) FROM commit_link");
static GET: Sql =
    Sql::new(sql!("SELECT ", CommitLink::COLUMNS, " FROM commit_link WHERE commit_number = $1"));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &AFTER, &BEFORE, &LAST, &GET];

/// Writes the link of the commit whose number was just drawn.
pub(crate) fn add_later(script: &mut Script, digest: String) {
    script.execute(&ADD, args![digest]);
}

/// Links after a commit, in the order of commits.
pub async fn after(tx: &mut Tx, commit_number: i64, limit: i64) -> Result<Vec<CommitLink>, StoreError> {
    tx.fetch(&AFTER, args![commit_number, limit]).await?.iter().map(Row::read).collect()
}

/// The last link before a commit.
pub async fn before(tx: &mut Tx, commit_number: i64) -> Result<Option<CommitLink>, StoreError> {
    tx.fetch(&BEFORE, args![commit_number]).await?.first().map(Row::read).transpose()
}

/// The link of the commit that recorded an audit row. Both are numbered in the same order, so it is found by halving
/// the commits, without an index that every commit would have to write.
pub async fn of_audit(tx: &mut Tx, id: i64) -> Result<Option<CommitLink>, StoreError> {
    let (mut low, mut found) = (0, None);
    let mut high = tx.fetch(&LAST, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))?;
    // No link up to `low` knows the row; the first one behind `high` is `found`.
    while low < high {
        let middle = low.midpoint(high);
        match after(tx, middle, 1).await?.pop() {
            Some(link) if link.last_audit < id => low = link.commit_number,
            link => {
                high = middle;
                found = link;
            }
        }
    }
    Ok(found)
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
