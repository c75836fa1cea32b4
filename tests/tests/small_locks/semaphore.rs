//! So many holders, and no more.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use proptest::prelude::*;
use redis_model::{Blocking, Semaphore, generic::Permit};

use super::*;

const KEY: &str = "{a}@semaphore";

fn acquire<M: Wait>(backend: &Backend<M>, semaphore: &Semaphore) -> Permit<M> {
    backend.wait(semaphore.acquire(&backend.store)).unwrap()
}

fn try_acquire<M: Wait>(backend: &Backend<M>, semaphore: &Semaphore) -> Option<Permit<M>> {
    backend.wait(semaphore.try_acquire(&backend.store)).unwrap()
}

fn available<M: Wait>(backend: &Backend<M>, semaphore: &Semaphore) -> u64 {
    backend.run(semaphore.available()).unwrap()
}

/// When the last lease ends, in milliseconds of the server's clock.
fn lease_end<M: Wait>(backend: &Backend<M>) -> i64 {
    backend.raw(&["PEXPIRETIME", KEY])
}

on_every_backend! {
    fn as_many_as_there_are_permits_get_one(backend) {
        let semaphore = Semaphore::named("a", 3);
        let mut permits: Vec<_> = (0..3)
            .map(|taken| {
                assert_eq!(available(backend, &semaphore), 3 - taken);
                acquire(backend, &semaphore)
            })
            .collect();
        assert!(try_acquire(backend, &semaphore).is_none());
        assert_eq!(backend.wait(permits.pop().unwrap().release()).unwrap(), Released::InTime);
        assert_eq!(available(backend, &semaphore), 1);
        permits.push(try_acquire(backend, &semaphore).unwrap());
        assert!(permits.iter().all(Permit::is_held));
    }

    fn no_more_are_inside_than_there_are_permits(backend) {
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    let permit = acquire(backend, &Semaphore::named("a", 2).wait(LONG));
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    assert_eq!(backend.wait(permit.release()).unwrap(), Released::InTime);
                });
            }
        });
        assert!((1..=2).contains(&most.into_inner()));
        assert_eq!(available(backend, &Semaphore::named("a", 2)), 2);
    }

    fn the_number_of_who_asks_counts(backend) {
        let (few, many) = (Semaphore::named("a", 1), Semaphore::named("a", 3));
        let first = acquire(backend, &many);
        assert!(try_acquire(backend, &few).is_none());
        let _second = acquire(backend, &many);
        assert_eq!((available(backend, &few), available(backend, &many)), (0, 1));
        assert_eq!(backend.wait(first.release()).unwrap(), Released::InTime);
        assert!(try_acquire(backend, &few).is_none(), "one is still held");
        assert!(try_acquire(backend, &many).is_some());
    }

    fn a_wait_that_is_too_long_names_the_lease_in_the_way(backend) {
        let _long = acquire(backend, &Semaphore::named("a", 2).lease(LONG));
        let _short = acquire(backend, &Semaphore::named("a", 2).lease(LONG / 10));
        let holder_lease = |permits| {
            let error = backend.wait(Semaphore::named("a", permits).wait(SHORT).acquire(&backend.store)).unwrap_err();
            let Error::LockTimeout { path, waited, holder_lease: Some(lease) } = &error else { panic!("{error:?}") };
            assert!(path == "a" && *waited >= SHORT, "{error:?}");
            *lease
        };
        assert!(holder_lease(2) <= LONG / 10, "one of two has to end");
        assert!(holder_lease(1) > LONG / 2, "both have to end");
    }

    fn the_permit_of_the_dead_is_free_when_its_lease_ends(backend) {
        let semaphore = Semaphore::named("a", 1);
        let dead = acquire(backend, &semaphore.clone().fixed_lease(Duration::from_secs(5)));
        thread::scope(|scope| {
            let waiter = scope.spawn(|| acquire(backend, &semaphore.clone().wait(LONG)));
            if !backend.advance(Duration::from_secs(5)) {
                backend.expire_now(&KEY.into());
            }
            assert!(waiter.join().unwrap().is_held());
        });
        assert!(is_lost(&backend.wait(dead.renew())));
        assert_eq!(backend.wait(dead.release()).unwrap(), Released::AlreadyLost);
    }

    fn a_renewal_does_not_bring_a_lost_permit_back(backend) {
        let permit = acquire(backend, &Semaphore::named("a", 2).lease(Duration::from_millis(300)));
        backend.raw::<i64>(&["DEL", KEY]);
        backend.wait(permit.lost()).unwrap();
        assert_eq!(backend.raw::<i64>(&["EXISTS", KEY]), 0);
        assert_eq!(backend.wait(permit.release()).unwrap(), Released::AlreadyLost);
    }

    fn a_renewal_never_shortens_a_lease(backend) {
        let permit = acquire(backend, &Semaphore::named("a", 1).fixed_lease(Duration::from_secs(5)));
        let token: String = backend.raw::<Vec<String>>(&["ZRANGE", KEY, "0", "0"]).remove(0);
        backend.raw::<i64>(&["ZADD", KEY, "4000000000000", &token]);
        backend.wait(permit.renew()).unwrap();
        assert_eq!(backend.raw::<u64>(&["ZCOUNT", KEY, "4000000000000", "+inf"]), 1);
    }

    fn a_permit_is_lost_in_the_millisecond_its_lease_ends(backend) {
        let permit = acquire(backend, &Semaphore::named("a", 2).fixed_lease(Duration::from_secs(5)));
        let _longer = acquire(backend, &Semaphore::named("a", 2).lease(LONG));
        if backend.advance(Duration::from_millis(4_999)) {
            backend.wait(permit.check()).unwrap();
            backend.advance(Duration::from_millis(1));
            assert!(is_lost(&backend.wait(permit.renew())));
            assert_eq!(available(backend, &Semaphore::named("a", 2)), 1);
            assert_eq!(backend.wait(permit.release()).unwrap(), Released::AlreadyLost);
        }
    }

    fn a_permit_is_renewed_in_the_background(backend) {
        let permit = acquire(backend, &Semaphore::named("a", 1).lease(Duration::from_secs(3)));
        let first = lease_end(backend);
        wait_until("it was renewed", || {
            backend.advance(Duration::from_millis(1));
            lease_end(backend) > first
        });
        assert_eq!(backend.wait(permit.release()).unwrap(), Released::InTime);
    }

    fn a_write_under_a_lost_permit_is_refused(backend) {
        let permit = acquire(backend, &Semaphore::named("a", 2));
        let _other = acquire(backend, &Semaphore::named("a", 2).lease(LONG));
        backend.wait(permit.run(set("{a}", "1"))).unwrap();
        assert!(is_invalid(&backend.wait(permit.run(set("b", "1")))));
        let lost: String = backend.raw::<Vec<String>>(&["ZRANGE", KEY, "0", "0"]).remove(0);
        backend.raw::<i64>(&["ZADD", KEY, "1", &lost]);
        assert!(is_lost(&backend.wait(permit.run(set("{a}", "2")))));
        assert!(is_lost(&backend.wait(permit.check())));
        assert_eq!(backend.raw::<String>(&["GET", "{a}"]), "1");
    }

    fn the_key_goes_with_the_last_lease(backend) {
        let _permit = acquire(backend, &Semaphore::named("a", 2).fixed_lease(Duration::from_secs(5)));
        let _longer = acquire(backend, &Semaphore::named("a", 2).fixed_lease(Duration::from_secs(50)));
        let left: i64 = backend.raw(&["PTTL", KEY]);
        assert!((40_000..=50_000).contains(&left), "{left}");
    }

    fn what_cannot_be_is_told_and_nothing_is_sent(backend) {
        assert!(is_invalid(&backend.wait(Semaphore::named("a", 0).acquire(&backend.store))));
        assert!(is_invalid(&backend.wait(Semaphore::named("a", 1).lease(Duration::ZERO).acquire(&backend.store))));
        let unnamed = Semaphore::named("", 1);
        assert!(matches!(backend.wait(unnamed.acquire(&backend.store)), Err(Error::InvalidKey { .. })));
        assert!(matches!(backend.run(unnamed.available()), Err(Error::InvalidKey { .. })));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
        assert_eq!(available(backend, &Semaphore::named("a", u64::MAX)), u64::MAX);
        assert!(try_acquire(backend, &Semaphore::named("a", u64::MAX)).is_some());
    }
}

