//! How long a cached map lives.

use std::time::Duration;

use redis_model::{Refresh, TimeLeft};

use super::*;

const TTL: Duration = Duration::from_secs(600);

fn left(time: TimeLeft) -> Duration {
    match time {
        TimeLeft::Left(left) => left,
        other => panic!("{other:?}"),
    }
}

/// Whether so much is left, up to the time that a test takes on a server.
fn is_about(time: TimeLeft, expected: Duration) -> bool {
    let left = left(time);
    left <= expected && left + Duration::from_secs(60) > expected
}

on_every_backend! {
    fn a_map_without_a_time_to_live_never_expires(backend) {
        assert_eq!(backend.run(documents().ttl()).unwrap(), TimeLeft::Missing);
        backend.run(documents().insert(1, document("a"))).unwrap();
        assert_eq!(backend.run(documents().ttl()).unwrap(), TimeLeft::Unlimited);
    }

    fn each_write_starts_the_time_to_live_again(backend) {
        let map = documents().with_ttl(TTL);
        backend.run(map.insert(1, document("a"))).unwrap();
        backend.run(map.expire(Duration::from_secs(60))).unwrap();
        let mut lookup = backend.run(map.lookup([1, 2])).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), Duration::from_secs(60)));
        lookup.insert(2, document("b"));
        backend.run(lookup.save()).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), TTL));
        backend.run(map.remove(1)).unwrap();
        backend.run(map.persist()).unwrap();
        assert_eq!(backend.run(map.ttl()).unwrap(), TimeLeft::Unlimited);
        backend.run(map.insert(1, document("a"))).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), TTL));
    }

    fn with_refresh_read_lookups_do_too(backend) {
        let map = documents().with_ttl(TTL).with_refresh(Refresh::Read);
        backend.run(map.insert(1, document("a"))).unwrap();
        for read in 0..3 {
            backend.run(map.expire(Duration::from_secs(60))).unwrap();
            match read {
                0 => assert!(backend.run(map.lookup([1])).unwrap().is_complete()),
                1 => assert!(backend.run(map.get(1)).unwrap().is_some()),
                _ => assert_eq!(backend.run(map.get_many([2, 1])).unwrap(), [None, Some(document("a"))]),
            }
            assert!(is_about(backend.run(map.ttl()).unwrap(), TTL));
        }
        backend.run(map.clear()).unwrap();
        assert_eq!(misses(&backend.run(map.lookup([1])).unwrap()), [1]);
        assert_eq!(backend.run(map.ttl()).unwrap(), TimeLeft::Missing);
    }

    fn with_refresh_never_it_counts_from_the_first_write(backend) {
        let map = documents().with_ttl(TTL).with_refresh(Refresh::Never);
        backend.run(map.insert(1, document("a"))).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), TTL));
        backend.run(map.expire(Duration::from_secs(60))).unwrap();
        backend.run(map.insert(2, document("b"))).unwrap();
        backend.run(map.lookup([1, 2])).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), Duration::from_secs(60)));
        backend.run(map.clear()).unwrap();
        backend.run(map.insert(1, document("a"))).unwrap();
        assert!(is_about(backend.run(map.ttl()).unwrap(), TTL));
    }

    fn all_of_it_expires_together(backend) {
        let map = documents().with_ttl(TTL);
        backend.run(map.insert_many([(1, document("a")), (2, document("b"))])).unwrap();
        if !backend.advance(TTL) {
            backend.expire_now(map.key());
        }
        assert_eq!(misses(&backend.run(map.lookup([1, 2])).unwrap()), [1, 2]);
        assert!(!backend.run(map.expire(TTL)).unwrap());
        assert!(!backend.run(map.persist()).unwrap());
    }

    fn a_time_to_live_of_zero_is_an_error_that_writes_nothing(backend) {
        let map = documents().with_ttl(Duration::ZERO);
        let mut lookup = backend.run(documents().lookup([1])).unwrap();
        lookup.insert(1, document("a"));
        let failures = [
            backend.run(map.insert(1, document("a"))),
            backend.run(map.lookup([1])).map(drop),
            backend.run(documents().expire(Duration::ZERO)).map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(Error::InvalidQuery { .. })), "{failure:?}");
        }
        assert!(!backend.run(map.exists()).unwrap());
    }
}
