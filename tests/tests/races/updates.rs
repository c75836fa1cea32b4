//! Read-change-write: nothing is lost.

use redis_model::{Query, RedisModel, Store, prelude::*};
use redis_model_tests::{RedisServer, on_every_backend};

use crate::side_by_side;

const THREADS: usize = 8;
const TIMES: usize = 8;
const ALL: i64 = 64;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:account")]
struct Account {
    #[redis(id)]
    id: u64,
    name: String,
    balance: i64,
    changes: Option<u32>,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "race:page")]
struct Page {
    #[redis(id)]
    id: u64,
    text: String,
    #[redis(version)]
    rev: u64,
}

fn account() -> Account {
    Account { id: 1, name: "0".into(), balance: 0, changes: None }
}

fn change(account: &mut Account) {
    account.balance += 1;
    account.changes = Some(account.changes.unwrap_or(0) + 1);
    account.name = account.balance.to_string();
}

fn changed() -> Account {
    Account { balance: ALL, changes: Some(64), name: ALL.to_string(), ..account() }
}

on_every_backend! {
    fn writers_of_different_fields_lose_nothing(backend) {
        backend.run(account().save()).unwrap();
        let it = Account::at(1);
        side_by_side(3, |number| {
            for time in 1..=ALL {
                match number {
                    0 => backend.run(it.name().set(time.to_string())).unwrap(),
                    1 => _ = backend.run(it.balance().incr(1)).unwrap(),
                    _ => _ = backend.run(it.changes().set_max(u32::try_from(time).unwrap())).unwrap(),
                }
            }
        });
        assert_eq!(backend.run(Account::fetch(1)).unwrap(), changed());
    }

    fn modify_loses_no_change(backend) {
        backend.run(account().save()).unwrap();
        side_by_side(THREADS, |_| {
            for _ in 0..TIMES {
                backend.wait(Account::modify(1, &backend.store, change)).unwrap();
            }
        });
        assert_eq!(backend.run(Account::fetch(1)).unwrap(), changed());
    }

    fn modify_by_version_loses_no_change(backend) {
        backend.run(Page { id: 1, text: String::new(), rev: 0 }.save()).unwrap();
        side_by_side(THREADS, |_| {
            for _ in 0..TIMES {
                backend.wait(Page::modify(1, &backend.store, |page| page.text.push('x'))).unwrap();
            }
        });
        assert_eq!(backend.run(Page::fetch(1)).unwrap().text.len(), THREADS * TIMES);
    }

    fn modify_and_field_writes_lose_no_change_of_each_other(backend) {
        backend.run(account().save()).unwrap();
        side_by_side(4, |number| {
            for _ in 0..16 {
                if number % 2 == 0 {
                    backend.wait(Account::modify(1, &backend.store, |account| account.balance += 1)).unwrap();
                } else {
                    backend.run(Account::at(1).balance().incr(1)).unwrap();
                }
            }
        });
        assert_eq!(backend.run(Account::fetch(1)).unwrap().balance, ALL);
    }

    fn an_update_of_a_field_loses_no_change(backend) {
        backend.run(account().save()).unwrap();
        let name = Account::at(1).name();
        side_by_side(THREADS, |_| {
            for _ in 0..TIMES {
                let longer = name.update(&backend.store, |name| Some(name.unwrap_or_default() + "x"));
                backend.wait(longer).unwrap();
            }
        });
        assert_eq!(backend.run(name.get()).unwrap().unwrap().len(), 1 + THREADS * TIMES);
    }

    fn of_two_writers_of_the_whole_record_one_is_last(backend) {
        for round in 0..20 {
            let accounts = side_by_side(2, |number| {
                let text = format!("{round} {number}");
                let mine = Account { name: text, balance: i64::try_from(number).unwrap(), changes: None, ..account() };
                let mine = if number == 0 { Account { changes: Some(round), ..mine } } else { mine };
                backend.run(mine.save()).unwrap();
                mine
            });
            assert!(accounts.contains(&backend.run(Account::fetch(1)).unwrap()));
        }
    }

    fn each_caller_of_incr_gets_its_own_number(backend) {
        backend.run(account().save()).unwrap();
        let balance = Account::at(1).balance();
        let numbers = side_by_side(THREADS, |_| {
            backend.run(Query::all((0..TIMES).map(|_| balance.incr(1)))).unwrap()
        });
        let mut numbers = numbers.concat();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=ALL).collect::<Vec<_>>());
    }
}

async fn check_tasks(store: Store) {
    account().save().run(&store).await.unwrap();
    let tasks: Vec<_> = (0..THREADS)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..TIMES {
                    Account::modify(1, &store, change).await.unwrap();
                    Account::at(1).balance().update(&store, |balance| balance).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(Account::fetch(1).run(&store).await.unwrap(), changed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_lose_no_change_on_the_engine() {
    check_tasks(Store::embedded()).await;
}

#[tokio::test]
async fn tasks_of_one_thread_lose_no_change_on_a_server() {
    let url = format!("{}900", RedisServer::shared().url());
    check_tasks(Store::connect(&url).await.unwrap()).await;
}
