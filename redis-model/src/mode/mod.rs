//! The seam between blocking and asynchronous use: every operation is written once, as an async block, and its mode
//! decides what the caller gets.

mod background;
mod join;
mod signal;

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{
    connection::{BlockingConnection, Connection},
    error::Result,
};

pub(crate) use self::{background::Background, signal::Signal};

mod sealed {
    pub trait Sealed {}
}

/// How operations are run: [`Blocking`] or [`Async`].
///
/// Types that are sent over a [`Store`](crate::store::Store) carry their mode; users meet it as
/// [`redis_model::Store`](crate::Store) and [`redis_model::blocking::Store`](crate::blocking::Store).
pub trait Mode: sealed::Sealed + Send + Sync + Sized + 'static {
    /// What an operation returns: a `Result<T>`, or a future of one.
    type Result<'a, T: Send + 'a>;

    #[doc(hidden)]
    #[allow(private_bounds)]
    type Connection: Connection;

    #[doc(hidden)]
    #[allow(private_bounds)]
    type Signal: Signal;

    /// Whether what is dropped may block its thread to tidy up.
    #[doc(hidden)]
    const WAITS_IN_DROP: bool;

    #[doc(hidden)]
    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Self::Result<'a, T>;

    /// Where a future with much state stays that is not always needed. One that is finished by a single poll is moved before
    /// that, and so it is boxed; one that is awaited is made where it stays.
    #[doc(hidden)]
    fn settled<F: Future>(future: F) -> impl Future<Output = F::Output>;

    #[doc(hidden)]
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// Runs a future in the background, and says whether it was started: a system may have no thread left, and without
    /// a runtime there is no task.
    #[doc(hidden)]
    #[must_use]
    fn spawn(name: &'static str, future: impl Future<Output = ()> + Send + 'static) -> bool;

    /// Runs operations side by side; their outcomes are in the order of the operations.
    #[doc(hidden)]
    fn join_all<T: Send, F: Future<Output = T> + Send>(operations: Vec<F>) -> impl Future<Output = Vec<T>> + Send;
}

/// Every operation blocks its thread until it is done and returns a `Result`; no executor is needed.
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

/// Every operation is a future, run by tokio.
#[cfg(feature = "async")]
#[derive(Debug, Clone, Copy)]
pub struct Async;

impl sealed::Sealed for Blocking {}

impl Mode for Blocking {
    type Result<'a, T: Send + 'a> = Result<T>;
    type Connection = BlockingConnection;
    type Signal = signal::BlockingSignal;

    const WAITS_IN_DROP: bool = true;

    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Result<T> {
        poll_once(operation)
    }

    fn settled<F: Future>(future: F) -> impl Future<Output = F::Output> {
        Box::pin(future)
    }

    async fn sleep(duration: Duration) {
        std::thread::sleep(duration);
    }

    fn spawn(name: &'static str, future: impl Future<Output = ()> + Send + 'static) -> bool {
        std::thread::Builder::new().name(name.into()).spawn(move || poll_once(future)).is_ok()
    }

    async fn join_all<T: Send, F: Future<Output = T> + Send>(operations: Vec<F>) -> Vec<T> {
        join::in_threads(operations)
    }
}

#[cfg(feature = "async")]
impl sealed::Sealed for Async {}

#[cfg(feature = "async")]
impl Mode for Async {
    type Result<'a, T: Send + 'a> = std::pin::Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
    type Connection = crate::connection::AsyncConnection;
    type Signal = signal::AsyncSignal;

    const WAITS_IN_DROP: bool = false;

    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Self::Result<'a, T> {
        Box::pin(operation)
    }

    #[inline]
    fn settled<F: Future>(future: F) -> impl Future<Output = F::Output> {
        future
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }

    fn spawn(_name: &'static str, future: impl Future<Output = ()> + Send + 'static) -> bool {
        tokio::runtime::Handle::try_current().map(|runtime| runtime.spawn(future)).is_ok()
    }

    fn join_all<T: Send, F: Future<Output = T> + Send>(operations: Vec<F>) -> impl Future<Output = Vec<T>> + Send {
        join::in_task(operations)
    }
}

/// Finishes a future that blocks inside of `poll` instead of waiting: one poll is all that it takes.
pub(crate) fn poll_once<T>(operation: impl Future<Output = T>) -> T {
    match pin!(operation).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("blocking operations do their waiting inside of poll"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Waits for a future as its mode does.
    pub(crate) trait Waits: Mode {
        fn wait<T>(future: impl Future<Output = T>) -> T;
    }

    impl Waits for Blocking {
        fn wait<T>(future: impl Future<Output = T>) -> T {
            poll_once(future)
        }
    }

    #[cfg(feature = "async")]
    impl Waits for Async {
        fn wait<T>(future: impl Future<Output = T>) -> T {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("the system has what a runtime needs").block_on(future)
        }
    }

    #[test]
    fn a_future_in_the_background_has_a_thread_of_its_name() {
        let (sender, receiver) = mpsc::channel();
        assert!(Blocking::spawn(
            "a-name",
            async move { _ = sender.send(std::thread::current().name().map(str::to_owned)) }
        ));
        assert_eq!(receiver.recv(), Ok(Some("a-name".to_owned())));
    }

    #[cfg(feature = "async")]
    #[test]
    fn a_future_in_the_background_needs_a_runtime() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        assert!(!Async::spawn("none", async {}));
        let ran = Async::wait(async move {
            assert!(Async::spawn("some", async move { _ = sender.send(7) }));
            receiver.await
        });
        assert_eq!(ran, Ok(7));
    }
}
