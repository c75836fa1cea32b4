//! Which values there are, and how they come back.

use std::{
    collections::{BTreeMap, HashMap},
    error::Error as _,
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::*;

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Settings {
    theme: Theme,
    sizes: Vec<(u8, f64)>,
    by_id: BTreeMap<u64, Option<String>>,
    none: Option<u8>,
    empty: HashMap<String, u8>,
    unit: (),
    letter: char,
    shape: [Shape; 3],
    one_shape: Shape,
    other_shape: Shape,
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
enum Theme {
    Dark,
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
enum Shape {
    Point,
    Circle(f32),
    Box { width: u8, height: u8 },
    Pair(u8, u8),
}

fn settings() -> Settings {
    let boxed = Shape::Box { width: 1, height: 2 };
    Settings {
        theme: Theme::Dark,
        sizes: vec![(1, 0.1), (2, 1e-300)],
        by_id: BTreeMap::from([(1, Some("a".into())), (u64::MAX, None)]),
        none: None,
        empty: HashMap::new(),
        unit: (),
        letter: '"',
        shape: [Shape::Point, Shape::Circle(0.5), boxed.clone()],
        one_shape: boxed,
        other_shape: Shape::Pair(3, 4),
    }
}

/// Lists within lists.
#[derive(Debug)]
struct Nested(Vec<Nested>);

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Nested {
    fn of(levels: usize) -> Self {
        (1..levels).fold(Self(Vec::new()), |inner, _| Self(vec![inner]))
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        let mut left = std::mem::take(&mut self.0);
        while let Some(mut nested) = left.pop() {
            left.append(&mut nested.0);
        }
    }
}

/// Maps within maps, or `Some`s within `Some`s, without end.
struct Endless {
    is_map: bool,
}

impl Serialize for Endless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_map {
            return serializer.serialize_some(self);
        }
        let mut map = serializer.serialize_struct("Endless", 1)?;
        map.serialize_field("a", self)?;
        map.end()
    }
}

/// What `serde_json` makes of JSON that is to stay as it is.
struct Raw(&'static str, &'static str);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut raw = serializer.serialize_struct(self.0, 1)?;
        raw.serialize_field(self.0, self.1)?;
        raw.end()
    }
}

fn refused(place: &TreePath, value: impl Serialize) -> Error {
    place.set(value).run(&blocking::Store::embedded()).expect_err("it is refused")
}

#[test]
fn names_that_make_no_segment_are_refused_with_where_they_are() {
    let place = Tree::at("t").path("p");
    for (value, path, why) in [
        (json!({"a": {"b.c": 1}}), "p.a.b.c", "holds a dot"),
        (json!({"a": {"": 1}}), "p.a.", "is empty"),
        (json!({"": 1}), "p.", "is empty"),
        (json!({"a": {"x".repeat(1024): 1}}), &format!("p.a.{}", "x".repeat(1024)), "1024 bytes"),
    ] {
        let error = refused(&place, value);
        let Error::InvalidPath { path: given, reason } = &error else { panic!("{error:?}") };
        assert!(given == path && reason.contains(why), "{error}");
    }
    let at_root = refused(&Tree::at("t"), json!({"": 1}));
    assert!(matches!(at_root, Error::InvalidPath { .. }), "{at_root:?}");
}

#[test]
fn only_a_map_is_set_at_the_root() {
    for value in [json!(1), json!(null), json!([1]), json!("text")] {
        let error = refused(&Tree::at("t"), value);
        assert!(matches!(&error, Error::InvalidPath { path, .. } if path.is_empty()), "{error:?}");
    }
}

#[test]
fn a_value_without_an_end_is_refused_before_the_stack_ends() {
    let place = Tree::at("t").path("p");
    for is_map in [true, false] {
        let error = refused(&place, Endless { is_map });
        assert!(matches!(&error, Error::Encode { path, .. } if path == "p"), "{error:?}");
    }
    let error = refused(&place, Nested::of(100_000));
    assert!(matches!(error, Error::Encode { .. }), "{error:?}");
}

