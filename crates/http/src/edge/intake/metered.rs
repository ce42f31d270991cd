//! A body that counts what comes of it, and gives up what comes too slowly or finds no room.

use super::{Intakes, State, add};
use axum::BoxError;
use axum::body::{Body, Bytes};
use domain::code::Code;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit};
use tokio::time::{Instant, Sleep, sleep};

/// Bytes a second that a body has to come with on the average, once it has taken its time.
const RATE: u128 = 1024;
/// How often a slow body is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Room for the next bytes, and whether it is the reserve.
type Room = Result<(OwnedSemaphorePermit, bool), AcquireError>;
type Waiting = Pin<Box<dyn Future<Output = Option<Room>> + Send>>;

pub(super) struct Metered {
    body: Body,
    all: Arc<Intakes>,
    state: Arc<State>,
    received: usize,
    /// Since when the client has been waited for.
    since: Option<Instant>,
    look: Option<Pin<Box<Sleep>>>,
    /// Bytes that came and find no room, since when, and the room that is waited for.
    waiting: Option<(Frame<Bytes>, Instant, Waiting)>,
}

impl Metered {
    pub(super) const fn new(body: Body, all: Arc<Intakes>, state: Arc<State>) -> Self {
        Self { body, all, state, received: 0, since: None, look: None, waiting: None }
    }

    fn stop(&self, code: Code) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // The first reason stands.
        let _ = self.state.stopped.set(code);
        Poll::Ready(Some(Err(code.name().into())))
    }

    /// The bytes that waited, once there is room for them; `None` if there was none in time.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Option<Option<Frame<Bytes>>>> {
        let Some((_, begun, waiting)) = &mut self.waiting else { return Poll::Ready(Some(None)) };
        let room = ready!(waiting.as_mut().poll(cx));
        let begun = *begun;
        let Some(Ok((permit, is_reserve))) = room else {
            self.waiting = None;
            return Poll::Ready(None);
        };
        let mut held = self.state.held();
        if is_reserve {
            held.reserve = Some(permit);
        } else {
            add(&mut held.large, permit);
        }
        drop(held);
        // Nobody is slow who was made to wait.
        self.since = self.since.map(|since| since + begun.elapsed());
        Poll::Ready(Some(self.waiting.take().map(|(frame, ..)| frame)))
    }

    fn wait(&mut self, frame: Frame<Bytes>, bytes: usize) {
        let (large, reserve) = (self.all.large.clone(), self.all.reserve.clone());
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = async move {
            tokio::select! {
                permit = large.acquire_many_owned(count) => permit.map(|permit| (permit, false)),
                permit = reserve.acquire_owned() => permit.map(|permit| (permit, true)),
            }
        };
        let limit = self.all.wait;
        let waiting = Box::pin(async move { tokio::time::timeout(limit, room).await.ok() });
        self.waiting = Some((frame, Instant::now(), waiting));
    }

    /// Done when the client has been too slow.
    fn poll_slow(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let after = self.all.slow_after;
        let since = *self.since.get_or_insert_with(Instant::now);
        loop {
            let look = self.look.get_or_insert_with(|| Box::pin(sleep(after)));
            ready!(look.as_mut().poll(cx));
            let took = since.elapsed();
            let received = u128::try_from(self.received).unwrap_or(u128::MAX);
            if took >= after && received.saturating_mul(1_000) < RATE * took.as_millis() {
                return Poll::Ready(());
            }
            let next = after.saturating_sub(took).max(LOOK.min(after));
            look.as_mut().reset(Instant::now() + next);
        }
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.state.is_reading.store(true, Ordering::Relaxed);
        loop {
            match ready!(self.poll_room(cx)) {
                None => return self.stop(Code::ServerBusy),
                Some(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Some(None) => {}
            }
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let bytes = frame.data_ref().map_or(0, Bytes::len);
                    let before = self.received;
                    self.received = before.saturating_add(bytes);
                    if self.state.hold(&self.all, before, bytes) {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    self.wait(frame, bytes);
                }
                Poll::Ready(ended) => {
                    self.state.is_reading.store(false, Ordering::Relaxed);
                    return Poll::Ready(ended.map(|frame| frame.map_err(Into::into)));
                }
                Poll::Pending => {
                    ready!(self.poll_slow(cx));
                    return self.stop(Code::BodyTooSlow);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
