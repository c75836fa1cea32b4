//! What readers see while others write.

use std::sync::atomic::{AtomicUsize, Ordering};

use redis_model::{Error, Expiring, Query, RedisModel, prelude::*};
use redis_model_tests::on_every_backend;

use crate::side_by_side;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:purse")]
struct Purse {
    #[redis(id, tag)]
    owner: String,
    #[redis(id)]
    number: u64,
    coins: i64,
    label: String,
    #[redis(ttl = "15m")]
    seal: Expiring<String>,
}

fn purse(number: u64) -> Purse {
    let label = number.to_string();
    Purse { owner: "ada".into(), number, coins: 100, seal: Expiring::new(label.clone()), label }
}

/// One of so many writers, until it ends, also by a panic: then the readers end too.
struct Writer<'a>(&'a AtomicUsize);

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

on_every_backend! {
    fn readers_never_see_half_of_a_transfer(backend) {
        let id = |number| ("ada", number);
        backend.run((purse(0).save(), purse(1).save()).batch().atomic()).unwrap();
        let writing = AtomicUsize::new(2);
        side_by_side(4, |number| {
            if number < 2 {
                let _writer = Writer(&writing);
                let (from, to) = if number == 0 { (0_u64, 1_u64) } else { (1, 0) };
                for _ in 0..60 {
                    let transfer = (Purse::at(id(from)).coins().decr(7), Purse::at(id(to)).coins().incr(7)).batch();
                    let (left, right) = backend.run(transfer.atomic()).unwrap();
                    assert_eq!(left + right, 200);
                }
            } else {
                loop {
                    let is_last = writing.load(Ordering::Acquire) == 0;
                    let both = [0, 1].map(|number| Purse::at(id(number)).coins().get());
                    let coins = backend.run(Query::all(both).atomic()).unwrap();
                    assert_eq!(coins.into_iter().map(Option::unwrap).sum::<i64>(), 200);
                    if is_last {
                        break;
                    }
                }
            }
        });
        assert_eq!(backend.run(Purse::fetch(id(0))).unwrap().coins, 100);
    }

    fn a_record_and_its_own_keys_are_saved_and_loaded_as_one(backend) {
        backend.run(purse(0).save()).unwrap();
        let writing = AtomicUsize::new(2);
        side_by_side(4, |number| {
            if number < 2 {
                let _writer = Writer(&writing);
                for time in 0..60 {
                    let text = format!("{number} {time}");
                    let purse = Purse { seal: Expiring::new(text.clone()), label: text, ..purse(0) };
                    backend.run(purse.save()).unwrap();
                }
            } else {
                loop {
                    let is_last = writing.load(Ordering::Acquire) == 0;
                    for purse in backend.run(Purse::load_many([("ada", 0), ("ada", 0)])).unwrap() {
                        let purse = purse.unwrap();
                        assert_eq!(purse.seal.get(), Some(&purse.label));
                    }
                    if is_last {
                        break;
                    }
                }
            }
        });
    }

    fn batches_of_many_threads_keep_their_answers_apart(backend) {
        let id = |number: usize| ("ada", u64::try_from(number).unwrap());
        side_by_side(8, |number| {
            let (it, nobody) = (Purse::at(id(number)), Purse::at(("nobody", 1)));
            let mut mine = purse(id(number).1);
            for time in 0..25 {
                mine.label = format!("{number} {time}");
                let batch = (
                    mine.save(),
                    it.label().get(),
                    nobody.label().set("x").attempt(),
                    Query::all([].map(|id: u64| Purse::at(("ada", id)).coins().get())),
                    it.coins().incr(1),
                    Purse::at(("", 1)).label().get().attempt(),
                    it.label().compare_and_set("wrong", "x").attempt(),
                    Purse::load(id(number)),
                    Query::all([it.seal().get(), it.label().get()]),
                    Purse::exists(("nobody", 1)),
                );
                let ((), label, missing, none, coins, invalid, conflict, loaded, texts, exists) = backend.run(batch.batch()).unwrap();
                assert_eq!(label.as_ref(), Some(&mine.label));
                assert!(matches!(missing, Err(Error::NotFound { key }) if key == *nobody.key()));
                assert!(matches!(conflict, Err(Error::Conflict { key }) if key == *it.key()));
                assert!(matches!(invalid, Err(Error::InvalidKey { .. })));
                assert_eq!((none.len(), coins, exists), (0, 101, false));
                assert_eq!(loaded, Some(Purse { coins: 101, ..mine.clone() }));
                assert_eq!(texts, [mine.seal.get().cloned(), Some(mine.label.clone())]);
            }
        });
    }

    fn forgotten_scripts_cost_no_write(backend) {
        backend.run(purse(0).save()).unwrap();
        let coins = Purse::at(("ada", 0)).coins();
        side_by_side(4, |number| {
            for _ in 0..30 {
                match number {
                    0 => backend.raw::<()>(&["SCRIPT", "FLUSH"]),
                    1 => _ = backend.run(coins.incr(1)).unwrap(),
                    _ => _ = backend.run((coins.incr(1), coins.incr(1), coins.get()).batch()).unwrap(),
                }
            }
        });
        assert_eq!(backend.run(coins.get()).unwrap(), Some(100 + 30 * 5));
    }
}
