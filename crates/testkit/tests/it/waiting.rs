//! Requests that wait for what a test holds.

use tokio::sync::Semaphore;

#[tokio::test]
async fn a_request_waits_until_what_it_needs_is_let_go() {
    let lock = Semaphore::new(1);
    let held = lock.acquire().await.unwrap();
    // More than a task may do before the runtime makes it wait.
    let waiting: Vec<_> = (0..1_000).map(|_| testkit::waiting(lock.acquire())).collect();
    drop(held);
    for request in waiting {
        drop(request.await.unwrap());
    }
}

#[tokio::test]
#[should_panic(expected = "the request did not wait")]
async fn a_request_that_need_not_wait_is_a_mistake_of_the_test() {
    drop(testkit::waiting(Semaphore::new(1).acquire()));
}
