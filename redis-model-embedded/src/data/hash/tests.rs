use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;

fn text(hash: &Hash) -> String {
    let pairs = hash.iter().map(|(field, value)| [field, b"=", value].concat());
    pairs.map(|pair| String::from_utf8_lossy(&pair).into_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hash_without_deadlines_takes_no_room_for_them() {
    assert_eq!(size_of::<Hash>(), size_of::<Packed>());
}

#[test]
fn a_packed_hash_keeps_the_order_of_its_fields() {
    let mut hash = Hash::default();
    for (field, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
        assert!(hash.insert(field.as_bytes(), value.as_bytes()));
    }
    assert!(!hash.insert(b"a", b"longer"));
    assert!(!hash.insert(b"c", b"4"));
    assert!(hash.remove(b"b"));
    assert_eq!(text(&hash), "a=longer c=4");
}

#[test]
fn fields_with_deadlines_come_first_and_the_soonest_before_all() {
    let mut hash = Hash::default();
    for field in ["a", "b", "c", "d"] {
        hash.insert(field.as_bytes(), b"1");
    }
    hash.set_deadline(b"c", Some(20));
    hash.set_deadline(b"d", Some(10));
    hash.set_deadline(b"a", Some(20));
    assert_eq!(text(&hash), "d=1 a=1 c=1 b=1");
    hash.put(b"a", b"2");
    assert_eq!((text(&hash).as_str(), hash.deadline(b"a")), ("d=1 a=2 c=1 b=1", Some(20)));
    hash.insert(b"a", b"3");
    assert_eq!((text(&hash).as_str(), hash.deadline(b"a")), ("d=1 c=1 b=1 a=3", None));
}

#[test]
fn a_long_value_or_many_fields_make_a_table() {
    let mut long = Hash::default();
    long.insert(b"a", b"1");
    long.insert(b"b", &[b'x'; 65]);
    assert!(matches!(long, Hash::Table(_)) && long.get(b"a") == Some(b"1"));

    let mut many = Hash::default();
    for number in 0..=128 {
        many.insert(number.to_string().as_bytes(), b"");
    }
    assert!(matches!(many, Hash::Table(_)) && many.len() == 129);
    assert!(many.remove(b"7") && !many.contains(b"7"));
}

#[derive(Debug, Clone)]
enum Write {
    Insert(u8, u8),
    InsertLong(u8),
    Put(u8, u8),
    Remove(u8),
    SetDeadline(u8, Option<Millis>),
    Expire(Millis),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let field = 0..12u8;
    let deadline = proptest::option::weighted(0.8, 1..40i64);
    let write = prop_oneof![
        10 => (field.clone(), any::<u8>()).prop_map(|(field, value)| Write::Insert(field, value)),
        10 => (field.clone(), any::<u8>()).prop_map(|(field, value)| Write::Put(field, value)),
        10 => (field.clone(), deadline).prop_map(|(field, deadline)| Write::SetDeadline(field, deadline)),
        5 => field.clone().prop_map(Write::Remove),
        3 => (0..20i64).prop_map(Write::Expire),
        1 => field.prop_map(Write::InsertLong),
    ];
    vec(write, 0..80)
}

/// What a hash should hold: value and deadline of each field.
type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<Millis>)>;

fn apply(write: &Write, hash: &mut Hash, model: &mut Model) {
    match *write {
        Write::Insert(field, value) => {
            let is_new = model.insert(vec![field], (vec![value], None)).is_none();
            assert_eq!(hash.insert(&[field], &[value]), is_new);
        }
        Write::InsertLong(field) => {
            let long = vec![b'x'; 70];
            hash.insert(&[field], &long);
            model.insert(vec![field], (long, None));
        }
        Write::Put(field, value) => {
            assert_eq!(hash.put(&[field], &[value]), !model.contains_key(&[field][..]));
            model.entry(vec![field]).or_default().0 = vec![value];
        }
        Write::Remove(field) => assert_eq!(hash.remove(&[field]), model.remove(&[field][..]).is_some()),
        Write::SetDeadline(field, deadline) => {
            hash.set_deadline(&[field], deadline);
            if let Some(entry) = model.get_mut(&[field][..]) {
                entry.1 = deadline;
            }
        }
        Write::Expire(now) => {
            let before = model.len();
            model.retain(|_, (_, deadline)| deadline.is_none_or(|deadline| deadline > now));
            assert_eq!(hash.expire(now), model.len() < before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hash_holds_what_a_plain_map_holds(writes in writes()) {
        let (mut hash, mut model) = (Hash::default(), Model::new());
        for write in &writes {
            apply(write, &mut hash, &mut model);
            let soonest = model.values().filter_map(|(_, deadline)| *deadline).min();
            prop_assert_eq!(hash.soonest_deadline(), soonest);
            let held: Model = hash
                .iter()
                .map(|(field, value)| (field.to_vec(), (value.to_vec(), hash.deadline(field))))
                .collect();
            prop_assert_eq!((hash.len(), &held), (model.len(), &model));
            for (field, (value, _)) in &model {
                prop_assert_eq!(hash.get(field), Some(value.as_slice()));
            }
        }
    }
}
