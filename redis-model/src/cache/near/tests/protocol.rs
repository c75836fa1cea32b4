//! Every order in which writes, reads and news can come: no value is left that is older than what the server has.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    cache::near::{AnyValue, Fill, map::Map},
    key::Key,
};

const ENTRY: &[u8] = b"7";

/// What the server knows of one entry.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stored {
    value: u32,
    /// Of a key that the entry depends on.
    epoch: u32,
}

enum News {
    Entry,
    Epoch,
    Flush,
}

/// What happens, in steps between which others may happen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Actor {
    /// Somebody changes the entry.
    Write,
    /// Somebody changes the key that it depends on.
    WriteEpoch,
    Flush,
    /// This process changes the entry, and removes its copy.
    OwnWrite,
    /// This process changes the key that it depends on, and removes its copy.
    OwnEpoch,
    /// The connection ends, that is noticed, another one is made, and noticed.
    Reconnect,
    /// The entry is read and installed.
    Fill,
    /// The same by one who does not note that a read is under way.
    NaiveFill,
}

impl Actor {
    fn steps(self) -> usize {
        match self {
            Self::Write | Self::WriteEpoch | Self::Flush => 1,
            Self::OwnWrite | Self::OwnEpoch => 2,
            Self::Fill | Self::NaiveFill => 3,
            Self::Reconnect => 4,
        }
    }
}

/// A server, the map of a process, and what is on its way between them.
struct World<'a> {
    map: &'a Arc<Map>,
    key: &'a [Key],
    stored: Stored,
    /// News that have been sent and not been heard.
    news: VecDeque<News>,
    is_tracked: bool,
    /// Whether the process believes what it hears, and what it does not.
    has_sight: bool,
    fills: Vec<(Option<Fill>, Option<Stored>)>,
}

impl<'a> World<'a> {
    fn new(map: &'a Arc<Map>, key: &'a [Key], actors: usize) -> Self {
        map.lose_sight();
        map.lease.extend(far());
        let fills = (0..actors).map(|_| (None, None)).collect();
        let stored = Stored { value: 0, epoch: 0 };
        Self { map, key, stored, news: VecDeque::new(), is_tracked: true, has_sight: true, fills }
    }

    fn step(&mut self, place: usize, actor: Actor, step: usize) {
        match (actor, step) {
            (Actor::Write | Actor::OwnWrite, 0) => {
                self.stored.value += 1;
                self.tell(News::Entry);
            }
            (Actor::WriteEpoch | Actor::OwnEpoch, 0) => {
                self.stored.epoch += 1;
                self.tell(News::Epoch);
            }
            (Actor::Flush, 0) => {
                self.stored.value += 1;
                self.stored.epoch += 1;
                self.tell(News::Flush);
            }
            (Actor::OwnWrite, _) => self.map.remove(ENTRY),
            (Actor::OwnEpoch, _) => self.map.remove_watching(self.key[0].as_bytes()),
            (Actor::Reconnect, 0) => {
                self.is_tracked = false;
                self.news.clear();
            }
            (Actor::Reconnect, 1) => {
                self.has_sight = false;
                self.map.lose_sight();
            }
            (Actor::Reconnect, 2) => self.is_tracked = true,
            (Actor::Reconnect, _) => {
                self.map.lose_sight();
                self.map.lease.extend(far());
                self.has_sight = true;
            }
            (Actor::Fill, 0) => self.fills[place].0 = self.map.begin(ENTRY, self.key),
            (Actor::Fill | Actor::NaiveFill, 1) => self.fills[place].1 = Some(self.stored),
            (Actor::Fill, _) => self.install(place),
            (Actor::NaiveFill, 0) => {}
            (Actor::NaiveFill, _) => {
                self.fills[place].0 = self.map.begin(ENTRY, self.key);
                self.install(place);
            }
            _ => unreachable!("no actor has more steps"),
        }
    }

    fn install(&mut self, place: usize) {
        if let (Some(fill), Some(read)) = (self.fills[place].0.take(), self.fills[place].1) {
            self.map.install(fill, Arc::new(read), far());
        }
    }

