//! The connection that tells of changes breaks, falls silent, or is refused.

use super::*;

/// A server with something in between, a store through it, and one that goes directly.
struct Setting<M: Wait> {
    server: RedisServer,
    proxy: Proxy,
    store: Store<M>,
    direct: Store<M>,
    cache: Numbers,
}

impl<M: Wait> Setting<M> {
    /// Where 1 is kept as the value of number 1.
    fn new() -> Self {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let direct = M::connect(&server.url()).unwrap();
        let cache = numbers_for(LONG).l1(100);
        let setting = Self { server, proxy, store, direct, cache };
        setting.keep(1);
        setting
    }

    fn keep(&self, value: u64) {
        keep(&self.store, &self.cache, 1, value);
    }

    /// Lets somebody else change the value, of which the store may not hear.
    fn change(&self, value: u64) {
        assert!(M::wait(self.cache.on(&self.direct).put(&(1,), &value)).unwrap());
    }

    /// Calls until it gives this value.
    fn await_value(&self, value: u64, otherwise: u64) {
        wait_until("there is another value", || look(&self.store, &self.cache, 1, otherwise).0 == value);
    }

    fn size(&self) -> u64 {
        self.cache.on(&self.store).info().l1_size
    }
}

in_both_modes! {
    fn values_go_with_the_connection_and_come_back_with_the_next<M>() {
        let setting = Setting::<M>::new();
        for value in 2..5 {
            setting.proxy.refuse();
            setting.proxy.cut();
            wait_until("nothing is kept", || setting.size() == 0);
            setting.change(value);
            assert_eq!(look(&setting.store, &setting.cache, 1, 100), (100, false), "it is computed without Redis");
            setting.proxy.accept();
            setting.await_value(value, 100);
            setting.keep(value);
        }
    }

    fn what_changes_while_the_server_is_killed_and_started_again_is_not_given<M>() {
        let mut setting = Setting::<M>::new();
        setting.server.restart();
        setting.await_value(2, 2);
        setting.keep(2);
    }

    fn values_are_not_given_for_long_while_nothing_comes_from_the_server<M>() {
        let setting = Setting::<M>::new();
        setting.proxy.hold();
        setting.change(2);
        setting.await_value(100, 100);
        setting.proxy.release();
        setting.await_value(2, 100);
        setting.keep(2);
    }

    fn values_are_not_given_for_long_while_only_the_news_do_not_come<M>() {
        let setting = Setting::<M>::new();
        setting.proxy.hold_messages();
        setting.change(2);
        // Requests pass.
        setting.await_value(2, 100);
        setting.change(3);
        setting.await_value(3, 100);
        assert!(!look(&setting.store, &setting.cache, 1, 100).1, "there are no news yet");
        setting.proxy.release();
        setting.keep(3);
    }

    fn values_are_not_given_for_long_while_the_server_is_stopped<M>() {
        let mut setting = Setting::<M>::new();
        setting.server.pause();
        setting.await_value(100, 100);
        setting.server.resume();
        setting.await_value(1, 100);
        setting.keep(1);
    }

    fn values_are_kept_for_a_moment_where_tracking_is_refused<M>() {
        let server = RedisServer::start();
        server.command(&["ACL", "SETUSER", "blind", "on", ">pass", "allkeys", "allchannels", "allcommands", "-client|tracking"]);
        let store = M::connect(&format!("redis://blind:pass@127.0.0.1:{}", server.port())).unwrap();
        let (cache, other) = (numbers(), M::connect(&server.url()).unwrap());
        keep(&store, &cache, 1, 1);
        for value in 2..4 {
            assert!(M::wait(cache.on(&other).put(&(1,), &value)).unwrap());
            await_value(&store, &cache, 1, value);
            keep(&store, &cache, 1, value);
        }
        assert!(M::wait(cache.on(&store).put(&(1,), &5)).unwrap());
        assert_eq!(look(&store, &cache, 1, 100).0, 5, "what the process itself writes is given at once");
    }

    fn the_connection_ends_with_the_store<M>() {
        let server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        let clients = || {
            let list: String = redis::from_redis_value(server.command(&["CLIENT", "LIST"])).unwrap();
            list.lines().filter(|client| client.contains("flags=B") || client.contains("cmd=client|tracking")).count()
        };
        keep(&store, &numbers(), 1, 1);
        assert_eq!(clients(), 1);
        drop(store);
        wait_until("nobody listens", || clients() == 0);
    }
}
