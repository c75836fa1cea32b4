//! Every kind of collection that is loaded, in structs of every shape.

use redis_model::{RedisValue, path, prelude::*};
use redis_model_tests::on_every_backend;
use serde::{Deserialize, Serialize};

use super::*;

type Tags<T> = BTreeSet<T>;

#[derive(RedisValue, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[redis(json)]
struct Word {
    text: String,
}

/// Fields are called as methods of records are, as keywords, and otherwise than what is stored.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "shape", rename_all = "camelCase", invalidates)]
struct Shape<T: Ord + Clone + RedisValue + Send + Sync + 'static, N: RedisFields<Id = ()>> {
    #[redis(id)]
    id: String,
    #[redis(set)]
    r#type: Tags<T>,
    #[redis(list)]
    load: Vec<T>,
    #[redis(map)]
    lock_state: BTreeMap<String, Word>,
    #[redis(sorted_set, msgpack)]
    delete: BTreeMap<(u8, u8), f64>,
    #[redis(counter)]
    key: HashMap<Word, i64>,
    #[redis(nested)]
    nest: Option<N>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
#[redis(rename_all = "UPPERCASE")]
struct Nest {
    #[redis(counter, text)]
    words: BTreeMap<u32, i64>,
}

type Shaped = Shape<u32, Nest>;

fn word(text: &str) -> Word {
    Word { text: text.into() }
}

fn shaped() -> Shaped {
    Shape {
        id: "a.b@{}".into(),
        r#type: BTreeSet::from([1, 2]),
        load: vec![1, 1],
        lock_state: BTreeMap::from([("k".into(), word("v"))]),
        delete: BTreeMap::from([((1, 2), 0.5)]),
        key: HashMap::from([(word("a"), i64::MIN), (word("b"), 0)]),
        nest: Some(Nest { words: BTreeMap::from([(7, 2)]) }),
    }
}

on_every_backend! {
    fn every_kind_is_saved_loaded_and_written_through_its_handle(backend) {
        backend.run(shaped().save()).unwrap();
        assert_eq!(backend.run(Shaped::load("a.b@{}")).unwrap(), Some(shaped()));
        let it = Shaped::at("a.b@{}");
        backend.run(it.r#type().insert(3)).unwrap();
        backend.run(it.load().push_back(3)).unwrap();
        backend.run(it.lock_state().insert("l", word("w"))).unwrap();
        backend.run(it.delete().insert((3, 4), 1.0)).unwrap();
        backend.run(it.key().add(word("b"), 3)).unwrap();
        backend.run(it.nest().words().add(7, 1)).unwrap();
        backend.run(it.field(path!(Shaped.nest.words)).add(8, 1)).unwrap();
        let mut expected = shaped();
        expected.r#type.insert(3);
        expected.load.push(3);
        expected.lock_state.insert("l".into(), word("w"));
        expected.delete.insert((3, 4), 1.0);
        expected.key.insert(word("b"), 3);
        expected.nest = Some(Nest { words: BTreeMap::from([(7, 3), (8, 1)]) });
        assert_eq!(backend.run((*it).load()).unwrap(), Some(expected));
        let names = ["", ".delete", ".key", ".load", ".lockState", ".nest.WORDS", ".type"];
        assert_eq!(keys(backend), names.map(|name| format!("shape:{{a%2Eb%40%7B%7D}}{name}")));
        assert!(backend.run((*it).delete()).unwrap());
        assert_eq!(keys(backend), [""; 0]);
    }

    fn more_elements_than_one_call_of_a_script_takes_are_saved(backend) {
        let large = Shaped {
            r#type: (0..10_000).collect(),
            load: (0..10_000).collect(),
            lock_state: (0..10_000).map(|number| (number.to_string(), word("v"))).collect(),
            delete: (0..10_000_u32).map(|number| ((number.to_be_bytes()[2], number.to_be_bytes()[3]), f64::from(number) / 7.0)).collect(),
            key: (0..10_000).map(|number| (word(&number.to_string()), number)).collect(),
            ..shaped()
        };
        backend.run(large.save()).unwrap();
        assert!(backend.run(Shaped::fetch("a.b@{}")).unwrap() == large);
    }
}