/// What happens to a semaphore of two permits.
#[derive(Debug, Clone)]
enum Step {
    Acquire { lease: u64 },
    Release(prop::sample::Index),
    Renew(prop::sample::Index),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_u64..40).prop_map(|lease| Step::Acquire { lease: lease * 1_000 }),
        1 => any::<prop::sample::Index>().prop_map(Step::Release),
        1 => any::<prop::sample::Index>().prop_map(Step::Renew),
        2 => (0_u64..20).prop_map(|seconds| Step::Advance(seconds * 1_000)),
    ]
}

/// The plain model: what each permit's lease is, and when it ends.
#[derive(Default)]
struct Model {
    now: u64,
    /// Lease and its end; what is released, or was lost, has ended.
    leases: Vec<(u64, u64)>,
}

impl Model {
    fn held(&self) -> usize {
        self.leases.iter().filter(|(_, ends)| *ends > self.now).count()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_that_of_a_plain_model(steps in prop::collection::vec(step(), 1..60), permits in 1_u64..4) {
        let backend = Backend::<Blocking>::embedded();
        let semaphore = || Semaphore::named("a", permits);
        let mut model = Model::default();
        let mut guards: Vec<Option<Permit<Blocking>>> = Vec::new();
        for step in steps {
            match step {
                Step::Acquire { lease } => {
                    let permit = try_acquire(&backend, &semaphore().fixed_lease(Duration::from_millis(lease)));
                    prop_assert_eq!(permit.is_some(), model.held() < usize::try_from(permits).unwrap());
                    if permit.is_some() {
                        model.leases.push((lease, model.now + lease));
                        guards.push(permit);
                    }
                }
                Step::Release(index) if !guards.is_empty() => {
                    let place = index.index(guards.len());
                    if let Some(permit) = guards[place].take() {
                        let was_held = model.leases[place].1 > model.now;
                        prop_assert_eq!(permit.release().unwrap() == Released::InTime, was_held);
                        model.leases[place].1 = 0;
                    }
                }
                Step::Renew(index) if !guards.is_empty() => {
                    let place = index.index(guards.len());
                    if let Some(permit) = &guards[place] {
                        let (lease, ends) = &mut model.leases[place];
                        prop_assert_eq!(permit.renew().is_ok(), *ends > model.now);
                        if *ends > model.now {
                            *ends = model.now + *lease;
                        }
                    }
                }
                Step::Advance(by) => {
                    backend.advance(Duration::from_millis(by));
                    model.now += by;
                }
                Step::Release(_) | Step::Renew(_) => {}
            }
            let free = permits.saturating_sub(u64::try_from(model.held()).unwrap());
            prop_assert_eq!(available(&backend, &semaphore()), free);
            let is_there: bool = backend.raw(&["EXISTS", KEY]);
            prop_assert!(is_there || model.held() == 0);
        }
        backend.advance(LONG);
        prop_assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0, "nothing stays behind");
    }
}
