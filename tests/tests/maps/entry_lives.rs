//! Entries with a time to live of their own: from Redis 7.4 and Valkey 9.0 on, and on the engine.

use std::time::Duration;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// Whether the server can do it; if not, that it says so, and has written nothing.
fn is_supported<M: Wait>(backend: &Backend<M>, map: &Map<String, u32>) -> bool {
    let Err(error) = backend.run(map.insert_for("probe", 1, HOUR)) else {
        assert!(backend.run(map.remove("probe")).unwrap());
        return true;
    };
    assert!(!backend.advance(Duration::ZERO), "the engine can do it: {error}");
    assert!(error.is_unsupported() && error.to_string().contains("Redis 7.4"), "{error}");
    assert!(backend.run(map.is_empty()).unwrap());
    let failures = [
        backend.run(map.expire_entry("a", HOUR)).map(drop),
        backend.run(map.entry_ttl("a")).map(drop),
        backend.run(map.persist_entry("a")).map(drop),
        backend.run(map.persist_entry("a").when(Condition::missing("stock"))).map(drop),
    ];
    assert!(failures.into_iter().all(|failure| failure.is_err_and(|error| error.is_unsupported())));
    false
}

on_every_backend! {
    fn an_entry_expires_by_itself(backend) {
        let map = stock();
        if !is_supported(backend, &map) {
            return;
        }
        assert!(backend.run(map.insert_for("a", 1, HOUR)).unwrap());
        assert!(!backend.run(map.insert_for("a", 2, HOUR)).unwrap());
        backend.run(map.insert("b", 3)).unwrap();
        assert!(matches!(backend.run(map.entry_ttl("a")).unwrap(), TimeLeft::Left(left) if left <= HOUR));
        assert_eq!(backend.run(map.entry_ttl("b")).unwrap(), TimeLeft::Unlimited);
        assert_eq!(backend.run(map.entry_ttl("x")).unwrap(), TimeLeft::Missing);
        if !backend.advance(HOUR) {
            let now = ["HPEXPIREAT", "stock", "1", "FIELDS", "1", "a"];
            assert_eq!(backend.raw::<Vec<i64>>(&now), [2]);
        }
        assert_eq!(backend.run(map.get_many(["a", "b"])).unwrap(), [None, Some(3)]);
        assert_eq!(backend.run(map.load()).unwrap(), entries(&[("b", 3)]));
        assert_eq!(backend.run(map.swap("a", 1)).unwrap(), None);
    }

    fn the_life_of_an_entry_is_given_and_taken_back(backend) {
        let map = stock();
        if !is_supported(backend, &map) {
            return;
        }
        assert_eq!(backend.run(map.entry_ttl("a")).unwrap(), TimeLeft::Missing);
        assert!(!backend.run(map.expire_entry("a", HOUR)).unwrap() && !backend.run(map.persist_entry("a")).unwrap());
        backend.run(map.extend([("a", 1), ("b", 1)])).unwrap();
        assert!(!backend.run(map.expire_entry("x", HOUR)).unwrap() && !backend.run(map.persist_entry("x")).unwrap());
        assert!(backend.run(map.expire_entry("a", HOUR)).unwrap());
        assert!(backend.run(map.persist_entry("a")).unwrap() && !backend.run(map.persist_entry("a")).unwrap());
        assert_eq!(backend.run(map.entry_ttl("a")).unwrap(), TimeLeft::Unlimited);
        let conditional = map.expire_entry("a", HOUR).when(Condition::exists("stock"));
        assert!(backend.run(conditional).unwrap());
        backend.run(map.insert("a", 2)).unwrap();
        assert_eq!(backend.run(map.entry_ttl("a")).unwrap(), TimeLeft::Unlimited, "an insert makes it anew");
        let batch = (map.insert_for("c", 1, HOUR), map.entry_ttl("c"), map.entry_ttl("b")).batch().atomic();
        let (is_new, left, unlimited) = backend.run(batch).unwrap();
        assert!(is_new && matches!(left, TimeLeft::Left(_)) && unlimited == TimeLeft::Unlimited);
    }

    fn a_time_that_cannot_be_is_refused_before_anything_is_sent(backend) {
        let map = stock();
        for time in [Duration::ZERO, Duration::from_secs(u64::MAX), HOUR * 24 * 366 * 2000] {
            assert!(matches!(backend.run(map.insert_for("a", 1, time)), Err(Error::InvalidQuery { .. })));
            assert!(matches!(backend.run(map.expire_entry("a", time)), Err(Error::InvalidQuery { .. })));
        }
        assert!(backend.run(map.is_empty()).unwrap());
    }

    fn another_type_at_the_key_is_an_error_here_too(backend) {
        backend.raw::<()>(&["SET", "stock", "x"]);
        match backend.run(stock().insert_for("a", 1, HOUR)) {
            Err(error) if error.is_unsupported() => return,
            result => assert!(matches!(result, Err(Error::WrongType { .. })), "{result:?}"),
        }
        assert!(matches!(backend.run(stock().entry_ttl("a")), Err(Error::WrongType { .. })));
    }
}
