//! A majority of engines.

use redis_model::{
    Async, Blocking, Key,
    embedded::Engine,
    generic::{Redlock, RedlockGuard, Store},
};
use redis_model_tests::in_both_modes;

use super::*;

const KEY: &str = "{a}@redlock";

/// Masters that share nothing.
struct Masters {
    engines: Vec<Engine>,
}

impl Masters {
    fn new(count: usize) -> Self {
        Self { engines: (0..count).map(|_| Engine::with_manual_clock()).collect() }
    }

    fn redlock<M: Wait>(&self) -> Redlock<M> {
        Redlock::named("a", self.engines.iter().map(Store::on_engine)).wait(Duration::ZERO)
    }

    fn stores(&self) -> impl Iterator<Item = Store<Blocking>> {
        self.engines.iter().map(Store::on_engine)
    }

    /// On how many of them somebody holds the lock.
    fn held(&self) -> usize {
        self.stores().filter(|store| raw(store, &["EXISTS", KEY]) == 1).count()
    }

    /// Lets somebody else hold the lock on the first masters.
    fn hold(&self, count: usize) {
        for store in self.stores().take(count) {
            let held = redis::cmd("SET").arg(KEY).arg("another").arg("PX").arg(600_000).take();
            Query::<()>::command(held).run(&store).unwrap();
        }
    }

    fn lose(&self, count: usize) {
        for store in self.stores().take(count) {
            raw(&store, &["DEL", KEY]);
        }
    }

    fn set_offline(&self, count: usize, is_offline: bool) {
        self.engines.iter().take(count).for_each(|engine| engine.set_offline(is_offline));
    }

    fn advance(&self, by: Duration) {
        self.engines.iter().for_each(|engine| engine.advance(by));
    }
}

fn raw(store: &Store<Blocking>, words: &[&str]) -> i64 {
    let cmd = words.iter().fold(redis::Cmd::new(), |mut cmd, word| cmd.arg(word).take());
    Query::command(cmd).run(store).unwrap()
}

fn acquire<M: Wait>(redlock: &Redlock<M>) -> Result<RedlockGuard<M>> {
    M::wait(redlock.acquire())
}

fn try_acquire<M: Wait>(redlock: &Redlock<M>) -> Option<RedlockGuard<M>> {
    M::wait(redlock.try_acquire()).unwrap()
}

fn is_impossible<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::QuorumImpossible { .. }))
}

