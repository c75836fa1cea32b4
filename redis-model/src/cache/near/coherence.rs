//! The one subscription of a store, from which all of its maps hear what has changed.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    map::Map,
    prefixes::{Prefixes, Widening},
};
use crate::{
    connection::{Connection as _, News, PATIENCE, PAUSE, Tracker},
    error::Error,
    mode::{Background, Mode, Signal as _},
    random::scattered,
    store::Store,
};

/// For how long values may be given after a moment up to which all news have come: until the server's next answer is
/// overdue.
const LEASE: Duration = Duration::from_secs(PAUSE.as_secs() + PATIENCE.as_secs());

/// How often it is looked whether there is something to do other than hearing news.
const SLICE: Duration = Duration::from_millis(100);

/// How long it takes until a subscription that has failed is tried again: at first, in the end, and where it was refused.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const REFUSED_PAUSE: Duration = Duration::from_secs(30);

/// What a store keeps for its maps. When the store and its clones are gone, the subscription ends.
struct Kept<M: Mode>(Arc<Coherence<M>>);

impl<M: Mode> Drop for Kept<M> {
    fn drop(&mut self) {
        self.0.is_closed.store(true, Ordering::Release);
        self.0.closed.notify();
    }
}

/// The maps of a store, and the work that keeps them right.
pub(super) struct Coherence<M: Mode> {
    link: M::Connection,
    members: Mutex<Members>,
    /// How many maps have joined so far.
    joined: AtomicU64,
    worker: Background,
    is_closed: AtomicBool,
    closed: M::Signal,
}

#[derive(Default)]
struct Members {
    list: Arc<[Member]>,
    /// The server tells no news.
    is_refused: bool,
}

/// A map, and the keys that concern it.
#[derive(Clone)]
struct Member {
    map: Weak<Map>,
    prefix: Arc<[u8]>,
    watches: Arc<[Vec<u8>]>,
}

/// Why no news come, or no more.
enum End {
    /// There is no connection.
    Unreachable,
    /// There was one.
    Lost,
    Refused,
    /// Other prefixes are wanted, which do not go together with those that are tracked.
    StartAgain,
}

impl<M: Mode> Coherence<M> {
    pub(super) fn of(store: &Store<M>) -> Arc<Self> {
        let make = || {
            Kept(Arc::new(Self {
                link: store.link(),
                members: Mutex::default(),
                joined: AtomicU64::new(0),
                worker: Background::default(),
                is_closed: AtomicBool::new(false),
                closed: M::Signal::default(),
            }))
        };
        store.once(make).0.clone()
    }

    /// Lets a map hear of keys with these prefixes, soon.
    pub(super) fn join(&self, map: &Arc<Map>, prefix: Vec<u8>, watches: Vec<Vec<u8>>) {
        let member = Member { map: Arc::downgrade(map), prefix: prefix.into(), watches: watches.into() };
        let mut members = self.members();
        let alive = members.list.iter().filter(|member| member.map.strong_count() > 0).cloned();
        members.list = alive.chain([member]).collect();
        if members.is_refused {
            map.lease.go_without_news();
        }
        self.joined.fetch_add(1, Ordering::Release);
    }

    /// Lets the work go on if its runtime has ended, where there is another one. Where nothing can run in the background,
    /// nothing is kept.
    pub(super) fn ensure_running(self: &Arc<Self>) {
        if self.is_closed() {
            return;
        }
        self.worker.ensure::<M, _>("redis-model-near", || {
            let sight = Sight(self.clone());
            async move { sight.0.work().await }
        });
    }

    async fn work(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.is_closed() {
            let seen = self.closed.seen();
            let end = self.follow().await;
            if !matches!(end, End::Refused) {
                self.lose_sight();
            }
            match end {
                End::StartAgain => continue,
                End::Unreachable => pause = (pause * 2).min(LONGEST_PAUSE),
                End::Lost => pause = FIRST_PAUSE,
                End::Refused => pause = REFUSED_PAUSE,
            }
            let until = Instant::now() + pause + Duration::from_millis(scattered(100));
            self.closed.changed(seen, Some(until)).await;
        }
    }

    /// Subscribes, and passes on the news for as long as they come.
    async fn follow(&self) -> End {
        let joined = self.joined();
        let members = self.members().list.clone();
        let wanted = prefixes(&members);
        match self.link.track(wanted.to_vec()).await {
            Ok(tracker) => {
                // What has been kept without news goes, and what joins from now on waits for them.
                self.lose_sight();
                let confirmed = Prefixes::default();
                Subscription { coherence: self, members, joined, wanted, confirmed }.follow(tracker).await
            }
            Err(error) if is_refusal(&error) => {
                self.go_without_news();
                End::Refused
            }
            Err(_) => End::Unreachable,
        }
    }

