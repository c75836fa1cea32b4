//! Several operations side by side, their outcomes in the order of the operations.

use std::{
    future::Future,
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

use super::poll_once;

/// Each in a thread of its own, the first one in this thread. Where the system gives fewer threads, those that it gives
/// share the work.
pub(super) fn in_threads<T: Send, F: Future<Output = T> + Send>(operations: Vec<F>) -> Vec<T> {
    let others = operations.len().saturating_sub(1);
    let queue = Mutex::new(operations.into_iter().enumerate());
    let work = || {
        // The lock is given back before the operation runs.
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::iter::from_fn(next).map(|(place, operation)| (place, poll_once(operation))).collect::<Vec<_>>()
    };
    let mut outcomes = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().name("redis-model".into()).spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (0..others).map_while(spawn).collect();
        let mut outcomes = work();
        for thread in threads {
            outcomes.extend(thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
        }
        outcomes
    });
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// All in this task.
#[cfg(feature = "async")]
pub(super) async fn in_task<T: Send, F: Future<Output = T> + Send>(operations: Vec<F>) -> Vec<T> {
    use std::{
        mem,
        pin::Pin,
        task::{Context, Poll},
    };

    enum Operation<F: Future> {
        Running(Pin<Box<F>>),
        Done(F::Output),
    }

    impl<F: Future> Operation<F> {
        fn is_done(&mut self, context: &mut Context<'_>) -> bool {
            if let Self::Running(future) = self {
                let Poll::Ready(outcome) = future.as_mut().poll(context) else { return false };
                *self = Self::Done(outcome);
            }
            true
        }

        fn outcome(self) -> Option<F::Output> {
            match self {
                Self::Running(_) => None,
                Self::Done(outcome) => Some(outcome),
            }
        }
    }

    let mut operations: Vec<_> = operations.into_iter().map(|future| Operation::Running(Box::pin(future))).collect();
    std::future::poll_fn(move |context| {
        let mut all_done = true;
        for operation in &mut operations {
            all_done &= operation.is_done(context);
        }
        if !all_done {
            return Poll::Pending;
        }
        Poll::Ready(mem::take(&mut operations).into_iter().filter_map(Operation::outcome).collect())
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Instant};

    use crate::mode::{Blocking, Mode, Signal as _, tests::Waits};

    /// Each waits for the one after it, so that they end only if they run side by side.
    fn operations_run_side_by_side_and_keep_their_order<M: Mode + Waits>() {
        let signals: Arc<Vec<M::Signal>> = Arc::new((0..6).map(|_| M::Signal::default()).collect());
        let operation = |place: usize| {
            let signals = signals.clone();
            async move {
                if let Some(later) = signals.get(place + 1) {
                    later.changed(0, Instant::now().checked_add(std::time::Duration::from_secs(60))).await;
                    assert_eq!(later.seen(), 1);
                }
                signals[place].notify();
                place
            }
        };
        let places = M::wait(M::join_all((0..6).map(operation).collect()));
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    }

    fn whoever_runs_them_the_order_stays<M: Mode + Waits>() {
        let places: Vec<_> = (0..64).collect();
        for _ in 0..10 {
            let operations = places.iter().map(|place| async move { *place }).collect();
            assert_eq!(M::wait(M::join_all(operations)), places);
        }
    }

    fn none_and_one_need_nothing_side_by_side<M: Mode + Waits>() {
        assert!(M::wait(M::join_all(Vec::<std::future::Ready<u8>>::new())).is_empty());
        assert_eq!(M::wait(M::join_all(vec![std::future::ready(7)])), [7]);
    }

    #[test]
    fn threads_join() {
        operations_run_side_by_side_and_keep_their_order::<Blocking>();
        whoever_runs_them_the_order_stays::<Blocking>();
        none_and_one_need_nothing_side_by_side::<Blocking>();
    }

    #[cfg(feature = "async")]
    #[test]
    fn tasks_join() {
        operations_run_side_by_side_and_keep_their_order::<crate::mode::Async>();
        whoever_runs_them_the_order_stays::<crate::mode::Async>();
        none_and_one_need_nothing_side_by_side::<crate::mode::Async>();
    }

    #[test]
    #[should_panic(expected = "the third")]
    fn a_panic_in_a_thread_is_the_callers() {
        let operation = |place| async move { assert_ne!(place, 2, "the third") };
        Blocking::wait(Blocking::join_all((0..3).map(operation).collect()));
    }
}
