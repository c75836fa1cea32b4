//! A page that is made of a record: a write of the record makes the cached page outdated, in the same request.
//!
//! `cargo run --example profile_page` needs no server; with `REDIS_URL` set it runs on that one.

use redis_model::{RedisModel, Result, blocking::Store, cached, prelude::*};

#[derive(RedisModel, Debug)]
#[redis(prefix = "profile_page:user", invalidates)]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    visits: i64,
}

/// Any write of user `id` makes it outdated: a save, a set, an increment, a deletion.
#[cached(ttl = "1h", depends = [User(id)], skip(store))]
fn profile_page(store: &Store, id: u64) -> Result<Option<String>> {
    println!("  (renders the page of user {id})");
    let user = User::load(id).run(store)?;
    Ok(user.map(|user| format!("<h1>{}</h1> {} visits", user.name, user.visits)))
}

fn main() -> Result<()> {
    let store = if std::env::var_os("REDIS_URL").is_some() { Store::from_env()? } else { Store::embedded() };
    store.install();
    User { id: 7, name: "Ada".into(), visits: 1 }.save().run(&store)?;

    show(&store)?;
    show(&store)?;
    println!("-- one more visit");
    User::at(7).visits().incr(1).run(&store)?;
    show(&store)?;
    println!("-- a new name");
    User::modify(7, &store, |user| user.name.push_str(" Lovelace"))?;
    show(&store)?;
    println!("-- she leaves");
    User::at(7).delete().run(&store)?;
    show(&store)
}

fn show(store: &Store) -> Result<()> {
    println!("{:?}", profile_page(store, 7)?);
    Ok(())
}
