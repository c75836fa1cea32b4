//! What SCAN, HSCAN, SSCAN and ZSCAN promise: every element that is there during the whole scan is returned.

use std::collections::HashSet;

use proptest::{collection::vec, prelude::*};
use redis_model_embedded::{Connection, Engine, Reply};

/// What others do between two pages.
#[derive(Debug, Clone)]
enum Write {
    Insert(u16),
    Remove(u16),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![(200..400u16).prop_map(Write::Insert), (0..400u16).prop_map(Write::Remove)];
    vec(write, 0..200)
}

/// The elements of one page, and the next cursor.
fn page(con: &mut Connection, args: &[&[u8]]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let Reply::Array(parts) = con.execute(args) else { panic!("a scan answers with an array") };
    let [Reply::Bulk(cursor), Reply::Array(elements)] = &parts[..] else { panic!("a page has two parts") };
    let bytes = |element: &Reply| match element {
        Reply::Bulk(bytes) => bytes.clone(),
        other => panic!("an element is {other:?}"),
    };
    (cursor.clone(), elements.iter().map(bytes).collect())
}

/// Scans 200 elements, of which the even ones stay, while `write` runs between the pages.
fn missed_in_a_scan(
    mut writes: impl Iterator<Item = Write>,
    mut write: impl FnMut(Write),
    mut next_page: impl FnMut(&[u8]) -> (Vec<u8>, Vec<Vec<u8>>),
) -> Vec<u16> {
    let mut seen = HashSet::new();
    let mut cursor = b"0".to_vec();
    for _ in 0..10_000 {
        let (next, elements) = next_page(&cursor);
        seen.extend(elements);
        cursor = next;
        if cursor == b"0" {
            return (0..200).step_by(2).filter(|number: &u16| !seen.contains(&name(*number))).collect();
        }
        for change in writes.by_ref().take(5) {
            match change {
                Write::Remove(number) if number < 200 && number % 2 == 0 => {}
                change => write(change),
            }
        }
    }
    panic!("the scan never ends");
}

fn name(number: u16) -> Vec<u8> {
    number.to_string().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_of_keys_misses_none_that_stays(writes in writes(), count in 1..30u8) {
        let engine = Engine::with_manual_clock();
        let (mut con, mut other) = (engine.connection(), engine.connection());
        for number in 0..200 {
            con.execute(&[b"SET", &name(number), b"x"]);
        }
        let count = count.to_string();
        let missed = missed_in_a_scan(
            writes.into_iter(),
            |write| match write {
                Write::Insert(number) => drop(other.execute(&[b"SET", &name(number), b"x"])),
                Write::Remove(number) => drop(other.execute(&[b"DEL", &name(number)])),
            },
            |cursor| page(&mut con, &[b"SCAN", cursor, b"COUNT", count.as_bytes()]),
        );
        prop_assert_eq!(missed, Vec::<u16>::new());
    }

    #[test]
    fn a_scan_of_fields_misses_none_that_stays(writes in writes(), count in 1..30u8) {
        let engine = Engine::with_manual_clock();
        let (mut con, mut other) = (engine.connection(), engine.connection());
        for number in 0..200 {
            con.execute(&[b"HSET", b"h", &name(number), b""]);
        }
        let count = count.to_string();
        let missed = missed_in_a_scan(
            writes.into_iter(),
            |write| match write {
                Write::Insert(number) => drop(other.execute(&[b"HSET", b"h", &name(number), b""])),
                Write::Remove(number) => drop(other.execute(&[b"HDEL", b"h", &name(number)])),
            },
            |cursor| page(&mut con, &[b"HSCAN", b"h", cursor, b"COUNT", count.as_bytes()]),
        );
        prop_assert_eq!(missed, Vec::<u16>::new());
    }

    #[test]
    fn a_scan_of_members_misses_none_that_stays(writes in writes(), count in 1..30u8) {
        let engine = Engine::with_manual_clock();
        let (mut con, mut other) = (engine.connection(), engine.connection());
        con.execute(&[b"SADD", b"s", b"no number"]);
        for number in 0..200 {
            con.execute(&[b"SADD", b"s", &name(number)]);
        }
        let count = count.to_string();
        let missed = missed_in_a_scan(
            writes.into_iter(),
            |write| match write {
                Write::Insert(number) => drop(other.execute(&[b"SADD", b"s", &name(number)])),
                Write::Remove(number) => drop(other.execute(&[b"SREM", b"s", &name(number)])),
            },
            |cursor| page(&mut con, &[b"SSCAN", b"s", cursor, b"COUNT", count.as_bytes()]),
        );
        prop_assert_eq!(missed, Vec::<u16>::new());
    }
}

