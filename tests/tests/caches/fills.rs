//! Computations that are overtaken: what was invalidated does not come back.

use std::sync::mpsc;

use redis_model::__private::cached::{self, Bypass, Call, Function, OfPlain as _, Probe, Shape};

use super::*;

/// What overtakes a computation.
#[derive(Clone, Copy, Debug)]
enum Overtaking {
    Invalidate,
    Clear,
    Put,
    Bypass,
    /// All keys are lost.
    Flush,
}

/// Who does it.
#[derive(Clone, Copy, Debug)]
enum Who {
    ThisProcess,
    AnotherOne,
}

fn all() -> impl Iterator<Item = (u64, Overtaking, Who)> {
    let all = [Overtaking::Invalidate, Overtaking::Clear, Overtaking::Put, Overtaking::Bypass, Overtaking::Flush];
    let all = all.into_iter().flat_map(|how| [(how, Who::ThisProcess), (how, Who::AnotherOne)]);
    (0..).zip(all).map(|(id, (how, who))| (id, how, who))
}

/// Overtakes whoever computes the value; what is stored then is a 9, if anything.
fn overtake<M: Wait>(backend: &Backend<M>, cache: &By<u64>, id: u64, how: Overtaking, who: Who) {
    meanwhile(|| {
        let store = match who {
            Who::ThisProcess => backend.store.clone(),
            Who::AnotherOne => backend.other_store(),
        };
        let values = cache.on(&store);
        match how {
            Overtaking::Invalidate => _ = backend.wait(values.invalidate(&(id,))).unwrap(),
            Overtaking::Clear => _ = backend.wait(values.clear()).unwrap(),
            Overtaking::Put => _ = backend.wait(values.put(&(id,), &9)).unwrap(),
            Overtaking::Bypass => assert_eq!(bypass(&store, id, 9), 9),
            Overtaking::Flush => backend.raw::<()>(&["FLUSHDB"]),
        }
    });
}

/// What a companion's `bypass` does: computes whatever there is.
fn bypass<M: Wait>(store: &Store<M>, id: u64, value: u64) -> u64 {
    static BYPASSED: Function = Function::new("bypassed").timeout(LONG);
    let probed = (&&&&Probe::<u64>::new()).values();
    let form = Shape::new(&probed).ttl(|_| TTL);
    let call = Call::named(&BYPASSED, "values", &(id,));
    M::finish(cached::bypass(Some(store.clone()), call, form, Bypass, || async move { value }))
}

fn stored(how: Overtaking) -> Option<u64> {
    match how {
        Overtaking::Invalidate | Overtaking::Clear | Overtaking::Flush => None,
        Overtaking::Put | Overtaking::Bypass => Some(9),
    }
}

