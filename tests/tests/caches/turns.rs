//! Callers of several processes who want the same value at the same time: each store is one of another process.

use super::*;

on_every_backend! {
    fn one_process_computes_for_all(backend) {
        let cache = cache::<u64>();
        let stores: Vec<_> = (0..4).map(|_| backend.other_store()).collect();
        let call = |store: &Store<M>| {
            load(store, &cache, 1, || {
                wait_until("all others wait", || cache.info().waits == 3);
                7
            })
        };
        thread::scope(|scope| {
            let callers: Vec<_> = stores.iter().map(|store| scope.spawn(|| call(store))).collect();
            assert!(callers.into_iter().all(|caller| caller.join().unwrap() == 7));
        });
        assert_eq!(counters(&cache), "misses 4, computes 1, waits 3");
        assert_eq!(keys(backend), 1);
    }

    fn when_one_process_fails_another_one_computes(backend) {
        let (cache, other) = (cache::<u64>(), backend.other_store());
        thread::scope(|scope| {
            let mut waiting = None;
            let failed = load(&backend.store, &cache, 1, || {
                waiting = Some(scope.spawn(|| load(&other, &cache, 1, || Tried::Ok(7))));
                wait_until("the other one waits", || cache.info().waits == 1);
                fails()
            });
            assert_eq!(failed, Err("no"));
            assert_eq!(waiting.unwrap().join().unwrap(), Ok(7));
        });
        assert_eq!(counters(&cache), "misses 2, computes 2, waits 1");
    }

    fn who_has_waited_for_another_process_for_too_long_computes_alone(backend) {
        let (cache, other) = (cache::<u64>().wait(SHORT), backend.other_store());
        load(&backend.store, &cache, 1, || {
            assert_eq!(meanwhile(|| load(&other, &cache, 1, || 8)), 8);
            assert_eq!(meanwhile(|| peek(backend, &cache, 1)), None, "and stores nothing");
            7
        });
        assert_eq!(load(&other, &cache, 1, never::<u64>), 7);
        assert_eq!(counters(&cache), "l2_hits 1, misses 2, computes 2, waits 1");
    }

    fn after_its_lease_another_process_computes_and_the_first_one_is_fenced(backend) {
        let (cache, other) = (cache::<u64>().lease(TTL), backend.other_store());
        let value = load(&backend.store, &cache, 1, || {
            if !backend.advance(TTL) {
                meanwhile(|| backend.expire_now(&Key::new(lock(1))));
            }
            assert_eq!(meanwhile(|| load(&other, &cache, 1, || 8)), 8);
            7
        });
        assert_eq!(value, 7, "its caller gets its value");
        assert_eq!(peek(backend, &cache, 1), Some(8));
        assert_eq!(counters(&cache), "misses 2, computes 2, fenced 1");
        assert_eq!(keys(backend), 1);
    }

    fn one_that_fails_late_gives_back_no_turn_but_its_own(backend) {
        let (cache, other) = (cache::<u64>().lease(TTL), backend.other_store());
        thread::scope(|scope| {
            let (sender, second_goes_on) = std::sync::mpsc::channel();
            let mut second = None;
            let failed = load(&backend.store, &cache, 1, || {
                if !backend.advance(TTL) {
                    meanwhile(|| backend.expire_now(&Key::new(lock(1))));
                }
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
            assert_eq!(backend.raw::<i64>(&["EXISTS", &lock(1)]), 1);
            sender.send(()).unwrap();
            assert_eq!(second.unwrap().join().unwrap(), Ok(8));
        });
        assert_eq!(peek(backend, &cache, 1), Some(8));
        assert_eq!(counters(&cache), "misses 2, computes 2");
    }

    fn each_process_may_compute_for_itself(backend) {
        let (cache, other) = (cache::<u64>().single_flight(SingleFlight::Process), backend.other_store());
        let value = load(&backend.store, &cache, 1, || {
            assert_eq!(meanwhile(|| load(&other, &cache, 1, || 8)), 8);
            7
        });
        assert_eq!(value, 7);
        assert_eq!((cache.info().misses, cache.info().computes, cache.info().waits), (2, 2, 0));
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8, "the first one that was stored stays");
    }

    fn within_a_process_that_computes_for_itself_one_computes(backend) {
        let cache = cache::<u64>().single_flight(SingleFlight::Process);
        thread::scope(|scope| {
            load(&backend.store, &cache, 1, || {
                scope.spawn(|| assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7));
                wait_until("it waits", || cache.info().waits == 1);
                7
            });
        });
        assert_eq!(counters(&cache), "misses 2, computes 1, waits 1");
    }

    fn within_a_process_one_computes_while_another_process_does_too(backend) {
        for (id, answer) in [(1, Some(8)), (2, None)] {
            let (cache, other) = (cache::<u64>().single_flight(SingleFlight::Process), backend.other_store());
            load(&other, &cache, id, || {
                thread::scope(|scope| {
                    let call = || {
                        load(&backend.store, &cache, id, || {
                            wait_until("all others wait", || cache.info().waits == 7);
                            answer
                        })
                    };
                    let callers: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
                    assert!(callers.into_iter().all(|caller| caller.join().unwrap() == answer));
                });
                fails()
            })
            .unwrap_err();
            assert_eq!(counters(&cache), "misses 9, computes 2, waits 7");
            assert_eq!(meanwhile(|| peek(backend, &cache, id)), answer);
        }
    }

    fn who_shares_a_turn_is_overtaken_too(backend) {
        let (cache, other) = (cache::<u64>().single_flight(SingleFlight::Process), backend.other_store());
        load(&other, &cache, 1, || {
            let value = meanwhile(|| {
                load(&backend.store, &cache, 1, || {
                    meanwhile(|| invalidate(backend, &cache, 1));
                    8
                })
            });
            assert_eq!(value, 8);
            7
        });
        assert_eq!(peek(backend, &cache, 1), None);
        assert_eq!(counters(&cache), "misses 2, computes 2, fenced 2");
    }

    fn every_caller_may_compute(backend) {
        let cache = cache::<u64>().single_flight(SingleFlight::Off);
        let value = load(&backend.store, &cache, 1, || {
            assert_eq!(meanwhile(|| load(&backend.store, &cache, 1, || 8)), 8);
            7
        });
        assert_eq!(value, 7);
        assert_eq!((cache.info().misses, cache.info().computes, cache.info().waits), (2, 2, 0));
        assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 8);
    }

    fn of_computations_that_overlap_the_first_one_to_end_is_stored(backend) {
        for single_flight in [SingleFlight::Process, SingleFlight::Off] {
            let (cache, other) = (cache::<u64>().single_flight(single_flight), backend.other_store());
            invalidate(backend, &cache, 1);
            thread::scope(|scope| {
                let (sender, second_goes_on) = std::sync::mpsc::channel();
                let mut second = None;
                load(&backend.store, &cache, 1, || {
                    second = Some(scope.spawn(|| {
                        load(&other, &cache, 1, move || {
                            second_goes_on.recv().unwrap();
                            8
                        })
                    }));
                    wait_until("the second one computes", || cache.info().computes == 2);
                    7
                });
                assert_eq!(peek(backend, &cache, 1), Some(7), "{single_flight:?}");
                assert_eq!(load(&backend.store, &cache, 1, never::<u64>), 7);
                sender.send(()).unwrap();
                assert_eq!(second.unwrap().join().unwrap(), 8);
            });
        }
    }
}
