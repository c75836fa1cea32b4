//! Those who hold a lock, and those who wait for it, are killed.

use std::thread;

use redis_model::redis::FromRedisValue;
use redis_model_tests::wait_until;

use super::*;
use crate::role::{listen, say};

const LEASE: Duration = Duration::from_secs(2);
const CROWD: usize = 20;
/// How long somebody who waits may be silent, and the time that it takes to find that out.
const SILENCE: Duration = Duration::from_millis(3100);
/// What a machine may add that is busy with other things.
const TOLERANCE: Duration = Duration::from_secs(5);

fn tower() -> Lock {
    Lock::at("tower.top").lease(LEASE).wait(Duration::from_secs(60))
}

/// Holds the lock until it is told to give it back.
pub(crate) fn hold(store: &Store) {
    let guard = tower().acquire(store).unwrap();
    say("holds");
    listen();
    guard.release().unwrap();
    listen();
}

/// Waits for the lock, many times.
pub(crate) fn crowd<M: Wait>(store: &generic::Store<M>) {
    thread::scope(|scope| {
        for _ in 0..CROWD {
            scope.spawn(|| M::wait(tower().acquire(store)).unwrap());
        }
    });
}

fn waiting(server: &RedisServer) -> usize {
    usize::from_redis_value(server.command(&["ZCARD", "{tower}@lock:queue"])).unwrap()
}

/// The server's clock.
fn now(server: &RedisServer) -> Duration {
    let (seconds, micros) = FromRedisValue::from_redis_value(server.command(&["TIME"])).unwrap();
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// A crowd that waits before somebody else is killed, and the holder is made to go; how long the other one waits then.
fn outlive(crowd: &str, end_holder: impl FnOnce(&mut Worker)) -> Duration {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    let mut holder = Worker::start("hold", &server);
    assert_eq!(holder.hear(), "holds");
    let mut crowd = Worker::start(crowd, &server);
    wait_until("the crowd waits", || waiting(&server) == CROWD);
    thread::scope(|scope| {
        let survivor = scope.spawn(|| {
            let guard = tower().acquire(&store).unwrap();
            assert!(guard.is_held());
            now(&server)
        });
        wait_until("the survivor waits behind them", || waiting(&server) == CROWD + 1);
        let killed = now(&server);
        crowd.kill();
        end_holder(&mut holder);
        survivor.join().unwrap().checked_sub(killed).unwrap()
    })
}

#[test]
fn who_survives_the_holder_and_all_others_gets_the_lock_when_lease_and_silence_have_ended() {
    for crowd in ["crowd", "crowd async"] {
        let waited = outlive(crowd, Worker::kill);
        println!("{crowd}: {waited:?}");
        assert!(waited <= LEASE + SILENCE + TOLERANCE, "{waited:?}");
    }
}

#[test]
fn a_lock_that_is_handed_to_the_dead_comes_back_when_their_silence_has_ended() {
    let waited = outlive("crowd", |holder| holder.tell("release"));
    println!("{waited:?}");
    assert!(waited <= SILENCE + TOLERANCE, "{waited:?}");
}
