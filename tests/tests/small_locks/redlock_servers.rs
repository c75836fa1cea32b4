//! A majority of servers, some of which die or hang.

use redis_model::{
    Async, Blocking,
    generic::{Redlock, Store},
};

use super::*;

fn start() -> Vec<RedisServer> {
    (0..3).map(|_| RedisServer::start()).collect()
}

fn redlock<M: Wait>(servers: &[RedisServer]) -> Redlock<M> {
    let stores: Vec<Store<M>> = servers.iter().map(|server| M::connect(&server.url()).unwrap()).collect();
    Redlock::named("a", stores).lease(LONG).wait(Duration::ZERO)
}

fn is_held(server: &RedisServer) -> bool {
    server.command(&["EXISTS", "{a}@redlock"]) == redis::Value::Int(1)
}

fn until_given_back(servers: &[RedisServer]) {
    wait_until("nothing is left behind", || !servers.iter().any(is_held));
}

fn a_lock_outlives_the_loss_of_a_minority<M: Wait>() {
    let mut servers = start();
    let redlock = redlock::<M>(&servers);
    let guard = M::wait(redlock.acquire()).unwrap();
    servers[0].kill();
    assert!(!M::wait(guard.locked()).unwrap().is_zero());
    M::wait(guard.extend()).unwrap();
    assert!(M::wait(redlock.try_acquire()).unwrap().is_none());
    M::wait(guard.release()).unwrap();
    M::wait(M::wait(redlock.acquire()).unwrap().release()).unwrap();

    servers[1].kill();
    assert!(matches!(M::wait(redlock.acquire()), Err(Error::QuorumImpossible { failed: 2, of: 3, .. })));
    servers[0].restart();
    servers[1].restart();
    M::wait(M::wait(redlock.acquire()).unwrap().release()).unwrap();
    until_given_back(&servers);
}

fn a_release_whose_reply_was_lost_was_in_time<M: Wait>() {
    let mut servers = start();
    let proxy = Proxy::start(&servers[0]);
    let urls = [proxy.url(), servers[1].url(), servers[2].url()];
    let redlock = Redlock::named("a", urls.map(|url| M::connect(&url).unwrap())).lease(LONG);
    // The script is there, so that one request gives it back.
    M::wait(M::wait(redlock.acquire()).unwrap().release()).unwrap();
    let guard = M::wait(redlock.acquire()).unwrap();
    // Without the last one, the other two must have released it.
    servers[2].kill();
    proxy.cut_after_request(1);
    assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
}

fn a_server_that_hangs_is_a_no<M: Wait>() {
    let mut servers = start();
    let redlock = redlock::<M>(&servers);
    servers[0].pause();
    let guard = M::wait(redlock.acquire()).unwrap();
    M::wait(guard.release()).unwrap();
    servers[1].pause();
    assert!(matches!(M::wait(redlock.acquire()), Err(Error::QuorumImpossible { failed: 2, of: 3, .. })));
    assert!(!is_held(&servers[2]), "what was granted is given back");
    servers[0].resume();
    servers[1].resume();
    // Requests that come only now are taken back as well.
    until_given_back(&servers);
    M::wait(M::wait(redlock.acquire()).unwrap().release()).unwrap();
}

fn a_grant_that_nobody_heard_of_is_taken_back<M: Wait>() {
    let server = RedisServer::start();
    let proxy = Proxy::start(&server);
    let store = M::connect(&proxy.url()).unwrap();
    M::wait(set("warm", "1").run(&store)).unwrap();
    proxy.refuse();
    proxy.cut_after_request(1);
    let redlock = Redlock::named("a", [store]).lease(LONG).wait(Duration::ZERO);
    assert!(matches!(M::wait(redlock.acquire()), Err(Error::QuorumImpossible { failed: 1, of: 1, .. })));
    assert!(is_held(&server));
    proxy.accept();
    until_given_back(&[server]);
}

#[test]
fn grants_that_nobody_heard_of() {
    a_grant_that_nobody_heard_of_is_taken_back::<Blocking>();
    a_grant_that_nobody_heard_of_is_taken_back::<Async>();
}

#[test]
fn servers_that_die() {
    a_lock_outlives_the_loss_of_a_minority::<Blocking>();
    a_lock_outlives_the_loss_of_a_minority::<Async>();
}

#[test]
fn servers_that_hang() {
    a_server_that_hangs_is_a_no::<Blocking>();
    a_server_that_hangs_is_a_no::<Async>();
}

#[test]
fn replies_of_releases_that_are_lost() {
    a_release_whose_reply_was_lost_was_in_time::<Blocking>();
    a_release_whose_reply_was_lost_was_in_time::<Async>();
}
