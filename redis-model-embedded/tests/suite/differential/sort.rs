//! SORT.

use super::{
    grammar::Command,
    promise::{Promise, is_odd_number, promise},
    run,
};

/// Lists and sorted sets, which have an order of their own.
const ORDERED: &[&str] = &[
    "RPUSH key sortable sortable {sortable}",
    "RPUSH key sortable",
    "RPUSH key number number {number}",
    "ZADD key score sortable {score sortable}",
    "ZADD key -0 sortable",
    "SET weight sortable",
    "HSET weights field sortable {field sortable}",
    "DEL weight",
    "SORT key {ASC|DESC|ALPHA|LIMIT offset offset|GET pattern_get}",
    "SORT key BY pattern_by {ASC|DESC|LIMIT offset offset|GET pattern_get}",
    "SORT key ALPHA BY pattern_by {ASC|DESC|GET pattern_get}",
    "SORT key BY NOSORT {DESC|LIMIT offset offset|GET pattern_get}",
    "SORT_RO key {DESC|ALPHA|LIMIT offset offset|GET pattern_get|BY pattern_by}",
    "SORT_RO key STORE key",
    "SORT key STORE key {DESC|ALPHA|LIMIT offset offset|GET pattern_get}",
    "SORT key STORE key BY pattern_by {DESC|LIMIT offset offset|GET pattern_get}",
    "SORT key STORE key BY NOSORT {DESC|ALPHA|LIMIT offset offset|GET pattern_get}",
    "LRANGE key 0 -1",
    "ZRANGE key 0 -1 WITHSCORES",
    "ZSCAN key 0 COUNT many",
    "DEL key",
    "SET key value",
    "EXPIRE key ttl",
    "TTL key",
];

/// Sets, which are in order only if they are sorted.
const SETS: &[&str] = &[
    "SADD key sortable sortable {sortable}",
    "SADD key number number {number}",
    "SREM key sortable",
    "SET weight sortable",
    "SORT key {ASC|DESC|ALPHA|LIMIT offset offset|GET pattern_get}",
    "SORT key BY pattern_by {ASC|DESC|LIMIT offset offset|GET pattern_get}",
    "SORT key BY NOSORT {GET pattern_get}",
    "SORT key STORE key {DESC|ALPHA|LIMIT offset offset|GET pattern_get}",
    "SORT key STORE key BY NOSORT {DESC|LIMIT offset offset|GET pattern_get}",
    "LRANGE key 0 -1",
    "DEL key",
];

/// What a script gets of a set is always in order.
#[cfg(feature = "lua")]
const SETS_IN_SCRIPTS: &[&str] = &[
    "SADD key sortable sortable {sortable}",
    "SADD key number number {number}",
    "SREM key sortable",
    "EVAL call 0 SORT key BY NOSORT {DESC|LIMIT offset offset|GET pattern_get}",
    "EVAL call 0 SORT_RO key ALPHA {DESC|LIMIT offset offset|GET pattern_get}",
    "EVAL call 0 SORT key STORE key BY NOSORT {DESC|LIMIT offset offset}",
    "DEL key",
];

/// Elements for which the same text is found may come in any order, and so which of them are taken is nobody's promise.
fn promise_of_sorted(command: &Command) -> Promise {
    let has = |word: &[u8]| command.iter().any(|other| other == word);
    match command[0].as_slice() {
        // Elements that newer servers do not read as numbers are among the cases of 7.0.
        _ if command.iter().any(|word| is_odd_number(word)) => Promise::Unasked,
        b"ZSCAN" => Promise::Elements,
        b"SORT" | b"SORT_RO" if has(b"ALPHA") && has(b"BY") && !has(b"NOSORT") => {
            if has(b"STORE") || has(b"LIMIT") {
                Promise::Unasked
            } else {
                Promise::Elements
            }
        }
        _ => promise(command),
    }
}

/// Only a script and a stored result are in order whatever was asked for.
fn promise_of_sorted_sets(command: &Command) -> Promise {
    let is_sorted = |pair: &[Vec<u8>]| pair[0] != b"BY" || pair[1].contains(&b'*');
    let is_stored = command.iter().any(|word| word == b"STORE");
    match command[0].as_slice() {
        b"SORT" if !is_stored && !command.windows(2).all(is_sorted) => Promise::Elements,
        _ => promise_of_sorted(command),
    }
}

#[test]
fn lists_and_sorted_sets_are_sorted_as_on_the_server() {
    run(ORDERED, promise_of_sorted);
}

#[test]
fn sets_are_sorted_as_on_the_server() {
    run(SETS, promise_of_sorted_sets);
}

#[cfg(feature = "lua")]
#[test]
fn scripts_get_sorted_sets_as_on_the_server() {
    run(SETS_IN_SCRIPTS, promise_of_sorted);
}