in_both_modes! {
    fn one_holds_it_until_it_is_released<M>() {
        for count in [1, 2, 3, 5] {
            let masters = Masters::new(count);
            let guard = acquire(&masters.redlock::<M>()).unwrap();
            assert_eq!(masters.held(), count);
            assert!(try_acquire(&masters.redlock::<M>()).is_none());
            assert!(acquire(&masters.redlock::<M>().wait(SHORT)).unwrap_err().is_lock_timeout());
            M::wait(guard.release()).unwrap();
            assert_eq!(masters.held(), 0);
            assert!(try_acquire(&masters.redlock::<M>()).is_some());
        }
    }

    fn exactly_a_majority_is_enough_and_one_less_is_not<M>() {
        for (count, majority) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)] {
            let masters = Masters::new(count);
            masters.hold(count - majority);
            let guard = try_acquire(&masters.redlock::<M>()).expect("a majority is free");
            assert!(!M::wait(guard.locked()).unwrap().is_zero());
            M::wait(guard.release()).unwrap();
            assert_eq!(masters.held(), count - majority, "what others hold stays");

            masters.hold(count - majority + 1);
            assert!(try_acquire(&masters.redlock::<M>()).is_none(), "{majority} of {count} are not free");
            assert_eq!(masters.held(), count - majority + 1, "what was granted is given back");
        }
    }

    fn masters_that_cannot_be_reached_are_a_no_up_to_a_minority<M>() {
        for (count, most) in [(1, 0), (2, 0), (3, 1), (5, 2)] {
            let masters = Masters::new(count);
            masters.set_offline(most, true);
            let guard = acquire(&masters.redlock::<M>()).unwrap();
            M::wait(guard.extend()).unwrap();
            M::wait(guard.release()).unwrap();

            masters.set_offline(most + 1, true);
            let error = acquire(&masters.redlock::<M>()).unwrap_err();
            let Error::QuorumImpossible { path, failed, of, .. } = &error else { panic!("{error:?}") };
            assert_eq!((path.as_str(), *failed, *of), ("a", most + 1, count));
            masters.set_offline(count, false);
            wait_until("what was granted is given back", || masters.held() == 0);
        }
    }

    fn masters_that_answer_with_errors_are_a_no<M>() {
        let masters = Masters::new(3);
        masters.engines[0].fail_next(1, "OOM command not allowed when used memory > 'maxmemory'.");
        let guard = acquire(&masters.redlock::<M>()).unwrap();
        assert_eq!(masters.held(), 2);
        M::wait(guard.release()).unwrap();
        for engine in &masters.engines[..2] {
            engine.fail_next(1, "OOM command not allowed when used memory > 'maxmemory'.");
        }
        let error = acquire(&masters.redlock::<M>()).unwrap_err();
        assert!(matches!(&error, Error::QuorumImpossible { source, .. } if matches!(**source, Error::OutOfMemory { .. })), "{error:?}");
        wait_until("what was granted is given back", || masters.held() == 0);
    }

    fn an_answer_later_than_the_lease_is_none<M>() {
        let masters = Masters::new(3);
        let redlock = masters.redlock::<M>().lease(Duration::from_millis(40));
        masters.engines.iter().for_each(|engine| engine.set_latency(Duration::from_millis(60)));
        assert!(try_acquire(&redlock).is_none(), "all have granted it, too late");
        masters.engines.iter().for_each(|engine| engine.set_latency(Duration::ZERO));
        assert_eq!(masters.held(), 0);
    }

    fn a_lease_below_the_drift_of_clocks_is_not_asked_for<M>() {
        let masters = Masters::new(1);
        for lease in [0, 1, 2] {
            let short = masters.redlock::<M>().lease(Duration::from_millis(lease));
            assert!(matches!(acquire(&short), Err(Error::InvalidQuery { reason }) if reason.contains("3 ms")), "{lease}");
        }
        assert_eq!(masters.held(), 0);
    }

    fn what_is_left_is_the_lease_without_the_drift<M>() {
        let masters = Masters::new(3);
        let guard = acquire(&masters.redlock::<M>().lease(LONG)).unwrap();
        let most = LONG * 99 / 100;
        for left in [guard.remaining(), M::wait(guard.locked()).unwrap()] {
            assert!(left < most && left > LONG * 9 / 10, "{left:?}");
        }
        // The majority ends with its shortest lease.
        raw(&masters.stores().next().unwrap(), &["PEXPIRE", KEY, "1000"]);
        assert!(M::wait(guard.locked()).unwrap() > LONG / 2, "two of three are a majority");
        raw(&masters.stores().nth(1).unwrap(), &["PEXPIRE", KEY, "30000"]);
        let left = M::wait(guard.locked()).unwrap();
        assert!(left <= Duration::from_secs(24) && left > Duration::from_secs(1), "{left:?}");
    }

    fn a_lost_majority_is_told<M>() {
        let masters = Masters::new(3);
        let guard = acquire(&masters.redlock::<M>()).unwrap();
        masters.lose(1);
        assert!(!M::wait(guard.locked()).unwrap().is_zero() && guard.is_held());
        masters.lose(2);
        assert_eq!(M::wait(guard.locked()).unwrap(), Duration::ZERO);
        assert!(is_lost(&M::wait(guard.extend())));
        assert!(!guard.is_held(), "now it knows");
        assert_eq!((guard.num_extensions(), masters.held()), (0, 1), "a renewal makes nothing anew, and does not unlock");
        masters.hold(2);
        assert_eq!(M::wait(guard.locked()).unwrap(), Duration::ZERO, "what others hold does not count");
        assert_eq!(M::wait(guard.release()).unwrap(), Released::AlreadyLost);
        assert_eq!(masters.held(), 2, "others keep theirs, and the rest is given back");
    }

    fn when_a_majority_fails_nothing_is_known<M>() {
        let masters = Masters::new(3);
        let guard = acquire(&masters.redlock::<M>()).unwrap();
        masters.set_offline(2, true);
        assert!(is_impossible(&M::wait(guard.locked())) && is_impossible(&M::wait(guard.extend())));
        assert!(guard.is_held(), "a failed extension does not unlock");
        assert!(is_impossible(&M::wait(guard.release())));
        masters.set_offline(2, false);
        wait_until("it is given back in the background", || masters.held() == 0);
    }

    fn an_extension_begins_the_lease_again_and_is_counted<M>() {
        let masters = Masters::new(3);
        let guard = acquire(&masters.redlock::<M>().max_extensions(2)).unwrap();
        for count in 1..=2 {
            masters.advance(Duration::from_secs(9));
            M::wait(guard.extend()).unwrap();
            assert_eq!(guard.num_extensions(), count);
            assert!(M::wait(guard.locked()).unwrap() > Duration::from_secs(8));
        }
        let error = M::wait(guard.extend()).unwrap_err();
        assert!(matches!(&error, Error::TooManyExtensions { path, limit: 2 } if path == "a"), "{error:?}");
        assert!(guard.is_held() && masters.held() == 3);
        M::wait(guard.release()).unwrap();
        let never = acquire(&masters.redlock::<M>().max_extensions(0)).unwrap();
        assert!(matches!(M::wait(never.extend()), Err(Error::TooManyExtensions { limit: 0, .. })));
    }

    fn a_lease_that_has_ended_lets_others_in<M>() {
        let masters = Masters::new(3);
        let dead = acquire(&masters.redlock::<M>()).unwrap();
        masters.advance(Duration::from_secs(10));
        let second = try_acquire(&masters.redlock::<M>()).unwrap();
        assert!(is_lost(&M::wait(dead.extend())));
        assert_eq!(M::wait(dead.release()).unwrap(), Released::AlreadyLost);
        assert!(!M::wait(second.locked()).unwrap().is_zero());
        M::wait(second.release()).unwrap();
    }

    fn what_is_dropped_is_given_back<M>() {
        let masters = Masters::new(3);
        masters.set_offline(1, true);
        drop(acquire(&masters.redlock::<M>()).unwrap());
        masters.set_offline(1, false);
        wait_until("it is given back", || masters.held() == 0);
    }

    fn one_who_waits_gets_it_after_the_release<M>() {
        let masters = Masters::new(3);
        let guard = acquire(&masters.redlock::<M>()).unwrap();
        std::thread::scope(|scope| {
            let waiting: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| M::wait(acquire(&masters.redlock::<M>().wait(LONG).lease(LONG)).unwrap().release())))
                .collect();
            M::wait(guard.release()).unwrap();
            assert!(waiting.into_iter().all(|waiter| waiter.join().unwrap().is_ok()));
        });
    }

    fn what_makes_no_lock_is_told<M>() {
        assert!(is_invalid(&acquire(&Masters::new(0).redlock::<M>())));
        let masters = Masters::new(1);
        let unnamed = Redlock::<M>::named("", masters.engines.iter().map(Store::on_engine));
        assert!(matches!(acquire(&unnamed), Err(Error::InvalidKey { .. })));
        let endless = masters.redlock::<M>().lease(Duration::MAX).wait(Duration::MAX);
        M::wait(acquire(&endless).unwrap().release()).unwrap();
    }
}

#[test]
fn code_runs_under_a_redlock_and_its_errors_stay_its_own() {
    let masters = Masters::new(3);
    let redlock = masters.redlock::<Blocking>();
    assert!(matches!(redlock.with(|guard| Ok::<_, Error>(guard.is_held())), Ok(true)));
    let failed = redlock.with(|_| Err::<(), _>(Error::NotFound { key: Key::new("mine") }));
    assert!(failed.unwrap_err().is_not_found());
    let lost = redlock.with(|_| {
        masters.lose(2);
        Ok::<_, Error>(())
    });
    assert!(is_lost(&lost));
    assert_eq!(masters.held(), 0);
}

#[tokio::test]
async fn asynchronous_code_runs_under_a_redlock() {
    let masters = Masters::new(3);
    let held = masters.redlock::<Async>().with(async |guard| guard.locked().await).await.unwrap();
    assert!(!held.is_zero());
    assert_eq!(masters.held(), 0);
}
