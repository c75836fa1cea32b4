use super::check;

#[test]
fn sets() {
    check(&[
        ("SADD myset 1 2 3", "3"),
        ("SADD myset 3", "0"),
        ("SMEMBERS myset", "~[\"1\" \"2\" \"3\"]"),
        ("SCARD myset", "3"),
        ("SISMEMBER myset 1", "1"),
        ("SISMEMBER myset two", "0"),
        ("SMISMEMBER myset 1 notamember", "[1 0]"),
        ("SREM myset 1", "1"),
        ("SREM myset four", "0"),
        ("SMOVE myset myotherset 2", "1"),
        ("SMEMBERS myset", "~[\"3\"]"),
        ("SMEMBERS myotherset", "~[\"2\"]"),
        ("SRANDMEMBER myset", "\"3\""),
        ("SRANDMEMBER myset -2", "[\"3\" \"3\"]"),
        ("SSCAN myset 0", "[\"0\" [\"3\"]]"),
        ("SPOP myset 3", "~[\"3\"]"),
        ("SPOP myset", "(nil)"),
    ]);
}

#[test]
fn several_sets() {
    check(&[
        ("SADD key1 a b c", "3"),
        ("SADD key2 c d e", "3"),
        ("SINTER key1 key2", "~[\"c\"]"),
        ("SINTERCARD 2 key1 key2", "1"),
        ("SDIFF key1 key2", "~[\"a\" \"b\"]"),
        ("SUNION key1 key2", "~[\"a\" \"b\" \"c\" \"d\" \"e\"]"),
        ("SINTERSTORE key key1 key2", "1"),
        ("SMEMBERS key", "~[\"c\"]"),
        ("SUNIONSTORE key key1 key2", "5"),
        ("SDIFFSTORE key key1 key2", "2"),
        ("SCARD key", "2"),
        ("SDIFFSTORE key key1 key1", "0"),
        ("EXISTS key", "0"),
    ]);
}
