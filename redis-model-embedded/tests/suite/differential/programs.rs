//! Random programs in Lua: whatever they return or fail with is the same on the server.

use proptest::{collection::vec, prelude::*, sample::select};

use super::explore;
use crate::support::{Pair, RealServer, Strictness};
use redis_model_embedded::Engine;

/// Values to begin with.
const ATOMS: &[&str] = &[
    "nil",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "3",
    "0.5",
    "-2.75",
    "1e15",
    "2^53",
    "2^63",
    "-2^31",
    "1/0",
    "0/0",
    "''",
    "'a'",
    "'10'",
    "' 7 '",
    "'0x1F'",
    "'1e2'",
    "'\\0\\255'",
    "'[1,2,{\"a\":null}]'",
    "'{\"b\":[]}'",
    "'\\147\\1\\2\\3'",
    "'\\129\\161a\\192'",
    "KEYS[1]",
    "KEYS[2]",
    "ARGV[1]",
    "ARGV[2]",
    "#KEYS",
    "{}",
    "cjson.null",
    "redis.LOG_NOTICE",
];

/// What becomes of one value.
const UNARY: &[&str] = &[
    "type(X)",
    "tonumber(X)",
    "tonumber(X, 16)",
    "not X",
    "-X",
    "#X",
    "{X}",
    "{a = X}",
    "{ok = X}",
    "{err = X}",
    "{double = X}",
    "cjson.encode(X)",
    "cjson.decode(X)",
    "cjson.decode(cjson.encode(X))",
    "cmsgpack.pack(X)",
    "cmsgpack.unpack(X)",
    "cmsgpack.unpack(cmsgpack.pack(X))",
    "bit.tobit(X)",
    "bit.tohex(X)",
    "bit.bnot(X)",
    "bit.bswap(X)",
    "struct.pack('>i4', X)",
    "struct.pack('<dBs', X, 1, 'z')",
    "struct.unpack('>I2', X)",
    "struct.unpack('s', X)",
    "struct.size(X)",
    "string.len(X)",
    "string.upper(X)",
    "string.rep(X, 3)",
    "string.format('%5.2f|%d', X, X)",
    "string.format('%q', X)",
    "string.byte(X, 1, -1)",
    "math.floor(X)",
    "select('#', X, X)",
    "unpack(X)",
    "redis.sha1hex(X)",
    "redis.error_reply(X)",
    "redis.status_reply(X)",
    "redis.pcall('GET', X)",
    "redis.call('INCRBY', KEYS[1], X)",
    "redis.pcall(X)",
    "redis.call('LRANGE', KEYS[2], X, -1)",
    "redis.pcall('ZADD', KEYS[1], X, 'm')",
    "redis.setresp(X)",
    // An error that is a table without a text ends the server.
    "(function() error('MY ' .. X) end)()",
    "(function() local t = X; t.a = 1; return t end)()",
];

/// What becomes of two.
const BINARY: &[&str] = &[
    "X + Y",
    "X % Y",
    "X ^ Y",
    "X / Y",
    "X .. Y",
    "X == Y",
    "X < Y",
    "X and Y",
    "X or Y",
    "{X, Y}",
    "{X, nil, Y}",
    "bit.band(X, Y)",
    "bit.lshift(X, Y)",
    "bit.arshift(X, Y)",
    "cmsgpack.pack(X, Y)",
    "struct.pack(X, Y)",
    "struct.unpack(X, Y)",
    "string.find(X, Y, 1, true)",
    "string.sub(X, Y)",
    "math.max(X, Y)",
    "redis.call('SET', X, Y)",
    "redis.pcall('HSET', KEYS[1], X, Y)",
    "redis.pcall('RPUSH', KEYS[2], X, Y)",
    "redis.pcall('SETRANGE', KEYS[1], X, Y)",
];

fn expression() -> impl Strategy<Value = String> {
    select(ATOMS).prop_map(str::to_owned).prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            3 => (select(UNARY), inner.clone()).prop_map(|(form, x)| form.replace('X', &format!("({x})"))),
            2 => (select(BINARY), inner.clone(), inner).prop_map(|(form, x, y)| {
                // One after the other: what takes the place of X may hold a Y.
                form.split('X').map(|part| part.replace('Y', &format!("({y})"))).collect::<Vec<_>>().join(&format!("({x})"))
            }),
        ]
    })
}

fn program() -> impl Strategy<Value = String> {
    let frame = select(
        &[
            "return X",
            "return {X, Y}",
            "local a = X local b = Y return {a, b, a == b}",
            "local ok, e = pcall(function() return X end) return {ok, type(e), type(e) == 'table' and e.err or e, Y}",
            "redis.setresp(3) return X",
            "for i = 1, 3 do local x = X if x then return {i, x} end end return Y",
        ][..],
    );
    (frame, expression(), expression()).prop_map(|(frame, x, y)| {
        frame.split('X').map(|part| part.replace('Y', &format!("({y})"))).collect::<Vec<_>>().join(&format!("({x})"))
    })
}

/// Pieces of programs in any order, and bytes that are none.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "return", "local", "function", "end", "if", "then", "else", "for", "in", "do", "while", "=", "==", "~=", "..",
        "...", "(", ")", "{", "}", "[", "]", "]]", "[=[", "--", "[==[", "'", "\"", "\\", "#!lua", "flags=", "\n", "\r",
        ";", ",", ":", "x", "redis", "KEYS", "1", "0x", "1e", "\0",
    ];
    let piece = prop_oneof![
        6 => select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ];
    // Compiled code begins with an escape; there the server does as it is told, which may be its end.
    vec(piece, 1..12).prop_map(|pieces| pieces.join(&b' ')).prop_filter("compiled code", |bytes| bytes[0] != 0x1b)
}

#[test]
fn programs_end_as_on_the_server() {
    run(&vec(program().prop_map(String::into_bytes), 1..10));
}

#[test]
fn nonsense_ends_as_on_the_server() {
    run(&vec(nonsense(), 1..10));
}

fn run(scripts: &impl Strategy<Value = Vec<Vec<u8>>>) {
    let server = RealServer::start();
    if Strictness::for_server(&server) != Strictness::Exact {
        return;
    }
    explore(300, scripts, |programs| {
        server.client().call(&["FLUSHALL"]);
        let engine = Engine::with_manual_clock();
        for protocol in [2, 3] {
            let mut pair = Pair::new(&engine, &server, Strictness::Exact);
            pair.speak(protocol);
            for program in programs {
                pair.call(&[b"EVAL", program.as_slice(), b"2", b"a", b"b", b"10", b"text"])?;
            }
        }
        Ok(())
    });
}