/// How many elements an array or a set has, and how many different ones.
fn sizes(reply: &Reply) -> (usize, usize) {
    let (Reply::Array(elements) | Reply::Set(elements)) = reply else { panic!("not {reply:?}") };
    let distinct: HashSet<String> = elements.iter().map(|element| format!("{element:?}")).collect();
    (elements.len(), distinct.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_of_scored_members_misses_none_that_stays(writes in writes(), count in 1..30u8) {
        let engine = Engine::with_manual_clock();
        let (mut con, mut other) = (engine.connection(), engine.connection());
        for number in 0..200 {
            con.execute(&[b"ZADD", b"z", b"1", &name(number)]);
        }
        let count = count.to_string();
        let missed = missed_in_a_scan(
            writes.into_iter(),
            |write| match write {
                Write::Insert(number) => drop(other.execute(&[b"ZADD", b"z", b"0", &name(number)])),
                Write::Remove(number) => drop(other.execute(&[b"ZREM", b"z", &name(number)])),
            },
            |cursor| page(&mut con, &[b"ZSCAN", b"z", cursor, b"COUNT", count.as_bytes()]),
        );
        prop_assert_eq!(missed, Vec::<u16>::new());
    }
}

#[test]
fn a_random_sample_has_no_field_twice() {
    let mut con = Engine::new().connection();
    for number in 0..300 {
        con.execute(&[b"HSET", b"h", &name(number), b""]);
    }
    for count in ["1", "50", "150", "299", "300", "1000"] {
        let wanted = count.parse::<usize>().expect("the counts are numbers").min(300);
        assert_eq!(sizes(&con.execute(&[b"HRANDFIELD", b"h", count.as_bytes()])), (wanted, wanted));
    }
}

#[test]
fn a_random_sample_has_no_member_twice() {
    let mut con = Engine::new().connection();
    for first in [b"0".as_slice(), b"no number"] {
        con.execute(&[b"DEL", b"s"]);
        con.execute(&[b"SADD", b"s", first]);
        for number in 1..300 {
            con.execute(&[b"SADD", b"s", &name(number)]);
        }
        for count in ["1", "50", "150", "299", "300", "1000"] {
            let wanted = count.parse::<usize>().expect("the counts are numbers").min(300);
            assert_eq!(sizes(&con.execute(&[b"SRANDMEMBER", b"s", count.as_bytes()])), (wanted, wanted));
        }
        assert_eq!(sizes(&con.execute(&[b"SRANDMEMBER", b"s", b"-1000"])).0, 1000);
    }
}

#[test]
fn members_that_are_popped_are_gone() {
    let mut con = Engine::new().connection();
    for first in [b"0".as_slice(), b"no number"] {
        con.execute(&[b"SADD", b"s", first]);
        for number in 1..300 {
            con.execute(&[b"SADD", b"s", &name(number)]);
        }
        assert_eq!(sizes(&con.execute(&[b"SPOP", b"s", b"120"])), (120, 120));
        assert_eq!(con.execute(&[b"SCARD", b"s"]), Reply::Int(180));
        let Reply::Bulk(member) = con.execute(&[b"SPOP", b"s"]) else { panic!("SPOP answers with a member") };
        assert_eq!(con.execute(&[b"SISMEMBER", b"s", &member]), Reply::Int(0));
        assert_eq!(sizes(&con.execute(&[b"SPOP", b"s", b"179"])), (179, 179));
        assert_eq!(con.execute(&[b"EXISTS", b"s"]), Reply::Int(0));
    }
}

#[test]
fn a_random_sample_has_no_scored_member_twice() {
    let mut con = Engine::new().connection();
    for number in 0..300 {
        con.execute(&[b"ZADD", b"z", &name(number), &name(number)]);
    }
    for count in ["1", "50", "150", "299", "300", "1000"] {
        let Reply::Array(members) = con.execute(&[b"ZRANDMEMBER", b"z", count.as_bytes()]) else {
            panic!("ZRANDMEMBER with a count answers with an array")
        };
        let wanted = count.parse::<usize>().expect("the counts are numbers").min(300);
        let distinct: HashSet<String> = members.iter().map(|member| format!("{member:?}")).collect();
        assert_eq!((members.len(), distinct.len()), (wanted, wanted));
    }
}
