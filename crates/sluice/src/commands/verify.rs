//! `verify`: checks every invariant, from the postings up.

use crate::data_dir::DataDir;
use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::out::{Out, left, note, right};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::{Value, json};
use service::{Error, StoreError};
use std::path::{Path, PathBuf};
use store::soundness;
use upkeep::checkpoint::Checkpoint;
use upkeep::verify::{Verification, Violation};

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 clean, 2 violated, 3 could not finish.\n\nExample:\n  sluice verify --json\n  \
                  sluice verify --checkpoint /media/safe/2026-05-31.json --public-key 9f…"
)]
pub(crate) struct VerifyArgs {
    /// File of `audit checkpoint`: the ledger must still have everything that it had then
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The key that must have signed it, as `audit key` printed it
    #[arg(long, value_name = "HEX", requires = "checkpoint")]
    pub public_key: Option<String>,
    /// Recompute the books, but do not check the pages and indexes of the database file
    #[arg(long)]
    pub quick: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &VerifyArgs) -> Result<Exit, Failure> {
    let known = args.checkpoint.as_deref().map(|file| checkpoint(session, args, file)).transpose()?;
    let mut found = match args.quick {
        true => upkeep::verify::quick(&session.store, known.as_ref()).await?,
        false => upkeep::verify::run_against(&session.store, known.as_ref()).await?,
    };
    if let Some(behind) = &session.behind {
        found.add_behind(behind);
    }
    answer(session.out, &found)
}

/// Reads the checkpoint. Without a key to compare with, its own is shown: it could be anybody's.
fn checkpoint(session: &Session, args: &VerifyArgs, file: &Path) -> Result<Checkpoint, Failure> {
    let failed = |error| Failure::File { path: file.to_owned(), error };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    let known = Checkpoint::parse(&text, args.public_key.as_deref())?;
    if args.public_key.is_none() {
        let key = &known.public_key;
        note(&say!(
            session.language,
            "notice: the checkpoint is signed by {key}; compare it with the key you noted, or name that one with \
             --public-key",
            "注意：检查点由 {key} 签名；请与您记录的公钥核对，或用 --public-key 指定公钥"
        ));
    }
    Ok(known)
}

/// Reports a ledger that is too damaged to be opened as violated, not as unfinished.
pub(crate) async fn unopened(globals: &Globals, failure: Failure) -> Result<Exit, Failure> {
    let Failure::Service(Error::Store(StoreError::Corrupt(text))) = failure else { return Err(failure) };
    let mut found = Verification::default();
    let file = DataDir(globals.data.clone()).existing()?;
    let problems = soundness::problems_of_file(&file).await.unwrap_or_default();
    let problems = if problems.is_empty() { vec![text] } else { problems };
    problems.into_iter().for_each(|problem| found.add_damage(problem));
    answer(globals.out(), &found)
}

fn answer(out: Out, found: &Verification) -> Result<Exit, Failure> {
    let violations = found.violations();
    let one = |v: &Violation| json!({ "invariant": v.invariant, "first_key": v.first_key, "count": v.count });
    let json = json!({
        "ok": found.is_ok(), "violations": violations.iter().map(one).collect::<Value>(),
        "postings": found.postings, "accounts": found.accounts, "items": found.items, "chunks": found.chunks,
    });
    let text = || {
        let (postings, accounts) = (found.postings, found.accounts);
        let (items, chunks) = (found.items, found.chunks);
        let seen = say!(
            out.language,
            "{postings} postings, {accounts} accounts, {items} items, {chunks} chunks",
            "{postings} 条分录，{accounts} 个账户，{items} 笔转账明细，{chunks} 个分块"
        );
        if found.is_ok() {
            return say!(out.language, "Every invariant holds: {seen}.", "全部不变式成立：{seen}。");
        }
        let row = |v: &Violation| vec![v.invariant.to_owned(), v.first_key.clone(), v.count.to_string()];
        let header = [left("invariant", "不变式"), left("first key", "首个键"), right("count", "数量")];
        let rows = out.table(&header, violations.iter().map(row));
        say!(
            out.language,
            "{rows}\nThe ledger is damaged ({seen}). Stop writing to it and keep a copy of the data directory.",
            "{rows}\n账本已损坏（{seen}）。请停止写入，并保留一份数据目录的副本。"
        )
    };
    out.answer(json, text)?;
    Ok(if found.is_ok() { Exit::Success } else { Exit::Violated })
}
