//! Futures that are dropped half-way.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// How often to poll futures before they are dropped: each of the first times, and then so often that some are done, however
/// slow the server is.
pub fn poll_counts() -> impl Iterator<Item = usize> {
    (0..40).chain([100, 1_000, 1_000_000])
}

/// Polls a future so many times and drops it then, unless it is done before: says whether it is.
pub async fn poll_and_drop<T>(future: impl Future<Output = T>, times: usize) -> bool {
    let mut future = pin!(future);
    for _ in 0..times {
        if poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await {
            return true;
        }
        // Lets the connection's driver go on.
        tokio::task::yield_now().await;
    }
    false
}
