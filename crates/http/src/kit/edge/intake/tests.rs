//! Large, many and slow bodies.

use super::*;
use axum::body::Bytes;
use http_body_util::BodyExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

fn intakes(bytes: usize, slow_after: Duration, wait: Duration) -> Intakes {
    Intakes(Arc::new(Budget { wait, ..Budget::new(bytes, 16 * MIB, slow_after) }))
}

/// A request whose body arrives in the parts that are sent.
fn request(all: &Intakes) -> (UnboundedSender<usize>, Request, Intake) {
    metered(all, false)
}

/// The same, whose bytes may be passed on as they arrive.
fn metered(all: &Intakes, is_passed_on: bool) -> (UnboundedSender<usize>, Request, Intake) {
    let (sender, mut parts) = unbounded_channel::<usize>();
    let stream = futures_util::stream::poll_fn(move |cx| {
        parts
            .poll_recv(cx)
            .map(|part| part.map(|bytes| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; bytes]))))
    });
    let (request, intake) = all.meter(Request::new(Body::from_stream(stream)), is_passed_on);
    (sender, request, intake)
}

async fn read(request: Request) -> Result<usize, String> {
    let collected = request.into_body().collect().await.map_err(|error| error.to_string())?;
    Ok(collected.to_bytes().len())
}

#[tokio::test]
async fn large_bodies_wait_for_each_other_or_are_refused_and_small_ones_are_accepted() {
    let long = Duration::from_secs(600);
    // 16 MiB for small bodies, 16 MiB in reserve, 32 MiB for large ones.
    let all = intakes(64 * MIB, long, Duration::from_millis(100));
    let mut inside = Vec::new();
    for _ in 0..3 {
        let (sender, request, intake) = request(&all);
        (0..16).for_each(|_| sender.send(MIB).unwrap());
        drop(sender);
        assert_eq!(read(request).await, Ok(16 * MIB));
        inside.push(intake);
    }
    let (sender, full, intake) = request(&all);
    (0..16).for_each(|_| sender.send(MIB).unwrap());
    drop(sender);
    assert!(read(full).await.is_err());
    assert_eq!((intake.stopped(), intake.is_reading()), (Some(Code::ServerBusy), true));
    let (sender, small, _small) = request(&all);
    sender.send(200).unwrap();
    drop(sender);
    assert_eq!(read(small).await, Ok(200), "payments are accepted in the meantime");
    drop(intake);
    // It proceeds as soon as one of the accepted bodies has been answered.
    let patient = Intakes(Arc::new(Budget { wait: long, ..Budget::clone(&all.0) }));
    let (sender, next, _next) = request(&patient);
    (0..16).for_each(|_| sender.send(MIB).unwrap());
    drop(sender);
    let reading = tokio::spawn(read(next));
    inside.pop();
    assert_eq!(reading.await.unwrap(), Ok(16 * MIB));
}

#[tokio::test]
async fn a_body_that_is_passed_on_takes_no_memory_but_must_not_trickle() {
    let all = intakes(64 * MIB, Duration::from_millis(300), Duration::from_millis(100));
    let (sender, upload, intake) = metered(&all, true);
    (0..200).for_each(|_| sender.send(MIB).unwrap());
    drop(sender);
    assert_eq!(read(upload).await, Ok(200 * MIB));
    assert_eq!(intake.stopped(), None);
    let (sender, dripping, intake) = metered(&all, true);
    sender.send(1).unwrap();
    assert!(read(dripping).await.is_err());
    assert_eq!(intake.stopped(), Some(Code::BodyTooSlow));
    drop(sender);
}

#[tokio::test]
async fn concurrent_bodies_are_all_accepted() {
    let long = Duration::from_secs(600);
    let all = intakes(64 * MIB, long, long);
    let mut reading = Vec::new();
    let mut senders = Vec::new();
    for _ in 0..8 {
        let (sender, request, intake) = request(&all);
        senders.push(sender);
        reading.push(tokio::spawn(async move {
            let read = read(request).await;
            drop(intake);
            read
        }));
    }
    for _ in 0..12 {
        senders.iter().for_each(|sender| sender.send(MIB).unwrap());
        tokio::task::yield_now().await;
    }
    drop(senders);
    for one in reading {
        assert_eq!(one.await.unwrap(), Ok(12 * MIB));
    }
}

#[tokio::test]
async fn a_trickling_body_is_aborted_and_a_steady_one_is_not() {
    let all = intakes(64 * MIB, Duration::from_millis(300), Duration::from_secs(5));
    let (sender, dripping, intake) = request(&all);
    let drips = tokio::spawn(async move {
        while sender.send(1).is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(read(dripping).await.is_err());
    assert_eq!(intake.stopped(), Some(Code::BodyTooSlow));
    drips.await.unwrap();
    let (sender, flowing, intake) = request(&all);
    let flow = tokio::spawn(async move {
        for _ in 0..40 {
            sender.send(KIB).unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(read(flowing).await, Ok(40 * KIB));
    assert_eq!((intake.stopped(), intake.is_reading()), (None, false));
    flow.await.unwrap();
}
