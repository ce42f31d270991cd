//! `ledger_head`: the one row that puts commits into a total order. It is advanced last in every transaction
//! that changes something, and tells the door whether its cached policies are still valid. Under its lock only
//! the commit's audit rows, a chunk's row, the images and the link of the chain are written.

use crate::args;
use crate::audit::{self, Actor, Audit};
use crate::batch_history::{self, Event};
use crate::bulk::{Named, Sql, named};
use crate::chain;
use crate::commit_link;
use crate::error::StoreError;
use crate::image;
use crate::outbox;
use crate::script::{Asked, Script};
use crate::setting;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Rows;
use crate::written_chunk::{self, WrittenChunk};
use domain::event::Event as Told;
use domain::fact::Fact;

static ADVANCE: Sql = Sql::new(sql!(
    "UPDATE ledger_head SET commit_number = commit_number + 1,
            chain = chain_link(chain, commit_number + 1, $1 || ",
    image::HASH,
    ")
     WHERE id = 1 RETURNING commit_number, policy_version, accounts_version, sealed_at",
));
static GET: Sql =
    Sql::new("SELECT commit_number, policy_version, accounts_version FROM ledger_head WHERE id = 1");
static ENDS: Sql = Sql::new("SELECT ledger_id, commit_number, chain FROM ledger_head WHERE id = 1");
static VERSIONS: Sql = Sql::new("SELECT policy_version, accounts_version FROM ledger_head WHERE id = 1");
static RAISE_POLICY: Sql =
    Sql::new("UPDATE ledger_head SET policy_version = policy_version + $1 WHERE id = 1");
static RAISE_ACCOUNTS: Sql =
    Sql::new("UPDATE ledger_head SET accounts_version = accounts_version + 1 WHERE id = 1");
static SEAL: Sql = Sql::new("UPDATE ledger_head SET sealed_at = commit_number + 1 WHERE id = 1");
static UNSEAL: Sql = Sql::new("UPDATE ledger_head SET sealed_at = 0 WHERE id = 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&ADVANCE, &GET, &ENDS, &VERSIONS, &RAISE_POLICY, &RAISE_ACCOUNTS, &SEAL, &UNSEAL];

/// The ledger's head as a transaction leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The commit's position in the order of commits.
    pub commit_number: i64,
    /// The versions in force until this commit.
    pub versions: Versions,
}

/// Draws the commit's number. Call it last before the commit: from here on every other commit waits. This is
/// where commits are refused to a sealed ledger, since sealing locks the same row, and to a ledger that lost
/// commits while this process ran.
pub async fn advance(tx: &mut Tx) -> Result<Head, StoreError> {
    end(tx, Vec::new(), (&[], ""), 0).await
}

/// The head with the number that a commit has drawn.
#[derive(Debug)]
#[must_use = "the commit may be refused"]
pub struct Advanced {
    head: Head,
    sealed_at: i64,
}

/// The first half of [`advance`], with the commit's audit rows; [`Advanced::allowed`] is the other. The rows
/// are written after the head has advanced: its lock keeps the rows of each commit together, in the order of
/// commits.
pub fn advance_later(script: &mut Script, audits: Vec<Audit>, now: i64) -> Asked<Advanced> {
    advance_with(script, audits, None, now)
}

/// [`advance_later`] for a chunk, whose row is written as well.
pub fn advance_chunk_later(
    script: &mut Script,
    audits: Vec<Audit>,
    chunk: &WrittenChunk,
    now: i64,
) -> Asked<Advanced> {
    advance_with(script, audits, Some(chunk), now)
}

fn advance_with(
    script: &mut Script,
    audits: Vec<Audit>,
    chunk: Option<&WrittenChunk>,
    now: i64,
) -> Asked<Advanced> {
    let mut lines: Vec<String> = audits.iter().map(|audit| audit.line(now)).collect();
    lines.extend(chunk.map(WrittenChunk::line));
    let digest = chain::digest(lines.iter().map(String::as_str));
    let advanced = script.fetch(&ADVANCE, args![digest.as_str()], |answer| {
        let head = read(&answer.rows)?;
        let sealed_at = answer.rows.first().map_or(Ok(0), |row| row.i64(3))?;
        Ok(Advanced { head, sealed_at })
    });
    audit::append_later(script, audits, now);
    if let Some(chunk) = chunk {
        written_chunk::insert_later(script, chunk);
    }
    commit_link::add_later(script, digest);
    image::take_later(script);
    advanced
}

impl Advanced {
    /// The head, unless the commit is refused.
    pub async fn allowed(self, tx: &mut Tx) -> Result<Head, StoreError> {
        let Self { head, sealed_at } = self;
        if sealed_at > 0 && head.commit_number > sealed_at {
            let place = setting::get(tx, setting::MOVED_TO).await?;
            return Err(StoreError::Moved(place.unwrap_or_default()));
        }
        tx.guard().expect_ahead(head.commit_number)?;
        tx.draw(head.commit_number);
        Ok(head)
    }
}

/// Seals the ledger: the sealing transaction is the last one.
pub async fn seal(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&SEAL, args![]).await.map(|_| ())
}

