//! Each noun reads what it wrote, one row and many, since many rows take a different path from few; and every
//! fixed statement prepares. To add a noun, add it to the list below and its check to one of the files.

mod accounts;
mod approvals;
mod batches;
mod chain;
mod items;
mod money;
mod nodes;
mod notices;
mod people;
mod policies;
mod tasks;
mod totals;
mod webhooks;

use crate::fill::fill;
use crate::world::world;
use domain::id::BatchId;
use std::collections::BTreeSet;
use store::Tx;
use store::bulk::Lock;
use store::listing::PageRequest;
use store::value::Value;
use testkit::place::Engine;

/// More rows than any engine writes with a single statement.
const MANY: i64 = 100;

/// A filled ledger: what [`fill`] wrote.
#[derive(Debug, Clone, Copy)]
pub struct Filled {
    /// Its batch.
    pub batch: BatchId,
    /// The number of rows.
    pub rows: i64,
}

/// Runs a noun's check on a ledger with one row of everything, and on one with many.
async fn check(noun: impl AsyncFn(&mut Tx, Filled)) {
    for rows in [1, MANY] {
        let world = world().await;
        let mut tx = world.store.write().await.unwrap();
        let batch = fill(&mut tx, rows).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.store.write().await.unwrap();
        noun(&mut tx, Filled { batch, rows }).await;
        tx.commit().await.unwrap();
    }
}

/// One test a noun: the function of its name in a file.
macro_rules! nouns {
    ($($file:ident: $($noun:ident)+;)+) => {
        const NOUNS: &[&str] = &[$($(stringify!($noun)),+),+];

        $($(
            mod $noun {
                #[tokio::test]
                async fn reads_what_it_wrote() {
                    super::check(super::$file::$noun).await;
                }
            }
        )+)+
    };
}

nouns! {
    accounts: account account_list account_totp asset balance holder holder_default;
    approvals: approval approval_policy approval_round batch_editor;
    policies: fx fx_policy policy setting;
    chain: commit_link image strays written_chunk;
    money: audit chunk history operation posting transfer transfer_list verify voucher;
    totals: day_sum failure_count statistics;
    batches: batch batch_history batch_origin batch_rate change import_problem refused_row similar;
    items: external_id item item_contact item_extent item_mark item_page item_run;
    notices: mail mail_address notice outbox reminder seen_network;
    nodes: balance_owner counter head lease mark named_lock node;
    people: api_key challenge factor invitation login_failure recovery_code sealed_secret session sponsor totp user;
    tasks: task upload;
    webhooks: webhook webhook_delivery;
}

#[test]
fn every_noun_is_in_the_catalogue_and_has_a_test() {
    let (here, source) = (env!("CARGO_MANIFEST_DIR"), include_str!("../../../src/lib.rs"));
    let listed = source.lines().filter_map(|line| line.trim().strip_suffix("::CATALOGUE,"));
    let listed: BTreeSet<String> = listed.map(ToOwned::to_owned).collect();
    let mut with_statements = BTreeSet::new();
    for entry in std::fs::read_dir(format!("{here}/src")).unwrap() {
        let path = entry.unwrap().path();
        let file = if path.is_dir() { path.join("mod.rs") } else { path.clone() };
        if std::fs::read_to_string(file).is_ok_and(|text| text.contains("pub const CATALOGUE")) {
            with_statements.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(with_statements, listed, "files with statements, and those in the catalogue");
    let tested: BTreeSet<String> = NOUNS.iter().map(|noun| (*noun).to_owned()).collect();
    assert_eq!(tested, listed, "nouns with a test, and those in the catalogue");
}

#[tokio::test]
async fn every_statement_of_the_catalogue_prepares() {
    let world = world().await;
    for sql in store::catalogue() {
        let highest = (1..=20).rev().find(|n| sql.text.contains(&format!("${n}"))).unwrap_or(0);
        let lock = match sql.lock {
            _ if world.place.engine != Engine::Server => "",
            Lock::None => "",
            Lock::Shared => " FOR KEY SHARE",
            Lock::Write => " FOR NO KEY UPDATE",
            Lock::Exclusive => " FOR UPDATE",
        };
        let mut tx = world.store.write().await.unwrap();
        let text = format!("EXPLAIN {}{lock}", sql.text);
        tx.fetch_text(text, vec![Value::Null; highest]).await.unwrap_or_else(|error| {
            panic!("{error}: {}", sql.text);
        });
    }
}

fn length<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap()
}

fn some(limit: i64) -> PageRequest {
    PageRequest { limit, ..PageRequest::default() }
}