    /// Removes all from all maps, and lets nothing be installed until there are news again.
    fn lose_sight(&self) {
        let members = {
            let mut members = self.members();
            members.is_refused = false;
            members.list.clone()
        };
        members.iter().for_each(|member| member.with(Map::lose_sight));
    }

    /// Lets values be kept for a short time, as their changes will not be heard of.
    fn go_without_news(&self) {
        let mut members = self.members();
        members.is_refused = true;
        members.list.iter().for_each(|member| member.with(|map| map.lease.go_without_news()));
    }

    fn joined(&self) -> u64 {
        self.joined.load(Ordering::Acquire)
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        // Nothing that can panic runs while the lock is held.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There are news for as long as this is; the runtime that brings them may end before they do.
struct Sight<M: Mode>(Arc<Coherence<M>>);

impl<M: Mode> Drop for Sight<M> {
    fn drop(&mut self) {
        self.0.lose_sight();
    }
}

/// A subscription that is alive, and those who hear of it.
struct Subscription<'a, M: Mode> {
    coherence: &'a Coherence<M>,
    members: Arc<[Member]>,
    /// How many had joined when these were the members.
    joined: u64,
    /// What the server was asked for, and what it has confirmed.
    wanted: Prefixes,
    confirmed: Prefixes,
}

impl<M: Mode> Subscription<'_, M> {
    async fn follow(mut self, mut tracker: impl Tracker) -> End {
        while !self.coherence.is_closed() {
            match tracker.next(Instant::now() + SLICE).await {
                Ok(Some(news)) => self.spread(news),
                Ok(None) => {}
                Err(_) => return End::Lost,
            }
            match self.welcome() {
                Widening::Add(prefixes) if prefixes.is_empty() => {}
                Widening::Add(prefixes) => tracker.add(prefixes),
                Widening::StartAgain => return End::StartAgain,
            }
        }
        End::Lost
    }

    /// Tells the maps.
    fn spread(&mut self, news: News) {
        match news {
            News::Changed(keys) => {
                for key in &keys {
                    self.members.iter().for_each(|member| member.forget(key));
                }
            }
            News::Flushed => self.members.iter().for_each(|member| member.with(Map::clear)),
            News::Complete { asked, added } => {
                self.confirmed.extend(added);
                let told =
                    self.members.iter().filter(|member| member.prefixes().all(|prefix| self.confirmed.cover(prefix)));
                told.for_each(|member| member.with(|map| map.lease.extend(asked + LEASE)));
            }
        }
    }

    /// Looks for maps that have joined; gives what is to be tracked for them.
    fn welcome(&mut self) -> Widening {
        let joined = self.coherence.joined();
        if joined == self.joined {
            return Widening::Add(Vec::new());
        }
        self.joined = joined;
        self.members = self.coherence.members().list.clone();
        self.wanted.widen(prefixes(&self.members))
    }
}

impl Member {
    fn prefixes(&self) -> impl Iterator<Item = &[u8]> {
        self.watches.iter().map(Vec::as_slice).chain([&*self.prefix])
    }

    /// A key has changed, which may concern the map.
    fn forget(&self, key: &[u8]) {
        if let Some(arguments) = key.strip_prefix(&*self.prefix).and_then(|rest| rest.strip_suffix(b"}")) {
            self.with(|map| map.remove(arguments));
        }
        if self.watches.iter().any(|prefix| key.starts_with(prefix)) {
            self.with(|map| map.remove_watching(key));
        }
    }

    fn with(&self, act: impl FnOnce(&Map)) {
        if let Some(map) = self.map.upgrade() {
            act(&map);
        }
    }
}

fn prefixes(members: &[Member]) -> Prefixes {
    Prefixes::covering(members.iter().flat_map(Member::prefixes))
}

/// Whether a server does not let keys be tracked, today and tomorrow: it does not know how, or this user may not.
fn is_refusal(error: &Error) -> bool {
    let Error::Server { source, .. } = error else { return false };
    match source.code() {
        Some("NOPERM" | "NOPROTO") => true,
        Some("ERR") => source.detail().is_none_or(|detail| !detail.starts_with("max number of clients")),
        _ => false,
    }
}
