//! Tags: what they invalidate, and when.

use redis_model::{
    __private::cached::{self, Bypass, Call, Form, Function, OfOption as _, OfPlain as _, Probe, Shape},
    cache::invalidate_tag,
};

use super::*;

/// A function in which nothing is left to chance, of values with two tags.
fn function() -> Function {
    Function::new("tagged").early(0.0).jitter(0.0).timeout(LONG).wait(LONG).lease(LONG)
}

/// The call of a value, which has a tag of its own and one that all have.
fn call(function: &Function, id: u64) -> Call<'_> {
    Call::new(function, &(id,)).tag(format_args!("value:{id}")).tag("all")
}

fn form() -> impl Form<u64> {
    Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL)
}

fn optional_form() -> impl Form<Option<u64>> {
    Shape::new(&(&&&&Probe::<Option<u64>>::new()).values()).ttl(|_| TTL)
}

fn load_tagged<M: Wait>(store: &Store<M>, function: &Function, id: u64, body: impl FnOnce() -> u64) -> u64 {
    M::finish(cached::run(Some(store.clone()), call(function, id), form(), Bypass, || async move { body() }))
}

/// The same of a value that may not be there; then it is not stored.
fn load_optional<M: Wait>(store: &Store<M>, function: &Function, body: impl FnOnce() -> Option<u64>) -> Option<u64> {
    M::finish(cached::run(Some(store.clone()), call(function, 1), optional_form(), Bypass, || async move { body() }))
}

fn put_tagged<M: Wait>(backend: &Backend<M>, function: &Function, id: u64, value: u64) {
    assert!(M::finish(cached::put(Some(backend.store.clone()), call(function, id), form(), &value)).unwrap());
}

fn peek_tagged<M: Wait>(backend: &Backend<M>, function: &Function, id: u64) -> Option<u64> {
    M::finish(cached::peek(Some(backend.store.clone()), call(function, id), form())).unwrap()
}

fn invalidate_tagged<M: Wait>(store: &Store<M>, tag: &str) -> bool {
    M::wait(invalidate_tag(store, tag)).unwrap()
}

fn info<M: Wait>(backend: &Backend<M>, function: &Function) -> Info {
    cached::info(Some(backend.store.clone()), &call(function, 0))
}

fn told<M: Wait>(backend: &Backend<M>, function: &Function) -> String {
    listed(&info(backend, function))
}

fn life<M: Wait>(backend: &Backend<M>, key: &str) -> i64 {
    backend.raw(&["PTTL", key])
}

