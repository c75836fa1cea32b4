use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<u8>),
    Remove(Vec<u8>),
    /// Many members, so that histories reach every form.
    Fill(u16),
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    let number = (-20..600i32).prop_map(|number| number.to_string().into_bytes());
    let short = "[ab]{0,2}|0[12]|-0".prop_map(String::into_bytes);
    let long = (60..70usize).prop_map(|length| vec![b'x'; length]);
    prop_oneof![8 => number, 3 => short, 1 => long]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => member().prop_map(Step::Insert),
        6 => member().prop_map(Step::Remove),
        1 => prop_oneof![Just(126), Just(511), 0..200u16].prop_map(Step::Fill),
    ]
}

proptest! {
    #[test]
    fn it_holds_what_an_ordered_set_holds(steps in vec(step(), 0..80)) {
        let (mut set, mut model) = (Set::default(), BTreeSet::new());
        for step in steps {
            match step {
                Step::Insert(member) => prop_assert_eq!(set.insert(&member), model.insert(member.clone())),
                Step::Remove(member) => prop_assert_eq!(set.remove(&member), model.remove(&member)),
                Step::Fill(count) => {
                    for number in 0..count {
                        let member = number.to_string().into_bytes();
                        prop_assert_eq!(set.insert(&member), model.insert(member));
                    }
                }
            }
            prop_assert_eq!(set.len(), model.len());
        }
        let members: Vec<Vec<u8>> = set.iter().map(Vec::from).collect();
        for (place, member) in members.iter().enumerate() {
            prop_assert!(set.contains(member));
            prop_assert_eq!(&*set.at(place).expect("the place is below the length"), &**member);
        }
        prop_assert!(set.at(members.len()).is_none());
        prop_assert_eq!(members.len(), model.len());
        prop_assert_eq!(members.into_iter().collect::<BTreeSet<_>>(), model);
    }
}

fn ints(count: usize) -> Set {
    (0..count).map(|number| Member::int(i64::try_from(number).expect("it is small"))).collect()
}

#[test]
fn integers_come_in_ascending_order() {
    let mut set = Set::default();
    for number in ["10", "9", "-1", "70000", "0", "9223372036854775807"] {
        assert!(set.insert(number.as_bytes()));
    }
    let members: Vec<Vec<u8>> = set.iter().map(Vec::from).collect();
    assert_eq!(members.join(&b' '), b"-1 0 9 10 70000 9223372036854775807");
}

#[test]
fn only_a_member_that_is_new_changes_the_form() {
    let mut set = ints(MAX_INTS);
    assert!(!set.insert(b"7"));
    assert!(matches!(set, Set::Ints(_)));
    assert!(set.insert(b"512"));
    assert!(matches!(set, Set::Table(_)));

    let mut set = ints(MAX_PACKED_MEMBERS - 1);
    assert!(set.insert(b"a"));
    assert!(!set.insert(b"7"));
    assert!(matches!(set, Set::Packed { members: MAX_PACKED_MEMBERS, .. }));
    assert!(set.insert(b"b"));
    assert!(matches!(set, Set::Table(_)));
}

#[test]
fn a_text_joins_many_integers_in_a_table() {
    let mut set = ints(MAX_PACKED_MEMBERS);
    assert!(set.insert(b"a") && set.contains(b"7"));
    assert!(matches!(set, Set::Table(_)));
    let mut set = ints(1);
    assert!(set.insert(&[b'x'; MAX_PACKED_TEXT + 1]) && set.contains(b"0"));
    assert!(matches!(set, Set::Table(_)));
}
