//! Requests that wait for what a test holds.

use std::pin::Pin;
use std::task::{Context, Waker};
use tokio::task::{Unconstrained, unconstrained};

/// Sends a request as far as it gets without waiting: it must then wait, for a lock that the test holds.
///
/// # Panics
/// If it need not wait.
pub fn waiting<F: Future>(request: F) -> Pin<Box<Unconstrained<F>>> {
    // Otherwise the runtime would let it wait for having sent many.
    let mut request = Box::pin(unconstrained(request));
    let polled = request.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "the request did not wait");
    request
}
