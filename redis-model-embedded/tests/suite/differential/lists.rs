//! Lists.

use super::{promise::promise, run};

const LISTS: &[&str] = &[
    "RPUSH key value {value}",
    "RPUSH key field field field",
    "LPUSH key value {value}",
    "LPUSH key field {field}",
    "LPUSHX key value",
    "RPUSHX key value",
    "LPOP key",
    "RPOP key",
    "LPOP key int",
    "RPOP key int",
    "LLEN key",
    "LINDEX key offset",
    "LSET key offset field",
    "LINSERT key BEFORE field value",
    "LINSERT key AFTER field value",
    "LRANGE key offset offset",
    "LRANGE key 0 -1",
    "LTRIM key offset offset",
    "LREM key int field",
    "LPOS key field {RANK int|COUNT int|MAXLEN int}",
    "LMOVE key key {LEFT|RIGHT}",
    "LMOVE key key LEFT RIGHT",
    "LMOVE key key RIGHT LEFT",
    "RPOPLPUSH key key",
    "LMPOP 1 key LEFT",
    "LMPOP 2 key key RIGHT COUNT int",
    "COPY key key REPLACE",
    "RENAME key key",
    "DEL key",
    "SET key value",
    "EXPIRE key ttl",
    "TTL key",
];

#[test]
fn lists_answer_as_on_the_server() {
    run(LISTS, promise);
}
