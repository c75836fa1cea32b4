//! What calls cost: how many requests they send.

use super::*;

/// How many commands came from clients while this ran.
fn sent(proxy: &Proxy, act: impl FnOnce()) -> u64 {
    let before = proxy.requests();
    act();
    proxy.requests() - before
}

in_both_modes! {
    fn a_hit_is_one_command_and_a_miss_three<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>();
        // The connection, the scripts and the clock are there from now on.
        load(&store, &cache, 0, || None);
        load(&store, &cache, 0, || 7);
        load(&store, &cache, 0, never::<u64>);
        for id in 1..4 {
            assert_eq!(sent(&proxy, || _ = load(&store, &cache, id, || 7)), 3, "a look, a claim, a commit");
            assert_eq!(sent(&proxy, || _ = load(&store, &cache, id, never::<u64>)), 1, "GET");
        }
        assert_eq!(sent(&proxy, || _ = load(&store, &cache, 4, || None)), 3, "a look, a claim, a release");
        assert_eq!(sent(&proxy, || _ = M::wait(cache.on(&store).peek(&(1,))).unwrap()), 1);
        assert_eq!(sent(&proxy, || _ = M::wait(cache.on(&store).put(&(1,), &8)).unwrap()), 1);
        assert_eq!(sent(&proxy, || _ = M::wait(cache.on(&store).invalidate(&(1,))).unwrap()), 2, "in one round trip");
        let scripts = server.scripts_run();
        load(&store, &cache, 2, never::<u64>);
        assert_eq!(server.scripts_run(), scripts, "a hit runs no script");
    }

    fn an_outdated_value_is_one_claim_away<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>().stale(LONG);
        load(&store, &cache, 0, || 7);
        load(&store, &cache, 0, never::<u64>);
        server.command(&["SETRANGE", &entry(0).to_string(), "2", "\0\0\0\0\0\0"]);
        server.command(&["SET", &lock(0), "another process'"]);
        assert_eq!(sent(&proxy, || assert_eq!(load(&store, &cache, 0, never::<u64>), 7)), 2);
        server.command(&["DEL", &lock(0)]);
        assert_eq!(sent(&proxy, || assert_eq!(load(&store, &cache, 0, || 8), 8)), 3);
    }

    fn who_waits_for_one_that_fails_asks_only_when_it_is_its_turn<M>() {
        const CROWD: u64 = 24;
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>();
        load(&store, &cache, 0, fails).unwrap_err();
        let body = || {
            wait_until("all others wait", || cache.info().waits == CROWD - 1);
            fails()
        };
        let requests = sent(&proxy, || {
            thread::scope(|scope| {
                (0..CROWD).for_each(|_| _ = scope.spawn(|| load(&store, &cache, 1, body).unwrap_err()));
            });
        });
        assert_eq!(cache.info().computes, CROWD + 1);
        // A look, a claim and a release of each, and what connections begin with. With a look after each failure it would be
        // more than three times as many.
        assert!((3 * CROWD..8 * CROWD).contains(&requests), "{requests}");
    }
}