#[test]
fn a_value_and_its_path_are_64_levels_deep_at_most() {
    let store = blocking::Store::embedded();
    let tree = Tree::at("t");
    let place = |depth: usize| tree.path(vec!["a"; depth]);
    for (depth, levels) in [(1, 63), (32, 32), (63, 1)] {
        place(depth).set(Nested::of(levels)).run(&store).unwrap();
        assert!(tree.get::<Value>().run(&store).unwrap().is_some(), "all of it can be read");
        let error = refused(&place(depth), Nested::of(levels + 1));
        let Error::Encode { path, source, .. } = &error else { panic!("{error:?}") };
        assert_eq!(path.len(), 2 * depth - 1);
        assert!(source.source().unwrap().to_string().contains("64 levels"), "{source:?}");
    }
    let map = |levels| (0..levels).fold(json!(1), |inner, _| json!({"b": inner}));
    place(10).set(map(54)).run(&store).unwrap();
    assert!(
        matches!(refused(&place(10), map(55)), Error::InvalidPath { reason, .. } if reason.contains("64 segments"))
    );
}

#[test]
fn what_is_no_json_is_refused_and_names_its_path() {
    let place = Tree::at("t").path("p");
    let errors = [
        refused(&place, f64::NAN),
        refused(&place, [f32::INFINITY]),
        refused(&place, BTreeMap::from([((1, 2), 3)])),
        refused(&place, BTreeMap::from([((), 3)])),
        refused(&place, BTreeMap::from([(Some(BTreeMap::from([(1, 2)])), 3)])),
    ];
    for error in errors {
        assert!(matches!(&error, Error::Encode { path, .. } if path == "p"), "{error:?}");
        assert!(error.to_string().contains("`p` at key `{t}@tree`"), "{error}");
    }
}

#[test]
fn one_request_sets_so_many_leaves_and_no_more() {
    let many: BTreeMap<u32, u8> = (0..=500_000).map(|number| (number, 1)).collect();
    let error = refused(&Tree::at("t"), &many);
    assert!(matches!(&error, Error::InvalidQuery { reason } if reason.contains("500,000")), "{error:?}");
}

