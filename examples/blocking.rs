//! The same without async: threads, and results instead of futures.
//!
//! `cargo run --example blocking` needs no server; with `REDIS_URL` set it runs on that one.

use std::{env, thread};

use redis_model::{Error, RedisModel, Result, blocking::Store, path, prelude::*};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "blocking:account")]
struct Account {
    #[redis(id, tag)]
    tenant: String,
    #[redis(id)]
    number: u64,
    owner: String,
    balance: i64,
    /// Moves on with each write, so that a save of an outdated copy is refused.
    #[redis(version)]
    rev: u64,
}

fn main() -> Result<()> {
    let store = if env::var_os("REDIS_URL").is_some() { Store::from_env()? } else { Store::embedded() };
    for number in [1, 2] {
        Account::delete(("acme", number)).run(&store)?;
    }

    let mut account = Account { tenant: "acme".into(), number: 1, owner: "Ada".into(), balance: 100, rev: 0 };
    account.save_mut(&store)?;
    println!("saved at {}", account.key());

    // Eight threads change the same record; none of the changes is lost.
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    Account::modify(("acme", 1), &store, |account| account.balance += 1).expect("the record exists");
                }
            });
        }
    });
    println!("balance after 80 changes by 8 threads: {:?}", Account::at(("acme", 1)).balance().get().run(&store)?);

    // The copy from before is outdated: its save is refused instead of undoing the changes.
    account.owner = "Bob".into();
    match account.save_mut(&store) {
        Err(refused @ Error::Conflict { .. }) => println!("the outdated copy: {refused}"),
        other => panic!("this was to be refused: {other:?}"),
    }

    // Records of one tenant lie in one slot, so they can be written together, isolated.
    Account { number: 2, balance: 0, rev: 0, ..account }.save().run(&store)?;
    let (from, to) = (Account::at(("acme", 1)), Account::at(("acme", 2)));
    let (left, arrived) = (from.balance().decr(30), to.balance().incr(30)).batch().atomic().run(&store)?;
    println!("a transfer of 30 leaves {left} and makes {arrived}");

    for account in Account::scan_select(&store, (path!(Account.owner), path!(Account.balance))) {
        let ((tenant, number), (owner, balance)) = account?;
        println!("{tenant} {number}: {owner:?} has {balance:?}");
    }
    for number in [1, 2] {
        Account::delete(("acme", number)).run(&store)?;
    }
    Ok(())
}
