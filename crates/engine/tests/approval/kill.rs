//! Processes that end without a clean stop while they run batches. A run keeps the approvals and the consent that it was
//! started with, and nothing that was changed since is paid.
//!
//! The process is this test itself, started again with an order in its environment.

use crate::world::{Hands, Process, World, process};
use ledger::Clock;
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::Command;
use std::time::Duration;

/// The order: the place of the ledger, the time, and the end, each on a line.
const ORDER: &str = "SLUICE_TEST_RUN_AND_END";
const SIGABRT: i32 = 6;

/// Where a process ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// Before its runs are polled once more, after so many times: between any two of their steps, while the door or the
    /// database is at work.
    Poll(usize),
    /// After so many chunks of a run.
    Chunk(usize),
}

impl End {
    fn written(self) -> String {
        match self {
            Self::Poll(count) => format!("poll {count}"),
            Self::Chunk(count) => format!("chunk {count}"),
        }
    }

    fn read(text: &str) -> Self {
        let (kind, count) = text.split_once(' ').unwrap();
        let count = count.parse().unwrap();
        if kind == "poll" { Self::Poll(count) } else { Self::Chunk(count) }
    }
}

/// This process ends, another one continues what runs until it ends there, and then there is this one again, which
/// recovers.
pub async fn killed(world: World, there: End) -> World {
    let (place, clock, cooling) = world.close();
    let (text, now) = (place.text.clone(), clock.now());
    let node = tokio::task::spawn_blocking(move || run_and_end(&text, now, there)).await.unwrap();
    let world = World::open(place, clock, cooling).await;
    // Nothing that the killed process had sent takes effect later.
    world.store.end_sessions(&node).await.unwrap();
    // And its leases are free, as when its heartbeat has expired.
    let mut tx = world.store.write().await.unwrap();
    store::node::leave(&mut tx, &node).await.unwrap();
    tx.commit().await.unwrap();
    world.engine.recover().await.unwrap();
    world
}

/// Runs what waits, in another process that ends there. Returns the name of its node.
fn run_and_end(place: &str, now: i64, there: End) -> String {
    let order = format!("{place}\n{now}\n{}", there.written());
    let mut itself = Command::new(std::env::current_exe().unwrap());
    let arguments = ["kill::a_process_runs_what_waits_until_it_ends", "--exact", "--nocapture"];
    let output = itself.args(arguments).env(ORDER, order).output().unwrap();
    let is_over = output.status.success() || output.status.signal() == Some(SIGABRT);
    assert!(is_over, "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let (_, node) = said.split_once("node=").unwrap_or_else(|| panic!("{said}"));
    node.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_process_runs_what_waits_until_it_ends() {
    // Without an order there is nothing to do.
    let Ok(order) = std::env::var(ORDER) else { return };
    let lines: Vec<&str> = order.lines().collect();
    let (now, there) = (lines[1].parse().unwrap(), End::read(lines[2]));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let process = process(lines[0], Hands::at(now), Duration::ZERO).await;
        println!("node={}", process.store.node());
        process.engine.recover().await.unwrap();
        match there {
            End::Poll(count) => ended_at(count, run_all(&process, || ())).await,
            End::Chunk(count) => {
                let mut left = count;
                run_all(&process, || {
                    left -= 1;
                    if left == 0 {
                        std::process::abort();
                    }
                })
                .await;
            }
        }
    });
}

async fn run_all(process: &Process, mut chunk: impl FnMut() + Send) {
    for batch in process.engine.waiting().await.unwrap() {
        // Refused if it was tampered with.
        drop(process.engine.run(batch, |_| chunk()).await);
    }
}

/// Polls a job, and ends the process in place of one poll: nothing is cleaned up.
async fn ended_at(mut polls: usize, job: impl Future<Output = ()>) {
    let mut job = pin!(job);
    std::future::poll_fn(|context| {
        if polls == 0 {
            std::process::abort();
        }
        polls -= 1;
        job.as_mut().poll(context)
    })
    .await;
}

/// In memory nothing outlives a process.
mod on_disk {
    use super::*;
    use crate::world::{HOUR, Who, code, level, payment, world};
    use domain::access::Role;
    use domain::id::BatchId;
    use domain::totp::TotpSecret;
    use service::batch;

    const AMOUNTS: [&str; 8] = ["1.00", "2.00", "3.00", "4.00", "5.00", "6.00", "7.00", "8.00"];
    const TOTAL: i64 = 3_600;

    /// A batch that two people approved, from an account that needs codes.
    struct Approved {
        world: World,
        finance: Who,
        admin: Who,
        app: TotpSecret,
        batch: BatchId,
    }

