//! Scripts.

use super::{promise::promise, run};

const SCRIPTS: &[&str] = &[
    "EVAL script 2 key key value value",
    "EVAL script 2 key key value value",
    "EVAL script 2 key key int int",
    "EVAL_RO script 2 key key value value",
    "EVAL script int key value",
    "SET key value",
    "HSET key field value",
    "GET key",
    "MULTI",
    "EXEC",
    "SELECT db",
];

/// What the word `script` of the grammar stands for; each takes two keys and two arguments.
pub(super) const TEXTS: &[&str] = &[
    "return redis.call('SET', KEYS[1], ARGV[1])",
    "return redis.call('GET', KEYS[1])",
    "return redis.pcall('INCRBY', KEYS[1], ARGV[1])",
    "return redis.call('HGETALL', KEYS[1])",
    "redis.setresp(3) return redis.call('HGETALL', KEYS[1])",
    "redis.setresp(3) return redis.pcall('MGET', KEYS[1], KEYS[2], KEYS[1])",
    "redis.call('SET', KEYS[1], ARGV[1]) redis.call('INCR', KEYS[1]) return redis.call('SET', KEYS[2], ARGV[2])",
    "local old = redis.call('GET', KEYS[1]) redis.call('SET', KEYS[2], old or ARGV[1]) return old",
    "return {redis.call('EXISTS', KEYS[1]), redis.call('TYPE', KEYS[2]), redis.call('TTL', KEYS[1]) > 0}",
    "return tonumber(ARGV[1]) or redis.error_reply('not a number')",
    "return {ARGV[1], tonumber(ARGV[2]) or false, #KEYS, KEYS[2]}",
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)",
    "for i = 1, 5 do redis.call('HSET', KEYS[1], i, ARGV[1]) end return redis.call('HLEN', KEYS[1])",
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end",
    "redis.call('SELECT', 1) redis.call('SET', KEYS[1], ARGV[1]) return redis.call('DBSIZE')",
    "return redis.call('EXPIRE', KEYS[1], 100)",
    "return redis.status_reply(ARGV[1])",
    "return {err = 'CUSTOM ' .. KEYS[1]}",
    "#!lua flags=no-writes\nreturn redis.call('SET', KEYS[1], 1)",
];

#[test]
fn scripts_answer_as_on_the_server() {
    run(SCRIPTS, promise);
}
