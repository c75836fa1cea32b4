//! Collections: redis-model next to hand-written code. A file for each kind has its operations one at a time, and by 64 tasks
//! on one connection; `loads` reads whole collections of 10,000 elements into the types of the standard library.

mod list;
mod loads;

use redis_model::{Async, Blocking, generic::Store};
use redis_model_benches::{ByHand, ByModel, Options, Server, Table};
use tokio::runtime::Builder;

const COLUMNS: &[&str] = &["operation", "redis-model", "hand-written", "ratio (95 % interval)", "target"];

fn main() {
    let Some(options) = Options::from_args(300) else { return };
    let server = Server::start();
    let one_thread = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    one_thread.block_on(async {
        let mut table = Table::new(COLUMNS);
        let store = <Blocking as ByModel>::connect(&server.url()).await;
        one_at_a_time(&options, &mut table, "blocking", &store, server.connect()).await;
        let store = <Async as ByModel>::connect(&server.url()).await;
        one_at_a_time(&options, &mut table, "async", &store, server.connect_multiplexed().await).await;
    });
    let threads = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    threads.block_on(async {
        let mut table = Table::new(COLUMNS);
        let store = <Async as ByModel>::connect(&server.url()).await;
        list::by_many(&options, &mut table, &store, &server.connect_multiplexed().await).await;
    });
}

async fn one_at_a_time<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &Store<M>,
    mut connection: C,
) {
    list::one_at_a_time(options, table, mode, store, &mut connection).await;
    loads::one_at_a_time(options, table, mode, store, &mut connection).await;
}
