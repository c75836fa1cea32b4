//! `RedisDict` and [`Map`].

use std::collections::{BTreeMap, HashMap};

use redis_model::{Map, Plain, PythonJson};
use serde_json::{Value, json};

use super::with_pottery;

#[test]
fn entries_are_read_and_written_from_both_sides() {
    with_pottery(|backend, pottery| {
        let numbers = Map::<String, i64, PythonJson, PythonJson>::at("tel");
        assert_eq!(pottery.told("tell(len(RedisDict({'jack': 4098, 'Zoë': 4139}, redis=redis, key='tel')))"), 2);
        assert_eq!(backend.run(numbers.get_many(["Zoë", "guido", "jack"])).unwrap(), [Some(4139), None, Some(4098)]);
        let theirs = HashMap::from([("jack".to_owned(), 4098), ("Zoë".to_owned(), 4139)]);
        assert_eq!(backend.run(numbers.load()).unwrap(), theirs);

        assert!(backend.run(numbers.insert("Jürgen", 4127)).unwrap());
        assert!(!backend.run(numbers.insert("jack", 1)).unwrap());
        assert!(backend.run(numbers.remove("Zoë")).unwrap());
        // What JSON and Redis write alike can be added to on the server.
        let sums = Map::<String, i64, Plain, PythonJson>::at("tel");
        assert_eq!(backend.run(sums.incr("jack", 41)).unwrap(), 42);
        let told = pottery.told(
            "tel = RedisDict(redis=redis, key='tel')
tel['😀'] = 7
tell([tel['Jürgen'], sorted(tel.items())])",
        );
        assert_eq!(told, json!([4127, [["Jürgen", 4127], ["jack", 42], ["😀", 7]]]));
        assert_eq!(backend.run(numbers.take("😀")).unwrap(), Some(7));
        assert!(backend.run(numbers.create([("x", 1)])).unwrap_err().is_already_exists());
    });
}

#[test]
fn keys_and_values_of_any_shape_are_found() {
    with_pottery(|backend, pottery| {
        let shapes = Map::<Value, Value, PythonJson, PythonJson>::at("shapes");
        pottery.told("tell(len(RedisDict({1: [1, {}], '1': None, (1, 'x'): {'b': 1.5}}, redis=redis, key='shapes')))");
        let theirs = [(json!(1), json!([1, {}])), (json!("1"), json!(null)), (json!([1, "x"]), json!({"b": 1.5}))];
        let found: BTreeMap<String, Value> = backend
            .run(shapes.collect::<Vec<_>>())
            .unwrap()
            .into_iter()
            .map(|(key, value)| (key.to_string(), value))
            .collect();
        assert_eq!(found, theirs.iter().map(|(key, value)| (key.to_string(), value.clone())).collect());
        assert_eq!(backend.run(shapes.extend(theirs)).unwrap(), 0);
    });
}