/// Removes the seal.
pub async fn unseal(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&UNSEAL, args![]).await.map(|_| ())
}

/// Ends a write: for each fact the line in its batch's history, the audit row and the events that it is, then the
/// head. Every transaction that changes something outside the door's chunks ends here, so nothing is committed
/// without being audited, and nobody is told what was not committed. A chunk tells nothing: the batch that it pays
/// ends in a write of its own.
pub async fn close(tx: &mut Tx, actor: &Actor, facts: Vec<Fact>, now: i64) -> Result<Head, StoreError> {
    let mut audits = Vec::with_capacity(facts.len());
    let mut told = Vec::new();
    for fact in facts {
        told.append(&mut Told::of(&fact));
        let detail = fact.detail_text();
        audits.push(Audit::of(actor, &fact, "ok"));
        if let Some(moved) = fact.moved {
            let event = Event {
                item: moved.item,
                state: moved.state,
                event: moved.event.name().to_owned(),
                detail: (!fact.detail.is_empty()).then_some(detail),
                actor: actor.author.clone(),
                at: now,
            };
            batch_history::insert(tx, moved.batch, event).await?;
        }
    }
    end(tx, audits, (&told, &actor.author.name), now).await
}

/// Ends a refused write: the audit row carries the refusal's code. The transaction must contain nothing else
/// of the write.
pub async fn close_refused(
    tx: &mut Tx,
    actor: &Actor,
    fact: &Fact,
    code: &'static str,
    now: i64,
) -> Result<Head, StoreError> {
    end(tx, vec![Audit::of(actor, fact, code)], (&[], ""), now).await
}

async fn end(
    tx: &mut Tx,
    audits: Vec<Audit>,
    (told, by): (&[Told], &str),
    now: i64,
) -> Result<Head, StoreError> {
    let mut script = Script::new();
    outbox::append_later(&mut script, told, by, now);
    let advanced = advance_later(&mut script, audits, now);
    let advanced = tx.run(script).await?.take(advanced)?;
    advanced.allowed(tx).await
}

/// The ledger's head as committed.
pub async fn get(tx: &mut Tx) -> Result<Head, StoreError> {
    read(&tx.fetch(&GET, args![]).await?)
}

/// Where the chain of commits begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The ledger's id, with which the chain begins.
    pub ledger: String,
    /// The last commit.
    pub commit_number: i64,
    /// The chain's hash after it.
    pub chain: String,
}

/// Where the chain begins and ends.
pub async fn ends(tx: &mut Tx) -> Result<Ends, StoreError> {
    let rows = tx.fetch(&ENDS, args![]).await?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("ledger_head is empty".to_owned()))?;
    let ledger = row.opt_text(0)?.unwrap_or_default();
    Ok(Ends { ledger, commit_number: row.i64(1)?, chain: row.text(2)? })
}

fn read(rows: &Rows) -> Result<Head, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("ledger_head is empty".to_owned()))?;
    let versions = Versions { policies: row.i64(1)?, accounts: row.i64(2)? };
    Ok(Head { commit_number: row.i64(0)?, versions })
}

/// The versions that caches must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// Of policies, rates, assets and system accounts.
    pub policies: i64,
    /// Of everything but the balances of the accounts that exist; new accounts do not raise it.
    pub accounts: i64,
}

/// The version of policies and assets that a cache must match.
pub async fn policy_version(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(tx.ask(versions_later).await?.policies)
}

/// The versions that caches must match, in a script.
pub fn versions_later(script: &mut Script) -> Asked<Versions> {
    script.fetch(&VERSIONS, args![], |answer| {
        let row = answer.rows.first();
        let row = row.ok_or_else(|| StoreError::Corrupt("ledger_head is empty".to_owned()))?;
        Ok(Versions { policies: row.i64(0)?, accounts: row.i64(1)? })
    })
}

/// Records that something other than the balance of an account changed.
pub(crate) async fn raise_accounts_version(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&RAISE_ACCOUNTS, args![]).await.map(|_| ())
}

/// Records that policies or assets changed.
pub async fn raise_policy_version(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&RAISE_POLICY, args![1_i64]).await.map(|_| ())
}
