//! What is known of Redis' commands: enough to send them under conditions, and to send them again.

use redis::{Arg, Cmd};

/// The argument at a position; the command's name is number 0.
pub(crate) fn argument(cmd: &Cmd, position: usize) -> Option<&[u8]> {
    match cmd.args_iter().nth(position)? {
        Arg::Simple(bytes) => Some(bytes),
        _ => None,
    }
}

/// The arguments, without a scan's cursor.
pub(crate) fn arguments(cmd: &Cmd) -> impl Iterator<Item = &[u8]> {
    cmd.args_iter().filter_map(|arg| match arg {
        Arg::Simple(bytes) => Some(bytes),
        _ => None,
    })
}

/// The field that reply number `position` of a hash command is about.
pub(crate) fn field(cmd: &Cmd, position: usize) -> Option<&[u8]> {
    argument(cmd, 0).filter(|name| name.first() == Some(&b'H')).and_then(|_| argument(cmd, 2 + position))
}

/// That field, readable; empty when there is none.
pub(crate) fn path_of(cmd: &Cmd, position: usize) -> String {
    field(cmd, position).map(readable).unwrap_or_default()
}

/// Bytes as text for people.
pub(crate) fn readable(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Whether the command's name is one of these, in any case.
pub(crate) fn is_named(cmd: &Cmd, names: &[&str]) -> bool {
    argument(cmd, 0).is_some_and(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())))
}

const STRING_READS: &[&str] = &["GET", "STRLEN", "GETRANGE"];
const HASH_READS: &[&str] =
    &["HGET", "HMGET", "HGETALL", "HEXISTS", "HLEN", "HKEYS", "HVALS", "HSTRLEN", "HSCAN", "HRANDFIELD"];

/// Whether it only reads, so that sending it twice changes nothing.
pub(crate) fn is_read(cmd: &Cmd) -> bool {
    const OTHERS: &[&str] = &[
        "MGET",
        "EXISTS",
        "TYPE",
        "TTL",
        "PTTL",
        "EXPIRETIME",
        "PEXPIRETIME",
        "SCAN",
        "PING",
        "DBSIZE",
        "TIME",
        "INFO",
    ];
    [HASH_READS, STRING_READS, OTHERS].into_iter().any(|names| is_named(cmd, names))
}

/// Whether it changes what later commands on the same connection mean, or what the server sends on it.
pub(crate) fn changes_connection(cmd: &Cmd) -> bool {
    const NAMES: &[&str] = &[
        "SELECT",
        "MULTI",
        "EXEC",
        "DISCARD",
        "WATCH",
        "UNWATCH",
        "SUBSCRIBE",
        "PSUBSCRIBE",
        "SSUBSCRIBE",
        "UNSUBSCRIBE",
        "PUNSUBSCRIBE",
        "SUNSUBSCRIBE",
        "MONITOR",
        "HELLO",
        "AUTH",
        "RESET",
        "QUIT",
        "SYNC",
        "PSYNC",
        "REPLCONF",
    ];
    let is_reply_switch = || argument(cmd, 1).is_some_and(|word| word.eq_ignore_ascii_case(b"REPLY"));
    is_named(cmd, NAMES) || (is_named(cmd, &["CLIENT"]) && is_reply_switch())
}

/// Its keys, as far as they are known: every argument of those that take only keys, else the first.
pub(crate) fn keys(cmd: &Cmd) -> impl Iterator<Item = &[u8]> {
    let takes_only_keys = is_named(cmd, &["UNLINK", "DEL", "EXISTS", "TOUCH", "MGET"]);
    arguments(cmd).skip(1).take(if takes_only_keys { usize::MAX } else { 1 })
}

/// What a command may remove, replace, or let expire at once.
pub(crate) enum MayEnd<'a> {
    Nothing,
    /// The keys among these.
    Any(Vec<&'a [u8]>),
    Everything,
}

/// What it may end: whatever it names, but for the commands that are known to leave their keys in place.
pub(crate) fn may_end(cmd: &Cmd) -> MayEnd<'_> {
    const HARMLESS: &[&str] = &["HSET", "HSETNX", "HMSET", "HINCRBY", "HINCRBYFLOAT", "PERSIST"];
    if is_read(cmd) || is_named(cmd, HARMLESS) {
        MayEnd::Nothing
    } else if is_named(cmd, &["FLUSHDB", "FLUSHALL", "SWAPDB"]) {
        MayEnd::Everything
    } else {
        MayEnd::Any(arguments(cmd).skip(1).collect())
    }
}

/// How its arguments after the key may be spread over several calls, whose replies add up: in groups of so many. `None`
/// when they may not be.
pub(crate) fn group(cmd: &Cmd) -> Option<usize> {
    if is_named(cmd, &["HSET"]) {
        return Some(2);
    }
    is_named(cmd, &["HDEL", "SADD", "SREM", "ZREM", "UNLINK", "DEL"]).then_some(1)
}

/// The type that its key must have, if it is there; `None` when any will do.
pub(crate) fn needed_type(cmd: &Cmd) -> Option<&'static str> {
    const STRING_WRITES: &[&str] =
        &["GETDEL", "GETEX", "GETSET", "INCR", "INCRBY", "INCRBYFLOAT", "DECR", "DECRBY", "APPEND", "SETRANGE"];
    const HASH_WRITES: &[&str] = &["HSET", "HMSET", "HSETNX", "HDEL", "HINCRBY", "HINCRBYFLOAT"];
    const LISTS: &[&str] =
        &["LPUSH", "RPUSH", "LPOP", "RPOP", "LLEN", "LRANGE", "LTRIM", "LSET", "LREM", "LINDEX", "LINSERT"];
    const SETS: &[&str] = &["SADD", "SREM", "SPOP", "SCARD", "SISMEMBER", "SMISMEMBER", "SMEMBERS"];
    const SORTED_SETS: &[&str] =
        &["ZADD", "ZREM", "ZINCRBY", "ZSCORE", "ZMSCORE", "ZCARD", "ZCOUNT", "ZRANGE", "ZRANK"];
    let types = [
        (STRING_READS, "string"),
        (STRING_WRITES, "string"),
        (HASH_READS, "hash"),
        (HASH_WRITES, "hash"),
        (LISTS, "list"),
        (SETS, "set"),
        (SORTED_SETS, "zset"),
    ];
    types.into_iter().find_map(|(names, needed)| is_named(cmd, names).then_some(needed))
}
