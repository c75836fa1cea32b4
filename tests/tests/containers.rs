//! What all containers have in common: their key, its life, copies, locks.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

use std::{collections::HashSet, time::Duration};

use redis_model::{Condition, Dump, Error, Key, Set, TimeLeft, generic::Guard, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

const MINUTE: Duration = Duration::from_secs(60);

fn words(words: &[&str]) -> HashSet<String> {
    words.iter().map(ToString::to_string).collect()
}

/// A set of two words.
fn filled<M: Wait>(backend: &Backend<M>, key: &str) -> Set<String> {
    let set = Set::at(key);
    assert_eq!(backend.run(set.extend(["a", "b"])).unwrap(), 2);
    set
}

/// Whether so much is left, up to the time that a test takes on a server.
fn is_about(time: TimeLeft, expected: Duration) -> bool {
    matches!(time, TimeLeft::Left(left) if left <= expected && left + MINUTE / 2 > expected)
}

fn acquire<M: Wait>(backend: &Backend<M>, set: &Set<String>) -> Guard<M> {
    backend.wait(set.lock().acquire(&backend.store)).unwrap()
}

on_every_backend! {
    fn a_container_is_there_while_something_is_in_it(backend) {
        let set = Set::<String>::at("words");
        assert!(!backend.run(set.exists()).unwrap() && backend.run(set.is_empty()).unwrap());
        backend.run(set.insert("a")).unwrap();
        assert!(backend.run(set.exists()).unwrap() && !backend.run(set.is_empty()).unwrap());
        assert!(backend.run(set.clear()).unwrap() && !backend.run(set.clear()).unwrap());
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn a_container_lives_as_long_as_it_is_told(backend) {
        let set = Set::<String>::at("words");
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Missing);
        assert!(!backend.run(set.expire(MINUTE)).unwrap() && !backend.run(set.persist()).unwrap());
        backend.run(set.insert("a")).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
        assert!(backend.run(set.expire(MINUTE)).unwrap());
        backend.run(set.insert("c")).unwrap();
        assert!(is_about(backend.run(set.ttl()).unwrap(), MINUTE));
        assert!(backend.run(set.persist()).unwrap());
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
        assert!(matches!(backend.run(set.expire(Duration::ZERO)), Err(Error::InvalidQuery { .. })));
        assert!(backend.run(set.expire(MINUTE)).unwrap());
        if !backend.advance(MINUTE) {
            backend.expire_now(set.key());
        }
        assert!(backend.run(set.is_empty()).unwrap());
    }

    fn what_replaces_a_container_lives_as_long_as_it(backend) {
        let set = filled(backend, "words");
        backend.run(set.replace(["x"])).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
        backend.run(set.expire(MINUTE)).unwrap();
        backend.run(set.replace(["y", "z"])).unwrap();
        assert_eq!(backend.run(set.load()).unwrap(), words(&["y", "z"]));
        assert!(is_about(backend.run(set.ttl()).unwrap(), MINUTE));
        backend.run(set.replace([""; 0])).unwrap();
        assert!(backend.run(set.is_empty()).unwrap());
        backend.run(set.replace(["new"])).unwrap();
        assert_eq!(backend.run(set.ttl()).unwrap(), TimeLeft::Unlimited);
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["words"]);
    }

    fn a_container_of_another_type_is_replaced_as_a_whole(backend) {
        backend.raw::<()>(&["SET", "words", "no set"]);
        let set = Set::<String>::at("words");
        assert!(matches!(backend.run(set.insert("a")), Err(Error::WrongType { key, .. }) if key == Key::new("words")));
        backend.run(set.replace(["a"])).unwrap();
        assert_eq!(backend.run(set.load()).unwrap(), words(&["a"]));
    }

    fn a_hundred_thousand_elements_take_the_place_of_others(backend) {
        let set = Set::<u32>::at("numbers");
        backend.run(set.replace(0..100_000)).unwrap();
        backend.run(set.replace(50_000..150_000)).unwrap();
        assert_eq!(backend.run(set.load()).unwrap(), (50_000..150_000).collect());
    }

    fn a_copy_is_restored_where_nothing_is(backend) {
        let set = filled(backend, "words");
        backend.run(set.expire(MINUTE)).unwrap();
        let copy = backend.run(set.dump()).unwrap().unwrap();
        let other = Set::<String>::at("other");
        backend.run(other.restore(&copy)).unwrap();
        assert_eq!(backend.run(other.load()).unwrap(), words(&["a", "b"]));
        assert_eq!(backend.run(other.ttl()).unwrap(), TimeLeft::Unlimited);
        backend.run(other.insert("c")).unwrap();
        let taken = backend.run(other.restore(&copy)).unwrap_err();
        assert!(matches!(&taken, Error::AlreadyExists { key } if key == other.key()), "{taken}");
        assert_eq!(backend.run(other.len()).unwrap(), 3);
        backend.run(other.restore_over(&Dump::new(copy.as_bytes()))).unwrap();
        assert_eq!(backend.run(other.load()).unwrap(), words(&["a", "b"]));
        assert_eq!(backend.run(Set::<String>::at("missing").dump()).unwrap(), None);
    }

    fn a_damaged_copy_is_refused(backend) {
        let set = filled(backend, "words");
        let copy = backend.run(set.dump()).unwrap().unwrap();
        let mut damaged = copy.as_bytes().to_vec();
        damaged[1] ^= 1;
        for bytes in [damaged, Vec::new(), b"short".to_vec()] {
            let refused = backend.run(set.restore_over(&Dump::new(bytes))).unwrap_err();
            assert!(matches!(refused, Error::Server { .. }), "{refused}");
        }
        assert_eq!(backend.run(set.load()).unwrap(), words(&["a", "b"]));
        assert!(!format!("{copy:?}").contains('a'), "what is in a copy may be secret: {copy:?}");
    }

    fn one_with_a_random_key_meets_nobody(backend) {
        let (one, other) = (Set::<String>::temporary(), Set::<String>::temporary());
        assert_ne!(one.key(), other.key());
        backend.run(one.insert("a")).unwrap();
        assert!(backend.run(other.is_empty()).unwrap());
    }

    fn braces_that_make_no_tag_are_refused_where_they_would_do_harm(backend) {
        for key in ["a{b", "}a{", "{}", "a{}b", ""] {
            let set = Set::<String>::at(key);
            let refused = backend.run(set.replace(["x"])).unwrap_err();
            assert!(matches!(refused, Error::InvalidKey { .. }), "{key}: {refused}");
            let refused = backend.wait(set.lock().acquire(&backend.store)).err().unwrap();
            assert!(matches!(refused, Error::InvalidKey { .. }), "{key}: {refused}");
        }
        for key in ["a", "{a}", "a:{b}:c", "{a}{"] {
            backend.run(Set::<String>::at(key).replace(["x"])).unwrap();
        }
    }

    fn a_lock_excludes_others_of_the_same_container(backend) {
        let set = filled(backend, "words");
        let guard = acquire(backend, &set);
        let other = Set::<String>::at("words").lock().wait(Duration::from_millis(1));
        let refused = backend.wait(other.acquire(&backend.store)).err().unwrap();
        assert!(matches!(refused, Error::LockTimeout { .. }), "{refused}");
        let elsewhere = acquire(backend, &Set::at("other"));
        backend.wait(elsewhere.release()).unwrap();
        backend.wait(guard.release()).unwrap();
        drop(acquire(backend, &set));
    }

    fn what_is_written_under_a_lost_lock_is_refused(backend) {
        let set = filled(backend, "words");
        let guard = acquire(backend, &set);
        assert!(backend.wait(guard.run(set.insert("c"))).unwrap());
        backend.wait(guard.run(set.replace(["d", "e"]))).unwrap();
        assert_eq!(backend.wait(guard.run(set.load())).unwrap(), words(&["d", "e"]));
        let outside = backend.wait(guard.run(Set::<String>::at("words2").insert("x"))).unwrap_err();
        assert!(matches!(outside, Error::InvalidQuery { .. }), "{outside}");
        backend.raw::<i64>(&["DEL", "{words}@lock"]);
        for lost in [backend.wait(guard.run(set.insert("f"))).map(drop::<bool>), backend.wait(guard.run(set.replace(["f"])))] {
            assert!(matches!(lost, Err(Error::LockLost { .. })), "{lost:?}");
        }
        assert_eq!(backend.run(set.load()).unwrap(), words(&["d", "e"]));
    }

    fn conditions_and_batches_take_operations_of_containers(backend) {
        let set = filled(backend, "words");
        let refused = backend.run(set.extend(["x", "y"]).when(Condition::exists("flag"))).unwrap_err();
        assert!(refused.is_not_found(), "{refused}");
        backend.raw::<()>(&["SET", "flag", "1"]);
        let (added, found, all) =
            backend.run((set.extend(["x", "y"]), set.contains_many(["x", "q"]), set.load()).batch().atomic()).unwrap();
        assert_eq!((added, found, all), (2, vec![true, false], words(&["a", "b", "x", "y"])));
        backend.run(set.replace(["z"]).when(Condition::exists("flag"))).unwrap();
        assert_eq!(backend.run((set.len(), set.load()).batch()).unwrap(), (1, words(&["z"])));
    }
}
