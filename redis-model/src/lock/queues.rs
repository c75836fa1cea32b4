//! Which waiters of a store the server knows of, and when one of them has to say that all are still there.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{key::Key, random::scattered};

/// How often waiters say that they are still there.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(1);

/// A queue for each tree, as far as it consists of one store's waiters.
#[derive(Debug, Default)]
pub(super) struct Queues(HashMap<Key, Queue>);

#[derive(Debug)]
struct Queue {
    waiters: BTreeSet<Arc<str>>,
    /// When somebody has to say that they are still there.
    next_heartbeat: Instant,
    /// Whether somebody is just saying it.
    is_speaking: bool,
    /// Whether it is to be said again right after that.
    is_hurried: bool,
}

/// Whether it is one's turn to say that all waiters of a tree are still there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heartbeat {
    /// It is; the names of all.
    Yours(Vec<Arc<str>>),
    Later(Instant),
}

impl Queues {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that the server knows of a waiter, and that it has something to say after `due`.
    pub(super) fn enter(&mut self, tree: &Key, name: &Arc<str>, now: Instant, due: Duration) {
        let at = now + HEARTBEAT.min(due + Duration::from_millis(1 + scattered(5)));
        let queue = self.0.entry(tree.clone()).or_insert_with(|| Queue::new(at));
        queue.waiters.insert(name.clone());
        queue.next_heartbeat = queue.next_heartbeat.min(at);
    }

    /// Notes that somebody waits no longer; gives who is to be woken, as whoever leaves may have been the only one awake
    /// in time for the next heartbeat.
    pub(super) fn leave(&mut self, tree: &Key, name: &str, now: Instant) -> Option<Arc<str>> {
        let queue = self.0.get_mut(tree)?;
        queue.waiters.remove(name);
        if queue.waiters.is_empty() {
            self.0.remove(tree);
            return None;
        }
        let is_soon = queue.next_heartbeat < now + HEARTBEAT / 2;
        queue.waiters.first().filter(|_| is_soon).cloned()
    }

    /// Lets the next who looks speak for its tree at once.
    pub(super) fn hurry(&mut self, tree: &Key, now: Instant) {
        if let Some(queue) = self.0.get_mut(tree) {
            queue.hurry(now);
        }
    }

    /// The same for all trees.
    pub(super) fn hurry_all(&mut self, now: Instant) {
        self.0.values_mut().for_each(|queue| queue.hurry(now));
    }

    /// Takes a tree's heartbeat if it is due. Should the one who takes it not come to make it, another one does.
    pub(super) fn claim_heartbeat(&mut self, tree: &Key, now: Instant) -> Heartbeat {
        let Some(queue) = self.0.get_mut(tree) else { return Heartbeat::Later(now + HEARTBEAT) };
        if queue.next_heartbeat > now {
            return Heartbeat::Later(queue.next_heartbeat);
        }
        queue.next_heartbeat = now + HEARTBEAT;
        (queue.is_speaking, queue.is_hurried) = (true, false);
        Heartbeat::Yours(queue.waiters.iter().cloned().collect())
    }

    /// Notes that somebody has spoken for a tree, which somebody has to do again after `next`.
    pub(super) fn has_spoken(&mut self, tree: &Key, now: Instant, next: Duration) {
        let Some(queue) = self.0.get_mut(tree) else { return };
        queue.is_speaking = false;
        let next = if mem::take(&mut queue.is_hurried) { Duration::ZERO } else { next };
        queue.next_heartbeat = queue.next_heartbeat.min(now + next);
    }
}

impl Queue {
    fn new(next_heartbeat: Instant) -> Self {
        Self { waiters: BTreeSet::new(), next_heartbeat, is_speaking: false, is_hurried: false }
    }

    /// Lets the next who looks speak at once, or right after whoever is speaking: however many are in a hurry, two
    /// heartbeats are enough for all of them.
    fn hurry(&mut self, now: Instant) {
        if self.is_speaking {
            self.is_hurried = true;
        } else {
            self.next_heartbeat = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two who wait for a tree, and the time at which they began.
    fn two() -> (Queues, Key, Instant) {
        let (mut queues, tree, now) = (Queues::default(), Key::new("{t}@lock"), Instant::now());
        for name in ["a/1", "b/1"] {
            queues.enter(&tree, &name.into(), now, HEARTBEAT);
        }
        (queues, tree, now)
    }

    fn both() -> Heartbeat {
        Heartbeat::Yours(vec!["a/1".into(), "b/1".into()])
    }

    #[test]
    fn one_speaks_for_all_and_the_others_wait() {
        let (mut queues, tree, now) = two();
        assert_eq!(queues.claim_heartbeat(&tree, now), Heartbeat::Later(now + HEARTBEAT));
        assert_eq!(queues.claim_heartbeat(&tree, now + HEARTBEAT), both());
        assert_eq!(queues.claim_heartbeat(&tree, now + HEARTBEAT), Heartbeat::Later(now + 2 * HEARTBEAT));
    }

    #[test]
    fn those_in_a_hurry_while_somebody_speaks_share_the_next_heartbeat() {
        let (mut queues, tree, now) = two();
        queues.hurry(&tree, now);
        assert_eq!(queues.claim_heartbeat(&tree, now), both());
        for _ in 0..10 {
            queues.hurry(&tree, now);
            assert_eq!(queues.claim_heartbeat(&tree, now), Heartbeat::Later(now + HEARTBEAT));
        }
        queues.has_spoken(&tree, now, HEARTBEAT);
        assert_eq!(queues.claim_heartbeat(&tree, now), both());
        queues.has_spoken(&tree, now, HEARTBEAT);
        assert_eq!(queues.claim_heartbeat(&tree, now), Heartbeat::Later(now + HEARTBEAT));
    }

    #[test]
    fn one_who_never_comes_to_speak_is_stood_in_for() {
        let (mut queues, tree, now) = two();
        queues.hurry(&tree, now);
        assert_eq!(queues.claim_heartbeat(&tree, now), both());
        queues.hurry(&tree, now);
        assert_eq!(queues.claim_heartbeat(&tree, now + HEARTBEAT), both());
    }

    #[test]
    fn who_leaves_just_before_a_heartbeat_names_an_heir() {
        let (mut queues, tree, now) = two();
        assert_eq!(queues.leave(&tree, "a/1", now), None);
        queues.enter(&tree, &"a/1".into(), now, HEARTBEAT);
        assert_eq!(queues.leave(&tree, "a/1", now + HEARTBEAT * 3 / 4), Some("b/1".into()));
        assert_eq!(queues.leave(&tree, "b/1", now), None);
        assert!(queues.is_empty());
    }
}
