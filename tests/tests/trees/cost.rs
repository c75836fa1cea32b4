//! What operations cost: commands that the server runs, counted by itself.

use std::collections::BTreeMap;

use redis_model_tests::RedisServer;

use super::*;

/// How often the server ran each command while `act` did its work.
fn calls(server: &RedisServer, act: impl FnOnce()) -> BTreeMap<String, u64> {
    server.command(&["CONFIG", "RESETSTAT"]);
    act();
    let stats: String = redis_model::redis::from_redis_value(server.command(&["INFO", "commandstats"])).unwrap();
    let counts = stats.lines().filter_map(|line| {
        let (name, figures) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        Some((name.to_owned(), figures.split(',').next()?.parse().unwrap()))
    });
    counts.filter(|(name, _)| !name.starts_with("config") && name != "info" && !name.starts_with("client")).collect()
}

/// Every operation once, on a leaf and on a small subtree.
fn every_operation(store: &blocking::Store, tree: &Tree) {
    let (leaf, small) = (tree.path("small.leaf"), tree.path("small"));
    for place in [&leaf, &small] {
        place.get::<Value>().run(store).unwrap();
        place.children().run(store).unwrap();
        place.keys().run(store).unwrap();
        place.len().run(store).unwrap();
        place.exists().run(store).unwrap();
        place.ttl().run(store).unwrap();
        place.expire(std::time::Duration::from_secs(1000)).run(store).unwrap();
        place.persist().run(store).unwrap();
        place.set(json!({"a": 1, "b": {"c": 2}})).run(store).unwrap();
        place.set(1).run(store).unwrap();
        place.add(1).run(store).unwrap();
        place.delete().run(store).unwrap();
    }
    tree.children().run(store).unwrap();
    tree.len().run(store).unwrap();
    tree.exists().run(store).unwrap();
    small.set(json!({"leaf": 1, "other": {"a": 2, "b": 3}})).run(store).unwrap();
}

fn fill(server: &RedisServer, keys: &str, tree: &str, leaves: u32) {
    let script = "for i = 1, ARGV[1] do redis.call('SET', 'other:' .. i, i) end \
                  for i = 1, ARGV[2] do for _, branch in ipairs({'a', 'z'}) do \
                    local leaf = branch .. '.' .. i \
                    redis.call('HSET', KEYS[1] .. '@tree', leaf, i) \
                    redis.call('ZADD', KEYS[1] .. '@tree:paths', 0, leaf) \
                  end end";
    server.command(&["EVAL", script, "1", tree, keys, &leaves.to_string()]);
}

#[test]
fn other_keys_in_the_database_change_nothing() {
    let server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    let tree = Tree::at("config");
    every_operation(&store, &tree);
    let before = calls(&server, || every_operation(&store, &tree));
    fill(&server, "100000", "{none}", 0);
    let after = calls(&server, || every_operation(&store, &tree));
    assert_eq!(before, after);
    for name in ["scan", "keys", "hgetall", "hscan", "zscan", "hkeys", "randomkey"] {
        assert!(!after.contains_key(name), "{after:?}");
    }
}

#[test]
fn other_leaves_in_the_tree_change_nothing() {
    let server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    let tree = Tree::at("config");
    fill(&server, "0", "{config}", 500);
    every_operation(&store, &tree);
    let before = calls(&server, || every_operation(&store, &tree));
    fill(&server, "0", "{config}", 50_000);
    let after = calls(&server, || every_operation(&store, &tree));
    assert_eq!(before, after);
}

#[test]
fn what_is_read_often_is_few_commands() {
    let server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    let tree = Tree::at("config");
    fill(&server, "0", "{config}", 1000);
    every_operation(&store, &tree);
    let count = |act: &dyn Fn()| {
        calls(&server, act).into_iter().map(|(name, calls)| format!("{name} {calls}")).collect::<Vec<_>>()
    };
    assert_eq!(count(&|| drop(tree.path("a.1").get::<u8>().run(&store))), ["evalsha 1", "hget 1", "zscore 1"]);
    let subtree = count(&|| drop(tree.path("small").get::<Value>().run(&store)));
    assert_eq!(subtree, ["evalsha 1", "hget 1", "hmget 1", "zcard 1", "zrangebylex 1"]);
    assert_eq!(count(&|| drop(tree.children().run(&store))).last().unwrap(), "zrangebylex 3", "of 2,003 leaves");
    let overwritten = count(&|| tree.path("a.1").set(2).run(&store).unwrap());
    assert_eq!(overwritten, ["evalsha 1", "hexists 1", "hset 1", "zcard 1"]);
}
