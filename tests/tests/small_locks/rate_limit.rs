//! Once in a while, and no more.

use redis_model::{Batch, Condition, RateLimit, RateLimitLock};

use super::*;

const PERIOD: Duration = Duration::from_secs(15);

fn take<M: Wait>(backend: &Backend<M>, resources: &[&str], period: Duration) -> RateLimit {
    backend.run(RateLimitLock::on(resources).try_take(period)).unwrap()
}

fn retry_after(limit: RateLimit) -> Duration {
    match limit {
        RateLimit::Limited { retry_after } => retry_after,
        RateLimit::Taken => panic!("it was taken"),
    }
}

on_every_backend! {
    fn what_is_taken_is_limited_until_its_time_has_passed(backend) {
        assert!(take(backend, &["a"], PERIOD).is_taken());
        let left = retry_after(take(backend, &["a"], PERIOD));
        assert!(left <= PERIOD && left > PERIOD / 2, "{left:?}");
        assert!(take(backend, &["b"], PERIOD).is_taken());
        if backend.advance(PERIOD / 3) {
            assert_eq!(retry_after(take(backend, &["a"], PERIOD)), PERIOD * 2 / 3, "a refusal does not begin it again");
            backend.advance(PERIOD * 2 / 3);
            assert!(take(backend, &["a"], PERIOD).is_taken());
        }
    }

    fn all_are_taken_or_none(backend) {
        assert!(take(backend, &["b"], PERIOD).is_taken());
        assert!(!take(backend, &["a", "b", "c"], PERIOD).is_taken());
        assert!(take(backend, &["a", "c"], PERIOD).is_taken(), "the refusal has taken nothing");
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 3);
    }

    fn the_longest_of_all_limits_is_told(backend) {
        for (resource, times) in [("a", 1), ("b", 3), ("c", 2)] {
            assert!(take(backend, &[resource], PERIOD * times).is_taken());
        }
        let left = retry_after(take(backend, &["a", "b", "c", "d"], PERIOD));
        assert!(left > PERIOD * 2 && left <= PERIOD * 3, "{left:?}");
    }

    fn the_same_resource_twice_is_one(backend) {
        assert!(take(backend, &["a", "a", "a"], PERIOD).is_taken());
        assert!(!take(backend, &["a"], PERIOD).is_taken());
    }

    fn every_key_has_a_time_to_live(backend) {
        assert!(take(backend, &["a", "{b}", ""], Duration::from_micros(1)).is_taken());
        assert!(take(backend, &["smtp.example.com", "é\n"], PERIOD).is_taken());
        for key in backend.raw::<Vec<String>>(&["KEYS", "*"]) {
            assert!(key.starts_with("{redis-model:rate}:"), "{key}");
            assert!(backend.raw::<i64>(&["PTTL", &key]) != -1, "{key}");
        }
        // One that has lost its time gets one, so that it does not stay for ever.
        backend.raw::<i64>(&["PERSIST", "{redis-model:rate}:smtp.example.com"]);
        assert_eq!(retry_after(take(backend, &["smtp.example.com"], PERIOD)), PERIOD);
        assert!(backend.raw::<i64>(&["PTTL", "{redis-model:rate}:smtp.example.com"]) > 0);
    }

    fn it_goes_with_batches_and_conditions(backend) {
        let limit = RateLimitLock::on(["a"]);
        let (first, (), second) = backend.run((limit.try_take(PERIOD), set("x", "1"), limit.try_take(PERIOD)).batch()).unwrap();
        assert!(first.is_taken() && !second.is_taken());
        let other = || RateLimitLock::on(["b"]).try_take(PERIOD);
        assert!(backend.run(other().when(Condition::missing("x"))).unwrap_err().is_already_exists());
        assert!(backend.run(other().when(Condition::exists("x"))).unwrap().is_taken());
        assert!(!backend.run(other().when(Condition::exists("x"))).unwrap().is_taken());
    }

    fn many_resources_are_one_request(backend) {
        let names: Vec<String> = (0..9_000).map(|number| number.to_string()).collect();
        let limit = RateLimitLock::on(&names);
        assert!(backend.run(limit.try_take(PERIOD)).unwrap().is_taken());
        assert!(!backend.run(limit.try_take(PERIOD)).unwrap().is_taken());
    }

    fn what_limits_nothing_is_refused(backend) {
        assert!(is_invalid(&backend.run(RateLimitLock::on([""; 0]).try_take(PERIOD))));
        assert!(is_invalid(&backend.run(RateLimitLock::on(["a"]).try_take(Duration::ZERO))));
        assert!(is_invalid(&backend.run(RateLimitLock::on(["a"]).try_take(Duration::MAX))));
        backend.raw::<i64>(&["LPUSH", "{redis-model:rate}:a", "x"]);
        assert!(matches!(backend.run(RateLimitLock::on(["a"]).try_take(PERIOD)), Err(Error::WrongType { .. })));
    }
}
