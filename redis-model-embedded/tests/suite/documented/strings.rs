use super::check;

#[test]
fn strings() {
    check(&[
        ("SET mykey Hello", "OK"),
        ("GET mykey", "\"Hello\""),
        ("SET anotherkey will_expire_in_a_minute EX 60", "OK"),
        ("TTL anotherkey", "60"),
        ("SETNX mykey World", "0"),
        ("GETSET mykey World", "\"Hello\""),
        ("GETDEL mykey", "\"World\""),
        ("GET mykey", "(nil)"),
        ("MSET key1 Hello key2 World", "OK"),
        ("MGET key1 key2 nonexisting", "[\"Hello\" \"World\" (nil)]"),
        ("MSETNX key2 new key3 world", "0"),
        ("GETEX key1 EX 60", "\"Hello\""),
        ("TTL key1", "60"),
        ("GETEX key1 PERSIST", "\"Hello\""),
        ("TTL key1", "-1"),
    ]);
}

#[test]
fn parts_of_strings() {
    check(&[
        ("APPEND mykey Hello", "5"),
        ("APPEND mykey _World", "11"),
        ("STRLEN mykey", "11"),
        ("GETRANGE mykey 0 3", "\"Hell\""),
        ("GETRANGE mykey -3 -1", "\"rld\""),
        ("GETRANGE mykey 0 -1", "\"Hello_World\""),
        ("GETRANGE mykey 6 100", "\"World\""),
        ("SETRANGE mykey 6 Redis", "11"),
        ("GET mykey", "\"Hello_Redis\""),
        ("SETRANGE key2 6 Redis", "11"),
        ("GET key2", "\"\\x00\\x00\\x00\\x00\\x00\\x00Redis\""),
    ]);
}

#[test]
fn counters() {
    check(&[
        ("SET mykey 10", "OK"),
        ("INCR mykey", "11"),
        ("DECR mykey", "10"),
        ("INCRBY mykey 5", "15"),
        ("DECRBY mykey 3", "12"),
        ("SET mykey 234293482390480948029348230948", "OK"),
        ("DECR mykey", "(error) ERR value is not an integer or out of range"),
        ("SET mykey 10.50", "OK"),
        ("INCRBYFLOAT mykey 0.1", "\"10.6\""),
        ("INCRBYFLOAT mykey -5", "\"5.6\""),
        ("SET mykey 5.0e3", "OK"),
        ("INCRBYFLOAT mykey 2.0e2", "\"5200\""),
    ]);
}
