//! Trees: leaves and small subtrees of a large tree, next to a plain hash of JSON values that the program knows the fields of,
//! and next to redicts where there is one.
//!
//! The tree has 100,000 leaves, the database as many other keys.

use std::{collections::BTreeMap, time::Duration};

use redis::{Cmd, cmd, pipe};
use redis_model::{Async, Blocking, Query, Tree, TreePath, blocking, generic::Store};
use redis_model_benches::{ByHand, ByModel, Options, Python, Server, Table, compare, median_time, time};
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;

/// How many leaves the tree has, and how many other keys there are.
const MANY: u64 = 100_000;

/// How many leaves a subtree has.
const FEW: u64 = 10;

/// What reads a subtree looks for its leaves; an `HMGET` is told them.
const WITH_SEARCH: &str = "≤ 1.5";

/// What a subtree of the tree holds.
#[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
struct Device {
    name: String,
    host: String,
    state: String,
    steps: u64,
    tokens: u64,
    score: f64,
    active: bool,
    parent: Option<u64>,
    tags: Vec<String>,
    queue: u32,
}

/// Its fields, in their order.
const FIELDS: [&str; 10] = ["name", "host", "state", "steps", "tokens", "score", "active", "parent", "tags", "queue"];

fn main() {
    let Some(options) = Options::from_args(300) else { return };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread");
    let mut table = Table::new(&["operation", "redis-model", "hand-written", "ratio (95 % interval)", "target"]);
    runtime.block_on(async {
        let server = Server::start();
        // Without measuring, a small tree shows that both sides give the same.
        let devices = if options.rounds == 0 { 10 } else { MANY / FEW };
        let store = Store::<Blocking>::connect(&server.url()).expect("the server was started");
        fill(&store, devices);
        let (a, b) = (server.connect(), server.connect());
        operations(&options, &mut table, ("blocking", devices), &store, (a, b)).await;
        let asynchronous = Store::<Async>::connect(&server.url()).await.expect("the server was started");
        let (a, b) = (server.connect_multiplexed().await, server.connect_multiplexed().await);
        operations(&options, &mut table, ("async", devices), &asynchronous, (a, b)).await;
        // To read all of it may take longer than a store usually waits.
        let patient = blocking::Store::builder().url(&server.url()).response_timeout(Duration::from_secs(60));
        alone(&options, &patient.connect().expect("the server was started"), devices);
        redicts(&options, &server, devices);
    });
}

fn tree() -> Tree {
    Tree::at("bench")
}

fn place(tree: &Tree, number: u64) -> TreePath {
    tree.path(format!("devices.{number}"))
}

fn leaf(tree: &Tree, number: u64, field: &str) -> TreePath {
    tree.path(format!("devices.{number}.{field}"))
}

fn device(number: u64) -> Device {
    let text = |what: &str| format!("{what} of device {number}");
    Device {
        name: text("the name"),
        host: text("the host"),
        state: "working".into(),
        steps: number,
        tokens: number * 1_000,
        score: 0.5,
        active: true,
        parent: number.checked_sub(1),
        tags: vec!["a".into(), "b".into()],
        queue: 7,
    }
}

/// The same devices in the tree, and each as a hash; and other keys.
fn fill(store: &blocking::Store, devices: u64) {
    for number in 0..devices {
        let device = device(number);
        let values = serde_json::to_value(&device).expect("it is JSON");
        let set = FIELDS.iter().fold(cmd("HSET").arg(hash(number)).take(), |mut set, field| {
            set.arg(field).arg(values[field].to_string()).take()
        });
        place(&tree(), number).set(&device).run(store).expect(ANSWERED);
        Query::<()>::command(set).run(store).expect(ANSWERED);
    }
    let others = (0..devices * FEW)
        .map(|number| Query::<()>::command(cmd("SET").arg(format!("other:{number}")).arg(number).take()));
    Query::all(others).run(store).expect(ANSWERED);
}

fn hash(number: u64) -> String {
    format!("bench:device:{number}")
}

