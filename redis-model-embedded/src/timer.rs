//! Wakes tasks at points in real time, for whoever has no runtime to ask.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex, MutexGuard};

/// The point in time that comes after this time; what lies beyond all that an `Instant` can tell is a century away.
pub(crate) fn after(time: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(time).unwrap_or(now + CENTURY)
}

/// A thread that wakes tasks, started when it is first needed and ended with this value.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Alarms {
    /// By their time; the number tells alarms of the same time apart.
    wakers: BTreeMap<(Instant, u64), Waker>,
    begun: u64,
    is_running: bool,
    is_over: bool,
}

impl Timer {
    /// An alarm that is not yet set.
    pub(crate) fn alarm(&self) -> Alarm {
        Alarm { shared: self.shared.clone(), place: None }
    }

    /// Passes after this time.
    pub(crate) fn sleep(&self, time: Duration) -> Sleep {
        Sleep { alarm: self.alarm(), at: after(time) }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.shared.alarms.lock().is_over = true;
        self.shared.changed.notify_one();
    }
}

/// One task's request to be woken; dropping it takes the request back.
#[derive(Debug)]
pub(crate) struct Alarm {
    shared: Arc<Shared>,
    place: Option<(Instant, u64)>,
}

impl Alarm {
    /// Has `waker` woken at this time, and no longer at the one before.
    pub(crate) fn set(&mut self, at: Instant, waker: &Waker) {
        self.clear();
        let mut alarms = self.shared.alarms.lock();
        alarms.begun += 1;
        let place = (at, alarms.begun);
        alarms.wakers.insert(place, waker.clone());
        self.place = Some(place);
        if !alarms.is_running {
            alarms.is_running = true;
            let shared = self.shared.clone();
            thread::spawn(move || shared.run());
        }
        self.shared.changed.notify_one();
    }

    pub(crate) fn clear(&mut self) {
        if let Some(place) = self.place.take() {
            // Dropped only when the lock is free: the end of a waker may be the end of a task, and of alarms in it.
            let _waker = self.shared.alarms.lock().wakers.remove(&place);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Shared {
    fn run(&self) {
        let mut alarms = self.alarms.lock();
        while !alarms.is_over {
            match alarms.wakers.first_entry() {
                None => self.changed.wait(&mut alarms),
                Some(entry) if entry.key().0 <= Instant::now() => {
                    let waker = entry.remove();
                    MutexGuard::unlocked(&mut alarms, || waker.wake());
                }
                Some(entry) => {
                    let at = entry.key().0;
                    self.changed.wait_until(&mut alarms, at);
                }
            }
        }
    }
}

/// See [`Timer::sleep`].
#[derive(Debug)]
pub(crate) struct Sleep {
    alarm: Alarm,
    at: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let at = self.at;
        if at <= Instant::now() {
            return Poll::Ready(());
        }
        self.alarm.set(at, cx.waker());
        Poll::Pending
    }
}
