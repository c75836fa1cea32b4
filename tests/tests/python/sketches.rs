//! `BloomFilter` and `HyperLogLog`.

use redis_model::{BloomFilter, HyperLogLog, PythonJson};
use serde_json::{Value, json};

use super::with_pottery;

/// Values of which each is written in a way of its own.
fn elements() -> Vec<Value> {
    let structured = json!({"b": [1, 2.5, null], "a": {"ü": true}});
    vec![json!("rajiv"), json!("Zoë 😀"), json!(7), json!(1e16), json!(1e-7), json!(null), json!([1, "x"]), structured]
}

#[test]
fn a_bloom_filter_is_filled_and_asked_from_both_sides() {
    with_pottery(|backend, pottery| {
        let filter = BloomFilter::<Value, PythonJson>::at("filter").with_capacity(100, 0.001);
        let elements = elements();
        let (theirs, ours) = elements.split_at(4);
        let open = "filter = BloomFilter(num_elements=100, false_positives=0.001, redis=redis, key='filter')";
        let told = pottery.told(&format!(
            "{open}
for element in json.loads(r'''{}'''): filter.update([element])
tell([len(filter), filter.size(), filter.num_hashes()])",
            json!(theirs)
        ));
        assert_eq!(told, json!([4, 1438, 10]));

        assert_eq!(backend.run(filter.contains_many(theirs)).unwrap(), [true; 4]);
        assert_eq!(backend.run(filter.contains_many(ours)).unwrap(), [false; 4]);
        assert_eq!(backend.run(filter.extend(ours)).unwrap(), 4);
        assert!(!backend.run(filter.insert(&elements[0])).unwrap());
        assert_eq!(backend.run(filter.len()).unwrap(), 8);

        let told = pottery.told(&format!(
            "{open}
tell([*filter.contains_many(*json.loads(r'''{}''')), 'eve' in filter])",
            json!(elements)
        ));
        assert_eq!(told, json!([true, true, true, true, true, true, true, true, false]));
    });
}

#[test]
fn filters_of_all_sizes_set_the_same_bits() {
    with_pottery(|backend, pottery| {
        for (capacity, rate) in
            [(1, 0.5), (10, 0.9), (3, 1e-300), (12_345, 0.0123), (1_000_000, 1e-6), (40_000_000, 0.01)]
        {
            let told = pottery.told(&format!(
                "filter = BloomFilter(num_elements={capacity}, false_positives={rate}, redis=redis, key='theirs')
filter.clear()
tell(sorted(set(filter._bit_offsets('Zoë'))))"
            ));
            let ours = BloomFilter::<String, PythonJson>::at("ours").with_capacity(capacity, rate);
            backend.run(ours.clear()).unwrap();
            backend.run(ours.insert("Zoë")).unwrap();
            let offsets: Vec<u64> = serde_json::from_value(told).unwrap();
            assert_eq!(backend.raw::<usize>(&["BITCOUNT", "ours"]), offsets.len(), "{capacity} at {rate}");
            for offset in offsets {
                let bit: u8 = backend.raw(&["GETBIT", "ours", &offset.to_string()]);
                assert_eq!(bit, 1, "{offset} of {capacity} at {rate}");
            }
        }
    });
}

#[test]
fn a_hyper_log_log_counts_what_both_sides_have_seen() {
    with_pottery(|backend, pottery| {
        let ours = HyperLogLog::<Value, PythonJson>::at("estimate");
        let elements = elements();
        pottery.told(&format!(
            "estimate = HyperLogLog(redis=redis, key='estimate')
for element in json.loads(r'''{}'''): estimate.update([element])
tell(len(estimate))",
            json!(elements)
        ));
        assert_eq!(backend.run(ours.len()).unwrap(), 8);
        assert!(!backend.run(ours.extend(&elements)).unwrap());
        assert_eq!(backend.run(ours.contains_many(&elements)).unwrap(), [true; 8]);
        assert!(!backend.run(ours.contains(json!("eve"))).unwrap());

        assert!(backend.run(ours.insert(json!("Jürgen"))).unwrap());
        let told = pottery.told(
            "estimate = HyperLogLog(redis=redis, key='estimate')
tell([len(estimate), 'Jürgen' in estimate, 'eve' in estimate])",
        );
        assert_eq!(told, json!([9, true, false]));
    });
}

#[test]
fn an_estimate_that_was_only_named_is_there_and_counts_nothing() {
    with_pottery(|backend, pottery| {
        assert_eq!(pottery.told("tell(len(HyperLogLog(redis=redis, key='named')))"), 0);
        let named = HyperLogLog::<String, PythonJson>::at("named");
        assert!(backend.run(named.exists()).unwrap());
        assert_eq!(backend.run(named.len()).unwrap(), 0);
        assert!(!backend.run(named.contains("anyone")).unwrap());
    });
}
