//! Compare-and-set of records with collections, which have a version or none that are loaded.

use redis_model::{Error, Expiring, prelude::*};
use redis_model_tests::{RedisServer, in_both_modes, on_every_backend};

use super::*;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "doc", ttl = "10m")]
struct Doc {
    #[redis(id)]
    id: u64,
    text: String,
    #[redis(set)]
    tags: HashSet<String>,
    #[redis(list)]
    lines: Vec<u64>,
    #[redis(map)]
    prefs: HashMap<u8, String>,
    #[redis(sorted_set)]
    ranks: HashMap<String, f64>,
    log: Remote<List<u64>>,
    #[redis(ttl = "1m")]
    code: Expiring<String>,
    #[redis(version)]
    rev: u64,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "far")]
struct Far {
    #[redis(id)]
    id: u64,
    text: String,
    log: Remote<List<u64>>,
}

fn doc() -> Doc {
    let (tags, log, code) = (texts(&["a", "b", "c"]), Remote::new(), Expiring::new("1".into()));
    let prefs = (0..5).map(|key| (key, format!("value {key}"))).collect();
    let ranks = HashMap::from([("a".into(), 1.5), ("b".into(), -7.0), ("c".into(), 1e-9)]);
    Doc { id: 1, text: "x".into(), tags, lines: vec![1, 2, 2], prefs, ranks, log, code, rev: 0 }
}

in_both_modes! {
    fn only_what_has_changed_is_written<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        backend.run(doc().save()).unwrap();
        server.command(&["ACL", "SETUSER", "default", "-sadd", "-zadd", "-rpush", "-rename"]);
        backend.wait(Doc::modify(1, &backend.store, |doc| doc.text.push('y'))).unwrap();
        let refused: Result<(), _> = backend.wait(Doc::modify(1, &backend.store, |doc| doc.lines.push(3)));
        assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
        server.command(&["ACL", "SETUSER", "default", "+rpush", "+rename"]);
        backend.wait(Doc::modify(1, &backend.store, |doc| doc.lines.push(3))).unwrap();
        let loaded = backend.run(Doc::fetch(1)).unwrap();
        assert_eq!((loaded.text.as_str(), loaded.lines, loaded.tags), ("xy", vec![1, 2, 2, 3], doc().tags));
    }
}

on_every_backend! {
    fn a_change_of_a_collection_is_written(backend) {
        backend.run(doc().save()).unwrap();
        backend.run(Doc::at(1).log().push_back(1)).unwrap();
        let change = |doc: &mut Doc| {
            doc.tags.insert("d".into());
            doc.lines.clear();
        };
        backend.wait(Doc::modify(1, &backend.store, change)).unwrap();
        let loaded = backend.run(Doc::fetch(1)).unwrap();
        assert_eq!((loaded.tags, loaded.lines), (texts(&["a", "b", "c", "d"]), vec![]));
        let expected =
            ["doc:{1}", "doc:{1}.code", "doc:{1}.log", "doc:{1}.prefs", "doc:{1}.ranks", "doc:{1}.tags"];
        assert_eq!(keys(backend), expected);
        let ends = ["doc:{1}", "doc:{1}.tags", "doc:{1}.log"].map(|key| backend.raw::<i64>(&["PEXPIRETIME", key]));
        assert_eq!(ends, [ends[0]; 3]);
    }

    fn a_write_of_a_collection_in_between_is_seen(backend) {
        backend.run(doc().save()).unwrap();
        let (mut tries, other) = (0, backend.other_store());
        let change = |doc: &mut Doc| {
            tries += 1;
            if tries == 1 {
                let insert = || M::wait(Doc::at(1).tags().insert("theirs").run(&other)).unwrap();
                // A thread of its own, as this one may be driving futures.
                assert!(std::thread::scope(|scope| scope.spawn(insert).join()).unwrap());
            }
            doc.tags.insert("mine".into());
        };
        backend.wait(Doc::modify(1, &backend.store, change)).unwrap();
        assert_eq!(backend.run(Doc::fetch(1)).unwrap().tags, texts(&["a", "b", "c", "mine", "theirs"]));
        assert_eq!(tries, 2);
    }

    fn without_a_change_nothing_is_written(backend) {
        backend.run(doc().save()).unwrap();
        let before = backend.run(Doc::at(1).rev().get()).unwrap();
        backend.wait(Doc::modify(1, &backend.store, |_| ())).unwrap();
        assert_eq!(backend.run(Doc::at(1).rev().get()).unwrap(), before);
    }

    fn collections_that_are_not_loaded_are_left_alone(backend) {
        backend.run(Far { id: 1, text: "x".into(), log: Remote::new() }.save()).unwrap();
        let change = |far: &mut Far| far.text.push('y');
        backend.run(Far::at(1).log().push_back(1)).unwrap();
        backend.wait(Far::modify(1, &backend.store, change)).unwrap();
        assert_eq!(backend.run(Far::at(1).log().load()).unwrap(), [1]);
        let refused: Result<(), _> = backend.wait(Far::modify(2, &backend.store, change));
        assert!(matches!(refused, Err(Error::NotFound { .. })));
    }
}
