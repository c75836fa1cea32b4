//! Something that runs in the background, of which there is to be one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::Mode;

/// Whether it runs.
#[derive(Debug, Default)]
pub(crate) struct Background {
    is_running: Arc<AtomicBool>,
}

impl Background {
    /// Lets the work run unless it does already; false where nothing can run in the background.
    ///
    /// A runtime that ends takes its tasks with it: the next who needs them calls this again.
    pub(crate) fn ensure<M: Mode, W>(&self, name: &'static str, work: impl FnOnce() -> W) -> bool
    where
        W: Future<Output = ()> + Send + 'static,
    {
        if self.is_running.load(Ordering::Acquire) || self.is_running.swap(true, Ordering::AcqRel) {
            return true;
        }
        let running = Running(self.is_running.clone());
        let work = work();
        M::spawn(name, async move {
            let _running = running;
            work.await;
        })
    }
}

/// Says that the work runs, until it is dropped.
struct Running(Arc<AtomicBool>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::mode::Blocking;

    #[test]
    fn it_runs_once_at_a_time() {
        let background = Background::default();
        let (started, starts) = mpsc::channel();
        let begin = || {
            let (go_on, until) = mpsc::channel::<()>();
            let started = started.clone();
            let is_running = background.ensure::<Blocking, _>("work", || async move {
                _ = started.send(());
                _ = until.recv();
            });
            (is_running, go_on)
        };
        let (is_running, go_on) = begin();
        assert!(is_running && starts.recv().is_ok());
        assert!(begin().0 && starts.try_recv().is_err());
        drop(go_on);
        // It has ended, or will in a moment.
        let mut later = Vec::new();
        while starts.try_recv().is_err() {
            later.push(begin());
        }
        assert!(!later.is_empty());
    }

    #[cfg(feature = "async")]
    #[test]
    fn it_ends_with_its_runtime_and_runs_again_in_the_next() {
        use crate::mode::{Async, tests::Waits as _};

        let background = Background::default();
        let begin = || background.ensure::<Async, _>("work", std::future::pending);
        assert!(!begin());
        for _ in 0..2 {
            assert!(!background.is_running.load(Ordering::Acquire));
            Async::wait(async { assert!(begin()) });
        }
    }
}
