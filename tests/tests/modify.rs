//! Compare-and-set of whole records.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use std::{collections::HashMap, convert::Infallible};

use redis_model::{Error, RedisModel};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
struct Account {
    #[redis(id)]
    id: u64,
    balance: i64,
    note: Option<String>,
    #[redis(json)]
    labels: HashMap<String, String>,
}

fn account() -> Account {
    let labels = (0..20).map(|n| (n.to_string(), "x".repeat(n))).collect();
    Account { id: 1, balance: 100, note: None, labels }
}

on_every_backend! {
    fn the_change_is_saved_and_its_value_returned(backend) {
        backend.run(account().save()).unwrap();
        let before = backend.wait(Account::modify(1, &backend.store, |account| {
            account.note = Some("changed".into());
            std::mem::replace(&mut account.balance, 50)
        })).unwrap();
        assert_eq!(before, 100);
        let expected = Account { balance: 50, note: Some("changed".into()), ..account() };
        assert_eq!(backend.run(Account::fetch(1)).unwrap(), expected);
        backend.wait(Account::modify(1, &backend.store, |account| account.note = None)).unwrap();
        assert_eq!(backend.run(Account::fetch(1)).unwrap().note, None);
    }

    fn without_the_record_it_is_not_run(backend) {
        let mut ran = false;
        let outcome = backend.wait(Account::modify(1, &backend.store, |_| ran = true));
        assert!(outcome.unwrap_err().is_not_found());
        assert!(!ran);
    }

    fn a_change_that_fails_writes_nothing(backend) {
        backend.run(account().save()).unwrap();
        let outcome = backend.wait(Account::try_modify(1, &backend.store, |account| {
            account.balance = 0;
            Err::<(), _>("overdrawn")
        })).unwrap();
        assert_eq!(outcome, Err("overdrawn"));
        assert_eq!(backend.run(Account::fetch(1)).unwrap(), account());
        let outcome = backend.wait(Account::try_modify(1, &backend.store, |account| {
            account.balance -= 1;
            Ok::<_, Infallible>(account.balance)
        })).unwrap();
        assert_eq!(outcome, Ok(99));
    }

    fn the_id_may_not_change(backend) {
        backend.run(account().save()).unwrap();
        let outcome = backend.wait(Account::modify(1, &backend.store, |account| account.id = 2));
        assert!(matches!(outcome, Err(Error::InvalidQuery { .. })));
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 1);
    }

    fn a_writer_in_between_makes_it_run_again(backend) {
        backend.run(account().save()).unwrap();
        let store = backend.store.clone();
        let mut runs = 0;
        backend.wait(Account::modify(1, &backend.store, |account| {
            runs += 1;
            if runs == 1 {
                interfere::<M>(&store);
            }
            account.balance += 1;
        })).unwrap();
        let stored = backend.run(Account::fetch(1)).unwrap();
        assert_eq!((runs, stored.balance, stored.note.as_deref()), (2, 101, Some("in between")));
    }

    fn a_change_of_nothing_writes_nothing(backend) {
        backend.run(account().save()).unwrap();
        backend.wait(Account::modify(1, &backend.store, |account| assert_eq!(account.balance, 100))).unwrap();
        assert_eq!(backend.run(Account::fetch(1)).unwrap(), account());
    }
}

/// Writes to another field from a thread of its own, as `modify`'s closure is not async.
fn interfere<M: redis_model_tests::Wait>(store: &redis_model::generic::Store<M>) {
    std::thread::scope(|scope| {
        scope.spawn(|| M::wait(Account::at(1).note().set("in between").run(store)).unwrap());
    });
}
