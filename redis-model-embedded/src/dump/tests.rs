use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::data::{End, Hash, List, Set, SortedSet};

/// What a value holds, whatever form it has: its type, and its elements.
fn shown(value: &Value) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let mut elements: Vec<String> = match value {
        Value::String(bytes) => vec![text(bytes)],
        Value::List(list) => list.iter().map(text).collect(),
        Value::Set(set) => set.iter().map(|member| text(&member)).collect(),
        Value::SortedSet(set) => set.iter().map(|(member, score)| format!("{}={score}", text(member))).collect(),
        Value::Hash(hash) => {
            let shown = |(field, value)| format!("{}={} {:?}", text(field), text(value), hash.deadline(field));
            hash.iter().map(shown).collect()
        }
    };
    if matches!(value, Value::Set(_) | Value::Hash(_)) {
        elements.sort();
    }
    format!("{}: {}", value.type_name(), elements.join(", "))
}

/// How many bytes a value takes, about.
fn size(value: &Value) -> usize {
    const ELEMENT: usize = 64;
    match value {
        Value::String(bytes) => bytes.len(),
        Value::List(list) => list.iter().map(|item| ELEMENT + item.len()).sum(),
        Value::Set(set) => set.iter().map(|member| ELEMENT + member.len()).sum(),
        Value::SortedSet(set) => set.iter().map(|(member, _)| ELEMENT + member.len()).sum(),
        Value::Hash(hash) => hash.iter().map(|(field, value)| ELEMENT + field.len() + value.len()).sum(),
    }
}

