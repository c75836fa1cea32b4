//! 64 tasks on one connection: redis-model next to hand-written code.

use std::{hint::black_box, ops::Range};

use redis::aio::MultiplexedConnection;
use redis_model::{RedisModel, Store, prelude::*};
use redis_model_benches::{ByHand, CLOSE, Options, Server, Table, User, by_hand, compare_tasks};
use tokio::runtime::Builder;

fn main() {
    let Some(options) = Options::from_args(200) else { return };
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime needs only threads");
    let mut table = Table::new(&["operation", "redis-model", "hand-written", "ratio (95 % interval)", "target"]);
    runtime.block_on(async {
        let server = Server::start();
        let store = Store::connect(&server.url()).await.expect("the server was started");
        let connection = server.connect_multiplexed().await;
        let other = server.connect_multiplexed().await;
        compare_tasks(
            &options,
            &mut table,
            "control: HGET twice",
            "1",
            (&other, get_by_hand),
            (&connection, get_by_hand),
        )
        .await;
        compare_tasks(&options, &mut table, "get a field", CLOSE, (&store, get), (&connection, get_by_hand)).await;
        compare_tasks(&options, &mut table, "load a record", CLOSE, (&store, load), (&connection, load_by_hand)).await;
        compare_tasks(&options, &mut table, "save a record", CLOSE, (&store, save), (&connection, save_by_hand)).await;
    });
}

async fn get(store: Store, ids: Range<u64>) {
    for id in ids {
        black_box(User::at(id).name().get().run(&store).await.expect("the server answers"));
    }
}

async fn get_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        black_box(connection.query::<Option<String>>(&by_hand::get_name(id)).await);
    }
}

async fn load(store: Store, ids: Range<u64>) {
    for id in ids {
        black_box(User::load(id).run(&store).await.expect("the server answers"));
    }
}

async fn load_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        black_box(by_hand::user(id, connection.query(&by_hand::load(id)).await).expect("a record"));
    }
}

async fn save(store: Store, ids: Range<u64>) {
    for id in ids {
        User::sample(id).save().run(&store).await.expect("the server answers");
    }
}

async fn save_by_hand(mut connection: MultiplexedConnection, ids: Range<u64>) {
    for id in ids {
        connection.query::<()>(&by_hand::save(&User::sample(id))).await;
    }
}