on_every_backend! {
    fn a_tag_invalidates_all_that_have_it(backend) {
        let function = function();
        for id in 0..3 {
            load_tagged(&backend.store, &function, id, || 7);
        }
        assert!(invalidate_tagged(&backend.store, "value:1"));
        assert!(!invalidate_tagged(&backend.store, "value:1"), "there is none any more");
        assert!(!invalidate_tagged(&backend.store, "value:9"));
        for (id, value) in [(0, 7), (1, 8), (2, 7), (1, 8)] {
            assert_eq!(load_tagged(&backend.store, &function, id, || 8), value);
        }
        assert_eq!(told(backend, &function), "l2_hits 3, misses 4, computes 4");
        assert!(invalidate_tagged(&backend.other_store(), "all"));
        for id in 0..3 {
            assert_eq!(peek_tagged(backend, &function, id), None);
            assert_eq!(load_tagged(&backend.store, &function, id, || 9), 9);
            assert_eq!(load_tagged(&backend.store, &function, id, never), 9);
        }
    }

    fn what_is_put_has_its_tags(backend) {
        let function = function();
        put_tagged(backend, &function, 1, 7);
        assert_eq!(load_tagged(&backend.store, &function, 1, never), 7);
        assert!(invalidate_tagged(&backend.store, "all"));
        assert_eq!(peek_tagged(backend, &function, 1), None);
        put_tagged(backend, &function, 1, 8);
        assert_eq!(load_tagged(&backend.store, &function, 1, never), 8);
    }

    fn an_entry_of_a_function_that_had_no_tags_is_computed_anew(backend) {
        let function = function();
        let untagged = || Call::new(&function, &(1_u64,));
        assert!(M::finish(cached::put(Some(backend.store.clone()), untagged(), form(), &7)).unwrap());
        assert_eq!(load_tagged(&backend.store, &function, 1, || 8), 8);
        let seen = M::finish(cached::peek(Some(backend.store.clone()), untagged(), form())).unwrap();
        assert_eq!(seen, None, "nor the other way round");
    }

    fn a_value_whose_tag_is_invalidated_while_it_is_computed_is_the_callers_only(backend) {
        for (id, other) in (0..).zip([backend.store.clone(), backend.other_store()]) {
            let function = function();
            let value = load_tagged(&backend.store, &function, id, || {
                assert!(meanwhile(|| invalidate_tagged(&other, &format!("value:{id}"))));
                7
            });
            assert_eq!(value, 7);
            assert_eq!(peek_tagged(backend, &function, id), None);
            assert_eq!(load_tagged(&backend.store, &function, id, || 8), 8);
            assert_eq!(load_tagged(&backend.store, &function, id, never), 8);
        }
    }

    fn who_comes_after_a_tag_was_invalidated_does_not_get_the_old_value(backend) {
        for (id, other) in (0..).zip([backend.store.clone(), backend.other_store()]) {
            let function = function();
            thread::scope(|scope| {
                let (mut early, mut late) = (None, None);
                load_tagged(&backend.store, &function, id, || {
                    early = Some(scope.spawn(|| load_tagged(&backend.store, &function, id, || 8)));
                    wait_until("it waits", || info(backend, &function).waits == 1);
                    assert!(meanwhile(|| invalidate_tagged(&other, "all")));
                    late = Some(scope.spawn(|| load_tagged(&backend.store, &function, id, || 8)));
                    wait_until("the second one waits", || info(backend, &function).waits == 2);
                    7
                });
                early.unwrap().join().unwrap();
                assert_eq!(late.unwrap().join().unwrap(), 8);
            });
            assert_eq!(load_tagged(&backend.store, &function, id, never), 8);
            assert_eq!(calls(&info(backend, &function)), 4);
        }
    }

    fn who_comes_after_a_tag_was_invalidated_does_not_get_what_was_not_stored(backend) {
        let function = function();
        assert_eq!(load_optional(&backend.store, &function, || None), None);
        thread::scope(|scope| {
            let mut late = None;
            load_optional(&backend.store, &function, || {
                assert!(meanwhile(|| invalidate_tagged(&backend.store, "all")));
                late = Some(scope.spawn(|| load_optional(&backend.store, &function, || Some(8))));
                wait_until("it waits", || info(backend, &function).waits == 1);
                None
            });
            assert_eq!(late.unwrap().join().unwrap(), Some(8));
        });
    }

    fn one_of_a_crowd_computes_what_has_tags(backend) {
        // Of the first no epoch exists, of the others one does.
        for id in 0..3 {
            let function = function();
            let call = || {
                load_tagged(&backend.store, &function, id, || {
                    wait_until("all others wait", || info(backend, &function).waits == 7);
                    7
                })
            };
            thread::scope(|scope| {
                let callers: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
                assert!(callers.into_iter().all(|caller| caller.join().unwrap() == 7));
            });
            assert_eq!(told(backend, &function), "misses 8, computes 1, waits 7");
        }
    }

    fn one_of_a_crowd_computes_what_has_tags_and_is_not_stored(backend) {
        let function = function();
        // The epochs are there from now on.
        assert_eq!(load_optional(&backend.store, &function, || None), None);
        let call = || {
            load_optional(&backend.store, &function, || {
                wait_until("all others wait", || info(backend, &function).waits == 7);
                None
            })
        };
        thread::scope(|scope| {
            let callers: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
            assert!(callers.into_iter().all(|caller| caller.join().unwrap().is_none()));
        });
        assert_eq!(told(backend, &function), "misses 9, computes 2, waits 7");
    }

    fn an_epoch_lives_as_long_as_the_entries_that_have_it(backend) {
        let function = function().stale(LONG).lease(Duration::from_secs(1));
        load_tagged(&backend.store, &function, 1, || 7);
        let entry = life(backend, "cache:{tagged:0:1}");
        for tag in ["cachetag:{value%3A1}", "cachetag:{all}"] {
            assert!(life(backend, tag) >= entry - 1_000, "{tag}");
        }
        // One that lives for longer is not shortened by one that does not.
        backend.raw::<i64>(&["PEXPIRE", "cachetag:{all}", "6000000"]);
        load_tagged(&backend.store, &function, 2, || 7);
        assert!(life(backend, "cachetag:{all}") > 5_000_000);
    }

    fn an_epoch_does_not_end_while_a_value_is_computed(backend) {
        let function = function();
        put_tagged(backend, &function, 2, 7);
        backend.raw::<i64>(&["PEXPIRE", "cachetag:{all}", "50"]);
        load_tagged(&backend.store, &function, 1, || {
            assert!(meanwhile(|| life(backend, "cachetag:{all}")) > 60_000);
            7
        });
        assert_eq!(load_tagged(&backend.store, &function, 1, never), 7);
    }

    fn any_text_is_a_tag(backend) {
        for text in ["", "a:b", "{a}", "a%b", "ä\n\0", &"x".repeat(1_000)] {
            let function = function();
            let load = |body: &dyn Fn() -> u64| {
                let call = Call::new(&function, &(text,)).tag(text);
                M::finish(cached::run(Some(backend.store.clone()), call, form(), Bypass, || async move { body() }))
            };
            assert_eq!(load(&|| 7), 7);
            assert_eq!(load(&|| panic!("{text} is there")), 7);
            assert!(invalidate_tagged(&backend.store, text));
            assert_eq!(load(&|| 8), 8);
        }
    }

    fn a_damaged_epoch_lets_nothing_be_served(backend) {
        let function = function();
        let damages: [&[&str]; 2] = [&["LPUSH", "cachetag:{all}", "no epoch"], &["SET", "cachetag:{all}", &"x".repeat(300)]];
        for (id, damage) in (10..).zip(damages) {
            backend.raw::<redis_model::redis::Value>(damage);
            for value in 0..3 {
                assert_eq!(load_tagged(&backend.store, &function, id, || value), value, "{damage:?}");
            }
            let lock = format!("cachelock:{{tagged:0:{id}}}");
            wait_until("no lock is left", || backend.raw::<i64>(&["EXISTS", &lock]) == 0);
            assert!(invalidate_tagged(&backend.store, "all"), "which repairs it");
            load_tagged(&backend.store, &function, id, || 7);
            assert_eq!(load_tagged(&backend.store, &function, id, never), 7);
            assert!(invalidate_tagged(&backend.store, "all"));
        }
        assert_eq!(told(backend, &function), "l2_hits 2, misses 5, computes 5, errors 3, bypassed 3");
    }

    fn an_epoch_of_another_hand_is_as_good_as_ours(backend) {
        let function = function();
        backend.raw::<()>(&["SET", "cachetag:{all}", ""]);
        load_tagged(&backend.store, &function, 1, || 7);
        assert_eq!(load_tagged(&backend.store, &function, 1, never), 7);
        backend.raw::<()>(&["SET", "cachetag:{all}", "other"]);
        assert_eq!(load_tagged(&backend.store, &function, 1, || 8), 8);
        assert_eq!(load_tagged(&backend.store, &function, 1, never), 8);
    }

    fn an_outdated_value_is_not_served_once_its_tag_is_invalidated(backend) {
        let function = function().stale(LONG);
        load_tagged(&backend.store, &function, 1, || 7);
        outdate(backend, &Key::new("cache:{tagged:0:1}"));
        let refreshed = load_tagged(&backend.store, &function, 1, || {
            assert_eq!(meanwhile(|| load_tagged(&backend.other_store(), &function, 1, never)), 7);
            assert!(meanwhile(|| invalidate_tagged(&backend.store, "all")));
            8
        });
        assert_eq!(refreshed, 8);
        assert_eq!(load_tagged(&backend.store, &function, 1, || 9), 9);
        assert_eq!(told(backend, &function), "stale 1, misses 3, computes 3");
    }
}