async fn operations<M: ByModel, C: ByHand>(
    options: &Options,
    table: &mut Table,
    (mode, devices): (&str, u64),
    store: &Store<M>,
    (mut a, mut b): (C, C),
) {
    let tree = tree();
    let get = |n: u64| cmd("HGET").arg(hash(n % devices)).arg("steps").take();
    let sides =
        (async |n| a.query::<Option<String>>(&get(n)).await, async |n| b.query::<Option<String>>(&get(n)).await);
    compare(options, table, &format!("control: HGET twice, {mode}"), Some("1"), sides).await;

    let sides = (
        async |n| M::wait(leaf(&tree, n % devices, "steps").get::<u64>().run(store)).await,
        async |n| a.query::<Option<Vec<u8>>>(&get(n)).await.map(|json| decoded::<u64>(&json)),
    );
    compare(options, table, &format!("get a leaf / HGET, {mode}"), Some("none"), sides).await;

    let sides = (
        async |n| M::wait(leaf(&tree, n % devices, "steps").set(n).run(store)).await,
        async |n| a.query::<()>(cmd("HSET").arg(hash(n % devices)).arg("steps").arg(n)).await,
    );
    compare(options, table, &format!("set a leaf / HSET, {mode}"), Some("none"), sides).await;

    let sides = (
        async |n| M::wait(leaf(&tree, n % devices, "queue").add(1).run(store)).await,
        async |n| a.query::<i64>(cmd("HINCRBY").arg(hash(n % devices)).arg("queue").arg(1)).await,
    );
    compare(options, table, &format!("add to a leaf / HINCRBY, {mode}"), Some("none"), sides).await;

    let sides = (
        async |n| M::wait(place(&tree, n % devices).get::<Device>().run(store)).await.map(settled),
        async |n| Some(settled(device_by_hand(&a.query::<Vec<Vec<u8>>>(&read(n % devices)).await))),
    );
    compare(options, table, &format!("10 leaves / HMGET of a hash of 10, {mode}"), Some("none"), sides).await;

    let sides = (
        async |n| M::wait(place(&tree, n % devices).get::<Device>().run(store)).await.map(settled),
        async |n| Some(settled(device_by_hand(&a.query::<Vec<Vec<u8>>>(&read_large(&tree, n % devices)).await))),
    );
    compare(options, table, &format!("10 leaves / HMGET of a hash of 100,000, {mode}"), Some(WITH_SEARCH), sides).await;

    let sides = (
        async |n| M::wait(place(&tree, n % devices).set(device(n % devices)).run(store)).await,
        async |n| {
            let values = serde_json::to_value(device(n % devices)).expect("it is JSON");
            let mut replace = pipe();
            replace.atomic().del(hash(n % devices)).ignore();
            let set = replace.cmd("HSET").arg(hash(n % devices));
            for field in FIELDS {
                set.arg(field).arg(values[field].to_string());
            }
            a.query_all::<(u64,)>(&replace).await;
        },
    );
    compare(options, table, &format!("replace 10 leaves / MULTI, DEL, HSET, {mode}"), Some("none"), sides).await;
}

/// Without what other operations change.
fn settled(device: Device) -> Device {
    Device { queue: 0, steps: 0, ..device }
}

/// As [`read`], from one hash with all of the values: the tree's own.
fn read_large(tree: &Tree, number: u64) -> Cmd {
    let read = cmd("HMGET").arg(tree.key()).take();
    FIELDS.iter().fold(read, |mut read, field| read.arg(format!("devices.{number}.{field}")).take())
}

fn read(number: u64) -> Cmd {
    FIELDS.iter().fold(cmd("HMGET").arg(hash(number)).take(), |mut read, field| read.arg(field).take())
}

fn device_by_hand(values: &[Vec<u8>]) -> Device {
    let [name, host, state, steps, tokens, score, active, parent, tags, queue] = values else { panic!("{ANSWERED}") };
    Device {
        name: decoded(name),
        host: decoded(host),
        state: decoded(state),
        steps: decoded(steps),
        tokens: decoded(tokens),
        score: decoded(score),
        active: decoded(active),
        parent: decoded(parent),
        tags: decoded(tags),
        queue: decoded(queue),
    }
}

fn decoded<T: for<'a> Deserialize<'a>>(json: &[u8]) -> T {
    serde_json::from_slice(json).expect("it is JSON")
}

/// What has no counterpart in one command.
fn alone(options: &Options, store: &blocking::Store, devices: u64) {
    let mut table = Table::new(&["operation", "redis-model"]);
    let mut row = |name: &str, run: &mut dyn FnMut(u64)| {
        let Some(seconds) = options.wants(name).then(|| median_time(options, run)).flatten() else { return };
        table.row(&[name, &time(Duration::from_secs_f64(seconds))]);
    };
    let tree = tree();
    let all_devices = tree.path("devices");
    row("children of a root with 100,000 leaves below one child", &mut |_| {
        drop(tree.children().run(store).expect(ANSWERED));
    });
    row("len of 100,000 leaves", &mut |_| _ = all_devices.len().run(store).expect(ANSWERED));
    row("exists", &mut |n| {
        _ = all_devices.child((n % devices).to_string()).exists().run(store).expect(ANSWERED);
    });
    row("10,000 children", &mut |_| drop(all_devices.children().run(store).expect(ANSWERED)));
    row("all 100,000 leaves", &mut |_| {
        drop(all_devices.get::<BTreeMap<String, Device>>().run(store).expect(ANSWERED));
    });
}

/// redicts, in a process of its own.
fn redicts(options: &Options, server: &Server, devices: u64) {
    match Python::find("tree.py", "redicts") {
        Ok(python) => {
            let seconds = if options.rounds == 0 { "0.01" } else { "2" };
            let printed = python.run(&[&server.port().to_string(), &devices.to_string(), seconds]);
            let [get, set, subtree] = &printed[..] else { panic!("three numbers") };
            if options.rounds > 0 {
                println!(
                    "\nredicts, in a process of its own, on the same database: {get} µs to get a leaf, {set} µs to set one, \
                     {subtree} µs to read 10 leaves"
                );
            }
        }
        Err(reason) => println!("\nredicts was left out: {reason}"),
    }
}

const ANSWERED: &str = "the server answers";
