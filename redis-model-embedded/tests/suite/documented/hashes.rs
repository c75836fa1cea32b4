use super::check;

#[test]
fn hashes() {
    check(&[
        ("HSET myhash field1 Hello field2 World", "2"),
        ("HGET myhash field1", "\"Hello\""),
        ("HGETALL myhash", "{\"field1\"=\"Hello\" \"field2\"=\"World\"}"),
        ("HMGET myhash field1 field2 nofield", "[\"Hello\" \"World\" (nil)]"),
        ("HKEYS myhash", "[\"field1\" \"field2\"]"),
        ("HVALS myhash", "[\"Hello\" \"World\"]"),
        ("HLEN myhash", "2"),
        ("HEXISTS myhash field2", "1"),
        ("HSTRLEN myhash field1", "5"),
        ("HSETNX myhash field1 again", "0"),
        ("HDEL myhash field1 field3", "1"),
        ("HSET counters number 5", "1"),
        ("HINCRBY counters number -10", "-5"),
        ("HSET mykey field 10.50", "1"),
        ("HINCRBYFLOAT mykey field 0.1", "\"10.6\""),
        ("HRANDFIELD myhash", "\"field2\""),
        ("HRANDFIELD myhash -2 WITHVALUES", "{\"field2\"=\"World\" \"field2\"=\"World\"}"),
        ("HSCAN myhash 0", "[\"0\" [\"field2\" \"World\"]]"),
        ("HDEL myhash field2", "1"),
        ("EXISTS myhash", "0"),
    ]);
}
