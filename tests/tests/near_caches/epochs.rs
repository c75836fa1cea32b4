//! Values that depend on tags and on records.

use redis_model::{
    __private::cached::{self, Bypass, Call, Form, Function, OfPlain as _, Probe, Shape},
    RedisModel,
    cache::{Info, invalidate_tag},
    prelude::*,
};

use super::*;

#[derive(RedisModel, Debug)]
#[redis(prefix = "near", invalidates)]
struct Record {
    #[redis(id)]
    id: u64,
    value: u64,
}

fn function() -> Function {
    Function::new("near::tagged").early(0.0).jitter(0.0).timeout(LONG).wait(LONG).lease(LONG).l1(100)
}

fn call(function: &Function, id: u64) -> Call<'_> {
    Call::new(function, &(id,)).tag(format_args!("near:{id}")).depends::<Record>(id)
}

fn form() -> impl Form<u64> {
    Shape::new(&Probe::<u64>::new().values()).ttl(|_| LONG).near()
}

/// The value, and whether it was kept in the process.
fn look_up<M: Wait>(store: &Store<M>, function: &Function, otherwise: u64) -> (u64, bool) {
    let hits = info(store, function).l1_hits;
    let run = cached::run(Some(store.clone()), call(function, 1), form(), Bypass, || async move { otherwise });
    (M::finish(run), info(store, function).l1_hits > hits)
}

/// As the companion of a function asks for it.
fn info<M: Wait>(store: &Store<M>, function: &Function) -> Info {
    cached::info(Some(store.clone()), &Call::new(function, &()))
}

fn keep_value<M: Wait>(store: &Store<M>, function: &Function, value: u64) {
    wait_until("the value is kept", || look_up(store, function, value) == (value, true));
}

fn check_change<M: Wait>(backend: &Backend<M>, change: impl Fn(&Store<M>)) {
    let (function, other) = (function(), backend.other_store());
    for number in 1..=3 {
        keep_value(&backend.store, &function, number);
        change(&other);
        wait_until("there is another value", || look_up(&backend.store, &function, number + 1).0 == number + 1);
    }
}

on_each_side! {
    fn what_has_a_tag_that_another_one_invalidates_is_computed(backend) {
        check_change(backend, |store| assert!(M::wait(invalidate_tag(store, "near:1")).unwrap()));
    }

    fn what_depends_on_a_record_that_another_one_writes_is_computed(backend) {
        check_change(backend, |store| M::wait(Record { id: 1, value: 0 }.save().run(store)).unwrap());
    }

    fn what_has_a_tag_that_the_process_invalidates_is_computed_at_once(backend) {
        let function = function();
        for number in 1..=20 {
            keep_value(&backend.store, &function, number);
            assert!(M::wait(invalidate_tag(&backend.store, "near:1")).unwrap());
            assert_eq!(look_up(&backend.store, &function, number + 1).0, number + 1);
        }
    }

    fn other_tags_and_records_leave_it_alone(backend) {
        let function = function();
        // The news of its own write may come late.
        wait_until("the value stays", || {
            keep_value(&backend.store, &function, 1);
            M::wait(invalidate_tag(&backend.store, "near:2")).unwrap();
            M::wait(Record { id: 2, value: 0 }.save().run(&backend.store)).unwrap();
            let (value, is_kept) = look_up(&backend.store, &function, 2);
            assert_eq!(value, 1);
            is_kept
        });
    }

    fn what_has_the_same_tag_may_be_computed_without_news_of_it(backend) {
        // Its epoch is made for less time than the values live.
        let function = Function::new("near::shared").early(0.0).jitter(0.0).timeout(LONG).wait(LONG).l1(100);
        let tagged = |id: u64| Call::new(&function, &(id,)).tag("near:shared").tag(format_args!("near:{id}"));
        let look_up = |id| {
            let hits = info(&backend.store, &function).l1_hits;
            let store = Some(backend.store.clone());
            M::finish(cached::run(store, tagged(id), form(), Bypass, || async move { id }));
            info(&backend.store, &function).l1_hits > hits
        };
        for id in [1, 2] {
            wait_until("the value is kept", || look_up(id));
        }
        // When these news have come, all before them have.
        let other = backend.other_store();
        let removed = M::finish(cached::invalidate(Some(other), tagged(2)));
        assert!(removed.unwrap());
        wait_until("the news have come", || !look_up(2));
        assert!(look_up(1));
    }
}
