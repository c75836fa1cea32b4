//! What functions may say of their results, and of outages.

use redis_model::{
    __private::cached::{self, Bypass, Call, Fail, Function, OfPlain as _, OfResult as _, Probe, Shape},
    Error,
};

use super::*;

type Answer = Result<u64, Refused>;

/// An error of a function's own.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Refused {
    ByTheBody,
    ByRedis(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::ByRedis(error.to_string())
    }
}

fn function() -> Function {
    Function::new("policies").early(0.0).jitter(0.0).timeout(LONG)
}

fn told<M: Wait>(store: &Store<M>, function: &Function) -> String {
    listed(&cached::info(Some(store.clone()), &Call::new(function, &())))
}

on_every_backend! {
    fn errors_are_stored_for_as_long_as_is_said(backend) {
        let function = function().err_ttl(Duration::from_secs(5));
        let load = |body: fn() -> Answer| {
            let form = Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(|_| TTL).errors();
            let call = Call::new(&function, &(1_u64,));
            M::finish(cached::run(Some(backend.store.clone()), call, form, Bypass, || async move { body() }))
        };
        assert_eq!(load(|| Err(Refused::ByTheBody)), Err(Refused::ByTheBody));
        assert_eq!(load(never), Err(Refused::ByTheBody));
        assert!((1..=5_000).contains(&backend.raw::<i64>(&["PTTL", "cache:{policies:0:1}"])));
        if backend.advance(Duration::from_secs(5)) {
            assert_eq!(load(|| Ok(7)), Ok(7));
            assert_eq!(told(&backend.store, &function), "l2_hits 1, misses 2, computes 2");
        }
    }

    fn what_is_fresh_for_no_time_is_not_stored_and_removes_what_is_there(backend) {
        let function = function();
        let form = |ttl| Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(move |_| ttl);
        let (store, call) = (Some(backend.store.clone()), || Call::new(&function, &(1_u64,)));
        let put = |ttl| M::finish(cached::put(store.clone(), call(), form(ttl), &7)).unwrap();
        for value in 0..2 {
            let run = cached::run(store.clone(), call(), form(Duration::ZERO), Bypass, || async move { value });
            assert_eq!(M::finish(run), value);
        }
        assert_eq!((put(TTL), backend.raw::<u64>(&["DBSIZE"])), (true, 1));
        assert_eq!((put(Duration::ZERO), backend.raw::<u64>(&["DBSIZE"])), (false, 0));
        assert_eq!(told(&backend.store, &function), "misses 2, computes 2");
    }

    fn a_name_that_makes_no_key_leaves_the_body(backend) {
        let function = function();
        let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL);
        let (store, call) = (Some(backend.store.clone()), || Call::named(&function, "a{b", &(1_u64,)));
        assert_eq!(M::finish(cached::run(store.clone(), call(), form, Bypass, || async { 7 })), 7);
        assert_eq!(told(&backend.store, &function), "errors 1, bypassed 1");
        let invalidated = M::finish(cached::invalidate(store, call()));
        assert!(matches!(invalidated, Err(Error::InvalidKey { .. })), "{invalidated:?}");
    }

    fn an_error_that_is_stored_is_no_value_to_look_at(backend) {
        let function = function().err_ttl(TTL);
        let form = Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(|_| TTL).errors();
        let (store, call) = (Some(backend.store.clone()), || Call::new(&function, &(1_u64,)));
        let run = cached::run(store.clone(), call(), form, Bypass, || async { Answer::Err(Refused::ByTheBody) });
        assert_eq!(M::finish(run), Err(Refused::ByTheBody));
        let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL);
        assert_eq!(M::finish(cached::peek::<M, u64, _>(store, call(), form)).unwrap(), None);
        assert_eq!(told(&backend.store, &function), "misses 1, computes 1", "nothing is wrong with it");
    }

    fn only_values_that_are_to_be_stored_are(backend) {
        let function = function();
        let load = |value: u64| {
            let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL).store_if(|value: &u64| value.is_multiple_of(2));
            let call = Call::new(&function, &(1_u64,));
            M::finish(cached::run(Some(backend.store.clone()), call, form, Bypass, || async move { value }))
        };
        assert_eq!((load(1), load(3), load(4), load(5)), (1, 3, 4, 4));
        assert_eq!(told(&backend.store, &function), "l2_hits 1, misses 3, computes 3");
    }

    fn a_time_to_live_may_depend_on_the_value(backend) {
        let function = function();
        let load = |id: u64, value: u64| {
            let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|value: &u64| Duration::from_secs(*value));
            let call = Call::new(&function, &(id,));
            M::finish(cached::run(Some(backend.store.clone()), call, form, Bypass, || async move { value }))
        };
        assert_eq!((load(1, 100), load(2, 500), load(3, 0), load(3, 1)), (100, 500, 0, 1));
        for (id, lives) in [(1, 90_000..=100_000), (2, 490_000..=500_000)] {
            assert!(lives.contains(&backend.raw::<i64>(&["PTTL", &format!("cache:{{policies:0:{id}}}")])));
        }
    }

    fn a_call_may_have_a_name_of_its_own(backend) {
        let function = function();
        let load = |name: &str, value: u64| {
            let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(|_| TTL);
            let call = Call::named(&function, name, &(1_u64,));
            M::finish(cached::run(Some(backend.store.clone()), call, form, Bypass, || async move { value }))
        };
        assert_eq!((load("red", 1), load("blue", 2), load("red", 3), load("a:1", 4)), (1, 2, 1, 4));
        assert_eq!(told(&backend.store, &function), "l2_hits 1, misses 2, computes 2, errors 1, bypassed 1");
        let call = Call::named(&function, "red", &());
        assert_eq!(M::finish(cached::size(Some(backend.store.clone()), call)).unwrap(), 1);
        let call = Call::named(&function, "red", &());
        assert_eq!(M::finish(cached::clear(Some(backend.store.clone()), call)).unwrap(), 1);
        assert_eq!((load("red", 5), load("blue", 6)), (5, 2));
    }

    fn without_a_store_the_body_runs_or_the_call_fails(backend) {
        let (bypassing, failing) = (function(), function());
        let form = || Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(|_| TTL);
        let call = |function| Call::new(function, &(1_u64,));
        let run = cached::run(None::<Store<M>>, call(&bypassing), form(), Bypass, || async { Answer::Ok(7) });
        assert_eq!(M::finish(run), Ok(7));
        assert_eq!(told(&backend.store, &bypassing), "errors 1, bypassed 1");
        let run = cached::run(None::<Store<M>>, call(&failing), form(), Fail, || async { never::<Answer>() });
        let Err(Refused::ByRedis(text)) = M::finish(run) else { panic!("it is told") };
        assert!(text.contains("install"), "{text}");
    }
}

in_both_modes! {
    fn a_function_that_says_so_fails_while_redis_cannot_be_asked<M>() {
        let mut server = RedisServer::start();
        let store = M::connect(&server.url()).unwrap();
        let function = function().timeout(Duration::from_millis(100)).stale(LONG);
        let load = |body: fn() -> Answer| {
            let form = Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(|_| TTL);
            let call = Call::new(&function, &(1_u64,));
            M::finish(cached::run(Some(store.clone()), call, form, Fail, || async move { body() }))
        };
        wait_until("Redis is asked", || load(|| Ok(7)) == Ok(7));
        server.kill();
        for _ in 0..20 {
            assert!(matches!(load(never), Err(Refused::ByRedis(_))));
        }
        server.restart();
        wait_until("Redis is asked again", || load(|| Ok(8)) == Ok(8));
        assert_eq!(load(|| Err(Refused::ByTheBody)), Ok(8));
    }
}
