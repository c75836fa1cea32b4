use super::check;

#[test]
fn deadlines_of_fields() {
    check(&[
        ("HEXPIRE no-key 20 NX FIELDS 2 field1 field2", "[-2 -2]"),
        ("HSET mykey field1 hello field2 world", "2"),
        ("HEXPIRE mykey 10 FIELDS 3 field1 field2 field3", "[1 1 -2]"),
        ("HGETALL mykey", "{\"field2\"=\"world\" \"field1\"=\"hello\"}"),
        ("HTTL mykey FIELDS 3 field1 field2 no-field", "[10 10 -2]"),
        ("HPTTL mykey FIELDS 1 field1", "[10000]"),
        ("HPEXPIRE mykey 2000 LT FIELDS 1 field1", "[1]"),
        ("HPTTL mykey FIELDS 1 field1", "[2000]"),
        ("HPERSIST mykey FIELDS 2 field1 field2", "[1 1]"),
        ("HTTL mykey FIELDS 1 field1", "[-1]"),
        ("HEXPIREAT mykey 1740470400 FIELDS 2 field1 field2", "[1 1]"),
        ("HEXPIRETIME mykey FIELDS 1 field1", "[1740470400]"),
        ("HPEXPIREAT mykey 1740470400500 FIELDS 1 field1", "[1]"),
        ("HPEXPIRETIME mykey FIELDS 3 field1 field2 no-field", "[1740470400500 1740470400000 -2]"),
        ("HEXPIREAT mykey 1715704971 FIELDS 2 field1 field2", "[2 2]"),
        ("EXISTS mykey", "0"),
    ]);
}

#[test]
fn fields_with_their_deadlines() {
    check(&[
        ("HSET mykey field1 Hello field2 World field3 !", "3"),
        ("HGETDEL mykey FIELDS 2 field3 field4", "[\"!\" (nil)]"),
        ("HGETALL mykey", "{\"field1\"=\"Hello\" \"field2\"=\"World\"}"),
        ("HGETEX mykey EX 120 FIELDS 1 field1", "[\"Hello\"]"),
        ("HTTL mykey FIELDS 2 field1 field2", "[120 -1]"),
        ("HGETEX mykey PERSIST FIELDS 1 field1", "[\"Hello\"]"),
        ("HTTL mykey FIELDS 1 field1", "[-1]"),
        ("HSETEX mykey EXAT 1740470400 FIELDS 2 field1 Hi field2 you", "1"),
        ("HEXPIRETIME mykey FIELDS 2 field1 field2", "[1740470400 1740470400]"),
        ("HSETEX mykey FNX EX 60 FIELDS 2 field1 again field5 new", "0"),
        ("HSETEX mykey FXX KEEPTTL FIELDS 2 field1 Ho field2 all", "1"),
        ("HEXPIRETIME mykey FIELDS 1 field1", "[1740470400]"),
        ("HGETDEL mykey FIELDS 2 field1 field2", "[\"Ho\" \"all\"]"),
        ("EXISTS mykey", "0"),
    ]);
}
