//! Acquiring a free lock and releasing it, next to the lock that is written by hand, and to other crates' locks.

use std::time::Duration;

use redis_model::{Async, Blocking, Lock, Mutex, Released, generic::Store};
use redis_model_benches::{ByHand, ByModel, Options, Server, Table, compare, time};
use tokio::runtime::Builder;

use crate::{by_hand, python::RedisPy};

/// A lock that sees what is above and below it works more than one that is a key.
const HIERARCHICAL: &str = "≤ 1.15";

const DEPTHS: [usize; 4] = [0, 1, 3, 5];

pub(crate) fn measure(options: &Options) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    runtime.block_on(async {
        let server = Server::start();
        let mut table =
            Table::new(&["acquire and release", "redis-model", "hand-written", "ratio (95 % interval)", "target"]);
        let store = Store::<Blocking>::connect(&server.url()).expect("the server was started");
        control(options, &mut table, "blocking", [server.connect(), server.connect()]).await;
        by_model(options, &mut table, "blocking", &store, server.connect()).await;
        let store = Store::<Async>::connect(&server.url()).await.expect("the server was started");
        let connection = server.connect_multiplexed().await;
        control(options, &mut table, "async", [connection.clone(), server.connect_multiplexed().await]).await;
        by_model(options, &mut table, "async", &store, connection).await;
        others(options, &server, &store).await;
    });
}

/// Hand-written code against itself.
async fn control<C: ByHand>(options: &Options, table: &mut Table, mode: &str, [mut a, mut b]: [C; 2]) {
    let sha = &by_hand::load(&mut a).await;
    let sides = (
        async |_| by_hand::lock_and_unlock(&mut a, sha, "bench:lock").await,
        async |_| by_hand::lock_and_unlock(&mut b, sha, "bench:lock").await,
    );
    compare(options, table, &format!("control: by hand twice, {mode}"), Some("1"), sides).await;
}

async fn by_model<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &Store<M>,
    mut connection: C,
) {
    let sha = &by_hand::load(&mut connection).await;
    for depth in DEPTHS {
        let path = format!("latency{}", ".step".repeat(depth));
        let sides = (
            async |_| lock_and_unlock(store, &path).await,
            async |_| by_hand::lock_and_unlock(&mut connection, sha, "bench:lock").await,
        );
        let target = if depth == 3 { HIERARCHICAL } else { "none" };
        compare(options, table, &format!("`Lock` at depth {depth}, {mode}"), Some(target), sides).await;
    }
    let sides =
        (async |_| mutex(store).await, async |_| by_hand::lock_and_unlock(&mut connection, sha, "bench:lock").await);
    compare(options, table, &format!("`Mutex`, {mode}"), None, sides).await;
}

/// Other crates' locks, on the same server; redis-py's has a process of its own.
async fn others(options: &Options, server: &Server, store: &Store<Async>) {
    let mut table = Table::new(&["acquire and release", "redis-model", "other", "ratio (95 % interval)", "target"]);
    println!();
    let manager = rslock::LockManager::new(vec![server.url()]);
    let by_rslock = async |_| {
        let lock = manager.lock("bench:rslock", Duration::from_secs(30)).await.expect("nobody holds it");
        lock.release().await;
        true
    };
    let sides = (async |_| lock_and_unlock(store, "latency.a.b.c").await, by_rslock);
    compare(options, &mut table, "`Lock` at depth 3 / rslock 0.10", Some("none"), sides).await;
    let sides = (async |_| mutex(store).await, by_rslock);
    compare(options, &mut table, "`Mutex` / rslock 0.10", Some("none"), sides).await;
    match RedisPy::find() {
        Ok(python) => {
            let seconds = if options.rounds == 0 { 0.01 } else { 2.0 };
            let median = python.lock_and_unlock(server.port(), seconds);
            println!("\nredis-py's Lock: {} for both, in a process of its own", time(median));
        }
        Err(reason) => println!("\nredis-py's Lock was left out: {reason}"),
    }
}

/// Acquires the lock and releases it; whether both have worked.
pub(crate) async fn lock_and_unlock<M: ByModel>(store: &Store<M>, path: &str) -> bool {
    let guard = M::wait(Lock::at(path).acquire(store)).await;
    M::wait(guard.release()).await == Released::InTime
}

/// The same with a mutex.
async fn mutex<M: ByModel>(store: &Store<M>) -> bool {
    let guard = M::wait(Mutex::named("latency").acquire(store)).await;
    M::wait(guard.release()).await == Released::InTime
}