    async fn approved() -> Approved {
        let world = world().await;
        let maker = world.person("maker-1", Role::Operator).await;
        let finance = world.person("check-1", Role::Finance).await;
        let admin = world.person("admin-1", Role::Admin).await;
        world.policy(&world.cli, "EUR", Some("0"), &[level(2, &[])]).await.unwrap();
        let app = world.bind("EUR-PAY").await;
        let batch = world.draft(&maker, &payment("EUR", &AMOUNTS)).await;
        world.submit(&maker, batch).await.unwrap();
        world.approve(&finance, batch).await.unwrap();
        world.approve(&admin, batch).await.unwrap();
        Approved { world, finance, admin, app, batch }
    }

    async fn executed() -> Approved {
        let approved = approved().await;
        let Approved { world, finance, app, batch, .. } = &approved;
        assert_eq!(code(&world.execute(finance, *batch).await), "VERIFICATION_CODE_REQUIRED");
        world.execute_with(finance, *batch, app).await.unwrap();
        approved
    }

    /// How much of the batch is paid: what its counters say, and what the payees have.
    async fn paid(world: &World, batch: BatchId) -> i64 {
        let paid = world.batch(batch).await.tally.success_amount;
        assert_eq!(world.received("EUR").await, paid);
        paid
    }

    async fn set_memo(world: &World, memo: &str) {
        let mut tx = world.store.write().await.unwrap();
        tx.fetch_text(format!("UPDATE item SET memo = {memo}"), vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_killed_run_keeps_its_approvals_and_its_consent() {
        let Approved { mut world, finance, admin, batch, .. } = executed().await;
        world = killed(world, End::Chunk(1)).await;
        let half = paid(&world, batch).await;
        assert!(0 < half && half < TOTAL, "{half}");
        // Neither the age of approvals nor the present roles of those who gave them count any more.
        world.pass(100 * HOUR);
        let change = service::user::UserChange { role: Some(Role::Operator), ..Default::default() };
        service::user::change(&world.service, &world.cli, finance.id(), &change).await.unwrap();
        let ended = world.engine.run(batch, |_| {}).await.unwrap();
        assert_eq!((ended.state.name(), paid(&world, batch).await), ("completed", TOTAL));
        let (_, standing) = service::approval::of_batch(&world.service, batch.into()).await.unwrap();
        let by: Vec<_> = standing.decisions.iter().map(|one| one.user).collect();
        assert_eq!((standing.given, by), (2, vec![finance.id(), admin.id()]));
        world.verified().await;
    }

    #[tokio::test]
    async fn a_run_that_is_killed_again_and_again_pays_everything_once() {
        let Approved { mut world, batch, .. } = executed().await;
        let mut seen = 0;
        for polls in (0..).step_by(4) {
            world = killed(world, End::Poll(polls)).await;
            let now = paid(&world, batch).await;
            assert!(now >= seen, "{now} after {seen}");
            seen = now;
            if world.state(batch).await == "completed" {
                break;
            }
        }
        assert_eq!(seen, TOTAL);
        world.verified().await;
    }

    #[tokio::test]
    async fn attack_37_content_that_was_changed_underneath_a_killed_run_is_not_paid() {
        let Approved { mut world, finance, app, batch, .. } = executed().await;
        world = killed(world, End::Chunk(1)).await;
        let half = paid(&world, batch).await;
        set_memo(&world, "'another'").await;
        assert_eq!(code(&world.engine.run(batch, |_| {}).await), "CONTENT_CHANGED");
        // Nor in another process, nor by a person.
        world = killed(world, End::Chunk(9)).await;
        batch::pause(&world.service, &finance.actor, batch).await.unwrap();
        assert_eq!(world.state(batch).await, "paused");
        let resume = async |world: &World| {
            code(&batch::resume(&world.proving(&finance), &finance.actor, batch.into()).await)
        };
        assert_eq!(resume(&world).await, "CONTENT_CHANGED");
        assert_eq!(paid(&world, batch).await, half);
        set_memo(&world, "NULL").await;
        // A person who resumes needs the account's consent again.
        assert_eq!(resume(&world).await, "VERIFICATION_CODE_REQUIRED");
        world.resume_with(&finance, batch, &app).await.unwrap();
        world.engine.run(batch, |_| {}).await.unwrap();
        assert_eq!(paid(&world, batch).await, TOTAL);
        world.verified().await;
    }

    #[tokio::test]
    async fn a_process_that_ends_before_an_execution_leaves_an_approved_batch() {
        let Approved { mut world, finance, app, batch, .. } = approved().await;
        world = killed(world, End::Chunk(1)).await;
        assert_eq!((world.state(batch).await, paid(&world, batch).await), ("approved", 0));
        world.execute_with(&finance, batch, &app).await.unwrap();
        world.engine.run(batch, |_| {}).await.unwrap();
        assert_eq!(paid(&world, batch).await, TOTAL);
    }
}
