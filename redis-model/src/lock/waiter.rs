//! One who waits for a lock, and what is known of it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::request::Standing;
use crate::mode::{Mode, Signal as _};

/// One who waits.
pub(super) struct Waiter<M: Mode> {
    pub(super) name: Arc<str>,
    news: Mutex<News>,
    /// Notified when something else than waiting is known of it.
    pub(super) told: M::Signal,
}

#[derive(Debug, Clone, Copy)]
struct News {
    standing: Standing,
    /// Before the last request was sent that has told the server that it waits.
    heard: Instant,
    /// Before it has last asked for its lock, and how often it has asked.
    asked: Instant,
    requests: u32,
}

impl<M: Mode> Waiter<M> {
    pub(super) fn new(name: Arc<str>) -> Self {
        let now = Instant::now();
        let news = News { standing: Standing::Waiting, heard: now, asked: now, requests: 0 };
        Self { name, news: Mutex::new(news), told: M::Signal::default() }
    }

    /// Notes that a request is sent now that tells the server that it waits.
    pub(super) fn asks(&self, asked: Instant) {
        let mut news = self.news();
        *news = News { standing: Standing::Waiting, heard: asked, asked, requests: news.requests.saturating_add(1) };
    }

    /// Notes a message that it was granted its lock.
    pub(super) fn hear(&self, fence: u64) {
        let news = self.news();
        // A message that comes very late may be about an earlier request, whose grant has lapsed: asking again tells.
        let is_certain = news.requests == 1;
        self.stand(news, if is_certain { Standing::Granted(fence) } else { Standing::Unknown });
    }

    /// Notes what the server says of it when it is told that it is still there. What it was told before the last request
    /// does not count.
    pub(super) fn learn(&self, standing: Standing, told: Instant) {
        let mut news = self.news();
        match standing {
            _ if told < news.asked => {}
            Standing::Waiting => news.heard = told,
            standing => self.stand(news, standing),
        }
    }

    /// What is known of it, and before which time the last request was sent that has told the server that it waits.
    pub(super) fn standing(&self) -> (Standing, Instant) {
        let news = self.news();
        (news.standing, news.heard)
    }

    fn stand(&self, mut news: MutexGuard<'_, News>, standing: Standing) {
        // What was granted stays so, until it is asked for again.
        if !matches!(news.standing, Standing::Granted(_)) {
            news.standing = standing;
            drop(news);
            self.told.notify();
        }
    }

    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
