//! Many threads at once: what the exhaustive check of single steps takes for granted.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use crate::cache::near::map::Map;

const KEYS: usize = 8;
const ROUNDS: usize = 5_000;

/// What a server has, and where it sends its news.
struct Server {
    values: [usize; KEYS],
    news: mpsc::Sender<usize>,
}

#[test]
fn writers_and_readers_leave_nothing_stale() {
    let far = Instant::now() + Duration::from_secs(3600);
    // Fewer than there are keys, so that some make room for others all the time.
    for capacity in [KEYS - 3, 1_000] {
        let map = Arc::new(Map::new(capacity));
        map.lease.extend(far);
        let (news, heard) = mpsc::channel();
        let server = Mutex::new(Server { values: [0; KEYS], news });
        let read = |key: usize| server.lock().expect("nobody panics").values[key];
        thread::scope(|scope| {
            for thread in 0..2 {
                let server = &server;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let key = (round * 5 + thread) % KEYS;
                        let mut server = server.lock().expect("nobody panics");
                        server.values[key] += 1;
                        server.news.send(key).expect("somebody listens");
                    }
                });
            }
            let readers: Vec<_> = (0..3)
                .map(|thread| {
                    let map = &map;
                    scope.spawn(move || {
                        for round in 0..ROUNDS {
                            let key = (round * 3 + thread) % KEYS;
                            if map.get(&key.to_ne_bytes(), Instant::now()).is_none()
                                && let Some(fill) = map.begin(&key.to_ne_bytes(), &[])
                            {
                                map.install(fill, Arc::new(read(key)), far);
                            }
                            assert!(map.len() <= capacity);
                        }
                    })
                })
                .collect();
            let listened = 2 * ROUNDS;
            heard.iter().take(listened).for_each(|key| map.remove(&key.to_ne_bytes()));
            for reader in readers {
                reader.join().expect("no reader panics");
            }
        });
        for key in 0..KEYS {
            if let Some(kept) = map.get(&key.to_ne_bytes(), Instant::now()) {
                assert_eq!(kept.downcast_ref(), Some(&read(key)));
            }
        }
        map.clear();
        assert!(map.is_empty());
    }
}
