//! Waiting until somebody says that something has changed.

use std::{
    future::Future,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Tells those who wait that something has changed.
///
/// It counts, so that nobody misses a change that comes between looking and waiting: first `seen`, then look, then wait
/// until it is `changed` from what was seen.
pub(crate) trait Signal: Default + Send + Sync + 'static {
    /// The number of notifications so far.
    fn seen(&self) -> u64;

    /// Wakes all who wait. Needs no runtime and does not wait: it may be called when something is dropped.
    fn notify(&self);

    /// Waits until there has been a notification since `seen`, or until this time.
    fn changed(&self, seen: u64, until: Option<Instant>) -> impl Future<Output = ()> + Send;
}

/// Waits in the thread, inside of `poll`.
#[derive(Debug, Default)]
pub struct BlockingSignal {
    count: Mutex<u64>,
    raised: Condvar,
}

impl BlockingSignal {
    fn count(&self) -> MutexGuard<'_, u64> {
        // A number has no broken state.
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signal for BlockingSignal {
    fn seen(&self) -> u64 {
        *self.count()
    }

    fn notify(&self) {
        let mut count = self.count();
        *count = count.wrapping_add(1);
        drop(count);
        self.raised.notify_all();
    }

    async fn changed(&self, seen: u64, until: Option<Instant>) {
        let mut count = self.count();
        while *count == seen {
            count = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.raised.wait(count).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return,
                Some(left) => self.raised.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

/// Waits in the task.
#[cfg(feature = "async")]
#[derive(Debug, Default)]
pub struct AsyncSignal {
    count: tokio::sync::watch::Sender<u64>,
}

#[cfg(feature = "async")]
impl Signal for AsyncSignal {
    fn seen(&self) -> u64 {
        *self.count.borrow()
    }

    fn notify(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    async fn changed(&self, seen: u64, until: Option<Instant>) {
        let mut receiver = self.count.subscribe();
        // The sender lives as long as this borrow of it, and a wait that ends at its limit is no failure.
        let change = async { _ = receiver.wait_for(|count| *count != seen).await };
        match until {
            None => change.await,
            Some(until) => _ = tokio::time::timeout_at(until.into(), change).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Duration};

    use super::*;
    use crate::mode::{Blocking, Mode, tests::Waits};

    fn in_a_minute() -> Option<Instant> {
        Instant::now().checked_add(Duration::from_secs(60))
    }

    fn a_change_that_has_come_is_not_waited_for<M: Mode + Waits>() {
        let signal = M::Signal::default();
        let seen = signal.seen();
        signal.notify();
        assert_ne!(signal.seen(), seen);
        M::wait(signal.changed(seen, None));
    }

    fn a_wait_ends_at_its_time<M: Mode + Waits>() {
        let signal = M::Signal::default();
        let until = Instant::now() + Duration::from_millis(20);
        M::wait(signal.changed(signal.seen(), Some(until)));
        assert!(Instant::now() >= until);
        // One that has passed already ends it at once.
        M::wait(signal.changed(signal.seen(), Some(until)));
    }

    fn all_who_wait_are_woken<M: Mode + Waits>() {
        let (signal, begun) = (Arc::new(M::Signal::default()), Arc::new(M::Signal::default()));
        let seen = signal.seen();
        let waiting = || {
            let (signal, begun) = (signal.clone(), begun.clone());
            thread::spawn(move || {
                begun.notify();
                M::wait(signal.changed(seen, in_a_minute()));
                signal.seen()
            })
        };
        let threads = [waiting(), waiting(), waiting()];
        while begun.seen() < 3 {
            M::wait(begun.changed(begun.seen(), Instant::now().checked_add(Duration::from_millis(5))));
        }
        signal.notify();
        for thread in threads {
            assert_eq!(thread.join().ok(), Some(seen + 1));
        }
    }

    #[test]
    fn blocking_signals_keep_their_promises() {
        a_change_that_has_come_is_not_waited_for::<Blocking>();
        a_wait_ends_at_its_time::<Blocking>();
        all_who_wait_are_woken::<Blocking>();
    }

    #[cfg(feature = "async")]
    #[test]
    fn asynchronous_signals_keep_their_promises() {
        a_change_that_has_come_is_not_waited_for::<crate::mode::Async>();
        a_wait_ends_at_its_time::<crate::mode::Async>();
        all_who_wait_are_woken::<crate::mode::Async>();
    }
}
