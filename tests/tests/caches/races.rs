//! Many readers, and a writer who invalidates what he has changed: who calls after that never gets an older value.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use redis_model::{
    __private::cached::{self, Bypass, Call, Function, OfPlain as _, Probe, Shape},
    cache::invalidate_tag,
};

use super::*;

/// How often the writer changes something.
const CHANGES: u64 = 60;

/// How the writer invalidates.
#[derive(Clone, Copy, Debug)]
enum How {
    Entry,
    Tag,
    Clear,
    Put,
    Bypass,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Writer {
    OneOfTheReaders,
    AnotherProcess,
}

fn function() -> Function {
    Function::new("raced").timeout(LONG).lease(LONG).wait(LONG)
}

fn call(function: &Function) -> Call<'_> {
    Call::new(function, &(1_u64,)).tag("raced")
}

fn form(is_near: bool, ttl: Duration) -> impl cached::Form<u64> + use<> {
    let form = Shape::new(&(&&&&Probe::<u64>::new()).values()).ttl(move |_| ttl);
    if is_near { form.near() } else { form }
}

/// What is cached, and what was said to be invalid: each number is larger than those before.
#[derive(Default)]
struct Truth {
    current: AtomicU64,
    published: AtomicU64,
    is_over: AtomicBool,
}

/// A race on these terms.
struct Race<'a, M: Wait> {
    stores: &'a [Store<M>; 2],
    function: &'a Function,
    is_near: bool,
    ttl: Duration,
    truth: Truth,
}

impl<M: Wait> Race<'_, M> {
    /// Reads until the last change was published.
    fn read(&self, store: &Store<M>, how: How) {
        loop {
            let published = self.truth.published.load(Ordering::SeqCst);
            let body = || async {
                let value = self.truth.current.load(Ordering::SeqCst);
                // Others come while it computes.
                (0..value % 7).for_each(|_| thread::yield_now());
                value
            };
            let form = form(self.is_near, self.ttl);
            let value = M::finish(cached::run(Some(store.clone()), call(self.function), form, Bypass, body));
            assert!(value >= published, "{value} after {published} was published by {how:?}");
            if self.truth.is_over.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    fn write(&self, how: How, writer: Writer) {
        let store = &self.stores[usize::from(writer == Writer::AnotherProcess)];
        for change in 1..=CHANGES {
            self.truth.current.store(change, Ordering::SeqCst);
            // What has failed on a loaded machine may not have been done.
            wait_until("it is invalidated", || self.invalidate(how, store, change));
            self.truth.published.store(change, Ordering::SeqCst);
        }
    }

    fn invalidate(&self, how: How, store: &Store<M>, change: u64) -> bool {
        let (some, function) = (Some(store.clone()), self.function);
        let form = || form(self.is_near, self.ttl);
        match how {
            How::Entry => M::finish(cached::invalidate(some, call(function))).is_ok(),
            How::Tag => M::wait(invalidate_tag(store, "raced")).is_ok(),
            How::Clear => M::finish(cached::clear(some, call(function))).is_ok(),
            How::Put => M::finish(cached::put(some, call(function), form(), &change)).is_ok(),
            How::Bypass => {
                // With counters of its own, which tell whether it has taken the turn.
                let mut bypassing = Function::new("racing bypass").timeout(LONG).lease(LONG);
                if self.is_near {
                    bypassing = bypassing.l1(10);
                }
                let call = Call::named(&bypassing, "raced", &(1_u64,)).tag("raced");
                let body = || async { change };
                M::finish(cached::bypass(some.clone(), call, form(), Bypass, body));
                let info = cached::info(some, &Call::new(&bypassing, &()));
                (info.computes, info.errors) == (1, 0)
            }
        }
    }
}

/// Ends the readers, also when the writer panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Lets readers of two processes race with a writer, in all ways.
fn race<M: Wait>(backend: &Backend<M>, function: &Function, is_near: bool, ttl: Duration) {
    race_by(&[How::Entry, How::Tag, How::Clear, How::Put, How::Bypass], backend, function, is_near, ttl);
}

fn race_by<M: Wait>(hows: &[How], backend: &Backend<M>, function: &Function, is_near: bool, ttl: Duration) {
    let stores = [backend.store.clone(), backend.other_store()];
    // What another process changes is seen a moment later where values are kept.
    let writers: &[_] =
        if is_near { &[Writer::OneOfTheReaders] } else { &[Writer::OneOfTheReaders, Writer::AnotherProcess] };
    for how in hows {
        let how = *how;
        for &writer in writers {
            M::finish(cached::clear(Some(backend.store.clone()), call(function))).unwrap();
            let race = Race { stores: &stores, function, is_near, ttl, truth: Truth::default() };
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| race.read(&race.stores[0], how));
                }
                if !is_near {
                    scope.spawn(|| race.read(&race.stores[1], how));
                }
                let _over = Over(&race.truth.is_over);
                race.write(how, writer);
            });
        }
    }
}

on_every_backend! {
    fn values_that_stay(backend) {
        race(backend, &function(), false, TTL);
    }

    fn values_that_are_refreshed_all_the_time(backend) {
        race(backend, &function().stale(TTL).early(1e9), false, Duration::from_millis(2));
    }

    fn values_that_are_not_stored(backend) {
        // A put of what is not stored changes nothing.
        race_by(&[How::Entry, How::Tag, How::Clear, How::Bypass], backend, &function(), false, Duration::ZERO);
    }

    fn leases_that_end_too_early(backend) {
        // What a bypass has computed for longer than its lease is not stored, and what was there before stays.
        let hows = [How::Entry, How::Tag, How::Clear, How::Put];
        race_by(&hows, backend, &function().lease(Duration::from_millis(1)), false, TTL);
    }

    fn waits_that_end_too_early(backend) {
        race(backend, &function().wait(Duration::from_millis(1)), false, TTL);
    }

    fn processes_that_compute_for_themselves(backend) {
        race(backend, &function().single_flight(SingleFlight::Process), false, TTL);
    }

    fn callers_that_compute_for_themselves(backend) {
        race(backend, &function().single_flight(SingleFlight::Off), false, TTL);
    }

    fn values_that_are_kept_in_the_process(backend) {
        race(backend, &function().l1(10), true, TTL);
    }

    fn values_that_are_kept_in_the_process_for_a_moment(backend) {
        race(backend, &function().l1(10).stale(TTL), true, Duration::from_millis(2));
    }
}
