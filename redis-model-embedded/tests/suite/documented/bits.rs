use super::check;

#[test]
fn bits() {
    check(&[
        ("SETBIT mykey 7 1", "0"),
        ("SETBIT mykey 7 0", "1"),
        ("GET mykey", "\"\\x00\""),
        ("SETBIT mykey 7 1", "0"),
        ("GETBIT mykey 0", "0"),
        ("GETBIT mykey 7", "1"),
        ("GETBIT mykey 100", "0"),
        ("SET mykey foobar", "OK"),
        ("BITCOUNT mykey", "26"),
        ("BITCOUNT mykey 0 0", "4"),
        ("BITCOUNT mykey 1 1", "6"),
        ("BITCOUNT mykey 1 1 BYTE", "6"),
        ("BITCOUNT mykey 5 30 BIT", "17"),
        ("BITPOS mykey 1", "1"),
        ("BITPOS mykey 0 2", "16"),
    ]);
}

#[test]
fn operations_on_several_strings() {
    check(&[
        ("SET key1 foobar", "OK"),
        ("SET key2 abcdef", "OK"),
        ("BITOP AND dest key1 key2", "6"),
        ("GET dest", "\"`bc`ab\""),
    ]);
}

#[test]
fn fields() {
    check(&[
        ("BITFIELD mykey INCRBY i5 100 1 GET u4 0", "[1 0]"),
        ("DEL mykey", "1"),
        ("BITFIELD mykey INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1", "[1 1]"),
        ("BITFIELD mykey INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1", "[2 2]"),
        ("BITFIELD mykey INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1", "[3 3]"),
        ("BITFIELD mykey INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1", "[0 3]"),
        ("BITFIELD mykey OVERFLOW FAIL INCRBY u2 102 1", "[(nil)]"),
        ("BITFIELD_RO mykey GET i8 16", "[0]"),
    ]);
}

#[test]
fn common_subsequences() {
    check(&[
        ("MSET key1 ohmytext key2 mynewtext", "OK"),
        ("LCS key1 key2", "\"mytext\""),
        ("LCS key1 key2 LEN", "6"),
        ("LCS key1 key2 IDX", "{\"matches\"=[[[4 7] [5 8]] [[2 3] [0 1]]] \"len\"=6}"),
        ("LCS key1 key2 IDX MINMATCHLEN 4", "{\"matches\"=[[[4 7] [5 8]]] \"len\"=6}"),
        ("LCS key1 key2 IDX MINMATCHLEN 4 WITHMATCHLEN", "{\"matches\"=[[[4 7] [5 8] 4]] \"len\"=6}"),
    ]);
}
