//! Saving and loading.

use redis_model::{Error, Ttl, path, prelude::*};
use redis_model_tests::on_every_backend;

use super::*;

fn empty() -> User {
    let none = || Home { city: None, rooms: HashSet::new(), visitors: Remote::new() };
    User {
        tags: BTreeSet::new(),
        pairs: HashSet::new(),
        feed: VecDeque::new(),
        blobs: Vec::new(),
        prefs: HashMap::new(),
        parts: BTreeMap::new(),
        votes: HashMap::new(),
        pairs_seen: BTreeMap::new(),
        scores: Vec::new(),
        ranks: HashMap::new(),
        home: none(),
        work: None,
        ..user()
    }
}

on_every_backend! {
    fn collections_are_saved_and_loaded_with_their_record(backend) {
        backend.run(user().save()).unwrap();
        assert_eq!(backend.run(User::load(1)).unwrap(), Some(user()));
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
        assert_eq!(backend.run(User::load_many([2, 1])).unwrap(), [None, Some(user())]);
    }

    fn each_lies_at_a_key_of_its_own(backend) {
        backend.run(user().save()).unwrap();
        let expected = [
            "user:{1}.parts",
            "user:{1}.prefs",
            "user:{1}.votes",
            "user:{1}.pairs_seen",
            "user:{1}.scores",
            "user:{1}.ranks","user:{1}", "user:{1}.feed", "user:{1}.home.rooms", "user:{1}.pairs", "user:{1}.raw",
            "user:{1}.tags", "user:{1}.work.rooms"];
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(keys(backend), expected);
        assert_eq!(backend.raw::<String>(&["HGET", "user:{1}.parts", "7"]), r#"["x","y"]"#);
        assert_eq!(backend.raw::<Vec<i64>>(&["LRANGE", "user:{1}.feed", "0", "-1"]), [3, 1, 2]);
        assert!(backend.raw::<bool>(&["SISMEMBER", "user:{1}.pairs", "[1,\"one\"]"]));
        assert_eq!(backend.raw::<i64>(&["HEXISTS", "user:{1}", "tags"]), 0);
    }

    fn what_is_empty_is_not_stored_and_loads_as_empty(backend) {
        backend.run(empty().save()).unwrap();
        assert_eq!(keys(backend), ["user:{1}"]);
        assert_eq!(backend.run(User::fetch(1)).unwrap(), empty());
    }

    fn a_save_replaces_what_was_there(backend) {
        backend.run(user().save()).unwrap();
        let changed = User { tags: texts(&["c"]), feed: VecDeque::from([9]), pairs: HashSet::new(), ..user() };
        backend.run(changed.save()).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap(), changed);
        backend.run(empty().save()).unwrap();
        assert_eq!(keys(backend), ["user:{1}"]);
    }

    fn a_save_replaces_what_is_of_another_type(backend) {
        backend.raw::<()>(&["SET", "user:{1}.tags", "x"]);
        backend.run(user().save()).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
    }

    fn what_an_atomic_batch_replaces_may_be_of_another_type(backend) {
        backend.run(user().save()).unwrap();
        let tags = User::at(1).tags();
        for batch in [
            (user().save(), tags.insert("c")).batch().atomic(),
            (tags.replace(["a", "b", "nul\0byte"]), tags.insert("c")).batch().atomic(),
        ] {
            backend.raw::<i64>(&["DEL", "user:{1}.tags"]);
            backend.raw::<()>(&["SET", "user:{1}.tags", "x"]);
            backend.run(batch).unwrap();
            assert_eq!(backend.run(tags.load()).unwrap(), texts(&["a", "b", "c", "nul\0byte"]));
        }
    }

    fn a_record_without_its_hash_is_none_whatever_is_left(backend) {
        backend.run(user().save()).unwrap();
        backend.raw::<i64>(&["DEL", "user:{1}"]);
        assert_eq!(backend.run(User::load(1)).unwrap(), None);
    }

    fn a_first_save_removes_what_is_left_of_an_earlier_record(backend) {
        backend.run(user().save()).unwrap();
        fill_remotes(backend);
        backend.raw::<i64>(&["DEL", "user:{1}"]);
        backend.run(User { feed: VecDeque::from([1]), ..empty() }.save().create()).unwrap();
        assert_eq!(keys(backend), ["user:{1}", "user:{1}.feed"]);
        let refused = backend.run(user().save().create());
        assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
        assert_eq!(keys(backend), ["user:{1}", "user:{1}.feed"]);
    }

    fn an_update_of_no_record_writes_nothing(backend) {
        let refused = backend.run(user().save().update());
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
        assert_eq!(keys(backend), [""; 0]);
        backend.run(empty().save()).unwrap();
        backend.run(user().save().update().ttl(Ttl::Keep)).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
    }

    fn a_list_keeps_the_last_of_too_many(backend) {
        backend.run(User { feed: (1..=9).collect(), ..user() }.save()).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap().feed, [5, 6, 7, 8, 9]);
        backend.run(User::at(1).feed().extend([10, 11])).unwrap();
        assert_eq!(backend.run(User::at(1).feed().load()).unwrap(), [7, 8, 9, 10, 11]);
        backend.run(User::at(1).field(path!(User.feed)).push_front(0)).unwrap();
        assert_eq!(backend.run(User::at(1).feed().load()).unwrap(), [0, 7, 8, 9, 10]);
    }

    fn a_score_that_is_no_number_is_refused_before_anything_is_sent(backend) {
        let refused = backend.run(User { scores: vec![("a".into(), f64::NAN)], ..user() }.save());
        assert!(matches!(&refused, Err(Error::Encode { path, .. }) if path == "scores"), "{refused:?}");
        assert_eq!(keys(backend), [""; 0]);
    }

    fn members_are_loaded_by_score_and_the_last_score_of_one_counts(backend) {
        let scores = [("b", 3.0), ("a", 1.0), ("b", -2.0)].map(|(member, score)| (member.to_owned(), score));
        backend.run(User { scores: scores.to_vec(), ..user() }.save()).unwrap();
        let expected = [("b".to_owned(), -2.0), ("a".to_owned(), 1.0)];
        assert_eq!(backend.run(User::fetch(1)).unwrap().scores, expected);
        assert_eq!(backend.run(User::at(1).scores().load()).unwrap(), expected);
    }

    fn an_optional_struct_is_present_by_its_collection_alone(backend) {
        backend.run(empty().save()).unwrap();
        backend.run(User::at(1).work().rooms().insert("lab")).unwrap();
        let work = backend.run(User::fetch(1)).unwrap().work;
        assert_eq!(work, Some(Home { rooms: texts(&["lab"]), ..Home::default() }));
        assert_eq!(backend.run(User::at(1).work().get()).unwrap(), work);
        backend.run(empty().save()).unwrap();
        assert_eq!(keys(backend), ["user:{1}"]);
    }

    fn an_optional_struct_may_be_there_with_nothing_in_it(backend) {
        let user = User { work: Some(Home::default()), ..empty() };
        backend.run(user.save()).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user);
    }

    fn a_nested_struct_is_written_and_removed_with_its_collections(backend) {
        backend.run(user().save()).unwrap();
        fill_remotes(backend);
        let home = Home { city: Some("Rome".into()), rooms: texts(&["bath"]), visitors: Remote::new() };
        backend.run(User::at(1).work().set(&home)).unwrap();
        assert_eq!(backend.run(User::at(1).work().get()).unwrap(), Some(home.clone()));
        assert_eq!(backend.run(User::at(1).work().visitors().len()).unwrap(), 1);
        backend.run(User::at(1).work().set(&Home { rooms: HashSet::new(), ..home })).unwrap();
        assert!(!keys(backend).contains(&"user:{1}.work.rooms".to_owned()));
        backend.run(User::at(1).work().clear()).unwrap();
        assert_eq!(backend.run(User::fetch(1)).unwrap(), User { work: None, ..user() });
        assert!(!keys(backend).iter().any(|key| key.contains("work")));
    }

    fn an_element_that_is_no_value_is_named(backend) {
        backend.run(user().save()).unwrap();
        backend.raw::<i64>(&["RPUSH", "user:{1}.feed", "many"]);
        let Err(Error::Decode { model, key, path, .. }) = backend.run(User::load(1)) else { panic!("it loads") };
        assert_eq!((model, key.to_string().as_str(), path.as_str()), ("User", "user:{1}", "feed[3]"));
        backend.raw::<i64>(&["HSET", "user:{1}.prefs", "b", "300"]);
        backend.raw::<i64>(&["DEL", "user:{1}.feed"]);
        let refused = backend.run(User::load(1));
        assert!(matches!(&refused, Err(Error::Decode { path, .. }) if path == "prefs[b]"), "{refused:?}");
        backend.raw::<i64>(&["HDEL", "user:{1}.prefs", "b"]);
        backend.raw::<i64>(&["RPUSH", "user:{1}.feed", "1", "2", "3", "many"]);
        let batch = backend.run((User::exists(1), User::load(1)).batch());
        assert!(matches!(&batch, Err(Error::Decode { path, .. }) if path == "feed[3]"), "{batch:?}");
    }

    fn a_collection_of_another_type_is_an_error_of_its_key(backend) {
        backend.run(user().save()).unwrap();
        backend.raw::<i64>(&["DEL", "user:{1}.tags"]);
        backend.raw::<()>(&["SET", "user:{1}.tags", "x"]);
        let Err(Error::WrongType { key, .. }) = backend.run(User::load(1)) else { panic!("it loads") };
        assert_eq!(key.to_string(), "user:{1}.tags");
    }

    fn records_are_saved_and_loaded_in_batches(backend) {
        let users = [user(), User { id: 2, ..empty() }, User { id: 3, ..user() }];
        backend.run(redis_model::Query::all(users.iter().map(User::save)).atomic()).unwrap();
        let loaded = backend.run(User::load_many([1, 2, 3])).unwrap();
        assert_eq!(loaded.into_iter().flatten().collect::<Vec<_>>(), users);
        let (first, tags) = backend.run((User::load(1), User::at(3).tags().load()).batch().atomic()).unwrap();
        assert_eq!((first, tags.len()), (Some(user()), 3));
    }

    fn a_hundred_thousand_elements_are_saved_and_loaded(backend) {
        let tags: BTreeSet<String> = (0..100_000).map(|number| format!("tag {number}")).collect();
        let user = User { tags, blobs: (0..100_000_u32).map(|number| number.to_be_bytes().to_vec()).collect(), ..user() };
        backend.run(user.save()).unwrap();
        assert!(backend.run(User::fetch(1)).unwrap() == user);
        backend.run(empty().save()).unwrap();
        assert_eq!(keys(backend), ["user:{1}"]);
    }
}
