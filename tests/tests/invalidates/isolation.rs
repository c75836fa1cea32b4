//! Nobody sees a write without the deletion of its epoch.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use redis_model::{Invalidates as _, Query, RedisModel, blocking::Store, prelude::*};
use redis_model_tests::RedisServer;

use crate::models::bare::{User, reset, user};

/// How often each reader looks.
const ROUNDS: usize = 1500;

/// Makes an epoch if there is none, as a cache does; the epoch, and the record as it is under it.
fn look(store: &Store, nonce: &str) -> (Option<String>, Option<User>) {
    let epoch = User::epoch_key(1);
    let claim = redis::cmd("SET").arg(&epoch).arg(nonce).arg("NX").take();
    Query::<Option<String>>::command(claim).run(store).unwrap();
    let get = Query::command(redis::cmd("GET").arg(&epoch).take());
    (get, User::load(1)).batch().atomic().run(store).unwrap()
}

fn write(store: &Store, round: usize) {
    let it = User::at(1);
    let text = round.to_string();
    match round % 7 {
        0 => it.name().set(text).run(store).unwrap(),
        1 => it.name().set(text).unchecked().run(store).unwrap(),
        2 => it.logins().incr(1).map(drop).run(store).unwrap(),
        3 => (it.name().set(text), it.logins().incr(1)).batch().atomic().map(drop).run(store).unwrap(),
        4 => User { name: text, ..user(1) }.save().run(store).unwrap(),
        5 => it.home().city().set(text).run(store).unwrap(),
        _ => {
            User::delete(1).run(store).unwrap();
            it.or_create().name().set(text).run(store).unwrap();
        }
    }
}

#[test]
fn what_was_read_under_an_epoch_is_there_as_long_as_the_epoch_is() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    reset(&redis_model_tests::Backend::<redis_model::Blocking>::at(&server.url()), 1);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|reader| {
                let store = &store;
                scope.spawn(move || {
                    let mut compared = 0;
                    for round in 0..ROUNDS {
                        let first = look(store, &format!("{reader}:{round}"));
                        let second = look(store, &format!("{reader}:{round}:again"));
                        if first.0.is_some() && first.0 == second.0 {
                            compared += 1;
                            assert_eq!(first.1, second.1, "under epoch {:?}", first.0);
                        }
                    }
                    compared
                })
            })
            .collect();
        let (store, is_over) = (&store, &is_over);
        let writer = scope.spawn(move || {
            let mut round = 0;
            while !is_over.load(Ordering::Relaxed) {
                write(store, round);
                round += 1;
            }
            round
        });
        let compared: Vec<_> = readers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // Before anything panics: the scope waits for the writer.
        is_over.store(true, Ordering::Relaxed);
        let compared: usize = compared.into_iter().map(Result::unwrap).sum();
        assert!(writer.join().unwrap() > 0 && compared > 0, "both had their turn");
    });
}
