//! One fetches, the others follow.

use std::thread;

use redis_model::{
    FetchLock, Lock,
    generic::{Follower, Guard, Lead},
};

use super::*;

fn try_lead<M: Wait>(backend: &Backend<M>, lock: &FetchLock) -> Lead<M> {
    backend.wait(lock.try_lead(&backend.store)).unwrap()
}

fn lead<M: Wait>(backend: &Backend<M>, lock: &FetchLock) -> Guard<M> {
    try_lead(backend, lock).into_guard().expect("nobody leads")
}

fn follow<M: Wait>(backend: &Backend<M>) -> Follower<M> {
    match try_lead(backend, &FetchLock::named("a")) {
        Lead::Follower(follower) => follower,
        Lead::Leader(guard) => panic!("it leads: {guard:?}"),
    }
}

fn wait<M: Wait>(backend: &Backend<M>, follower: &Follower<M>, limit: Duration) -> bool {
    backend.wait(follower.wait_for_leader(limit)).unwrap()
}

on_every_backend! {
    fn one_leads_and_others_follow(backend) {
        let leader = lead(backend, &FetchLock::named("a"));
        let follower = follow(backend);
        let other = try_lead(backend, &FetchLock::named("b"));
        assert!(other.is_leader());
        assert!(!wait(backend, &follower, SHORT) && !wait(backend, &follower, Duration::ZERO));
        assert_eq!(backend.wait(leader.release()).unwrap(), Released::InTime);
        assert!(wait(backend, &follower, Duration::ZERO));
        assert!(try_lead(backend, &FetchLock::named("a")).is_leader(), "a follower leaves nothing behind");
    }

    fn followers_hear_that_their_leader_is_done(backend) {
        let leader = lead(backend, &FetchLock::named("a"));
        thread::scope(|scope| {
            let waiting: Vec<_> = (0..3).map(|_| scope.spawn(|| wait(backend, &follow(backend), LONG))).collect();
            wait_until("all wait", || backend.raw::<usize>(&["ZCARD", "{a}@fetch:queue"]) == 3);
            assert_eq!(backend.wait(leader.release()).unwrap(), Released::InTime);
            for follower in waiting {
                assert!(follower.join().unwrap());
            }
        });
        assert!(try_lead(backend, &FetchLock::named("a")).is_leader());
    }

    fn followers_hear_that_their_leader_is_dead(backend) {
        let dead = lead(backend, &FetchLock::named("a").fixed_lease(Duration::from_secs(1)));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| wait(backend, &follow(backend), LONG));
            wait_until("it waits", || backend.raw::<usize>(&["ZCARD", "{a}@fetch:queue"]) == 1);
            backend.advance(Duration::from_secs(1));
            assert!(waiting.join().unwrap());
        });
        assert_eq!(backend.wait(dead.release()).unwrap(), Released::AlreadyLost);
    }

    fn fetch_locks_and_locks_of_one_name_do_not_meet(backend) {
        let leader = lead(backend, &FetchLock::named("a.b"));
        let lock = backend.wait(Lock::at("a.b").try_acquire(&backend.store)).unwrap();
        assert!(lock.is_some());
        assert!(try_lead(backend, &FetchLock::named("a")).is_leader(), "a name's dots divide nothing");
        assert_eq!(leader.path(), "a.b");
    }

    fn a_leader_writes_under_its_lock(backend) {
        let leader = lead(backend, &FetchLock::named("a"));
        backend.wait(leader.run(set("weather:{a}", "1"))).unwrap();
        assert!(is_invalid(&backend.wait(leader.run(set("weather", "1")))));
        backend.raw::<i64>(&["DEL", "{a}@fetch"]);
        assert!(is_lost(&backend.wait(leader.run(set("weather:{a}", "2")))));
    }

    fn names_that_make_no_lock_are_told(backend) {
        for name in ["", &"a".repeat(1025)] {
            let led = backend.wait(FetchLock::named(name).try_lead(&backend.store));
            assert!(matches!(led, Err(Error::InvalidPath { .. })), "{led:?}");
        }
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }
}
