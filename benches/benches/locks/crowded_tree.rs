//! A tree in which others hold very much, or very many wait, next to one with nothing else in it.

use std::time::Duration;

use redis::cmd;
use redis_model::{Guard, Lock, Store};
use redis_model_benches::{ByHand, Options, Server, Table, compare};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::sleep,
};

use crate::latency::lock_and_unlock;

const TARGET: &str = "≤ 1.20";

/// How many locks are held beside the one that is measured.
const SIBLINGS: u32 = 100_000;

/// How many wait elsewhere in the tree.
const WAITERS: u32 = 10_000;

/// How many tasks acquire the siblings.
const TASKS: u32 = 64;

const LONG: Duration = Duration::from_secs(3_600);

pub(crate) fn measure(options: &Options) {
    let mut table = Table::new(&[
        "acquire and release at depth 3",
        "crowded tree",
        "empty tree",
        "ratio (95 % interval)",
        "target",
    ]);
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    // The crowd's own work is not that of the thread that measures.
    let crowd =
        || Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime needs only threads");
    let of = |many: u32| if options.rounds == 0 { 100 } else { many };

    let (server, elsewhere) = (Server::start(), crowd());
    let siblings = of(SIBLINGS);
    let held = elsewhere.block_on(hold_siblings(server.url(), siblings));
    assert_eq!(held.len(), usize::try_from(siblings).unwrap_or_default());
    let name = format!("{siblings} held siblings, async");
    runtime.block_on(compare_trees(options, &mut table, &name, &server));
    // Nobody gives all of them back, as the server ends with them.
    end(elsewhere);
    drop((server, held));

    let (server, elsewhere) = (Server::start(), crowd());
    let waiters = of(WAITERS);
    let holder = elsewhere.block_on(let_wait(&server, waiters));
    let name = format!("{waiters} waiters on other paths, async");
    runtime.block_on(compare_trees(options, &mut table, &name, &server));
    assert!(holder.is_held(), "they have waited up to now");
    end(elsewhere);
}

fn end(runtime: Runtime) {
    runtime.shutdown_background();
}

async fn compare_trees(options: &Options, table: &mut Table, name: &str, server: &Server) {
    let store = Store::connect(&server.url()).await.expect("the server was started");
    let sides = (
        async |_| lock_and_unlock(&store, "crowded.a.b.c").await,
        async |_| lock_and_unlock(&store, "quiet.a.b.c").await,
    );
    compare(options, table, name, Some(TARGET), sides).await;
}

/// Holds so many locks beside the one that is measured.
async fn hold_siblings(url: String, count: u32) -> Vec<Guard> {
    let store = Store::connect(&url).await.expect("the server was started");
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.spawn(async move {
            let mut guards = Vec::new();
            for number in (task..count).step_by(TASKS as usize) {
                let lock = Lock::at(format!("crowded.a.b.{number}")).lease(LONG);
                guards.push(lock.acquire(&store).await.expect("nobody holds it"));
            }
            guards
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// Lets so many tasks wait for locks below one that is held, until their runtime ends.
async fn let_wait(server: &Server, count: u32) -> Guard {
    let store = Store::connect(&server.url()).await.expect("the server was started");
    let holder = Lock::at("crowded.elsewhere").lease(LONG).acquire(&store).await.expect("nobody holds it");
    let mut connection = server.connect_multiplexed().await;
    for number in 0..count {
        let store = store.clone();
        tokio::spawn(async move {
            let lock = Lock::at(format!("crowded.elsewhere.{number}")).wait(LONG);
            lock.acquire(&store).await
        });
        // So many requests at once that the last one is answered within a second.
        let has_room = (number + 1) % 500 > 0;
        while !has_room && queue_length(&mut connection, "crowded").await <= number {
            sleep(Duration::from_millis(5)).await;
        }
    }
    while queue_length(&mut connection, "crowded").await < count {
        sleep(Duration::from_millis(5)).await;
    }
    holder
}

/// How many wait in a tree.
pub(crate) async fn queue_length(connection: &mut impl ByHand, tree: &str) -> u32 {
    connection.query(cmd("ZCARD").arg(format!("{{{tree}}}@lock:queue"))).await
}
