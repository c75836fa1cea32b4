//! Replies that are lost with their connection: what was asked for is asked for again, and is done once.

use redis_model::__private::cached::{self, Bypass, Call, Function, OfPlain as _, Probe, Shape};

use super::*;

in_both_modes! {
    fn a_call_of_which_any_reply_is_lost_computes_once_and_stores_its_value<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>().max_size(1_000);
        load(&store, &cache, 0, || 7);
        for lost in 1..=12 {
            for id in [lost, lost + 100] {
                proxy.cut_after_request(lost);
                assert_eq!(load(&store, &cache, id, || 7), 7, "without reply {lost}");
                assert_eq!(load(&store, &cache, id, || lost), 7, "without reply {lost}");
                assert_eq!(server.command(&["EXISTS", &lock(id)]), redis_model::redis::Value::Int(0));
            }
        }
        let info = cache.info();
        assert_eq!((info.computes, info.misses, info.l2_hits), (25, 25, 24));
        assert_eq!((info.fenced, info.bypassed, info.waits), (0, 0, 0));
    }

    fn a_call_with_tags_of_which_any_reply_is_lost_computes_once_and_stores_its_value<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let function = Function::new("lost").timeout(LONG).early(0.0);
        let load = |id: u64, body: u64| {
            let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL);
            let call = Call::new(&function, &(id,)).tag(id).tag("all");
            M::finish(cached::run(Some(store.clone()), call, form, Bypass, || async move { body }))
        };
        load(0, 7);
        for lost in 1..=16 {
            for id in [lost, lost + 100] {
                proxy.cut_after_request(lost);
                assert_eq!((load(id, 7), load(id, 8)), (7, 7), "without reply {lost}");
            }
        }
        let info = cached::info(Some(store.clone()), &Call::new(&function, &()));
        assert_eq!((info.computes, info.misses, info.l2_hits), (33, 33, 32));
        assert_eq!((info.fenced, info.bypassed, info.waits), (0, 0, 0));
    }

    fn a_value_that_is_not_stored_is_given_although_any_reply_is_lost<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>();
        for lost in 1..=8 {
            proxy.cut_after_request(lost);
            for _ in 0..3 {
                assert_eq!(load(&store, &cache, lost, || None), None, "without reply {lost}");
            }
        }
        assert_eq!(counters(&cache), "misses 24, computes 24");
        assert_eq!(server.command(&["DBSIZE"]), redis_model::redis::Value::Int(0));
    }

    fn a_put_whose_reply_is_lost_is_done<M>() {
        let server = RedisServer::start();
        let proxy = Proxy::start(&server);
        let store = M::connect(&proxy.url()).unwrap();
        let cache = cache::<u64>();
        M::wait(cache.on(&store).put(&(0,), &7)).unwrap();
        for id in 1..4 {
            proxy.cut_after_request(1);
            assert!(M::wait(cache.on(&store).put(&(id,), &7)).unwrap());
            assert_eq!(load(&store, &cache, id, never::<u64>), 7);
        }
    }
}
