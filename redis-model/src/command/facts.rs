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

const STRING_READS: &[&str] = &["GET", "STRLEN", "GETRANGE", "GETBIT", "BITCOUNT", "BITPOS", "BITFIELD_RO"];
const LIST_READS: &[&str] = &["LLEN", "LRANGE", "LINDEX", "LPOS"];
const SET_READS: &[&str] = &[
    "SCARD",
    "SISMEMBER",
    "SMISMEMBER",
    "SMEMBERS",
    "SRANDMEMBER",
    "SSCAN",
    "SINTER",
    "SUNION",
    "SDIFF",
    "SINTERCARD",
];
const SORTED_SET_READS: &[&str] = &[
    "ZSCORE",
    "ZMSCORE",
    "ZCARD",
    "ZCOUNT",
    "ZLEXCOUNT",
    "ZRANGE",
    "ZRANK",
    "ZREVRANK",
    "ZRANDMEMBER",
    "ZSCAN",
    "ZINTER",
    "ZUNION",
    "ZDIFF",
    "ZINTERCARD",
];
const HASH_READS: &[&str] =
    &["HGET", "HMGET", "HGETALL", "HEXISTS", "HLEN", "HKEYS", "HVALS", "HSTRLEN", "HSCAN", "HRANDFIELD", "HPTTL"];

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
        "DUMP",
        "PFCOUNT",
    ];
    [HASH_READS, STRING_READS, LIST_READS, SET_READS, SORTED_SET_READS, OTHERS]
        .into_iter()
        .any(|names| is_named(cmd, names))
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

/// Its keys, as far as they are known: every argument of those that take only keys, as many as those say that say how many,
/// else the first.
pub(crate) fn keys(cmd: &Cmd) -> impl Iterator<Item = &[u8]> {
    const TWO_KEYS: &[&str] = &["LMOVE", "RPOPLPUSH", "SMOVE"];
    const ONLY_KEYS: &[&str] = &[
        "UNLINK",
        "DEL",
        "EXISTS",
        "TOUCH",
        "MGET",
        "RENAME",
        "RENAMENX",
        "SINTER",
        "SUNION",
        "SDIFF",
        "SINTERSTORE",
        "SUNIONSTORE",
        "SDIFFSTORE",
        "PFCOUNT",
        "PFMERGE",
    ];
    let (skipped, taken) = if is_named(cmd, ONLY_KEYS) {
        (1, usize::MAX)
    } else if is_named(cmd, COUNTED_KEYS) {
        (2, counted_keys(cmd))
    } else {
        (1, if is_named(cmd, TWO_KEYS) { 2 } else { 1 })
    };
    arguments(cmd).skip(skipped).take(taken)
}

/// Commands whose first argument says how many keys follow it.
pub(crate) const COUNTED_KEYS: &[&str] = &["SINTERCARD", "ZINTER", "ZUNION", "ZDIFF", "ZINTERCARD"];

/// How many keys one of [`COUNTED_KEYS`] has.
pub(crate) fn counted_keys(cmd: &Cmd) -> usize {
    argument(cmd, 1).and_then(|count| std::str::from_utf8(count).ok()?.parse().ok()).unwrap_or_default()
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

/// How the arguments of a command after its key may be spread over several calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// In groups of so many.
    pub(crate) group: usize,
    /// Whether the replies are counts that add up; else the last one counts.
    pub(crate) adds_up: bool,
}

/// How its arguments after the key may be spread over several calls; `None` when they may not be.
pub(crate) fn pieces(cmd: &Cmd) -> Option<Pieces> {
    const TABLE: &[(&[&str], Pieces)] = &[
        (&["HSET"], Pieces { group: 2, adds_up: true }),
        (&["HDEL", "SADD", "SREM", "ZREM", "UNLINK", "DEL", "PFADD"], Pieces { group: 1, adds_up: true }),
        (&["LPUSH", "RPUSH"], Pieces { group: 1, adds_up: false }),
    ];
    // With options before them, the members of a sorted set are no groups of their own.
    const MEMBERS: Pieces = Pieces { group: 2, adds_up: true };
    let has_options = || {
        const OPTIONS: [&str; 6] = ["NX", "XX", "GT", "LT", "CH", "INCR"];
        argument(cmd, 2).is_some_and(|word| OPTIONS.iter().any(|option| word.eq_ignore_ascii_case(option.as_bytes())))
    };
    if is_named(cmd, &["ZADD"]) {
        return (!has_options()).then_some(MEMBERS);
    }
    TABLE.iter().find_map(|&(names, pieces)| is_named(cmd, names).then_some(pieces))
}

/// The type that its key must have, if it is there; `None` when any will do.
pub(crate) fn needed_type(cmd: &Cmd) -> Option<&'static str> {
    const STRING_WRITES: &[&str] = &[
        "GETDEL",
        "GETEX",
        "GETSET",
        "INCR",
        "INCRBY",
        "INCRBYFLOAT",
        "DECR",
        "DECRBY",
        "APPEND",
        "SETRANGE",
        "SETBIT",
        "BITFIELD",
    ];
    const HYPER_LOG_LOGS: &[&str] = &["PFADD", "PFCOUNT", "PFMERGE"];
    const HASH_WRITES: &[&str] =
        &["HSET", "HMSET", "HSETNX", "HDEL", "HINCRBY", "HINCRBYFLOAT", "HPEXPIRE", "HPERSIST"];
    const LIST_WRITES: &[&str] =
        &["LPUSH", "RPUSH", "LPOP", "RPOP", "LTRIM", "LSET", "LREM", "LINSERT", "LMOVE", "RPOPLPUSH"];
    const SET_WRITES: &[&str] = &["SADD", "SREM", "SPOP", "SMOVE"];
    const SORTED_SET_WRITES: &[&str] =
        &["ZADD", "ZREM", "ZINCRBY", "ZPOPMIN", "ZPOPMAX", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE", "ZREMRANGEBYLEX"];
    let types = [
        (STRING_READS, "string"),
        (STRING_WRITES, "string"),
        (HYPER_LOG_LOGS, "string"),
        (HASH_READS, "hash"),
        (HASH_WRITES, "hash"),
        (LIST_READS, "list"),
        (LIST_WRITES, "list"),
        (SET_READS, "set"),
        (SET_WRITES, "set"),
        (SORTED_SET_READS, "zset"),
        (SORTED_SET_WRITES, "zset"),
    ];
    types.into_iter().find_map(|(names, needed)| is_named(cmd, names).then_some(needed))
}