on_every_backend! {
    fn a_struct_comes_back_whole_and_in_parts(backend) {
        let place = Tree::at("app").path("users.ada");
        backend.run(place.set(settings())).unwrap();
        assert_eq!(backend.run(place.get::<Settings>()).unwrap(), Some(settings()));
        let users = backend.run(Tree::at("app").path("users").get::<HashMap<String, Settings>>()).unwrap();
        assert_eq!(users, Some(HashMap::from([("ada".to_owned(), settings())])));
        assert_eq!(backend.run(place.child("theme").get::<Theme>()).unwrap(), Some(Theme::Dark));
        assert_eq!(backend.run(place.child("by_id").get::<BTreeMap<u64, Option<String>>>()).unwrap(), Some(settings().by_id));
        assert_eq!(backend.run(place.child("one_shape").get::<Shape>()).unwrap(), Some(settings().one_shape));
        assert_eq!(backend.run(place.child("one_shape.Box.width").get::<u8>()).unwrap(), Some(1));
        assert_eq!(backend.run(place.child("letter").get::<char>()).unwrap(), Some('"'));
    }

    fn a_null_is_a_value_and_an_empty_map_too(backend) {
        let tree = Tree::at("empty");
        let all = json!({"null": null, "map": {}, "list": [], "text": "", "zero": 0, "no": false});
        backend.run(tree.set(&all)).unwrap();
        assert_eq!(value(backend, &tree), Some(all));
        assert_eq!(value(backend, &tree.path("null")), Some(Value::Null));
        assert_eq!(backend.run(tree.path("null").get::<Option<u8>>()).unwrap(), Some(None));
        assert_eq!(backend.run(tree.path("none").get::<Option<u8>>()).unwrap(), None);
        assert_eq!(value(backend, &tree.path("map")), Some(json!({})));
        assert_eq!((backend.run(tree.path("map").len()).unwrap(), backend.run(tree.path("map").children()).unwrap()), (1, vec![]));
        backend.run(tree.path("map.a").set(1)).unwrap();
        assert_eq!(value(backend, &tree.path("map")), Some(json!({"a": 1})));
        assert_eq!(backend.run(tree.len()).unwrap(), 6);
        backend.run(tree.set(json!({}))).unwrap();
        assert_eq!((value(backend, &tree), backend.raw::<i64>(&["DBSIZE"])), (None, 0));
    }

    fn numbers_and_texts_come_back_to_the_bit(backend) {
        let place = Tree::at("exact").path("it");
        for number in [0, 1, u64::MAX, (1 << 53) + 1, i64::MAX as u64 + 1] {
            backend.run(place.set(number)).unwrap();
            assert_eq!(backend.run(place.get::<u64>()).unwrap(), Some(number));
            assert_eq!(backend.run(Tree::at("exact").get::<BTreeMap<String, u64>>()).unwrap().unwrap()["it"], number);
        }
        for number in [i64::MIN, i64::MAX, -1, -(1 << 53) - 1] {
            backend.run(place.set(number)).unwrap();
            assert_eq!(backend.run(place.get::<i64>()).unwrap(), Some(number));
        }
        for number in [u128::MAX, 1 << 64] {
            backend.run(place.set(number)).unwrap();
            assert_eq!(backend.run(place.get::<u128>()).unwrap(), Some(number));
        }
        let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
        let values = (prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, any::<String>(), prop::num::f32::NORMAL);
        let outcome = runner.run(&values, |(float, text, single)| {
            backend.run(place.set((float, &text, single))).unwrap();
            let (read, read_text, read_single) = backend.run(place.get::<(f64, String, f32)>()).unwrap().unwrap();
            prop_assert_eq!((read.to_bits(), read_text, read_single.to_bits()), (float.to_bits(), text, single.to_bits()));
            Ok(())
        });
        outcome.unwrap();
    }

    fn numbers_and_json_of_serde_json_are_no_structs(backend) {
        let tree = Tree::at("raw");
        backend.run(tree.path("number").set(Raw("$serde_json::private::Number", "123456789012345678901234567890.5"))).unwrap();
        let stored: String = backend.raw(&["HGET", "{raw}@tree", "number"]);
        assert_eq!(stored, "123456789012345678901234567890.5");
        backend.run(tree.path("json").set(Raw("$serde_json::private::RawValue", r#"{"a": {"b": [1,  2]}}"#))).unwrap();
        assert_eq!(value(backend, &tree.path("json.a.b")), Some(json!([1, 2])));
        backend.run(tree.path("text").set(Raw("$serde_json::private::RawValue", "\"a\""))).unwrap();
        assert_eq!(value(backend, &tree.path("text")), Some(json!("a")));
    }

    fn what_is_stored_and_is_no_value_of_the_type_says_where(backend) {
        let tree = Tree::at("typed");
        backend.run(tree.set(json!({"a": {"b": "text", "c": 1}}))).unwrap();
        for (path, result) in [
            ("a.b", backend.run(tree.path("a.b").get::<u8>()).map(drop)),
            ("a", backend.run(tree.path("a").get::<u8>()).map(drop)),
            ("a", backend.run(tree.path("a").get_or(Theme::Dark)).map(drop)),
            ("", backend.run(tree.get::<Settings>()).map(drop)),
        ] {
            let Err(Error::Decode { key, path: named, .. }) = &result else { panic!("{result:?}") };
            assert_eq!((key.to_string().as_str(), named.as_str()), ("{typed}@tree", path));
        }
        backend.raw::<i64>(&["HSET", "{typed}@tree", "a.c", "no JSON"]);
        assert!(matches!(backend.run(tree.path("a.c").get::<Value>()), Err(Error::Decode { .. })));
        assert!(matches!(backend.run(tree.get::<Value>()), Err(Error::Decode { .. })));
        backend.raw::<i64>(&["HDEL", "{typed}@tree", "a.c"]);
        assert_eq!(value(backend, &tree), Some(json!({"a": {"b": "text"}})));
    }

    fn a_value_in_place_of_another_drops_what_was_there(backend) {
        let tree = Tree::at("place");
        for (first, second) in [
            (json!(1), json!({"b": 2})),
            (json!({"b": 2}), json!(1)),
            (json!({"b": {"c": 1, "d": 2}, "e": 3}), json!({"b": 4})),
            (json!({"b": 1}), json!({})),
            (json!({}), json!({"b": 1})),
        ] {
            backend.run(tree.path("a").set(&first)).unwrap();
            backend.run(tree.path("a").set(&second)).unwrap();
            assert_eq!(value(backend, &tree.path("a")), Some(second));
        }
        backend.run(tree.path("a.b.c.d").set(1)).unwrap();
        assert_eq!(value(backend, &tree), Some(json!({"a": {"b": {"c": {"d": 1}}}})));
    }
}
