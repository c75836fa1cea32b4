//! The main job, end to end: models that are saved, loaded, and edited path by path, on an engine in this process.
//!
//! `cargo run --example quickstart` needs no server; with `REDIS_URL` set it runs on that one.

use std::{env, time::Duration};

use redis_model::{
    Error, Expiring, Query, RedisFields, RedisModel, RedisValue, Result, Store, TimeLeft, Ttl, embedded::Engine, path,
    prelude::*, redis::cmd,
};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "quickstart:user", ttl = "30d")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    logins: i64,
    plan: Plan,
    #[redis(nested)]
    address: Address,
    #[redis(nested)]
    billing: Option<Address>,
    #[redis(ttl = "15m")]
    otp: Expiring<String>,
    #[redis(json)]
    prefs: serde_json::Value,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
}

#[derive(RedisValue, Debug, Clone, PartialEq)]
enum Plan {
    Free,
    Pro,
}

#[tokio::main]
async fn main() -> Result<()> {
    // Time stands still on this engine unless it is told to go on.
    let engine = Engine::with_manual_clock();
    let on_server = env::var_os("REDIS_URL").is_some();
    let store = if on_server { Store::from_env().await? } else { Store::on_engine(&engine) };
    Query::all([41, 42].map(User::delete)).run(&store).await?;

    println!("# Save and load");
    let ada = User {
        id: 42,
        name: "Ada".into(),
        logins: 7,
        plan: Plan::Pro,
        address: Address { city: "London".into(), zip: None },
        billing: None,
        otp: Expiring::new("271828".into()),
        prefs: serde_json::json!({"theme": "dark", "tags": []}),
    };
    ada.save().run(&store).await?;
    assert_eq!(User::load(42).run(&store).await?.as_ref(), Some(&ada));
    assert_eq!(User::load(43).run(&store).await?, None);
    print_tree(&store).await?;

    println!("\n# Edit single fields: one round trip each, and only if the record exists");
    let it = User::at(42);
    it.name().set("Ada Lovelace").run(&store).await?;
    it.address().city().set("Oslo").run(&store).await?;
    println!("logins: {}", it.logins().incr(1).run(&store).await?);
    if let Err(refused) = User::at(43).name().set("nobody").run(&store).await {
        println!("a write to a user who is not there: {refused}");
    }

    println!("\n# Several at once: one round trip");
    let (name, logins, city) =
        (it.name().get(), it.logins().incr(1), it.address().city().get()).batch().run(&store).await?;
    println!("{name:?} in {city:?} logged in {logins} times");

    println!("\n# Only some fields");
    let (plan, zip) = it.select((path!(User.plan), path!(User.address.zip))).run(&store).await?;
    println!("{}: {plan:?}, {}: {zip:?}", path!(User.plan), path!(User.address.zip));

    println!("\n# Read, change, write: again if somebody else was faster");
    User::modify(42, &store, |user| user.billing = Some(user.address.clone())).await?;
    println!("billing: {:?}", it.billing().get().run(&store).await?);

    println!("\n# A conflict");
    match it.plan().compare_and_set(Plan::Free, Plan::Pro).run(&store).await {
        Err(refused @ Error::Conflict { .. }) => println!("Free was expected: {refused}"),
        other => panic!("this was to be refused: {other:?}"),
    }

    println!("\n# Time to live: of a field, and of the record");
    println!("one-time password: {:?}, {:?}", it.otp().get().run(&store).await?, it.otp().ttl().run(&store).await?);
    if !on_server {
        engine.advance(Duration::from_secs(16 * 60));
        println!("16 minutes later: {:?}", it.otp().get().run(&store).await?);
    }
    let loaded = User::fetch(42).run(&store).await?;
    // What was loaded and not changed is not written again: the expired password does not come back.
    loaded.save().ttl(Ttl::For(Duration::from_secs(3600))).run(&store).await?;
    User { id: 41, ..loaded }.save().ttl(Ttl::Never).run(&store).await?;
    print_tree(&store).await?;
    if !on_server {
        engine.advance(Duration::from_secs(3601));
        println!("an hour later:");
        print_tree(&store).await?;
    }
    Query::all([41, 42].map(User::delete)).run(&store).await?;
    Ok(())
}

/// Prints what lies in Redis of this example's users: each key with its content and how long it lives.
async fn print_tree(store: &Store) -> Result<()> {
    for id in [41, 42] {
        let it = User::at(id);
        if let TimeLeft::Left(_) | TimeLeft::Unlimited = it.ttl().run(store).await? {
            println!("{}  (hash, {:?})", it.key(), it.ttl().run(store).await?);
            let fields: Vec<(String, String)> = Query::command(cmd("HGETALL").arg(it.key()).take()).run(store).await?;
            for (path, value) in fields {
                println!("  {path:<14} {value}");
            }
        }
        if let Some(otp) = it.otp().get().run(store).await? {
            println!("{}  (string, {:?})\n  {otp}", it.otp().key(), it.otp().ttl().run(store).await?);
        }
    }
    Ok(())
}
