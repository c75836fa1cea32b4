//! Transactions of several clients.

use super::{promise::promise, run};

const TRANSACTIONS: &[&str] = &[
    "MULTI",
    "MULTI",
    "EXEC",
    "EXEC",
    "EXEC",
    "DISCARD",
    "WATCH key",
    "WATCH key key",
    "UNWATCH",
    "SET key value",
    "GET key",
    "INCR key",
    "HSET key field value",
    "HGETALL key",
    "DEL key",
    "EXPIRE key ttl",
    "PERSIST key",
    "FLUSHDB",
    "SWAPDB db db",
    "SELECT db",
    "APPEND key value",
    "RENAME key key",
    "NOSUCH key",
    "GETEX key PERSIST",
    "RESET",
];

#[test]
fn transactions_of_several_clients_answer_as_on_the_server() {
    run(TRANSACTIONS, promise);
}
