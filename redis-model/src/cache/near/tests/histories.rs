//! Random histories of a map, beside a map that does nothing but remember.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use crate::{
    cache::near::{AnyValue, Fill, map::Map},
    key::Key,
};

#[derive(Debug, Clone)]
enum Event {
    Begin {
        entry: u8,
        watched: Vec<u8>,
    },
    /// One of the reads under way ends with a value that is good for so many milliseconds.
    Install {
        read: usize,
        millis: u64,
    },
    Abandon {
        read: usize,
    },
    Get {
        entry: u8,
    },
    Remove {
        entry: u8,
    },
    Change {
        watched: u8,
    },
    Clear,
    LoseSight,
    Pass {
        millis: u64,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let entry = 0..12_u8;
    let watched = prop::collection::vec(0..4_u8, 0..3);
    prop_oneof![
        8 => (entry.clone(), watched).prop_map(|(entry, watched)| Event::Begin { entry, watched }),
        8 => (any::<usize>(), 1..100_u64).prop_map(|(read, millis)| Event::Install { read, millis }),
        1 => any::<usize>().prop_map(|read| Event::Abandon { read }),
        8 => entry.clone().prop_map(|entry| Event::Get { entry }),
        2 => entry.prop_map(|entry| Event::Remove { entry }),
        2 => (0..4_u8).prop_map(|watched| Event::Change { watched }),
        1 => Just(Event::Clear),
        1 => Just(Event::LoseSight),
        2 => (1..30_u64).prop_map(|millis| Event::Pass { millis }),
    ]
}

/// A map, and what it should hold if it had room for all.
struct Beside {
    map: Arc<Map>,
    capacity: usize,
    now: Instant,
    entries: HashMap<u8, (u64, Instant, Vec<u8>)>,
    /// The number of the read that may install, and what its entry depends on.
    pending: HashMap<u8, (u64, Vec<u8>)>,
    reads: Vec<(u8, u64, Fill)>,
    numbers: u64,
}

impl Beside {
    fn new(capacity: usize) -> Self {
        let map = Arc::new(Map::new(capacity));
        let now = Instant::now();
        map.lease.extend(now + Duration::from_secs(3600));
        Self { map, capacity, now, entries: HashMap::new(), pending: HashMap::new(), reads: Vec::new(), numbers: 0 }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Begin { entry, watched } => {
                let keys: Vec<Key> = watched.iter().map(|watched| key(*watched)).collect();
                let fill = self.map.begin(&[entry], &keys).expect("there are news");
                self.numbers += 1;
                self.pending.insert(entry, (self.numbers, watched));
                self.reads.push((entry, self.numbers, fill));
            }
            Event::Install { read, millis } if !self.reads.is_empty() => self.install(read, millis),
            Event::Abandon { read } if !self.reads.is_empty() => {
                let (entry, number, _) = self.reads.remove(read % self.reads.len());
                self.pending.retain(|pending, (last, _)| (*pending, *last) != (entry, number));
            }
            Event::Install { .. } | Event::Abandon { .. } => {}
            Event::Get { entry } => self.look(entry),
            Event::Remove { entry } => {
                self.map.remove(&[entry]);
                self.entries.remove(&entry);
                self.pending.remove(&entry);
            }
            Event::Change { watched } => {
                self.map.remove_watching(key(watched).as_bytes());
                self.entries.retain(|_, (_, _, of)| !of.contains(&watched));
                self.pending.retain(|_, (_, of)| !of.contains(&watched));
            }
            Event::Clear => {
                self.map.clear();
                self.forget_all();
            }
            Event::LoseSight => {
                self.map.lose_sight();
                self.forget_all();
                assert!(self.map.begin(b"any", &[]).is_none());
                self.map.lease.extend(self.now + Duration::from_secs(3600));
            }
            Event::Pass { millis } => self.now += Duration::from_millis(millis),
        }
    }

    fn install(&mut self, read: usize, millis: u64) {
        let (entry, number, fill) = self.reads.remove(read % self.reads.len());
        let until = self.now + Duration::from_millis(millis);
        let is_installed = self.map.install(fill, Arc::new(number), until);
        let is_pending = self.pending.get(&entry).is_some_and(|(pending, _)| *pending == number);
        assert_eq!(is_installed, is_pending);
        if is_pending {
            let (_, watched) = self.pending.remove(&entry).expect("it is pending");
            self.entries.insert(entry, (number, until, watched));
        }
        assert!(self.map.len() <= self.capacity);
    }

