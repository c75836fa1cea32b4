//! Writes through handles: they need the record, move its version on, and invalidate what depends on it.

use redis_model::{CollectionPath, Condition, Error, Result, path, prelude::*};
use redis_model_tests::on_every_backend;

use super::*;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "page", invalidates)]
struct Page {
    #[redis(id)]
    id: u64,
    #[redis(set)]
    tags: BTreeSet<String>,
    log: Remote<List<u64>>,
    #[redis(version)]
    rev: u64,
}

/// A collection as an alias, and one of the model's own parameter.
type Tags = BTreeSet<String>;

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "generic")]
struct Generic<T: Ord + redis_model::RedisValue> {
    #[redis(id)]
    id: u64,
    #[redis(set)]
    aliased: Tags,
    #[redis(set)]
    values: BTreeSet<T>,
    others: Remote<Set<T>>,
}

const TAGS: CollectionPath<User, Set<String>> = path!(User.tags);

fn is_lost<T: std::fmt::Debug>(result: &Result<T>) {
    assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
}

on_every_backend! {
    fn a_write_needs_the_record(backend) {
        let it = User::at(1);
        is_lost(&backend.run(it.tags().insert("a")));
        is_lost(&backend.run(it.tags().extend(["a"])));
        is_lost(&backend.run(it.tags().replace(["a"])));
        is_lost(&backend.run(it.tags().clear()));
        is_lost(&backend.run(it.feed().push_back(1)));
        is_lost(&backend.run(it.feed().insert(0, 1)));
        is_lost(&backend.run(it.readers().insert(1)));
        is_lost(&backend.run(it.prefs().insert("a", 1)));
        is_lost(&backend.run(it.scores().insert("a", 1.0)));
        is_lost(&backend.run(it.votes().add("a", 1)));
        is_lost(&backend.run(it.prefs().incr("a", 1)));
        is_lost(&backend.run(it.parts().remove(7)));
        is_lost(&backend.run(it.home().rooms().insert("a")));
        is_lost(&backend.run(it.work().visitors().insert(1)));
        assert_eq!(keys(backend), [""; 0]);
        assert!(backend.run(it.tags().is_empty()).unwrap());
    }

    fn handles_read_and_write_what_is_saved(backend) {
        backend.run(user().save()).unwrap();
        let it = user().handle();
        assert!(backend.run(it.pairs().contains((1, "one".to_owned()))).unwrap());
        assert_eq!(backend.run(it.blobs().get(0)).unwrap(), Some(vec![0, 255, 10]));
        assert!(backend.run(it.home().rooms().insert("bath")).unwrap());
        assert_eq!(backend.run(it.feed().pop_front()).unwrap(), Some(3));
        assert_eq!(backend.run(it.prefs().incr("a", 4)).unwrap(), 5);
        assert!((backend.run(it.scores().incr("b", 1.0)).unwrap() - 1.1).abs() < 1e-9);
        assert_eq!(backend.run(it.votes().add("no", 2)).unwrap(), -1);
        assert_eq!(backend.run(it.pairs_seen().get((1, 2))).unwrap(), 5);
        assert_eq!(backend.run(it.ranks().score(4)).unwrap(), Some(-0.5));
        assert_eq!(backend.run(it.parts().get(7)).unwrap(), Some(texts(&["x", "y"])));
        let loaded = backend.run(User::fetch(1)).unwrap();
        assert_eq!((loaded.home.rooms, loaded.feed), (texts(&["bath", "kitchen"]), VecDeque::from([1, 2])));
    }

    fn a_path_leads_to_the_handle(backend) {
        backend.run(user().save()).unwrap();
        let it = User::at(1);
        assert_eq!((TAGS.as_str(), path!(User.blobs).as_str()), ("tags", "raw"));
        assert_eq!(path!(User.work.visitors).as_str(), "work.visitors");
        assert!(backend.run(it.field(TAGS).contains("a")).unwrap());
        backend.run(it.field(path!(User.work.visitors)).insert(3)).unwrap();
        assert!(backend.run(it.work().visitors().contains(3)).unwrap());
        assert_eq!(it.field(path!(User.events)).key().to_string(), "user:{1}.events");
    }

    fn every_write_moves_the_version_on_and_invalidates(backend) {
        let mut page = Page { id: 1, tags: texts(&["a"]), log: Remote::new(), rev: 0 };
        backend.wait(page.save_mut(&backend.store)).unwrap();
        let it = Page::at(1);
        let writes: [redis_model::Query<()>; 5] = [
            it.tags().insert("b").map(drop::<bool>),
            it.tags().replace(["c", "d"]),
            it.tags().clear().map(drop::<bool>),
            it.log().push_back(1).map(drop::<u64>),
            it.log().insert(0, 2).map(drop::<u64>),
        ];
        for (number, write) in writes.into_iter().enumerate() {
            let before = backend.run(it.rev().get()).unwrap().unwrap();
            backend.raw::<()>(&["SET", "page:{1}@epoch", "x"]);
            backend.run(write).unwrap();
            assert_eq!(backend.run(it.rev().get()).unwrap(), Some(before + 1), "{number}");
            assert_eq!(backend.raw::<i64>(&["EXISTS", "page:{1}@epoch"]), 0, "{number}");
        }
        backend.raw::<()>(&["SET", "page:{1}@epoch", "x"]);
        backend.run(it.tags().insert("e").unchecked()).unwrap();
        assert_eq!(backend.raw::<i64>(&["EXISTS", "page:{1}@epoch"]), 0);
    }

    fn an_outdated_save_writes_nothing_of_collections(backend) {
        let mut page = Page { id: 1, tags: texts(&["a"]), log: Remote::new(), rev: 0 };
        backend.wait(page.save_mut(&backend.store)).unwrap();
        backend.run(Page::at(1).tags().insert("theirs")).unwrap();
        page.tags = texts(&["mine"]);
        let refused = backend.wait(page.save_mut(&backend.store));
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        let loaded = backend.run(Page::fetch(1)).unwrap();
        assert_eq!(loaded.tags, texts(&["a", "theirs"]));
        backend.wait(Page { tags: texts(&["mine"]), ..loaded }.save_mut(&backend.store)).unwrap();
        assert_eq!(backend.run(Page::fetch(1)).unwrap().tags, texts(&["mine"]));
    }

    fn a_write_may_have_a_condition(backend) {
        backend.run(user().save()).unwrap();
        let insert = || User::at(1).tags().insert("z");
        assert!(backend.run(insert().when(Condition::field_equals("user:{1}", "name", "Bob"))).is_err());
        assert!(!backend.run(User::at(1).tags().contains("z")).unwrap());
        assert!(backend.run(insert().when(Condition::field_equals("user:{1}", "name", "Ada"))).unwrap());
    }

    fn aliases_and_parameters_are_seen_through(backend) {
        let record =
            Generic::<i32> { id: 1, aliased: texts(&["a"]), values: BTreeSet::from([-1, 2]), others: Remote::new() };
        backend.run(record.save()).unwrap();
        assert_eq!(backend.run(Generic::<i32>::fetch(1)).unwrap(), record);
        let it = Generic::<i32>::at(1);
        assert!(backend.run(it.values().contains(2)).unwrap());
        assert!(backend.run(it.aliased().insert("b")).unwrap());
        assert!(backend.run(it.others().insert(5)).unwrap());
    }
}
