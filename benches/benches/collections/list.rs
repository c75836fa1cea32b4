//! Lists. What grows a list goes to one of its own on each side; what it answers with is then the same.

use std::{hint::black_box, ops::Range};

use redis::{Cmd, aio::MultiplexedConnection, cmd};
use redis_model::{List, generic};
use redis_model_benches::{ByHand, ByModel, CLOSE, Options, Table, compare, compare_tasks};

/// How many elements lie in the lists that keep their length.
const LENGTH: i64 = 1_000;

const LIMIT: u64 = 100;

const ELEMENT: &str = "an element of some length";

/// What is sent to one script for all operations says more than what is sent to one for a single operation.
const SCRIPTED: &str = "≤ 1.10";

/// The least scripts that do what no command does.
const PUSH_WITH_LIMIT: &str = "local length = redis.call('RPUSH', KEYS[1], ARGV[1]) \
                               redis.call('LTRIM', KEYS[1], -ARGV[2], -1) return length";
const INSERT: &str = "local tail = redis.call('LRANGE', KEYS[1], ARGV[1], -1) \
                      redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1) \
                      redis.call('RPUSH', KEYS[1], ARGV[2], unpack(tail)) return redis.call('LLEN', KEYS[1])";
const REMOVE: &str = "local tail = redis.call('LRANGE', KEYS[1], ARGV[1], -1) \
                      redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1) \
                      redis.call('RPUSH', KEYS[1], unpack(tail, 2)) return tail[1]";
const ROTATE: &str = "local count = ARGV[1] % redis.call('LLEN', KEYS[1]) \
                      redis.call('RPUSH', KEYS[1], unpack(redis.call('LPOP', KEYS[1], count))) return count";

fn list(name: &str) -> List<String> {
    List::at(format!("bench:list:{name}"))
}

fn on(command: &str, name: &str) -> Cmd {
    cmd(command).arg(format!("bench:list:{name}")).take()
}

fn script(sha: &str, name: &str) -> Cmd {
    cmd("EVALSHA").arg(sha).arg(1).arg(format!("bench:list:{name}")).take()
}

async fn loaded<C: ByHand>(connection: &mut C, text: &str) -> String {
    connection.query(&cmd("SCRIPT").arg("LOAD").arg(text).take()).await
}

fn index(number: u64) -> i64 {
    i64::try_from(number * 37 % LENGTH.unsigned_abs()).expect("a small number")
}

pub(crate) async fn one_at_a_time<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &generic::Store<M>,
    connection: &mut C,
) {
    for name in ["a", "b"] {
        M::wait(list(name).replace((0..LENGTH).map(|number| format!("{ELEMENT} {number}"))).run(store)).await;
    }
    single_commands(options, table, mode, store, connection).await;
    scripts(options, table, mode, store, connection).await;
}

async fn single_commands<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &generic::Store<M>,
    connection: &mut C,
) {
    let (a, b) = ("a", "b");
    let sides = (
        async |_| {
            let length = M::wait(list(a).push_back(ELEMENT).run(store)).await;
            (length, M::wait(list(a).pop_back().run(store)).await)
        },
        async |_| {
            let length: u64 = connection.query(&on("RPUSH", b).arg(ELEMENT).take()).await;
            (length, connection.query(&on("RPOP", b)).await)
        },
    );
    compare(options, table, &format!("list: push and pop, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(list(a).get(index(n)).run(store)).await,
        async |n| connection.query::<Option<String>>(&on("LINDEX", a).arg(index(n)).take()).await,
    );
    compare(options, table, &format!("list: get, {mode}"), None, sides).await;

    let sides = (
        async |n| M::wait(list(a).set(index(n), ELEMENT).run(store)).await,
        async |n| connection.query(&on("LSET", b).arg(index(n)).arg(ELEMENT).take()).await,
    );
    compare(options, table, &format!("list: set, {mode}"), None, sides).await;

    let sides = (
        async |_| M::wait(list(a).range(-100..).run(store)).await,
        async |_| connection.query::<Vec<String>>(&on("LRANGE", a).arg(-100).arg(-1).take()).await,
    );
    compare(options, table, &format!("list: range of 100, {mode}"), None, sides).await;

    let sides = (
        async |_| M::wait(list(a).index_of("missing").run(store)).await,
        async |_| connection.query::<Option<u64>>(&on("LPOS", a).arg("missing").take()).await,
    );
    compare(options, table, &format!("list: index of, {mode}"), None, sides).await;
}

async fn scripts<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    mode: &str,
    store: &generic::Store<M>,
    connection: &mut C,
) {
    let (a, b) = ("a", "b");
    let push = loaded(connection, PUSH_WITH_LIMIT).await;
    let insert = loaded(connection, INSERT).await;
    let remove = loaded(connection, REMOVE).await;
    let rotate = loaded(connection, ROTATE).await;

    let limited = list("limited").max_len(LIMIT);
    M::wait(limited.clear().run(store)).await;
    M::wait(list("by hand").clear().run(store)).await;
    let sides = (
        async |_| M::wait(limited.push_back(ELEMENT).run(store)).await,
        async |_| {
            let pushed: u64 = connection.query(&script(&push, "by hand").arg(ELEMENT).arg(LIMIT).take()).await;
            pushed.min(LIMIT)
        },
    );
    compare(options, table, &format!("list: push with a limit / script, {mode}"), Some(SCRIPTED), sides).await;

    let middle = LENGTH / 2;
    let sides = (
        async |_| {
            let length = M::wait(list(a).insert(middle, ELEMENT).run(store)).await;
            (length, M::wait(list(a).remove(middle).run(store)).await)
        },
        async |_| {
            let length: u64 = connection.query(&script(&insert, b).arg(middle).arg(ELEMENT).take()).await;
            (length, connection.query(&script(&remove, b).arg(middle).take()).await)
        },
    );
    compare(options, table, &format!("list: insert and remove in the middle / scripts, {mode}"), Some(SCRIPTED), sides)
        .await;

    let sides = (
        async |_| M::wait(list(a).rotate_left(10).run(store)).await,
        async |_| connection.query::<()>(&script(&rotate, b).arg(10).take()).await,
    );
    compare(options, table, &format!("list: rotate by 10 / script, {mode}"), Some(SCRIPTED), sides).await;
}

