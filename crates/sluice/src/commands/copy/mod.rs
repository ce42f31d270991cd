//! `copy`: copies a whole ledger from a data directory to a server, back, or to another of the same kind.
//! After a kill the same command continues the copy.

mod answer;
mod display;
mod side;

use self::display::CopyDisplay;
use self::side::{Side, shown_source, shown_target};
use crate::clock::SystemClock;
use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::out::note;
use crate::say::{Say, say};
use clap::Args;
use ledger::Clock;
use serde_json::json;
use upkeep::copy::{Copy, Verdict};
use upkeep::seal;

/// Arguments of `copy`.
#[derive(Debug, Args)]
#[command(after_help = "PLACE is a data directory, or the URL of a database on a server: \
                  postgres://USER:PASSWORD@HOST:PORT/NAME.\nStop everything that writes to the source first. \
                  It is sealed while the copy is made, and stays sealed afterwards: it can be read but not \
                  written.\nAfter a kill, the same command continues the copy.\n\n\
                  Exit code: 0 copied and verified, 1 refused, 2 the two sides differ.\n\n\
                  Example:\n  sluice copy --from ./data --to postgres://sluice@db/sluice\n  \
                  sluice copy --from postgres://sluice@db/sluice --to ./report --keep\n  \
                  sluice copy --unseal --from ./data")]
pub(crate) struct CopyArgs {
    /// Ledger to copy
    #[arg(long, env = "SLUICE_COPY_FROM", hide_env_values = true, value_name = "PLACE")]
    pub from: String,
    /// Target: a place without a ledger, or with an unfinished copy of this one
    #[arg(
        long,
        env = "SLUICE_COPY_TO",
        hide_env_values = true,
        value_name = "PLACE",
        required_unless_present = "unseal"
    )]
    pub to: Option<String>,
    /// Unseal the source afterwards: the copy is for a test or a report
    #[arg(long, conflicts_with = "unseal")]
    pub keep: bool,
    /// Rows per transaction
    #[arg(long, default_value = "20000", value_name = "ROWS", value_parser = page)]
    pub page: usize,
    /// Abandon a copy, so that the source can be written again
    #[arg(long)]
    pub unseal: bool,
}

fn page(text: &str) -> Result<usize, Say> {
    match text.parse() {
        Ok(rows @ 1..=100_000) => Ok(rows),
        _ => Err(say("must be a number from 1 to 100000", "须为 1 到 100000 之间的整数")),
    }
}

/// Copies a ledger, continues a copy, or abandons one.
pub(crate) async fn run(globals: &Globals, args: &CopyArgs) -> Result<Exit, Failure> {
    match &args.to {
        Some(to) if !args.unseal => copy(globals, args, to).await,
        _ => unseal(globals, &args.from).await,
    }
}

async fn copy(globals: &Globals, args: &CopyArgs, to: &str) -> Result<Exit, Failure> {
    let (from_shown, to_shown) = (shown_source(&args.from)?, shown_target(to)?);
    let language = globals.language();
    if from_shown == to_shown {
        let text = say!(language, "{to_shown} cannot be copied to itself", "{to_shown} 不能复制到自身");
        return Err(Failure::Usage(text));
    }
    let source = Side::source(globals, &args.from).await?;
    seal::may_move(&source.store, &to_shown).await?;
    let target = Side::target(globals, to).await?;
    let actor = globals.actor();
    let copy = Copy {
        from: &source.store,
        to: &target.store,
        from_shown: &from_shown,
        to_shown: &to_shown,
        page: args.page,
        keep: args.keep,
        actor: &actor,
        clock: &SystemClock,
    };
    let mut display = CopyDisplay::new(language);
    let verdict = upkeep::copy::run(&copy, |step| display.show(step)).await;
    if !matches!(verdict, Ok(Verdict::Same(_)) | Err(upkeep::Error::Refused(_))) {
        note(&say!(
            language,
            "the copy is not finished, and {from_shown} may be sealed: run the same command again to continue, \
             or abandon the copy with `sluice copy --unseal --from {from_shown}`",
            "复制尚未完成，{from_shown} 可能已被封存：请再次运行同一条命令继续，或用 \
             `sluice copy --unseal --from {from_shown}` 放弃"
        ));
    }
    let verdict = verdict?;
    let exit = answer::answer(globals.out(), &copy, &verdict, &display)?;
    let is_ledger = matches!(verdict, Verdict::Same(_));
    source.close(false).await?;
    target.close(is_ledger).await?;
    Ok(exit)
}

async fn unseal(globals: &Globals, from: &str) -> Result<Exit, Failure> {
    let shown = shown_source(from)?;
    let source = Side::source(globals, from).await?;
    let moved_to = seal::remove(&source.store, &globals.actor(), SystemClock.now()).await?;
    let language = globals.language();
    let text = || match &moved_to {
        Some(place) => say!(
            language,
            "{shown} can be written again. The copy in {place} is not this ledger: never use both.",
            "{shown} 可以重新写入。{place} 中的副本不是此账本：请勿同时使用两者。"
        ),
        None => say!(language, "{shown} was not sealed.", "{shown} 未被封存。"),
    };
    let json = json!({ "from": shown, "unsealed": moved_to.is_some(), "was_moving_to": moved_to });
    globals.out().answer(json, text)?;
    source.close(false).await?;
    Ok(Exit::Success)
}
