//! The loop of a duty: wake-ups, errors, panics, and its end.

use super::*;
use crate::engine::EngineOptions;
use ledger::{Clock, Door, DoorOptions};
use service::Service;
use std::collections::VecDeque;
use std::sync::Arc;
use store::Store;
use tokio::sync::mpsc;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        0
    }
}

async fn engine() -> Engine {
    let store = Store::memory().await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions::default());
    let service = Service::new(store.clone(), door.clone(), Arc::new(Still));
    Engine::new(store, door, service, EngineOptions::default())
}

/// How a turn ends.
enum Turn {
    Pause,
    Error(StoreError),
    Panic,
    /// It does not end by itself.
    Hang,
}

struct Scripted {
    turns: VecDeque<Turn>,
    told: mpsc::UnboundedSender<&'static str>,
}

impl Duty for Scripted {
    const NAME: &'static str = "scripted";
    const IS_WOKEN: bool = true;

    async fn turn(&mut self, _: &Engine) -> Result<Duration, Error> {
        self.told.send("turn").unwrap();
        match self.turns.pop_front() {
            Some(Turn::Pause) => Ok(LONG),
            Some(Turn::Error(error)) => Err(error.into()),
            Some(Turn::Panic) => panic!("a defect of this duty"),
            Some(Turn::Hang) | None => std::future::pending().await,
        }
    }

    async fn end(self, _: &Engine) {
        self.told.send("end").unwrap();
    }
}

/// Starts a duty with these turns; returns what it reports.
fn start(
    duties: &mut Duties,
    turns: impl IntoIterator<Item = Turn>,
) -> mpsc::UnboundedReceiver<&'static str> {
    let (told, heard) = mpsc::unbounded_channel();
    duties.start(Scripted { turns: turns.into_iter().collect(), told });
    heard
}

#[tokio::test]
async fn errors_and_panics_do_not_end_a_duty_a_wake_up_ends_its_pause_and_a_stop_ends_its_turn() {
    let engine = engine().await;
    let mut duties = Duties::of(&engine);
    let away = || Turn::Error(StoreError::Away("gone".to_owned()));
    let mut heard = start(&mut duties, [away(), Turn::Panic, Turn::Pause, away(), Turn::Hang]);
    let script = async {
        for _ in 0..5 {
            assert_eq!(timeout(SOON, heard.recv()).await.unwrap(), Some("turn"));
            engine.store.wake();
        }
    };
    timeout(SOON, duties.until(script)).await.unwrap().unwrap();
    assert_eq!(heard.recv().await, Some("end"));
    assert_eq!(heard.recv().await, None);
}

#[tokio::test]
async fn a_write_that_the_disk_did_not_confirm_ends_all_duties() {
    let engine = engine().await;
    let mut duties = Duties::of(&engine);
    let mut other = start(&mut duties, [Turn::Hang]);
    let mut heard = start(&mut duties, [Turn::Error(StoreError::Fatal("a commit".to_owned()))]);
    let ended = timeout(SOON, duties.until(std::future::pending())).await.unwrap();
    assert!(matches!(ended, Err(Error::Store(StoreError::Fatal(_)))), "{ended:?}");
    assert_eq!((heard.recv().await, heard.recv().await), (Some("turn"), None));
    while let Some(told) = timeout(SOON, other.recv()).await.unwrap() {
        assert_eq!(told, "turn", "it is cancelled");
    }
}

#[test]
fn the_pause_doubles_with_each_error_in_a_row_up_to_a_bound() {
    let mut errors = 0;
    let pauses: Vec<_> = (0..40).map(|_| back_off(&mut errors)).collect();
    assert_eq!(pauses[..4], [1, 2, 4, 4].map(Duration::from_secs));
    assert_eq!(pauses[39], BACK_OFF_MAX);
}
