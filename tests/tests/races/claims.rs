//! What only one of many may get.

use redis_model::{Condition, Error, Expiring, Query, RedisModel, prelude::*, redis};
use redis_model_tests::on_every_backend;

use crate::side_by_side;

const THREADS: usize = 8;
const ROUNDS: u64 = 12;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:seat")]
struct Seat {
    #[redis(id)]
    id: u64,
    owner: String,
    ticket: Option<u64>,
    #[redis(ttl = "15m")]
    code: Expiring<String>,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:versioned")]
struct Versioned {
    #[redis(id)]
    id: u64,
    text: String,
    #[redis(version)]
    rev: u64,
}

fn seat(id: u64) -> Seat {
    Seat { id, owner: "nobody".into(), ticket: Some(id), code: Expiring::new("secret".into()) }
}

/// The one that succeeded, and that the others failed as expected.
fn winner<T: Clone, E: std::fmt::Debug>(results: &[Result<T, E>], lost: impl Fn(&E) -> bool) -> (usize, T) {
    let mut won = Vec::new();
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(value) => won.push((number, value.clone())),
            Err(error) => assert!(lost(error), "{error:?}"),
        }
    }
    assert_eq!(won.len(), 1, "one wins");
    won.remove(0)
}

on_every_backend! {
    fn a_compare_and_set_is_won_once(backend) {
        for id in 0..ROUNDS {
            backend.run(seat(id).save()).unwrap();
            let results = side_by_side(THREADS, |number| {
                backend.run(Seat::at(id).owner().compare_and_set("nobody", number.to_string()))
            });
            let (number, ()) = winner(&results, Error::is_conflict);
            assert_eq!(backend.run(Seat::fetch(id)).unwrap().owner, number.to_string());
        }
    }

    fn a_removal_is_won_once(backend) {
        for id in 0..ROUNDS {
            backend.run(seat(id).save()).unwrap();
            let results = side_by_side(THREADS, |_| backend.run(Seat::at(id).ticket().remove_if(id)));
            winner(&results, Error::is_conflict);
            assert_eq!(backend.run(Seat::fetch(id)).unwrap().ticket, None);
        }
    }

    fn what_is_taken_is_taken_once(backend) {
        for id in 0..ROUNDS {
            backend.run(seat(id).save()).unwrap();
            let taken = side_by_side(THREADS, |_| {
                backend.run((Seat::at(id).code().take(), Seat::at(id).ticket().take()).batch()).unwrap()
            });
            let codes: Vec<_> = taken.iter().filter_map(|(code, _)| code.as_deref()).collect();
            let tickets: Vec<_> = taken.iter().filter_map(|(_, ticket)| *ticket).collect();
            assert_eq!((codes, tickets), (vec!["secret"], vec![id]));
        }
    }

    fn a_chain_of_swaps_loses_no_value(backend) {
        backend.run(seat(1).save()).unwrap();
        let before = side_by_side(THREADS, |number| {
            backend.run(Seat::at(1).owner().swap(number.to_string())).unwrap().unwrap()
        });
        let mut seen = before;
        seen.push(backend.run(Seat::fetch(1)).unwrap().owner);
        seen.sort();
        let mut expected: Vec<_> = (0..THREADS).map(|number| number.to_string()).collect();
        expected.push("nobody".into());
        assert_eq!(seen, expected);
    }

    fn a_record_is_created_once(backend) {
        for id in 0..ROUNDS {
            let results = side_by_side(THREADS, |number| {
                backend.run(Seat { owner: number.to_string(), ..seat(id) }.save().create())
            });
            let (number, ()) = winner(&results, |error| matches!(error, Error::AlreadyExists { .. }));
            assert_eq!(backend.run(Seat::fetch(id)).unwrap().owner, number.to_string());
        }
    }

    fn of_several_saves_of_one_copy_one_wins(backend) {
        for id in 0..ROUNDS {
            let mut copy = Versioned { id, text: "new".into(), rev: 0 };
            backend.wait(copy.save_mut(&backend.store)).unwrap();
            let results = side_by_side(THREADS, |number| {
                backend.run(Versioned { text: number.to_string(), ..copy.clone() }.save())
            });
            let (number, rev) = winner(&results, Error::is_conflict);
            assert_eq!(rev, copy.rev + 1);
            assert_eq!(backend.run(Versioned::fetch(id)).unwrap(), Versioned { id, text: number.to_string(), rev });
        }
    }

    fn of_several_first_saves_one_wins(backend) {
        for id in 0..ROUNDS {
            let results = side_by_side(THREADS, |number| {
                backend.run(Versioned { id, text: number.to_string(), rev: 0 }.save())
            });
            let (number, rev) = winner(&results, Error::is_conflict);
            assert_eq!(backend.run(Versioned::fetch(id)).unwrap(), Versioned { id, text: number.to_string(), rev });
        }
    }

    fn a_condition_lets_one_pass(backend) {
        for round in 0..ROUNDS {
            let key = format!("claim:{round}");
            let results = side_by_side(THREADS, |number| {
                let set = redis::cmd("SET").arg(&key).arg(number).take();
                backend.run(Query::<()>::command(set).when(Condition::missing(&key[..])))
            });
            let (number, ()) = winner(&results, |error| matches!(error, Error::AlreadyExists { .. }));
            assert_eq!(backend.raw::<usize>(&["GET", &key]), number);
        }
    }
}
