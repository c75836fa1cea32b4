use super::check;

const ZSET: (&str, &str) = ("ZADD myzset 1 one 2 two 3 three", "3");

#[test]
fn members() {
    check(&[
        ("ZADD myzset 1 one", "1"),
        ("ZADD myzset 1 uno", "1"),
        ("ZADD myzset 2 two 3 three", "2"),
        (
            "ZRANGE myzset 0 -1 WITHSCORES",
            "{\"one\"=Double(1.0) \"uno\"=Double(1.0) \"two\"=Double(2.0) \"three\"=Double(3.0)}",
        ),
        ("ZCARD myzset", "4"),
        ("ZCOUNT myzset -inf +inf", "4"),
        ("ZCOUNT myzset (1 3", "2"),
        ("ZINCRBY myzset 2 one", "Double(3.0)"),
        ("ZMSCORE myzset one two nofield", "[Double(3.0) Double(2.0) (nil)]"),
        ("ZRANK myzset three", "3"),
        ("ZREVRANK myzset three", "0"),
        ("ZRANK myzset four", "(nil)"),
        ("ZSCORE myzset one", "Double(3.0)"),
        ("ZREM myzset two", "1"),
        ("ZSCAN myzset 0", "[\"0\" [\"uno\" \"1\" \"one\" \"3\" \"three\" \"3\"]]"),
    ]);
}

#[test]
fn ranges() {
    check(&[
        ZSET,
        ("ZRANGE myzset 2 3", "[\"three\"]"),
        ("ZRANGE myzset -2 -1", "[\"two\" \"three\"]"),
        ("ZRANGE myzset (1 +inf BYSCORE LIMIT 1 1", "[\"three\"]"),
        ("ZREVRANGE myzset -2 -1", "[\"two\" \"one\"]"),
        ("ZRANGEBYSCORE myzset -inf +inf", "[\"one\" \"two\" \"three\"]"),
        ("ZRANGEBYSCORE myzset (1 2", "[\"two\"]"),
        ("ZRANGEBYSCORE myzset (1 (2", "[]"),
        ("ZREVRANGEBYSCORE myzset 2 (1", "[\"two\"]"),
        ("ZRANGESTORE dstzset myzset 2 -1", "1"),
        ("ZRANGE dstzset 0 -1", "[\"three\"]"),
        ("ZREMRANGEBYSCORE myzset -inf (2", "1"),
        ("ZREMRANGEBYRANK myzset 0 0", "1"),
        ("ZADD letters 0 a 0 b 0 c 0 d 0 e 0 f 0 g", "7"),
        ("ZRANGEBYLEX letters - [c", "[\"a\" \"b\" \"c\"]"),
        ("ZRANGEBYLEX letters - (c", "[\"a\" \"b\"]"),
        ("ZRANGEBYLEX letters [aaa (g", "[\"b\" \"c\" \"d\" \"e\" \"f\"]"),
        ("ZREVRANGEBYLEX letters [c -", "[\"c\" \"b\" \"a\"]"),
        ("ZLEXCOUNT letters [b [f", "5"),
        ("ZREMRANGEBYLEX letters [alpha [omega", "6"),
        ("ZRANGE letters 0 -1", "[\"a\"]"),
    ]);
}

#[test]
fn pops_and_samples() {
    check(&[
        ZSET,
        ("ZPOPMIN myzset", "[\"one\" Double(1.0)]"),
        ("ZPOPMAX myzset", "[\"three\" Double(3.0)]"),
        ("ZMPOP 1 notsuchkey MIN", "(nil)"),
        ("ZADD myzset 1 one 3 three", "2"),
        ("ZMPOP 1 myzset MIN", "[\"myzset\" [[\"one\" Double(1.0)]]]"),
        ("ZMPOP 1 myzset MAX COUNT 10", "[\"myzset\" [[\"three\" Double(3.0)] [\"two\" Double(2.0)]]]"),
        ("EXISTS myzset", "0"),
        ("ZADD dadi 1 uno", "1"),
        ("ZRANDMEMBER dadi", "\"uno\""),
        ("ZRANDMEMBER dadi -2 WITHSCORES", "{\"uno\"=Double(1.0) \"uno\"=Double(1.0)}"),
    ]);
}

#[test]
fn combinations() {
    check(&[
        ("ZADD zset1 1 one 2 two", "2"),
        ("ZADD zset2 1 one 2 two 3 three", "3"),
        ("ZUNION 2 zset1 zset2", "[\"one\" \"three\" \"two\"]"),
        ("ZUNION 2 zset1 zset2 WITHSCORES", "{\"one\"=Double(2.0) \"three\"=Double(3.0) \"two\"=Double(4.0)}"),
        ("ZINTER 2 zset1 zset2 WITHSCORES", "{\"one\"=Double(2.0) \"two\"=Double(4.0)}"),
        ("ZDIFF 2 zset2 zset1 WITHSCORES", "{\"three\"=Double(3.0)}"),
        ("ZINTERCARD 2 zset1 zset2", "2"),
        ("ZINTERCARD 2 zset1 zset2 LIMIT 1", "1"),
        ("ZUNIONSTORE out 2 zset1 zset2 WEIGHTS 2 3", "3"),
        ("ZRANGE out 0 -1 WITHSCORES", "{\"one\"=Double(5.0) \"three\"=Double(9.0) \"two\"=Double(10.0)}"),
        ("ZINTERSTORE out 2 zset1 zset2 WEIGHTS 2 3", "2"),
        ("ZDIFFSTORE out 2 zset2 zset1", "1"),
        ("ZRANGE out 0 -1", "[\"three\"]"),
    ]);
}
