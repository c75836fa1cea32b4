//! Values that are refreshed in the background.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use redis_model::__private::cached::{self, Bypass, Call, Form, Function, OfResult as _, Probe, Shape};

use super::*;

type Answer = Result<u64, String>;

/// A function in which nothing is left to chance, whose errors are stored, too.
fn function() -> &'static Function {
    let function = Function::new("background").early(0.0).jitter(0.0).timeout(LONG).wait(LONG).lease(LONG);
    Box::leak(Box::new(function.stale(LONG).err_ttl(TTL)))
}

fn form() -> impl Form<Answer> + 'static {
    Shape::new(&(&&&&Probe::<Answer>::new()).values()).ttl(|_| TTL).errors()
}

fn load_in_background<M: Wait>(
    store: &Store<M>,
    function: &'static Function,
    body: impl FnOnce() -> Answer + Send + 'static,
) -> Answer {
    load_slowly(store, function, &Gate::open(), body)
}

/// The same with a body that waits for a gate first.
fn load_slowly<M: Wait>(
    store: &Store<M>,
    function: &'static Function,
    gate: &Gate,
    body: impl FnOnce() -> Answer + Send + 'static,
) -> Answer {
    let (call, gate) = (Call::new(function, &(1_u64,)), gate.clone());
    let body = || async move {
        gate.pass().await;
        body()
    };
    M::finish(cached::run_in_background(Some(store.clone()), call, form(), Bypass, body))
}

/// What bodies wait at, each as its mode does.
#[derive(Clone)]
struct Gate(Arc<AtomicBool>);

impl Gate {
    fn open() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    fn closed() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    fn opens(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    async fn pass(&self) {
        while !self.0.load(Ordering::SeqCst) {
            if tokio::runtime::Handle::try_current().is_ok() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            } else {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

fn stored<M: Wait>(backend: &Backend<M>, function: &'static Function) -> Option<Answer> {
    let call = Call::new(function, &(1_u64,));
    M::finish(cached::peek(Some(backend.store.clone()), call, form())).unwrap()
}

fn info<M: Wait>(backend: &Backend<M>, function: &'static Function) -> Info {
    cached::info(Some(backend.store.clone()), &Call::new(function, &()))
}

fn told<M: Wait>(backend: &Backend<M>, function: &'static Function) -> String {
    listed(&info(backend, function))
}

/// A function with an outdated 7.
fn outdated<M: Wait>(backend: &Backend<M>) -> &'static Function {
    let function = function();
    let call = Call::new(function, &(1_u64,));
    assert!(M::finish(cached::put(Some(backend.store.clone()), call, form(), &Ok(7))).unwrap());
    outdate(backend, &Key::new("cache:{background:0:1}"));
    function
}

fn until_unlocked<M: Wait>(backend: &Backend<M>) {
    wait_until("the lock is gone", || backend.raw::<i64>(&["EXISTS", "cachelock:{background:0:1}"]) == 0);
}

on_every_backend! {
    fn an_outdated_value_is_given_at_once(backend) {
        let function = outdated(backend);
        let gate = Gate::closed();
        assert_eq!(load_slowly(&backend.store, function, &gate, || Ok(8)), Ok(7));
        wait_until("it is refreshed", || told(backend, function) == "stale 1, computes 1");
        for store in [&backend.store, &backend.other_store()] {
            assert_eq!(load_in_background(store, function, never), Ok(7), "meanwhile, too");
        }
        gate.opens();
        wait_until("the new one is stored", || stored(backend, function) == Some(Ok(8)));
        assert_eq!(load_in_background(&backend.store, function, never), Ok(8));
        assert_eq!(told(backend, function), "l2_hits 1, stale 3, computes 1");
    }

    fn a_missing_value_is_computed_by_its_caller(backend) {
        let function = function();
        assert_eq!(load_in_background(&backend.store, function, || Ok(7)), Ok(7));
        assert_eq!(load_in_background(&backend.store, function, never), Ok(7));
        assert_eq!(told(backend, function), "l2_hits 1, misses 1, computes 1");
    }

    fn a_refresh_that_fails_leaves_the_outdated_value(backend) {
        let function = outdated(backend);
        // Who comes while one is just ending does not refresh.
        wait_until("it has run some times", || {
            assert_eq!(load_in_background(&backend.store, function, || Err("no".into())), Ok(7));
            info(backend, function).computes >= 3
        });
        until_unlocked(backend);
        let info = info(backend, function);
        assert_eq!((info.misses, info.fenced, info.errors), (0, 0, 0));
        assert_eq!(stored(backend, function), Some(Ok(7)));
    }

    fn a_refresh_that_panics_leaves_no_lock(backend) {
        let function = outdated(backend);
        assert_eq!(load_in_background(&backend.store, function, || panic!("as it is told to")), Ok(7));
        wait_until("it has run", || told(backend, function) == "stale 1, computes 1");
        until_unlocked(backend);
        wait_until("another one refreshes it", || {
            load_in_background(&backend.store, function, || Ok(8)).unwrap();
            stored(backend, function) == Some(Ok(8))
        });
    }

    fn what_is_invalidated_during_a_refresh_does_not_come_back(backend) {
        let function = outdated(backend);
        let gate = Gate::closed();
        load_slowly(&backend.store, function, &gate, || Ok(8)).unwrap();
        wait_until("it is refreshed", || told(backend, function) == "stale 1, computes 1");
        let call = Call::new(function, &(1_u64,));
        assert!(M::finish(cached::invalidate(Some(backend.store.clone()), call)).unwrap());
        assert_eq!(load_in_background(&backend.store, function, || Ok(9)), Ok(9), "who comes since computes anew");
        gate.opens();
        wait_until("the refresh is over", || told(backend, function) == "stale 1, misses 1, computes 2, fenced 1");
        assert_eq!(stored(backend, function), Some(Ok(9)));
    }
}
