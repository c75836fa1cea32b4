//! `RedisSet` and [`Set`].

use std::collections::BTreeSet;

use redis_model::{PythonJson, Set};
use serde_json::{Value, json};

use super::with_pottery;

#[test]
fn members_are_the_same_bytes_from_both_sides() {
    with_pottery(|backend, pottery| {
        let words = Set::<String, PythonJson>::at("words");
        let told = pottery.told("tell(len(RedisSet(['Ada', 'Zoë', '😀', 'a\\x7f\"/'], redis=redis, key='words')))");
        assert_eq!(told, 4);

        let theirs = BTreeSet::from(["Ada", "Zoë", "😀", "a\u{7f}\"/"].map(String::from));
        assert_eq!(backend.run(words.collect::<BTreeSet<_>>()).unwrap(), theirs);
        assert_eq!(backend.run(words.extend(&theirs)).unwrap(), 0);
        assert_eq!(backend.run(words.contains_many(["Zoë", "Bob"])).unwrap(), [true, false]);

        assert!(backend.run(words.insert("Jürgen")).unwrap());
        assert!(backend.run(words.insert("Bob")).unwrap());
        let told = pottery.told(
            "words = RedisSet(redis=redis, key='words')
words.remove('Ada')
tell([len(words), 'Jürgen' in words, sorted(words.to_set())])",
        );
        assert_eq!(told, json!([5, true, ["Bob", "Jürgen", "Zoë", "a\u{7f}\"/", "😀"]]));
    });
}

#[test]
fn members_of_any_shape_are_found() {
    with_pottery(|backend, pottery| {
        let shapes = Set::<Value, PythonJson>::at("shapes");
        pottery.told(
            "tell(len(RedisSet([1, 1.5, '1', None, True, 1e16, (1, 'x'), {'b': 1, 'a': [2, {}]}], redis=redis, key='shapes')))");
        let theirs = [
            json!(1),
            json!(1.5),
            json!("1"),
            json!(null),
            json!(true),
            json!(1e16),
            json!([1, "x"]),
            json!({"b": 1, "a": [2, {}]}),
        ];
        assert_eq!(backend.run(shapes.len()).unwrap(), 8);
        assert_eq!(backend.run(shapes.contains_many(&theirs)).unwrap(), [true; 8]);
        assert_eq!(backend.run(shapes.extend(&theirs)).unwrap(), 0);
    });
}
