//! The seam between blocking and asynchronous use: every operation is written once, as an async block, and its mode
//! decides what the caller gets.

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
    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Self::Result<'a, T>;

    #[doc(hidden)]
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
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

    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Result<T> {
        poll_once(operation)
    }

    async fn sleep(duration: Duration) {
        std::thread::sleep(duration);
    }
}

#[cfg(feature = "async")]
impl sealed::Sealed for Async {}

#[cfg(feature = "async")]
impl Mode for Async {
    type Result<'a, T: Send + 'a> = std::pin::Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
    type Connection = crate::connection::AsyncConnection;

    fn run<'a, T: Send + 'a>(operation: impl Future<Output = Result<T>> + Send + 'a) -> Self::Result<'a, T> {
        Box::pin(operation)
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

/// Finishes a future that blocks inside of `poll` instead of waiting: one poll is all that it takes.
pub(crate) fn poll_once<T>(operation: impl Future<Output = T>) -> T {
    match pin!(operation).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("blocking operations do their waiting inside of poll"),
    }
}
