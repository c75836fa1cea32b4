//! The task behind a multiplexed connection, and what is known of how it does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The task that reads and writes for a connection. It ends when the server closes the connection, and with the runtime
/// that it was spawned on: each test has its own, a store may outlive them.
pub(super) struct Driver {
    running: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
    started: Instant,
    /// The microsecond after `started` since which requests have been given up and none answered; zero if none has.
    unanswered_since: AtomicU64,
}

impl Driver {
    pub(super) fn spawn(driver: impl Future<Output = ()> + Send + 'static) -> Self {
        struct Ended(Arc<AtomicBool>);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }
        let running = Arc::new(AtomicBool::new(true));
        let ended = Ended(running.clone());
        let task = tokio::spawn(async move {
            let _ended = ended;
            driver.await;
        });
        Self { running, task, started: Instant::now(), unanswered_since: AtomicU64::new(0) }
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    /// Takes note that a reply has come.
    pub(super) fn answered(&self) {
        if self.unanswered_since.load(Ordering::Relaxed) != 0 {
            self.unanswered_since.store(0, Ordering::Relaxed);
        }
    }

    /// For how long there has been no reply, now that one has not come for so long.
    pub(super) fn unanswered(&self, waited: Duration) -> Duration {
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let now = micros(self.started.elapsed());
        let sent = now.saturating_sub(micros(waited)).max(1);
        let order = Ordering::Relaxed;
        let since =
            self.unanswered_since.compare_exchange(0, sent, order, order).map_or_else(|earlier| earlier, |_| sent);
        Duration::from_micros(now.saturating_sub(since))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A driver that has run for a minute.
    fn driver() -> Driver {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it needs nothing");
        let _entered = runtime.enter();
        let mut driver = Driver::spawn(async {});
        driver.started = driver.started.checked_sub(60 * SECOND).expect("the clock has run for longer");
        driver
    }

    #[test]
    fn silence_lasts_from_the_first_request_that_was_given_up() {
        let driver = driver();
        assert!(driver.unanswered(30 * SECOND) >= 30 * SECOND);
        assert!(driver.unanswered(SECOND) >= 30 * SECOND);
        assert!(driver.unanswered(Duration::MAX) < 60 * SECOND);
    }

    #[test]
    fn a_reply_ends_the_silence() {
        let driver = driver();
        assert!(driver.unanswered(30 * SECOND) >= 30 * SECOND);
        driver.answered();
        // Generous to a machine that is busy.
        assert!(driver.unanswered(SECOND) < 29 * SECOND);
    }

    #[test]
    fn a_driver_ends_with_its_runtime() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it needs nothing");
        let driver = runtime.block_on(async { Driver::spawn(std::future::pending()) });
        assert!(driver.is_running());
        drop(runtime);
        assert!(!driver.is_running());
    }
}
