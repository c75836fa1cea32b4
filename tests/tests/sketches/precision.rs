//! How often Bloom filters are wrong, and how far `HyperLogLog`s are off. The values are fixed, and so is what comes out.

use std::time::Duration;

use redis_model::{BloomFilter, HyperLogLog, blocking::Store};
use redis_model_tests::RedisServer;

/// On the engine and on a server, which compute the same; they may take their time.
fn on_both(check: fn(&Store)) {
    check(&Store::embedded());
    let server = RedisServer::start();
    check(&Store::builder().url(&server.url()).response_timeout(Duration::from_secs(60)).connect().unwrap());
}

#[allow(clippy::cast_precision_loss)]
fn relative_error(measured: u64, expected: u64) -> f64 {
    (measured as f64 - expected as f64).abs() / expected as f64
}

/// Fills a filter to its capacity, in pieces; the share of strangers that it takes for known.
#[allow(clippy::cast_precision_loss)]
fn false_positives(store: &Store, capacity: u64, rate: f64, strangers: u64) -> f64 {
    const PIECE: usize = 1_000;
    let filter = BloomFilter::<u64>::at(format!("filter:{capacity}:{rate}")).with_capacity(capacity, rate);
    let known: Vec<_> = (0..capacity).collect();
    let new: u64 = known.chunks(PIECE).map(|piece| filter.extend(piece).run(store).unwrap()).sum();
    assert!(relative_error(new, capacity) < rate, "{new} of {capacity} were new");
    assert!(relative_error(filter.len().run(store).unwrap(), capacity) < 0.01);
    for piece in known.chunks(PIECE) {
        let found = filter.contains_many(piece).run(store).unwrap();
        assert!(found.len() == piece.len() && found.into_iter().all(|found| found), "a false negative");
    }
    let others: Vec<_> = (capacity..capacity + strangers).collect();
    let found = others.chunks(PIECE).flat_map(|piece| filter.contains_many(piece).run(store).unwrap());
    found.filter(|found| *found).count() as f64 / strangers as f64
}

#[test]
fn a_filter_of_a_hundred_thousand_is_as_rarely_wrong_as_it_promises() {
    on_both(|store| {
        let rate = false_positives(store, 100_000, 0.01, 100_000);
        assert!((0.008..0.0105).contains(&rate), "{rate}");
    });
}

#[test]
fn filters_of_other_rates_keep_their_promise_too() {
    on_both(|store| {
        for (capacity, promised, strangers) in [(2_000, 0.5, 10_000), (5_000, 0.1, 10_000), (2_000, 0.001, 50_000)] {
            let rate = false_positives(store, capacity, promised, strangers);
            assert!(rate < promised * 1.25, "{rate} instead of {promised}");
        }
    });
}

#[test]
fn estimates_are_off_by_less_than_two_percent() {
    on_both(|store| {
        let [even, odd, all] = ["{n}:even", "{n}:odd", "{n}:all"].map(HyperLogLog::<u64>::at);
        let mut size = 0;
        for next in [1, 10, 100, 500, 1_000, 3_000, 10_000, 20_000, 35_000, 50_000, 100_000] {
            let added = || (size..next).map(|number| 2 * number);
            even.extend(added()).run(store).unwrap();
            odd.extend(added().map(|number| number + 1)).run(store).unwrap();
            size = next;
            for (measured, expected) in [
                (even.len().run(store).unwrap(), size),
                (odd.len().run(store).unwrap(), size),
                (even.union_len([&odd]).run(store).unwrap(), 2 * size),
            ] {
                assert!(relative_error(measured, expected) < 0.02, "{measured} instead of {expected}");
            }
        }
        all.merge([&even, &odd]).run(store).unwrap();
        assert_eq!(all.len().run(store).unwrap(), even.union_len([&odd]).run(store).unwrap());
    });
}