type Store = redis_model::Store;

pub(crate) async fn by_many(options: &Options, table: &mut Table, store: &Store, connection: &MultiplexedConnection) {
    list("a").replace((0..LENGTH).map(|number| format!("{ELEMENT} {number}"))).run(store).await.expect(ANSWERED);
    let name = "list: push and pop, 64 tasks";
    compare_tasks(options, table, name, CLOSE, (store, push_and_pop), (connection, push_and_pop_by_hand)).await;
    compare_tasks(options, table, "list: get, 64 tasks", CLOSE, (store, get), (connection, get_by_hand)).await;
    let name = "list: range of 100, 64 tasks";
    compare_tasks(options, table, name, CLOSE, (store, range), (connection, range_by_hand)).await;
    let sha = loaded(&mut connection.clone(), PUSH_WITH_LIMIT).await;
    let by_hand = |connection, numbers| push_with_limit_by_hand(connection, numbers, sha.clone());
    let name = "list: push with a limit / script, 64 tasks";
    compare_tasks(options, table, name, SCRIPTED, (store, push_with_limit), (connection, by_hand)).await;
}

async fn push_and_pop(store: Store, numbers: Range<u64>) {
    for _ in numbers {
        list("many").push_back(ELEMENT).run(&store).await.expect(ANSWERED);
        black_box(list("many").pop_front().run(&store).await.expect(ANSWERED));
    }
}

async fn push_and_pop_by_hand(mut connection: MultiplexedConnection, numbers: Range<u64>) {
    for _ in numbers {
        connection.query::<u64>(&on("RPUSH", "many").arg(ELEMENT).take()).await;
        black_box(connection.query::<Option<String>>(&on("LPOP", "many")).await);
    }
}

async fn get(store: Store, numbers: Range<u64>) {
    for number in numbers {
        black_box(list("a").get(index(number)).run(&store).await.expect(ANSWERED));
    }
}

async fn get_by_hand(mut connection: MultiplexedConnection, numbers: Range<u64>) {
    for number in numbers {
        black_box(connection.query::<Option<String>>(&on("LINDEX", "a").arg(index(number)).take()).await);
    }
}

async fn range(store: Store, numbers: Range<u64>) {
    for _ in numbers {
        black_box(list("a").range(-100..).run(&store).await.expect(ANSWERED));
    }
}

async fn range_by_hand(mut connection: MultiplexedConnection, numbers: Range<u64>) {
    for _ in numbers {
        black_box(connection.query::<Vec<String>>(&on("LRANGE", "a").arg(-100).arg(-1).take()).await);
    }
}

async fn push_with_limit(store: Store, numbers: Range<u64>) {
    let limited = list("limited").max_len(LIMIT);
    for _ in numbers {
        black_box(limited.push_back(ELEMENT).run(&store).await.expect(ANSWERED));
    }
}

async fn push_with_limit_by_hand(mut connection: MultiplexedConnection, numbers: Range<u64>, sha: String) {
    for _ in numbers {
        black_box(connection.query::<u64>(&script(&sha, "by hand").arg(ELEMENT).arg(LIMIT).take()).await);
    }
}

const ANSWERED: &str = "the server answers";