/// What real servers answered to DUMP, and what the values held.
const FROM_SERVERS: &[(&[u8], &str)] = &[
    // Redis 7.0
    (b"\0\xc0\x01\n\0&x\xe7\xb6\xd1\x01\x11\xfc", "string: 1"),
    (b"\0\xc1\x7f\xff\n\0\x17`\x82(T\x80\x84\x80", "string: -129"),
    (b"\0\xc2p\x11\x01\0\n\0\x01\xa4\x08\xfe\x950\x95\xa5", "string: 70000"),
    (b"\0\n2147483648\n\0\xe7\xb1)\xa3L\x1dv\xee", "string: 2147483648"),
    (b"\0\x04text\n\0|\xf3&m\xca\xb5\xa51", "string: text"),
    (b"\0\xc3\t(\x01xx\xe0\x1b\0\x01xx\n\0z\x1dl\xce\xa5@\x133", "string: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    (
        b"\x12\x01\x02\xc3#@c\x14c\0\0\0\x05\0\x81a\x02\x01\x01\xf1x\xec\x03\xf4\0\x10\xa5\xd4\xe8 \x13\x03\t\xe0Fb\
          \xe0<\0\x01H\xff\n\0T+\xe1\x1a'(\x0ct",
        "list: a, 1, -5000, 1000000000000, \
         bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ),
    (
        b"\x12\x03\x02\n\n\0\0\0\x01\0\x81a\x02\xff\x01\x0cbbbbbbbbbbbb\x02\n\n\0\0\0\x01\0\x81c\x02\xff\n\0\xac\x0bd\
          \xa2*\xa21\xb7",
        "list: a, bbbbbbbbbbbb, c",
    ),
    (b"\x0b\x0e\x02\0\0\0\x03\0\0\0\xfd\xff\x01\0\x02\0\n\0\xd1\xb7\x8e\xd9\xbc\x07\xc2\x7f", "set: -3, 1, 2"),
    (b"\x0b\x10\x04\0\0\0\x02\0\0\0\x01\0\0\0p\x11\x01\0\n\0'5Cn\xfdfV\xc4", "set: 1, 70000"),
    (
        b"\x0b\x18\x08\0\0\0\x02\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\n\x001\"\xf0m\xf5B\xc0\xb4",
        "set: 1, 1099511627776",
    ),
    (b"\x02\x02\x01a\xc0\x02\n\0g\xe2)\x08\xb54QE", "set: 2, a"),
    (
        b"\x11\x1c\x1c\0\0\0\x06\0\x81a\x02\x01\x01\x81b\x02\x832.5\x04\x81c\x02\x83inf\x04\xff\n\0k\x1d\xde\xdc\xe8\
          \xe2\xc3\x99",
        "zset: a=1, b=2.5, c=inf",
    ),
    (
        b"\x05\x02\xc3\t@A\x01xx\xe04\0\x01xx\0\0\0\0\0\0\xf0?\x01b\0\0\0\0\0\0\x04\xc0\n\0\xe2\xe4\x81?+\xefB\xc4",
        "zset: b=-2.5, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=1",
    ),
    (
        b"\x10\x12\x12\0\0\0\x04\0\x81f\x02\x81v\x02\x81g\x02\x07\x01\xff\n\0g\x0fs\xbad\xa7\xf2\xa2",
        "hash: f=v None, g=7 None",
    ),
    (
        b"\x04\x01\x01f\xc3\t@A\x01xx\xe04\0\x01xx\n\0\xf1\x06\xd1\x07\x1b&\\\x18",
        "hash: f=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx None",
    ),
    // Redis 8.0
    (b"\x14\x0c\x0c\0\0\0\x02\0\x81a\x02\x02\x01\xff\x0c\0`\x8e\x82,\xcc\x80\xc2\xd7", "set: 2, a"),
    (
        b"\x19\xe0iL\xa6,\x1e\0\0\x1e\x1e\0\0\0\x06\0\x81f\x02\x81v\x02\xf4\xe0iL\xa6,\x1e\0\0\t\x81g\x02\x07\x01\0\
          \x01\xff\x0c\0\xf5O\x08\x07\xe98\x86n",
        "hash: f=v Some(33177117420000), g=7 None",
    ),
    (
        b"\x18\xe0iL\xa6,\x1e\0\0\x02\x01\x01f\xc3\t@A\x01xx\xe04\0\x01xx\0\x01g\xc0\x07\x0c\0\xdb\xc2?Wf\xe9\xb7\xa1",
        "hash: f=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx Some(33177117420000), g=7 None",
    ),
    // Valkey 9
    (b"\x14\x0c\x0c\0\0\0\x02\0\x81a\x02\x02\x01\xffP\0d\xd2\x7f}\xa8\xf8;j", "set: 2, a"),
    (
        b"\x16\x02\x01f\x01v\xe0iL\xa6,\x1e\0\0\x01g\xc0\x07\xff\xff\xff\xff\xff\xff\xff\xffP\0!\x07\x04\x03\x99\x1fj@",
        "hash: f=v Some(33177117420000), g=7 None",
    ),
];

/// A stream from Redis 7.0.
const STREAM: &[u8] = b"\x13\x01\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\x1d\x1d\0\0\0\n\0\x01\x01\0\x01\x01\x01\
    \x81f\x02\0\x01\x02\x01\0\x01\0\x01\x81v\x02\x04\x01\xff\x01\x01\x01\x01\x01\0\0\x01\0\n\0\xffU\xabbj\xc05\xdb";

/// These bytes with a right footer.
fn sealed(content: &[u8], version: u16) -> Vec<u8> {
    let mut payload = content.to_vec();
    seal(&mut payload, version);
    payload
}

fn refusal(payload: &[u8]) -> Option<Refusal> {
    restore(payload).err()
}

fn element() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![any::<i8>().prop_map(i64::from), any::<i32>().prop_map(i64::from), any::<i64>()];
    prop_oneof![
        3 => vec(any::<u8>(), 0..8),
        2 => number.prop_map(|number| number.to_string().into_bytes()),
        1 => (any::<u8>(), 60..300usize).prop_map(|(byte, count)| vec![byte; count]),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let elements = || prop_oneof![4 => vec(element(), 1..10), 1 => vec(element(), 100..200)];
    let score = prop_oneof![any::<i8>().prop_map(f64::from), any::<f64>()].prop_filter("NaN", |score| !score.is_nan());
    let deadline = proptest::option::of(0..i64::MAX / 2);
    let hash = |fields: Vec<(Vec<u8>, Vec<u8>, Option<i64>)>| {
        let mut hash = Hash::default();
        for (field, value, deadline) in fields {
            hash.insert(&field, &value);
            hash.set_deadline(&field, deadline);
        }
        Value::Hash(Box::new(hash))
    };
    prop_oneof![
        element().prop_map(Value::String),
        elements().prop_map(|items| {
            let mut list = List::default();
            for item in &items {
                list.push(End::Right, item);
            }
            Value::List(Box::new(list))
        }),
        elements().prop_map(|members| {
            let mut set = Set::default();
            for member in &members {
                set.insert(member);
            }
            Value::Set(Box::new(set))
        }),
        vec((element(), score), 1..20).prop_map(|entries| {
            let mut set = SortedSet::default();
            for (member, score) in &entries {
                set.insert(member, *score);
            }
            Value::SortedSet(Box::new(set))
        }),
        vec((element(), element(), Just(None)), 1..20).prop_map(hash),
        vec((element(), element(), deadline), 1..20).prop_map(hash),
    ]
}

/// A change of bytes somewhere.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
    Repeat(Index),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Set(place, byte) => *place.get_mut(bytes) = *byte,
            Self::Flip(place, bit) => *place.get_mut(bytes) ^= 1 << bit,
            Self::Insert(place, byte) => bytes.insert(place.index(bytes.len()), *byte),
            Self::Remove(place) => drop(bytes.remove(place.index(bytes.len()))),
            Self::Truncate(place) => bytes.truncate(place.index(bytes.len())),
            Self::Repeat(place) => bytes.extend_from_within(place.index(bytes.len())..),
        }
    }
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    // The bytes that mean most: ends, marks of length, encodings, and large numbers.
    let byte = || prop_oneof![any::<u8>(), proptest::sample::select(&[0, 1, 0x40, 0x7f, 0x80, 0x81, 0xc3, 0xff][..])];
    let damage = prop_oneof![
        (any::<Index>(), byte()).prop_map(|(place, byte)| Damage::Set(place, byte)),
        (any::<Index>(), 0..8u8).prop_map(|(place, bit)| Damage::Flip(place, bit)),
        (any::<Index>(), byte()).prop_map(|(place, byte)| Damage::Insert(place, byte)),
        any::<Index>().prop_map(Damage::Remove),
        any::<Index>().prop_map(Damage::Truncate),
        any::<Index>().prop_map(Damage::Repeat),
    ];
    vec(damage, 1..5)
}

