//! One operation at a time, blocking and async: redis-model next to hand-written code.

use redis_model::{Async, Blocking, RedisModel, generic::Store, prelude::*};
use redis_model_benches::{ByHand, ByModel, Options, Server, Table, User, by_hand, compare, mixed_batch};
use tokio::runtime::Builder;

/// The check of a condition costs the server time, so it may cost more than the bare command.
const WITH_CHECK: &str = "≤ 1.10";

fn main() {
    let Some(options) = Options::from_args(300) else { return };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    let mut table = Table::new(&["operation", "redis-model", "hand-written", "ratio (95 % interval)", "target"]);
    runtime.block_on(async {
        let server = Server::start();
        let store = Store::<Blocking>::connect(&server.url()).expect("the server was started");
        control(&options, &mut table, "blocking", server.connect(), server.connect()).await;
        operations(&options, &mut table, "blocking", &store, server.connect(), &server.sha).await;
        let store = Store::<Async>::connect(&server.url()).await.expect("the server was started");
        let (a, b) = (server.connect_multiplexed().await, server.connect_multiplexed().await);
        control(&options, &mut table, "async", a, b.clone()).await;
        operations(&options, &mut table, "async", &store, b, &server.sha).await;
    });
}

/// Hand-written code against itself.
async fn control<C: ByHand>(options: &Options, table: &mut Table, mode: &str, mut a: C, mut b: C) {
    let sides = (
        async |n| a.query::<Option<String>>(&by_hand::get_name(n)).await,
        async |n| b.query::<Option<String>>(&by_hand::get_name(n)).await,
    );
    compare(options, table, &format!("control: HGET twice, {mode}"), Some("1"), sides).await;
}

async fn operations<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &Store<M>,
    mut connection: C,
    sha: &str,
) {
    let connection = &mut connection;
    let sides = (
        async |n| M::wait(User::at(id(n)).name().get().run(store)).await,
        async |n| connection.query(&by_hand::get_name(id(n))).await,
    );
    compare(options, table, &format!("get a field, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(User::at(id(n)).name().set(User::TEXT).unchecked().run(store)).await,
        async |n| connection.query(&by_hand::set_name(id(n), User::TEXT)).await,
    );
    compare(options, table, &format!("set a field unchecked, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(User::at(id(n)).name().set(User::TEXT).run(store)).await,
        async |n| connection.query(&by_hand::set_name(id(n), User::TEXT)).await,
    );
    compare(options, table, &format!("set a field / bare HSET, {mode}"), Some(WITH_CHECK), sides).await;

    let sides = (
        async |n| M::wait(User::at(id(n)).name().set(User::TEXT).run(store)).await,
        async |n| assert!(connection.query(&by_hand::set_name_if_exists(sha, id(n), User::TEXT)).await),
    );
    compare(options, table, &format!("set a field / script, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(User::load(id(n)).run(store)).await,
        async |n| by_hand::user(id(n), connection.query(&by_hand::load(id(n))).await).expect("a record"),
    );
    compare(options, table, &format!("load a record, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(User::sample(id(n)).save().run(store)).await,
        async |n| connection.query(&by_hand::save(&User::sample(id(n)))).await,
    );
    compare(options, table, &format!("save a record, {mode}"), None, sides).await;

    let ids: Vec<u64> = (0..1_000).collect();
    let sides = (
        async |_| M::wait(User::load_many(ids.iter().copied()).run(store)).await,
        async |_| by_hand::users(&ids, connection.query_all(&by_hand::load_many(&ids)).await).expect("records"),
    );
    compare(options, table, &format!("load 1,000 records, {mode}"), None, sides).await;

    let sides = (
        async |n| {
            let (names, _, logins) = M::wait(mixed_batch(id(n)).run(store)).await;
            (names, logins.len())
        },
        async |n| {
            let replies = connection.query_all(&by_hand::mixed_batch(id(n))).await;
            let (names, logins) = by_hand::names_and_logins(replies).expect("names and numbers");
            (names, logins.len())
        },
    );
    compare(options, table, &format!("batch of 100, {mode}"), None, sides).await;
}

/// The record of an operation; a batch takes this many and up to 50 more.
fn id(number: u64) -> u64 {
    number % 1_000
}