on_every_backend! {
    fn what_was_overtaken_is_the_callers_only(backend) {
        for (id, how, who) in all() {
            let cache = cache::<u64>();
            let value = load(&backend.store, &cache, id, || {
                overtake(backend, &cache, id, how, who);
                7
            });
            assert_eq!(value, 7);
            assert_eq!(peek(backend, &cache, id), stored(how), "{how:?} by {who:?}");
            assert_eq!(counters(&cache), "misses 1, computes 1, fenced 1", "{how:?} by {who:?}");
            assert_eq!(backend.raw::<i64>(&["EXISTS", &lock(id)]), 0);
        }
    }

    fn what_was_overtaken_is_not_even_for_those_who_have_come_since(backend) {
        for (id, how, who) in all() {
            let cache = cache::<u64>();
            let late = thread::scope(|scope| {
                let mut late = None;
                load(&backend.store, &cache, id, || {
                    overtake(backend, &cache, id, how, who);
                    late = Some(scope.spawn(|| load(&backend.store, &cache, id, || 8)));
                    // It waits for this one at most if it cannot know that it was overtaken.
                    wait_until("it is under way", || calls(&cache.info()) == 1 || cache.info().waits == 1);
                    7
                });
                late.unwrap().join().unwrap()
            });
            assert_eq!(late, stored(how).unwrap_or(8), "{how:?} by {who:?}");
        }
    }

    fn who_comes_after_an_invalidation_in_this_process_does_not_wait(backend) {
        for how in [Overtaking::Invalidate, Overtaking::Clear] {
            let cache = cache::<u64>();
            load(&backend.store, &cache, 1, || {
                overtake(backend, &cache, 1, how, Who::ThisProcess);
                assert_eq!(meanwhile(|| load(&backend.store, &cache, 1, || 8)), 8, "{how:?}");
                7
            });
            assert_eq!(peek(backend, &cache, 1), Some(8));
            assert_eq!(counters(&cache), "misses 2, computes 2, fenced 1");
            invalidate(backend, &cache, 1);
        }
    }

    fn those_who_have_waited_look_again_when_it_was_overtaken(backend) {
        for (id, how, who) in all() {
            let cache = cache::<u64>();
            let waited = thread::scope(|scope| {
                let mut waiting = None;
                load(&backend.store, &cache, id, || {
                    waiting = Some(scope.spawn(|| load(&backend.store, &cache, id, || 8)));
                    wait_until("it waits", || cache.info().waits == 1);
                    overtake(backend, &cache, id, how, who);
                    7
                });
                waiting.unwrap().join().unwrap()
            });
            assert_eq!(waited, stored(how).unwrap_or(8), "{how:?} by {who:?}");
            assert_eq!((calls(&cache.info()), cache.info().fenced), (2, 1));
        }
    }

    fn what_is_not_stored_is_overtaken_too(backend) {
        for (id, how, who) in all() {
            let cache = cache::<u64>();
            let late = thread::scope(|scope| {
                let mut late = None;
                load(&backend.store, &cache, id, || {
                    overtake(backend, &cache, id, how, who);
                    late = Some(scope.spawn(|| load(&backend.store, &cache, id, || Some(8))));
                    wait_until("it is under way", || calls(&cache.info()) == 1 || cache.info().waits == 1);
                    None
                });
                late.unwrap().join().unwrap()
            });
            assert_eq!(late, stored(how).or(Some(8)), "{how:?} by {who:?}");
        }
    }

    fn a_refresh_is_overtaken_too(backend) {
        for (id, how, who) in all() {
            let cache = cache::<u64>().stale(LONG);
            put(backend, &cache, id, 6);
            outdate(backend, &entry(id));
            let value = load(&backend.store, &cache, id, || {
                overtake(backend, &cache, id, how, who);
                7
            });
            assert_eq!(value, 7);
            assert_eq!(peek(backend, &cache, id), stored(how), "{how:?} by {who:?}");
        }
    }

    fn one_that_is_overtaken_and_fails_takes_nothing_away(backend) {
        let (cache, other) = (cache::<u64>(), backend.other_store());
        thread::scope(|scope| {
            let (sender, second_goes_on) = mpsc::channel();
            let mut second = None;
            let failed = load(&backend.store, &cache, 1, || {
                overtake(backend, &cache, 1, Overtaking::Invalidate, Who::AnotherOne);
                second = Some(scope.spawn(|| {
                    load(&other, &cache, 1, move || {
                        second_goes_on.recv().unwrap();
                        Tried::Ok(8)
                    })
                }));
                wait_until("the second one computes", || cache.info().computes == 2);
                fails()
            });
            assert_eq!(failed, Err("no"));
            sender.send(()).unwrap();
            assert_eq!(second.unwrap().join().unwrap(), Ok(8));
        });
        assert_eq!(peek(backend, &cache, 1), Some(8));
    }

    fn a_bypass_computes_whatever_there_is(backend) {
        let cache = cache::<u64>();
        put(backend, &cache, 1, 7);
        assert_eq!(bypass(&backend.store, 1, 8), 8);
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
        assert_eq!(keys(backend), 1);
    }
}
