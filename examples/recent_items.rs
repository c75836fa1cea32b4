//! What a visitor has looked at last, the latest first: a list that keeps ten, whoever writes to it.
//!
//! `cargo run --example recent_items` needs no server; with `REDIS_URL` set it runs on that one.

use std::{env, thread, time::Duration};

use redis_model::{List, Query, Result, blocking::Store, collection::Occurrences, prelude::*};

/// The limit belongs to the handle, so there is one place that makes it.
fn recent(visitor: u64) -> List<String> {
    List::at(format!("recent_items:{visitor}")).max_len(10)
}

/// An item that comes again moves to the front. Both happen at once, so that nobody sees it twice.
fn seen(visitor: u64, item: &str) -> Query<u64> {
    let list = recent(visitor);
    let moved = (list.remove_value(item, Occurrences::All), list.push_front(item)).batch().atomic();
    moved.map(|(_, length)| length)
}

fn main() -> Result<()> {
    let store = if env::var_os("REDIS_URL").is_some() { Store::from_env()? } else { Store::embedded() };
    let list = recent(7);
    list.clear().run(&store)?;

    for item in ["lamp", "chair", "table", "lamp"] {
        let length = seen(7, item).run(&store)?;
        println!("looks at the {item}: {length} in the list");
    }
    println!("the latest first: {:?}", list.load().run(&store)?);

    // Many browser tabs at once: the list never holds more than ten, and nothing twice.
    thread::scope(|scope| {
        for tab in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for page in 0..20 {
                    seen(7, &format!("item {}", (tab + page) % 15)).run(store).expect("the store answers");
                }
            });
        }
    });
    println!("after 160 more: {} in the list", list.len().run(&store)?);

    println!("the latest three: {:?}", list.range(..3).run(&store)?);
    println!("every third, the oldest first: {:?}", list.slice(.., -3).run(&store)?);
    println!("the second is out of stock: {:?}", list.remove(1).run(&store)?);
    println!("an advertisement goes third: {} in the list", list.insert(2, "advertisement").run(&store)?);
    match list.insert(2, "another").run(&store) {
        Ok(length) => println!("another one: {length} in the list"),
        Err(full) => println!("another one: {full}"),
    }

    // A visitor who does not come back is forgotten.
    list.expire(Duration::from_secs(30 * 24 * 3600)).run(&store)?;
    println!("{:?} left to live", list.ttl().run(&store)?);
    Ok(())
}
