//! Those of a store who wait for locks: they hear of their turn through one channel, and say together that they are
//! still there.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    queues::{HEARTBEAT, Heartbeat, Queues},
    request::{Request, SILENCE, Standing},
    waiter::Waiter,
};
use crate::{
    connection::{Connection as _, Listener as _},
    error::Result,
    key::Key,
    mode::{Mode, Signal as _},
    random::{random_text, scattered},
};

/// How often waiters say that they are still there without a channel to hear from: then this is how late one may hear of
/// one's turn.
const DEAF_HEARTBEAT: Duration = Duration::from_millis(100);

/// Of how many waiters one request says that they are still there: a script keeps everybody else waiting, about a
/// millisecond for as many as these.
const CENSUS: usize = 100;

/// How long it takes, in the end, until a subscription that has failed is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long the channel stays open when nobody waits.
const IDLE: Duration = Duration::from_secs(60);

/// Those of a store who wait for locks.
pub(super) struct WaitingRoom<M: Mode> {
    link: M::Connection,
    /// Where this store, and no other, hears of locks that its waiters have got.
    pub(super) channel: String,
    shared: Arc<Shared<M>>,
}

struct Shared<M: Mode> {
    state: Mutex<State<M>>,
    /// The number of the subscription that is alive; 0 without one. Each has another number.
    session: AtomicU64,
    subscriptions: AtomicU64,
    /// Notified when a subscription begins or ends.
    sessions: M::Signal,
}

struct State<M: Mode> {
    waiters: HashMap<Arc<str>, Arc<Waiter<M>>>,
    /// Those that the server knows of.
    queues: Queues,
    is_listening: bool,
    is_closed: bool,
}

/// What waiting has ended with.
pub(super) enum Outcome {
    /// The lock is held; its fence.
    Granted { fence: u64, heard: Instant },
    /// The server has forgotten the request: it is to be sent again.
    AskAgain,
    /// The time limit has passed.
    TimedOut,
}

impl<M: Mode> WaitingRoom<M> {
    pub(super) fn new(link: M::Connection) -> Self {
        let state = State { waiters: HashMap::new(), queues: Queues::default(), is_listening: false, is_closed: false };
        let shared = Shared {
            state: Mutex::new(state),
            session: AtomicU64::new(0),
            subscriptions: AtomicU64::new(0),
            sessions: M::Signal::default(),
        };
        Self { link, channel: format!("redis-model:lock:{}", random_text()), shared: Arc::new(shared) }
    }

    pub(super) fn close(&self) {
        self.shared.state().is_closed = true;
    }

    /// The subscription that is alive; 0 without one.
    pub(super) fn session(&self) -> u64 {
        self.shared.session.load(Ordering::Acquire)
    }

    /// Lets a request be told when it is granted, from now on.
    pub(super) fn enter(&self, request: &Request) -> Arc<Waiter<M>> {
        let waiter = Arc::new(Waiter::new(request.waiter().into()));
        self.shared.state().waiters.insert(waiter.name.clone(), waiter.clone());
        waiter
    }

    pub(super) fn leave(&self, waiter: &Waiter<M>, tree: &Key) {
        let mut state = self.shared.state();
        state.waiters.remove(&waiter.name);
        let heir = state.queues.leave(tree, &waiter.name, Instant::now());
        heir.and_then(|heir| state.waiters.get(&heir)).inspect(|heir| heir.told.notify());
    }

    /// Waits for the server's word, or until the time limit. `session` is the subscription that was alive before the
    /// request was sent; under another one its message may have been missed.
    pub(super) async fn wait(
        &self,
        waiter: &Waiter<M>,
        request: &Request,
        due: Duration,
        session: u64,
        until: Instant,
    ) -> Outcome {
        let tree = &request.place.tree.hash;
        self.shared.state().queues.enter(tree, &waiter.name, Instant::now(), due);
        if session == 0 || session != self.session() {
            self.listen(until.min(Instant::now() + DEAF_HEARTBEAT)).await;
            self.shared.state().queues.hurry(tree, Instant::now());
        }
        loop {
            let seen = waiter.told.seen();
            let (standing, heard) = waiter.standing();
            match standing {
                Standing::Granted(fence) => return Outcome::Granted { fence, heard },
                Standing::Unknown => return Outcome::AskAgain,
                Standing::Waiting => {}
            }
            let now = Instant::now();
            if now >= until {
                return Outcome::TimedOut;
            }
            let heartbeat = self.shared.state().queues.claim_heartbeat(tree, now);
            match heartbeat {
                Heartbeat::Yours(names) => {
                    let waiters = self.shared.state().waiters(&names);
                    self.ensure_listening();
                    self.say_still_there(request, &waiters).await;
                }
                Heartbeat::Later(at) => waiter.told.changed(seen, Some(at.min(until))).await,
            }
        }
    }