    fn tell(&mut self, news: News) {
        if self.is_tracked {
            self.news.push_back(news);
        }
    }

    fn hear(&mut self) {
        match self.news.pop_front() {
            Some(News::Entry) => self.map.remove(ENTRY),
            Some(News::Epoch) => self.map.remove_watching(self.key[0].as_bytes()),
            Some(News::Flush) => self.map.clear(),
            None => {}
        }
    }

    fn kept(&self) -> Option<Stored> {
        let value: AnyValue = self.map.get(ENTRY, Instant::now())?;
        value.downcast_ref::<Stored>().copied()
    }

    /// Whether something is kept that is outdated, and no news of it are on their way.
    fn is_stale(&self) -> bool {
        let hears_all = self.has_sight && self.is_tracked && self.news.is_empty();
        hears_all && self.kept().is_some_and(|kept| kept != self.stored)
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

#[derive(Debug, Default)]
struct Outcomes {
    orders: usize,
    stale: usize,
    /// In which something is kept in the end.
    kept: usize,
}

/// Runs these actors in every order, with news that are heard at every later time, in the order in which they were sent.
fn all_orders(actors: &[Actor]) -> Outcomes {
    let (map, key) = (Arc::new(Map::new(4)), [Key::new("epoch")]);
    let mut outcomes = Outcomes::default();
    // Which of those who could go on did so at each step, and how many there were.
    let mut choices: Vec<(usize, usize)> = Vec::new();
    loop {
        let mut world = World::new(&map, &key, actors.len());
        let mut steps = vec![0; actors.len()];
        let mut is_stale = false;
        let mut depth = 0;
        loop {
            let mut able: Vec<Option<usize>> =
                (0..actors.len()).filter(|place| steps[*place] < actors[*place].steps()).map(Some).collect();
            if !world.news.is_empty() {
                able.push(None);
            }
            if able.is_empty() {
                break;
            }
            if depth == choices.len() {
                choices.push((0, able.len()));
            }
            match able[choices[depth].0] {
                None => world.hear(),
                Some(place) => {
                    world.step(place, actors[place], steps[place]);
                    steps[place] += 1;
                }
            }
            is_stale |= world.is_stale();
            depth += 1;
        }
        outcomes.orders += 1;
        outcomes.stale += usize::from(is_stale);
        outcomes.kept += usize::from(world.kept().is_some());
        while choices.last().is_some_and(|(choice, count)| choice + 1 == *count) {
            choices.pop();
        }
        match choices.last_mut() {
            None => return outcomes,
            Some((choice, _)) => *choice += 1,
        }
    }
}

#[test]
fn no_order_of_events_leaves_a_stale_value() {
    use Actor::{Fill, Flush, OwnEpoch, OwnWrite, Reconnect, Write, WriteEpoch};
    for actors in [
        vec![Write, Write, Fill, Fill],
        vec![Write, WriteEpoch, Fill, Fill],
        vec![Write, Flush, Fill, Fill],
        vec![WriteEpoch, WriteEpoch, Fill, Fill],
        vec![OwnWrite, Fill, Fill],
        vec![OwnEpoch, Write, Fill],
        vec![Write, Reconnect, Fill],
        vec![WriteEpoch, Reconnect, Fill],
        vec![Reconnect, Fill, Fill],
    ] {
        let outcomes = all_orders(&actors);
        assert!(outcomes.stale == 0 && outcomes.kept > 0, "{actors:?}: {outcomes:?}");
    }
}

/// The same check finds the orders in which whoever does not note reads keeps an old value.
#[test]
fn whoever_does_not_note_reads_keeps_stale_values() {
    use Actor::{Flush, NaiveFill, Reconnect, Write, WriteEpoch};
    for actors in [
        vec![Write, NaiveFill],
        vec![WriteEpoch, NaiveFill],
        vec![Flush, NaiveFill],
        vec![Write, Reconnect, NaiveFill],
        vec![Write, Write, NaiveFill, NaiveFill],
    ] {
        let outcomes = all_orders(&actors);
        assert!(outcomes.stale > 0, "{actors:?}: {outcomes:?}");
    }
}