/// A damaged payload is refused, or it is another value, and one that is not much larger than its bytes.
fn check_damaged(content: &[u8], damages: &[Damage]) -> Result<(), TestCaseError> {
    let mut content = content.to_vec();
    for damage in damages {
        damage.apply(&mut content);
    }
    let payload = sealed(&content, REDIS_8_0);
    match restore(&payload) {
        Err(refusal) => prop_assert_eq!(refusal, Refusal::Content),
        Ok(value) => {
            prop_assert!(!value.is_empty_container());
            prop_assert!(size(&value) <= 150 * payload.len());
            let again = restore(&dump(&value)).expect("what was dumped can be restored");
            prop_assert_eq!(shown(&again), shown(&value));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_dumped_can_be_restored(value in value()) {
        let restored = restore(&dump(&value)).expect("what was dumped can be restored");
        prop_assert_eq!(shown(&restored), shown(&value));
    }

    #[test]
    fn no_damage_to_a_payload_does_more_than_to_have_it_refused(value in value(), damages in damages()) {
        let payload = dump(&value);
        check_damaged(unseal(&payload).expect("it is whole"), &damages)?;
    }

    #[test]
    fn no_damage_to_a_payload_of_a_server_does_more_than_to_have_it_refused(
        which in any::<Index>(),
        damages in damages(),
    ) {
        let (payload, _) = which.get(FROM_SERVERS);
        check_damaged(unseal(payload).expect("it is whole"), &damages)?;
    }

    #[test]
    fn no_bytes_do_more_than_to_be_refused(content in vec(any::<u8>(), 0..40), form in any::<Index>()) {
        let (number, _) = form.get(&Form::NUMBERS);
        check_damaged(&[&[*number], &content[..]].concat(), &[])?;
    }

    #[test]
    fn a_footer_that_does_not_fit_is_refused(value in value(), place in any::<Index>(), bit in 0..8u8) {
        let mut payload = dump(&value);
        *place.get_mut(&mut payload) ^= 1 << bit;
        prop_assert_eq!(refusal(&payload), Some(Refusal::Footer));
    }
}

#[test]
fn what_servers_dump_can_be_restored() {
    for (payload, content) in FROM_SERVERS {
        assert_eq!(restore(payload).as_ref().map(shown), Ok((*content).to_owned()));
    }
}

#[test]
fn short_strings_are_dumped_as_on_the_server() {
    for (payload, _) in &FROM_SERVERS[..5] {
        let value = restore(payload).expect("it comes from a server");
        assert_eq!(dump(&value), *payload);
    }
}

#[test]
fn streams_and_unknown_types_are_refused() {
    assert_eq!(refusal(STREAM), Some(Refusal::Content));
    for number in (0..=u8::MAX).filter(|number| Form::numbered(*number).is_none()) {
        assert_eq!(refusal(&sealed(&[number, 1, b'x', 1, b'y'], REDIS_7_0)), Some(Refusal::Content));
    }
}

#[test]
fn versions_that_nobody_has_written_are_refused() {
    let content = b"\0\x01x";
    for version in [6, REDIS_7_0, REDIS_8_0, VALKEY_9] {
        assert_eq!(refusal(&sealed(content, version)), None, "{version}");
    }
    for version in [REDIS_8_0 + 1, VALKEY_9 - 1, VALKEY_9 + 1, u16::MAX] {
        assert_eq!(refusal(&sealed(content, version)), Some(Refusal::Footer), "{version}");
    }
}

#[test]
fn only_hashes_with_deadlines_need_a_newer_server() {
    let version = |value: &Value| write::value(&mut Vec::new(), value);
    let mut hash = Hash::default();
    hash.insert(b"f", b"v");
    assert_eq!(version(&Value::Hash(Box::new(hash.clone()))), REDIS_7_0);
    hash.set_deadline(b"f", Some(1));
    assert_eq!(version(&Value::Hash(Box::new(hash.clone()))), REDIS_8_0);
    hash.set_deadline(b"f", None);
    assert_eq!(version(&Value::Hash(Box::new(hash))), REDIS_7_0);
}

#[test]
fn fields_that_run_out_together_keep_their_order() {
    let mut hash = Hash::default();
    for field in [b"a", b"b", b"c", b"d"] {
        hash.insert(field, b"");
    }
    for field in [b"b", b"d", b"a"] {
        hash.set_deadline(field, Some(1));
    }
    let Ok(Value::Hash(restored)) = restore(&dump(&Value::Hash(Box::new(hash)))) else { panic!("it is a hash") };
    let fields: Vec<&[u8]> = restored.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, [b"a", b"d", b"b", b"c"]);
}

#[test]
fn payloads_that_contradict_themselves_are_refused() {
    let malformed: [&[u8]; 18] = [
        b"",
        b"\0",
        b"\0\x05four",
        b"\0\xc4",
        b"\0\x81\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\0\xc3\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\0",
        // Empty containers.
        b"\x01\0",
        b"\x02\0",
        b"\x10\x07\x07\0\0\0\0\0\xff",
        // The same element twice.
        b"\x02\x02\x01a\x01a",
        b"\x04\x02\x01f\x01v\x01f\x01w",
        b"\x0b\x0c\x02\0\0\0\x02\0\0\0\x01\0\x01\0",
        b"\x05\x02\x01a\0\0\0\0\0\0\0\0\x01a\0\0\0\0\0\0\xf0?",
        // No number, and an integer of no width.
        b"\x05\x01\x01a\0\0\0\0\0\0\xf8\x7f",
        b"\x0b\x08\0\0\0\0\xff\xff\xff\xff",
        // A field without a value, and more elements than there are.
        b"\x10\x0a\x0a\0\0\0\x01\0\x81f\x02\xff",
        b"\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x01a",
        // Deadlines beyond all time.
        b"\x18\xff\xff\xff\xff\xff\xff\xff\x7f\x01\x03\x01f\x01v",
    ];
    for content in malformed {
        assert_eq!(refusal(&sealed(content, REDIS_8_0)), Some(Refusal::Content), "{}", content.escape_ascii());
    }
}
