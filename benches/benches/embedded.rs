//! The engine in the process: how long a call takes without a server.

use redis::ConnectionLike as _;
use redis_model::{RedisModel, blocking::Store, embedded::Engine, prelude::*};
use redis_model_benches::{Options, Table, User, by_hand, nanoseconds};

/// Two calls, as a lock or a counter makes them.
const TWO_CALLS: &str = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])";

/// Calls of the engine itself are held to this, scripts and whole reads to [`OPERATION`]; the others are shown beside them.
const CALL: &str = "≤ 300 ns";
const OPERATION: &str = "≤ 3,000 ns";
/// Commands of a pipeline, each of which is held to half a call.
const PIPELINE: usize = 100;
/// No target is set.
const UNBOUND: &str = "";

fn main() {
    let Some(options) = Options::from_args(100) else { return };
    let mut table = Table::new(&["operation", "time", "target"]);
    engine(&options, &mut table);
    store(&options, &mut table);
}

/// Through the connection of redis-rs.
fn engine(options: &Options, table: &mut Table) {
    let mut connection = Engine::new().connection();
    let set = redis::cmd("SET").arg("key").arg(User::TEXT).take();
    set.exec(&mut connection).expect("the engine answers");
    let get = redis::cmd("GET").arg("key").take();
    nanoseconds(options, table, "GET, a prepared command", CALL, |_| connection.req_command(&get));
    nanoseconds(options, table, "GET, built and decoded", CALL, |_| {
        redis::cmd("GET").arg("key").query::<String>(&mut connection).expect("the engine answers")
    });
    let mut pipeline = redis::Pipeline::new();
    for _ in 0..PIPELINE {
        pipeline.add_command(get.clone());
    }
    let packed = pipeline.get_packed_pipeline();
    nanoseconds(options, table, "a pipeline of 100 GETs", "≤ 15,000 ns", |_| {
        connection.req_packed_commands(&packed, 0, PIPELINE)
    });
    let load = redis::cmd("SCRIPT").arg("LOAD").arg(TWO_CALLS).take();
    let sha: String = load.query(&mut connection).expect("the script compiles");
    let call = redis::cmd("EVALSHA").arg(sha).arg(1).arg("key").arg(User::TEXT).take();
    nanoseconds(options, table, "a script of two calls", OPERATION, |_| connection.req_command(&call));
}

/// Through a store.
fn store(options: &Options, table: &mut Table) {
    let store = Store::embedded();
    for id in 0..1_000 {
        User::sample(id).save().run(&store).expect("the engine is empty");
    }
    nanoseconds(options, table, "get a field", UNBOUND, |n| User::at(n % 1_000).name().get().run(&store));
    nanoseconds(options, table, "set a field unchecked", UNBOUND, |n| {
        User::at(n % 1_000).name().set(User::TEXT).unchecked().run(&store)
    });
    nanoseconds(options, table, "set a field", UNBOUND, |n| User::at(n % 1_000).name().set(User::TEXT).run(&store));
    let mut connection = Engine::new().connection();
    let load = redis::cmd("SCRIPT").arg("LOAD").arg(by_hand::SET_IF_EXISTS).take();
    let sha: String = load.query(&mut connection).expect("the script compiles");
    by_hand::save(&User::sample(0)).exec(&mut connection).expect("the engine is empty");
    nanoseconds(options, table, "set a field, hand-written script", UNBOUND, |_| {
        by_hand::set_name_if_exists(&sha, 0, User::TEXT).query::<i64>(&mut connection)
    });
    nanoseconds(options, table, "load a record", OPERATION, |n| User::load(n % 1_000).run(&store));
    nanoseconds(options, table, "save a record", UNBOUND, |n| User::sample(n % 1_000).save().run(&store));
}
