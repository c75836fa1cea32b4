//! Keys of any type.

use super::{promise::promise, run};

const KEYS: &[&str] = &[
    "DEL key key",
    "UNLINK key",
    "EXISTS key key",
    "TOUCH key",
    "TYPE key",
    "EXPIRE key ttl {NX|XX}",
    "PEXPIRE key pttl {NX|XX}",
    "EXPIREAT key seconds {NX|XX|GT|LT}",
    "PEXPIREAT key millis {NX|XX|GT|LT}",
    "TTL key",
    "PERSIST key",
    "RENAME key key",
    "RENAMENX key key",
    "COPY key key {DB db|REPLACE}",
    "MOVE key db",
    "KEYS pattern",
    "SCAN 0 COUNT many {MATCH pattern|TYPE STRING}",
    "DBSIZE",
    "SELECT db",
    "SWAPDB db db",
    "FLUSHDB",
    "SET key value",
    "HSET key field value",
    "GET key",
    "HGETALL key",
    "DUMP key",
    "RESTORE key pttl payload {REPLACE|ABSTTL|IDLETIME few|FREQ few}",
    "RESTORE key 0 payload REPLACE",
    "RESTORE key millis payload ABSTTL {REPLACE}",
    "LRANGE key 0 -1",
    "ZRANGE key 0 -1 WITHSCORES",
    "SCARD key",
];

/// A list of three elements, as every server takes it.
pub(super) const A_LIST: &[u8] = b"\x01\x03\x01a\xc0\x01\x01b\x0a\0\xe9FF\xae\xb6c\xe1Q";

/// What servers have answered to DUMP, all in the format of Redis 7.0, and what they could not have.
pub(super) const PAYLOADS: &[&[u8]] = &[
    b"\0\xc0\x01\x0a\0&x\xe7\xb6\xd1\x01\x11\xfc",
    b"\0\x04text\x0a\0|\xf3&m\xca\xb5\xa51",
    b"\0\xc3\x09(\x01xx\xe0\x1b\0\x01xx\x0a\0z\x1dl\xce\xa5@\x133",
    A_LIST,
    b"\x12\x03\x02\x0a\x0a\0\0\0\x01\0\x81a\x02\xff\x01\x0cbbbbbbbbbbbb\x02\x0a\x0a\0\0\0\x01\0\x81c\x02\xff\x0a\0\xac\x0bd\xa2*\xa21\xb7",
    b"\x02\x02\x01a\xc0\x02\x0a\0g\xe2)\x08\xb54QE",
    b"\x0b\x0e\x02\0\0\0\x03\0\0\0\xfd\xff\x01\0\x02\0\x0a\0\xd1\xb7\x8e\xd9\xbc\x07\xc2\x7f",
    b"\x04\x02\x01f\x01v\x01g\xc0\x07\x0a\0\xe7\x8b\0\xfe7\xe4\xafZ",
    b"\x10\x12\x12\0\0\0\x04\0\x81f\x02\x81v\x02\x81g\x02\x07\x01\xff\x0a\0g\x0fs\xbad\xa7\xf2\xa2",
    b"\x05\x02\x01a\0\0\0\0\0\0\xf0?\x01b\0\0\0\0\0\0\x04\xc0\x0a\0\xe3\x1d\x80\x06\xbc\xb1\x11<",
    b"\x11\x1c\x1c\0\0\0\x06\0\x81a\x02\x01\x01\x81b\x02\x832.5\x04\x81c\x02\x83inf\x04\xff\x0a\0k\x1d\xde\xdc\xe8\xe2\xc3\x99",
    b"c\x01a\x0a\0S\xc0\xfb\xdf\xba\xb5\xae\x06",
    b"\x01\0\x0a\0[\xf8%\xccl\x17CV",
    b"\x02\x02\x01a\x01a\x0a\0W\xbev/\xc2\xd6R:",
    b"\0\xc3\x01\x05 \x0a\0\x8e\xdd\x88\x02\0\x18\xcd`",
    b"\x10\x0a\x0a\0\0\0\x01\0\x81f\x02\xff\x0a\0KT\x9bA\x01*\xf63",
    b"\0\x04text\x0f'a\x85 \xb88\x93\x19|",
    b"\0\x04text\x0a\0|\xf3&m\xca\xb5\xa5x",
    b"abc",
];

#[test]
fn keys_answer_as_on_the_server() {
    run(KEYS, promise);
}
