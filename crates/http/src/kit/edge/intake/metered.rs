//! A body that counts its bytes, and aborts if it arrives too slowly or finds no memory.

use super::budget::{BodyState, Budget};
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

/// The minimum average speed of a body after the initial allowance, in bytes per second.
const RATE: u128 = 1024;
/// How often a slow body is checked.
const LOOK: Duration = Duration::from_secs(1);

/// Memory for the next bytes, and whether it comes from the reserve.
type Granted = Result<(OwnedSemaphorePermit, bool), AcquireError>;
type Waiting = Pin<Box<dyn Future<Output = Option<Granted>> + Send>>;

pub(super) struct Metered {
    body: Body,
    budget: Arc<Budget>,
    state: Arc<BodyState>,
    received: usize,
    /// Since when the server has been waiting for the client.
    since: Option<Instant>,
    look: Option<Pin<Box<Sleep>>>,
    /// Bytes that arrived but found no memory, since when, and the pending wait for it.
    waiting: Option<(Frame<Bytes>, Instant, Waiting)>,
    /// Whether its bytes are passed on as they arrive, so that they take no memory.
    is_passed_on: bool,
}

impl Metered {
    pub(super) const fn new(
        body: Body,
        budget: Arc<Budget>,
        state: Arc<BodyState>,
        is_passed_on: bool,
    ) -> Self {
        Self { body, budget, state, received: 0, since: None, look: None, waiting: None, is_passed_on }
    }

    fn stop(&self, code: Code) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // The first reason wins.
        let _ = self.state.stopped.set(code);
        Poll::Ready(Some(Err(code.name().into())))
    }

    /// The waiting bytes, once there is memory for them; `None` on timeout.
    fn poll_memory(&mut self, cx: &mut Context<'_>) -> Poll<Option<Option<Frame<Bytes>>>> {
        let Some((_, begun, waiting)) = &mut self.waiting else { return Poll::Ready(Some(None)) };
        let granted = ready!(waiting.as_mut().poll(cx));
        let begun = *begun;
        let Some(Ok((permit, is_reserve))) = granted else {
            self.waiting = None;
            return Poll::Ready(None);
        };
        self.state.held().add_waited(permit, is_reserve);
        // Time spent waiting for memory does not count against the client.
        self.since = self.since.map(|since| since + begun.elapsed());
        Poll::Ready(Some(self.waiting.take().map(|(frame, ..)| frame)))
    }

    fn wait(&mut self, frame: Frame<Bytes>, bytes: usize) {
        let (large, reserve) = (self.budget.large.clone(), self.budget.reserve.clone());
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        let permit = async move {
            tokio::select! {
                permit = large.acquire_many_owned(count) => permit.map(|permit| (permit, false)),
                permit = reserve.acquire_owned() => permit.map(|permit| (permit, true)),
            }
        };
        let limit = self.budget.wait;
        let waiting = Box::pin(async move { tokio::time::timeout(limit, permit).await.ok() });
        self.waiting = Some((frame, Instant::now(), waiting));
    }

    /// Resolves when the client has been too slow.
    fn poll_slow(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let after = self.budget.slow_after;
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
            match ready!(self.poll_memory(cx)) {
                None => return self.stop(Code::ServerBusy),
                Some(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Some(None) => {}
            }
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let bytes = frame.data_ref().map_or(0, Bytes::len);
                    let before = self.received;
                    self.received = before.saturating_add(bytes);
                    if self.is_passed_on || self.state.hold(&self.budget, before, bytes) {
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