    /// Says of all waiters of a tree that they are still there, and spreads what comes back.
    async fn say_still_there(&self, request: &Request, waiters: &[Arc<Waiter<M>>]) {
        let mut next = if self.session() == 0 { DEAF_HEARTBEAT } else { HEARTBEAT };
        for some in waiters.chunks(CENSUS) {
            match self.take_census(request, some).await {
                // Just after the next deadline the server has something to say; waiters of other processes wait for it too.
                Ok(Some(deadline)) => next = next.min(deadline + Duration::from_millis(1 + scattered(5))),
                Ok(None) => {}
                // Nobody gives up while a server starts again.
                Err(_) => {
                    next = DEAF_HEARTBEAT + Duration::from_millis(scattered(100));
                    break;
                }
            }
        }
        self.shared.state().queues.has_spoken(&request.place.tree.hash, Instant::now(), next);
    }

    /// The same in one request; gives how long the tree's next deadline is away.
    async fn take_census(&self, request: &Request, waiters: &[Arc<Waiter<M>>]) -> Result<Option<Duration>> {
        let asked = Instant::now();
        let names = waiters.iter().map(|waiter| &*waiter.name);
        let census = Request::stay(request.keys(), names).over(&mut self.link.clone()).await?;
        for (waiter, standing) in waiters.iter().zip(census.standings) {
            waiter.learn(standing, asked);
        }
        Ok(census.next)
    }

    /// Waits until there is a subscription, it has failed for now, or the time has passed: a server may take long to answer,
    /// and meanwhile it has to hear of those who wait.
    async fn listen(&self, until: Instant) {
        let seen = self.shared.sessions.seen();
        if self.ensure_listening() && self.session() == 0 {
            self.shared.sessions.changed(seen, Some(until)).await;
        }
    }

    /// Lets somebody listen, if nobody does; false where nothing can run in the background.
    fn ensure_listening(&self) -> bool {
        if mem::replace(&mut self.shared.state().is_listening, true) {
            return true;
        }
        let (link, channel, alive) = (self.link.clone(), self.channel.clone(), Alive(self.shared.clone()));
        M::spawn("redis-model-news", async move { alive.0.listen(&link, channel.as_bytes()).await })
    }
}

/// The listener is alive for as long as this is; its runtime may end before it does.
struct Alive<M: Mode>(Arc<Shared<M>>);

impl<M: Mode> Drop for Alive<M> {
    fn drop(&mut self) {
        let had_session = self.0.session.swap(0, Ordering::AcqRel) != 0;
        let mut state = self.0.state();
        state.is_listening = false;
        // Whoever speaks next listens again. Where none could begin to listen, nobody hurries to try it again.
        if had_session {
            state.hurry_all();
        }
        drop(state);
        self.0.sessions.notify();
    }
}

impl<M: Mode> Shared<M> {
    /// Listens until nobody has waited for a while, over a new connection whenever one has failed.
    async fn listen(&self, link: &M::Connection, channel: &[u8]) {
        let mut last_use = Instant::now();
        let mut pause = DEAF_HEARTBEAT;
        loop {
            if let Ok(mut listener) = link.listen(channel).await {
                let number = self.subscriptions.fetch_add(1, Ordering::Relaxed) + 1;
                self.session.store(number, Ordering::Release);
                self.sessions.notify();
                self.state().hurry_all();
                while let Ok(message) = listener.next(Instant::now() + HEARTBEAT / 2).await {
                    if let Some(message) = message {
                        self.spread(&message);
                    }
                    if self.is_needed() {
                        last_use = Instant::now();
                    } else if self.is_closed() || last_use.elapsed() > IDLE {
                        return;
                    }
                }
                self.session.store(0, Ordering::Release);
                pause = DEAF_HEARTBEAT;
            }
            self.sessions.notify();
            if self.is_closed() || !self.is_needed() {
                return;
            }
            // Who may not listen hears of everything with the heartbeats, and need not try often.
            M::sleep(pause + Duration::from_millis(scattered(100))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Tells waiters what a message says of them: a line for each, with its name and its fence.
    fn spread(&self, message: &[u8]) {
        let Ok(text) = std::str::from_utf8(message) else { return };
        for (name, fence) in text.lines().filter_map(|line| line.split_once(' ')) {
            let waiter = self.state().waiters.get(name).cloned();
            if let (Some(waiter), Ok(fence)) = (waiter, fence.parse()) {
                waiter.hear(fence);
            }
        }
    }

    fn is_needed(&self) -> bool {
        !self.state().queues.is_empty()
    }

    fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    fn state(&self) -> MutexGuard<'_, State<M>> {
        // Nothing that can panic runs while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Mode> State<M> {
    /// Lets every tree speak at once: after a time without messages.
    fn hurry_all(&mut self) {
        self.queues.hurry_all(Instant::now());
        self.waiters.values().for_each(|waiter| waiter.told.notify());
    }

    fn waiters(&self, names: &[Arc<str>]) -> Vec<Arc<Waiter<M>>> {
        names.iter().filter_map(|name| self.waiters.get(name).cloned()).collect()
    }
}

/// For how long a lock that was granted to a waiter is held at least, counted from when the server last heard of it.
pub(super) fn granted_for(lease: Duration) -> Duration {
    lease.min(SILENCE)
}