    fn look(&self, entry: u8) {
        let value: Option<AnyValue> = self.map.get(&[entry], self.now);
        let found = value.map(|value| *value.downcast::<u64>().expect("it was put in"));
        let expected = self.entries.get(&entry).filter(|(_, until, _)| self.now < *until).map(|(number, ..)| *number);
        if self.capacity >= 12 {
            assert_eq!(found, expected);
        } else {
            assert!(found.is_none() || found == expected, "{found:?} is not {expected:?}");
        }
    }

    fn forget_all(&mut self) {
        self.entries.clear();
        self.pending.clear();
    }
}

fn key(watched: u8) -> Key {
    Key::new(format!("watched:{watched}"))
}

proptest! {
    #[test]
    fn a_map_gives_what_was_installed_and_nothing_else(
        capacity in prop_oneof![1..6_usize, Just(12), Just(1_000)],
        events in prop::collection::vec(event(), 0..120),
    ) {
        let mut beside = Beside::new(capacity);
        for event in events {
            beside.happen(event);
        }
        (0..12).for_each(|entry| beside.look(entry));
        // Nothing is left of what is taken away, in whichever way.
        beside.reads.clear();
        let (entries, watched) = (0..6_u8, 0..4_u8);
        entries.for_each(|entry| beside.happen(Event::Remove { entry }));
        watched.for_each(|watched| beside.happen(Event::Change { watched }));
        (6..12).for_each(|entry| beside.happen(Event::Remove { entry }));
        prop_assert!(beside.map.is_empty());
    }
}

fn fill(map: &Arc<Map>, entry: usize) -> bool {
    let fill = map.begin(&entry.to_be_bytes(), &[]).expect("there are news");
    map.install(fill, Arc::new(entry), Instant::now() + Duration::from_secs(3600))
}

fn has(map: &Map, entry: usize) -> bool {
    map.get(&entry.to_be_bytes(), Instant::now()).is_some()
}

fn with_news(capacity: usize) -> Arc<Map> {
    let map = Arc::new(Map::new(capacity));
    map.lease.extend(Instant::now() + Duration::from_secs(3600));
    map
}

#[test]
fn as_many_as_the_capacity_are_kept_however_they_are_spread() {
    for capacity in [1, 63, 64, 1_000, 5_000] {
        let map = with_news(capacity);
        assert!((0..capacity).all(|entry| fill(&map, entry)));
        assert!((0..capacity).all(|entry| has(&map, entry)), "{capacity}");
        assert!((capacity..capacity * 3).all(|entry| fill(&map, entry)));
        assert_eq!(map.len(), capacity);
        assert_eq!((0..capacity * 3).filter(|entry| has(&map, *entry)).count(), capacity);
    }
    let none = with_news(0);
    assert!(!fill(&none, 1) && !has(&none, 1) && none.is_empty());
}

#[test]
fn what_is_asked_for_stays_while_others_come_and_go() {
    let map = with_news(1_000);
    let wanted = 0..100_usize;
    assert!(wanted.clone().all(|entry| fill(&map, entry)));
    for round in 1..50 {
        assert!(wanted.clone().all(|entry| has(&map, entry)), "{round}");
        (round * 1_000..round * 1_000 + 500).for_each(|entry| assert!(fill(&map, entry)));
    }
}

#[test]
fn without_news_a_value_is_kept_for_a_second() {
    let map = Arc::new(Map::new(10));
    map.lease.go_without_news();
    let before = Instant::now();
    assert!(fill(&map, 7));
    assert!(map.get(&7_usize.to_be_bytes(), before).is_some());
    assert!(map.get(&7_usize.to_be_bytes(), Instant::now() + Duration::from_secs(1)).is_none());
}

#[test]
fn a_value_that_looks_into_its_own_map_when_it_goes_is_no_harm() {
    struct Looks(Arc<Map>);
    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(self.0.get(b"1", Instant::now()).is_none());
            self.0.remove(b"1");
        }
    }
    let map = with_news(1);
    let install = |entry: &[u8]| {
        let fill = map.begin(entry, &[Key::new("watched")]).expect("there are news");
        map.install(fill, Arc::new(Looks(map.clone())), Instant::now())
    };
    let ways: [fn(&Map); 4] =
        [|map| map.remove(b"1"), |map| map.remove_watching(b"watched"), Map::clear, Map::lose_sight];
    for remove in ways {
        map.lease.extend(Instant::now() + Duration::from_secs(3600));
        assert!(install(b"1") && install(b"1") && install(b"2"));
        remove(&map);
        map.clear();
    }
}
