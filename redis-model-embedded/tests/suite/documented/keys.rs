use super::check;

#[test]
fn keys() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("EXISTS mykey mykey nosuchkey", "2"),
        ("TYPE mykey", "string"),
        ("RENAME mykey myotherkey", "OK"),
        ("GET myotherkey", "\"Hello\""),
        ("RENAME mykey x", "(error) ERR no such key"),
        ("COPY myotherkey clone", "1"),
        ("GET clone", "\"Hello\""),
        ("MOVE clone 1", "1"),
        ("DBSIZE", "1"),
        ("DEL myotherkey", "1"),
        ("MSET firstname Jack lastname Stuntman age 35", "OK"),
        ("KEYS a??", "[\"age\"]"),
        ("SCAN 0 MATCH last* COUNT 100", "[\"0\" [\"lastname\"]]"),
        ("FLUSHALL", "OK"),
        ("RANDOMKEY", "(nil)"),
    ]);
}

#[test]
fn deadlines() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("EXPIRE mykey 10 XX", "0"),
        ("TTL mykey", "-1"),
        ("EXPIRE mykey 10 NX", "1"),
        ("TTL mykey", "10"),
        ("PTTL mykey", "10000"),
        ("EXPIRE mykey 5 GT", "0"),
        ("EXPIRE mykey 5 LT", "1"),
        ("PERSIST mykey", "1"),
        ("TTL mykey", "-1"),
        ("EXPIREAT mykey 33177117420", "1"),
        ("EXPIRETIME mykey", "33177117420"),
        ("PEXPIRETIME mykey", "33177117420000"),
        ("EXPIREAT mykey 1293840000", "1"),
        ("EXISTS mykey", "0"),
        ("TTL mykey", "-2"),
    ]);
}
