//! Running work for as long as its locks are held.

use std::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll},
};

use super::{
    every::Guards,
    guard::Guard,
    hold::{Held, Hold},
};
use crate::{error::Result, mode::Async};

impl<H: Hold> Guard<Async, H> {
    /// Runs work for as long as the lock is held; when it is lost, the work is dropped where it stands.
    ///
    /// What the work has done up to then is done. Between the loss and the moment when it is noticed here, at the next
    /// renewal, it goes on: writes belong into [`run`](Self::run) all the same.
    ///
    /// ```no_run
    /// # use redis_model::{Error, Lock, Store};
    /// # async fn report() {}
    /// # async fn example(store: &Store) -> Result<(), Error> {
    /// let guard = Lock::at("jobs.nightly").acquire(store).await?;
    /// guard.until_lost(report()).await?;
    /// guard.release().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::LockLost`](crate::Error::LockLost) when the lock is lost before the work is done.
    pub async fn until_lost<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.keeping.revive();
        run_until_lost(&[&*self.held], work).await
    }
}

impl Guards<Async> {
    /// Runs work for as long as all of the locks are held, as [`Guard::until_lost`] does.
    ///
    /// # Errors
    /// [`Error::LockLost`](crate::Error::LockLost), of the first that is lost, before the work is done.
    pub async fn until_lost<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.guards().iter().for_each(|guard| guard.keeping.revive());
        let held: Vec<_> = self.guards().iter().map(|guard| &*guard.held).collect();
        run_until_lost(&held, work).await
    }
}

async fn run_until_lost<T, H: Hold>(held: &[&Held<Async, H>], work: impl Future<Output = T>) -> Result<T> {
    let mut work = pin!(work);
    let mut losses: Vec<_> = held.iter().map(|held| Box::pin(held.until_lost())).collect();
    poll_fn(|context: &mut Context<'_>| {
        // Work that is done is done, whatever has become of the lock by then.
        if let Poll::Ready(outcome) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(outcome));
        }
        let lost = losses.iter_mut().position(|loss| loss.as_mut().poll(context).is_ready());
        lost.map_or(Poll::Pending, |place| Poll::Ready(Err(held[place].lost())))
    })
    .await
}
