//! Who computes is killed, or stopped for longer than the lease lasts.

use redis_model::redis;

use super::*;
use crate::crowds::{LEASED, NUMBER, gather};

/// A process that computes.
fn leader(server: &RedisServer, mode: usize) -> Worker {
    let mut leader = gather(2, "leased", server).swap_remove(mode);
    leader.tell("go");
    assert_eq!(leader.hear(), "computes");
    leader
}

fn stored(server: &RedisServer) -> Option<u64> {
    LEASED.on(&Store::connect(&server.url()).unwrap()).peek(&(NUMBER,)).unwrap()
}

#[test]
fn after_the_death_of_the_one_who_computes_another_one_does() {
    for mode in 0..2 {
        let server = RedisServer::start();
        let mut killed = leader(&server, mode);
        let mut others = gather(6, "leased", &server);
        for other in &mut others {
            other.tell("go");
            assert_eq!(other.hear(), "waits");
        }
        killed.kill();
        let mut said = Vec::new();
        wait_until("another one does something", || {
            let heard = |(place, other): (usize, &Worker)| Some((place, other.heard().next()?));
            said.extend(others.iter().enumerate().filter_map(heard));
            !said.is_empty()
        });
        assert_eq!((said.len(), said[0].1.as_str()), (1, "computes"));
        others[said[0].0].tell("42");
        for other in &others {
            assert_eq!(other.hear(), "has 42, 0 fenced, 0 stale");
        }
    }
}

#[test]
fn what_one_has_computed_who_was_stopped_for_longer_than_the_lease_does_not_replace_what_came_after() {
    for mode in 0..2 {
        let server = RedisServer::start();
        let mut first = leader(&server, mode);
        first.pause();
        // It waits for the lease of the first one.
        let mut second = leader_after_waiting(&server, mode);
        second.tell("2");
        assert_eq!(second.hear(), "has 2, 0 fenced, 0 stale");

        first.tell("1");
        first.resume();
        assert_eq!(first.hear(), "has 1, 1 fenced, 0 stale", "its caller gets what it has computed");
        assert_eq!(stored(&server), Some(2));
    }
}

fn leader_after_waiting(server: &RedisServer, mode: usize) -> Worker {
    let mut leader = gather(2, "leased", server).swap_remove(mode);
    leader.tell("go");
    // The machine may be so slow that the lease has ended before the call.
    while leader.hear() != "computes" {}
    leader
}

#[test]
fn what_is_computed_after_the_lease_is_not_stored_though_nobody_else_has_computed() {
    for mode in 0..2 {
        let server = RedisServer::start();
        let mut late = leader(&server, mode);
        late.pause();
        let keys = || redis::from_redis_value::<Vec<String>>(server.command(&["KEYS", "*"])).unwrap();
        wait_until("the lease has ended", || keys().is_empty());
        late.tell("1");
        late.resume();
        assert_eq!(late.hear(), "has 1, 1 fenced, 0 stale");
        assert_eq!(stored(&server), None);
    }
}

#[test]
fn what_is_invalidated_while_it_is_computed_is_not_stored() {
    for mode in 0..2 {
        let server = RedisServer::start();
        let mut late = leader(&server, mode);
        let store = Store::connect(&server.url()).unwrap();
        assert!(!LEASED.on(&store).invalidate(&(NUMBER,)).unwrap());
        let mut next = leader(&server, mode);
        next.tell("2");
        assert_eq!(next.hear(), "has 2, 0 fenced, 0 stale");
        late.tell("1");
        assert_eq!(late.hear(), "has 1, 1 fenced, 0 stale");
        assert_eq!(stored(&server), Some(2));
    }
}
