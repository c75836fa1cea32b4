use super::check;

#[test]
fn transactions() {
    check(&[
        ("MULTI", "OK"),
        ("INCR foo", "QUEUED"),
        ("INCR bar", "QUEUED"),
        ("EXEC", "[1 1]"),
        ("MULTI", "OK"),
        ("SET a abc", "QUEUED"),
        ("HGET a f", "QUEUED"),
        ("EXEC", "[OK (error) WRONGTYPE Operation against a key holding the wrong kind of value]"),
        ("MULTI", "OK"),
        ("INCR a b c", "(error) ERR wrong number of arguments for 'incr' command"),
        ("EXEC", "(error) EXECABORT Transaction discarded because of previous errors."),
        ("SET foo 1", "OK"),
        ("MULTI", "OK"),
        ("INCR foo", "QUEUED"),
        ("DISCARD", "OK"),
        ("GET foo", "\"1\""),
    ]);
}
