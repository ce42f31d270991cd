//! `cargo xtask failover`: a ledger on three PostgreSQL servers managed by Patroni, whose leader is killed
//! repeatedly while batches run and single transfers are sent. Everything acknowledged must be there at the
//! end.
//!
//! Not part of `cargo xtask test`: it takes about a minute per kill and installs what it needs. Logs stay in
//! `target/failover/log`. To add a final check, add a function to `failover/check.rs`.

mod check;
mod cluster;
mod ledger;
mod patroni;
mod programs;
mod stream;
mod wait;

use crate::error::{Error, Result};
use cluster::Cluster;
use ledger::ClusterLedger;
use programs::Programs;
use std::path::Path;
use std::time::{Duration, Instant};
use stream::Stream;
use wait::wait;

/// How many kills.
#[derive(Debug, PartialEq, Eq)]
pub struct FailoverOptions {
    kills: u32,
}

impl FailoverOptions {
    /// Reads `--kills N`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self { kills: 5 }),
            ["--kills", number] => number
                .parse()
                .map(|kills| Self { kills })
                .map_err(|_| Error::Usage(format!("`--kills {number}`: not a whole number"))),
            _ => Err(Error::Usage(format!("`cargo xtask failover {}`: only `--kills N`", words.join(" ")))),
        }
    }
}

/// The measured effect of one kill.
struct Kill {
    member: String,
    successor: String,
    leaderless: Duration,
    silence: Duration,
    batch: Duration,
    whole: Duration,
}

/// Starts everything, kills, checks. An error is a violation, or something that did not recover by itself.
pub fn run(root: &Path, options: &FailoverOptions) -> Result<()> {
    let programs = Programs::find(root)?;
    let logs = root.join("target/failover/log");
    std::fs::create_dir_all(&logs).map_err(|error| Error::File(logs.clone(), error))?;
    // Dropped in reverse order: the workers before the servers.
    let mut cluster = Cluster::start(programs, &logs)?;
    let mut ledger = ClusterLedger::make(root, &cluster, &logs)?;
    ledger.start_workers()?;
    ledger.start_batch()?;
    let stream = Stream::start(&ledger);
    stream.wait_for_acknowledged(Instant::now())?;
    let mut kills = Vec::new();
    for number in 1..=options.kills {
        let kill = kill_leader(&mut cluster, &mut ledger, &stream)?;
        println!(
            "kill {number}: {} killed, {} leads after {:.1} s; no write acknowledged for {:.1} s; the batch \
             resumed after {:.1} s; three members again {:.1} s after the restart",
            kill.member,
            kill.successor,
            kill.leaderless.as_secs_f64(),
            kill.silence.as_secs_f64(),
            kill.batch.as_secs_f64(),
            kill.whole.as_secs_f64(),
        );
        kills.push(kill);
    }
    let journal = stream.finish()?;
    ledger.wait_for_batches()?;
    ledger.stop_workers()?;
    let violations = check::violations(&ledger, &journal)?;
    summary(&kills, &ledger, &journal);
    if violations.is_empty() {
        println!("nothing acknowledged was lost, every item was paid once, `sluice verify` found no problem");
        return Ok(());
    }
    Err(Error::Failover(format!("{}\nlogs: {}", violations.join("\n"), logs.display())))
}

fn kill_leader(cluster: &mut Cluster, ledger: &mut ClusterLedger, stream: &Stream) -> Result<Kill> {
    ledger.wait_for_progress()?;
    let (leader, member) = cluster.leader()?;
    let killed_at = Instant::now();
    cluster.kill(leader)?;
    let successor = wait("a new leader", || cluster.leader().ok().filter(|(place, _)| *place != leader))?.1;
    let leaderless = killed_at.elapsed();
    stream.wait_for_acknowledged(Instant::now())?;
    let silence = stream.longest_silence_since(killed_at);
    ledger.wait_for_more_items()?;
    let batch = killed_at.elapsed();
    let restarted_at = Instant::now();
    cluster.restart(leader)?;
    cluster.wait_until_whole()?;
    Ok(Kill { member, successor, leaderless, silence, batch, whole: restarted_at.elapsed() })
}

fn summary(kills: &[Kill], ledger: &ClusterLedger, journal: &stream::Journal) {
    let silences = kills.iter().map(|kill| kill.silence.as_secs_f64());
    let (least, most) = silences.fold((f64::MAX, 0_f64), |(a, b), s| (a.min(s), b.max(s)));
    println!(
        "\n{} kills; {least:.1} to {most:.1} s without an acknowledged write; {} transfers acknowledged, {} of \
         them on the second attempt or later; {} batches of {} items",
        kills.len(),
        journal.acknowledged.len(),
        journal.acknowledged.iter().filter(|one| one.tries > 1).count(),
        ledger.batches(),
        ledger::ITEMS,
    );
    for (code, count) in &journal.refused {
        let sample = journal.samples.get(code).map_or("", |text| text.trim());
        println!("exit code {code}: {count} times, first output: {sample}");
    }
    println!("longest single call of sluice: {:.1} s", journal.longest_call.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_kills_is_parsed() {
        let parse = |words: &[&str]| FailoverOptions::parse(words).ok();
        assert_eq!(parse(&[]), Some(FailoverOptions { kills: 5 }));
        assert_eq!(parse(&["--kills", "1"]), Some(FailoverOptions { kills: 1 }));
        for wrong in [&["--kills"][..], &["--kills", "x"], &["--rounds", "1"]] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
