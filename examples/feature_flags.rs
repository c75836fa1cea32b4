//! Feature flags whose names nobody knows at compile time: product managers make them up. All of them are one tree, of which
//! each service reads its part; a trial ends by itself, and two editors never mix up their changes.
//!
//! `cargo run --example feature_flags` needs no server; with `REDIS_URL` set it runs on that one.

use std::{collections::BTreeMap, env, time::Duration};

use redis_model::{Error, Result, Tree, TreePath, blocking::Store, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a flag is where it is switched for only some of the users.
#[derive(Serialize, Deserialize, Debug)]
struct Rollout {
    percent: u8,
    #[serde(default)]
    countries: Vec<String>,
}

fn main() -> Result<()> {
    let store = if env::var_os("REDIS_URL").is_some() { Store::from_env()? } else { Store::embedded() };
    let flags = Tree::at("feature_flags");
    flags.clear().run(&store)?;

    // Maps become paths, so that each part can be read and written alone.
    let shop = json!({
        "checkout": {"one_click": true, "express": {"percent": 10, "countries": ["NO", "SE"]}},
        "search": {"fuzzy": false, "limit": 50},
    });
    flags.path("shop").set(shop).run(&store)?;
    println!("services with flags: {:?}", flags.children().run(&store)?);
    println!("what can be flagged: {:?}", flags.keys().run(&store)?);

    // A service reads what is its own, typed: one flag, a struct, or all of its flags, each in one round trip.
    let checkout = flags.path("shop.checkout");
    let one_click = checkout.child("one_click").get_or(false).run(&store)?;
    let express: Option<Rollout> = checkout.child("express").get().run(&store)?;
    println!("one click: {one_click}, express: {express:?}");
    let all: BTreeMap<String, Value> = checkout.get().run(&store)?.unwrap_or_default();
    println!("{} flags of the checkout", all.len());
    println!("a flag that nobody has set: {}", is_on(&store, &flags.path(["shop", "basket", "gifts"]))?);

    // More users, step by step: nobody's step is lost.
    let percent = checkout.child("express.percent");
    for _ in 0..3 {
        println!("express is on for {} %", percent.add(15).run(&store)?);
    }

    // A trial that ends by itself, whoever forgets it.
    let trial = flags.path("shop.search.semantic");
    trial.set_for(true, Duration::from_secs(14 * 24 * 3600)).run(&store)?;
    println!("the trial of the semantic search: {:?}", trial.ttl().run(&store)?);

    edit(&store, &flags)?;
    println!("the search is now {}", flags.path("shop.search").get_or(Value::Null).run(&store)?);

    println!("{} flags were there", flags.clear().run(&store)?);
    Ok(())
}

fn is_on(store: &Store, flag: &TreePath) -> Result<bool> {
    flag.get_or(false).run(store)
}

/// An editor that locks the part that it works on; what is in other parts goes on being changed.
fn edit(store: &Store, flags: &Tree) -> Result<()> {
    let search = flags.path("shop.search");
    let guard = search.lock().acquire(store)?;
    let impatient = search.child("limit").lock().wait(Duration::from_millis(10));
    match impatient.acquire(store) {
        Err(denied @ Error::LockTimeout { .. }) => println!("another editor: {denied}"),
        other => panic!("this is locked: {other:?}"),
    }
    // The server refuses it if the lock is lost, and keeps everybody else out of the middle.
    guard.run((search.child("fuzzy").set(true), search.child("limit").add(-20)).batch())?;
    guard.release()?;
    Ok(())
}
