//! Lists.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "lists/concurrent.rs"]
mod concurrent;
#[path = "lists/fields.rs"]
mod fields;
#[path = "lists/limits.rs"]
mod limits;
#[path = "lists/random.rs"]
mod random;
#[path = "lists/walks.rs"]
mod walks;

use std::{
    collections::VecDeque,
    ops::Bound::{Excluded, Included, Unbounded},
    time::Duration,
};

use redis_model::{
    Blocking, Condition, Error, Json, List, Query, TimeLeft,
    collection::{End, Occurrences, SortOrder},
    prelude::*,
};
use redis_model_tests::{Backend, RedisServer, Wait, on_every_backend};

/// A list of these letters.
fn letters<M: Wait>(backend: &Backend<M>, text: &str) -> List<char> {
    let list = List::at("letters");
    backend.run(list.replace(text.chars())).unwrap();
    list
}

/// What is in the list, as a word.
fn word<M: Wait>(backend: &Backend<M>, list: &List<char>) -> String {
    backend.run(list.collect()).unwrap()
}

/// All numbers of a long list, read in pieces: a slow machine takes its time.
fn all<M: Wait>(backend: &Backend<M>, list: &List<u32>) -> Vec<u32> {
    let pieces = (0..20_i64).map(|piece| backend.run(list.range(piece * 10_000..(piece + 1) * 10_000)).unwrap());
    pieces.flatten().collect()
}

fn text(letters: Vec<char>) -> String {
    letters.into_iter().collect()
}

on_every_backend! {
    fn both_ends_are_pushed_and_popped(backend) {
        let list = List::<String>::at("words");
        assert_eq!(backend.run(list.push_back("b")).unwrap(), 1);
        assert_eq!(backend.run(list.push_back("c".to_owned())).unwrap(), 2);
        assert_eq!(backend.run(list.push_front("a")).unwrap(), 3);
        assert_eq!(backend.run((list.front(), list.back(), list.len()).batch()).unwrap(), (Some("a".into()), Some("c".into()), 3));
        assert_eq!(backend.run(list.pop_front()).unwrap().as_deref(), Some("a"));
        assert_eq!(backend.run(list.pop_back()).unwrap().as_deref(), Some("c"));
        assert_eq!(backend.run(list.load()).unwrap(), ["b"]);
        assert_eq!(backend.run(list.collect::<VecDeque<_>>()).unwrap(), ["b"]);
    }

    fn several_go_in_and_come_out_in_one_request(backend) {
        let list = letters(backend, "def");
        assert_eq!(backend.run(list.extend("gh".chars())).unwrap(), 5);
        assert_eq!(backend.run(list.extend_front("cba".chars())).unwrap(), 8);
        assert_eq!(word(backend, &list), "abcdefgh");
        assert_eq!(text(backend.run(list.pop_front_many(2)).unwrap()), "ab");
        assert_eq!(text(backend.run(list.pop_back_many(3)).unwrap()), "hgf");
        assert_eq!(text(backend.run(list.pop_back_many(0)).unwrap()), "");
        assert_eq!(text(backend.run(list.pop_front_many(u64::MAX)).unwrap()), "cde");
        assert_eq!(text(backend.run(list.pop_front_many(1)).unwrap()), "");
    }

    fn an_empty_list_has_nothing_anywhere(backend) {
        let list = List::<char>::at("letters");
        assert_eq!(backend.run(list.load()).unwrap(), [] as [char; 0]);
        assert_eq!(backend.run((list.len(), list.is_empty(), list.exists()).batch()).unwrap(), (0, true, false));
        assert_eq!(backend.run((list.pop_front(), list.pop_back(), list.front(), list.back()).batch()).unwrap(), (None, None, None, None));
        assert_eq!(backend.run((list.get(0), list.get(-1), list.remove(3), list.remove(0)).batch()).unwrap(), (None, None, None, None));
        assert_eq!(backend.run((list.range(..), list.slice(.., -3), list.drain(..), list.drain_slice(.., 2)).batch()).unwrap(), (vec![], vec![], vec![], vec![]));
        assert_eq!(backend.run((list.extend([] as [char; 0]), list.index_of('a'), list.indices_of('a'), list.contains('a')).batch()).unwrap(), (0, None, vec![], false));
        assert_eq!(backend.run((list.insert_before('a', 'b'), list.remove_value('a', Occurrences::All)).batch()).unwrap(), (None, 0));
        backend.run((list.reverse(), list.rotate_left(3), list.sort(SortOrder::Bytes), list.truncate(3), list.trim_to(1..)).batch()).unwrap();
        backend.run(list.replace([] as [char; 0])).unwrap();
        assert!(backend.run(list.is_empty()).unwrap());
    }

    fn an_index_counts_from_either_end(backend) {
        let list = letters(backend, "abcde");
        for (index, expected) in [(0, Some('a')), (4, Some('e')), (5, None), (-1, Some('e')), (-5, Some('a')), (-6, None), (i64::MIN, None), (i64::MAX, None)] {
            assert_eq!(backend.run(list.get(index)).unwrap(), expected, "{index}");
        }
        backend.run(list.set(1, 'B')).unwrap();
        backend.run(list.set(-1, 'E')).unwrap();
        assert_eq!(word(backend, &list), "aBcdE");
        backend.run(list.swap(0, -1)).unwrap();
        assert_eq!(word(backend, &list), "EBcda");
    }

    fn what_is_not_there_cannot_be_replaced(backend) {
        let list = letters(backend, "abc");
        for index in [3, -4, 1 << 32, -(1 << 32), i64::MAX, i64::MIN] {
            for refused in [backend.run(list.set(index, 'x')), backend.run(list.swap(0, index)), backend.run(list.swap(index, 0))] {
                let error = refused.unwrap_err();
                assert_eq!(error.to_string(), format!("the list at key `letters` has no element at index {index}"));
                assert!(matches!(error, Error::IndexOutOfRange { index: named, .. } if named == index));
            }
        }
        let missing = List::<char>::at("missing");
        let refused = backend.run((missing.set(0, 'x').attempt(), list.len()).batch()).unwrap();
        assert!(matches!(refused, (Err(Error::IndexOutOfRange { key, index: 0 }), 3) if key == *missing.key()));
        let refused = backend.run(missing.set(0, 'x').when(Condition::exists("letters"))).unwrap_err();
        assert!(matches!(refused, Error::IndexOutOfRange { .. }), "{refused:?}");
        assert_eq!(word(backend, &list), "abc");
    }

    fn elements_go_in_before_an_index(backend) {
        for (index, expected) in [(0, "xabcd"), (1, "axbcd"), (3, "abcxd"), (4, "abcdx"), (9, "abcdx"), (-1, "abcxd"), (-4, "xabcd"), (-9, "xabcd"), (i64::MIN, "xabcd"), (i64::MAX, "abcdx")] {
            let list = letters(backend, "abcd");
            assert_eq!(backend.run(list.insert(index, 'x')).unwrap(), 5);
            assert_eq!(word(backend, &list), expected, "{index}");
        }
        let list = letters(backend, "abcabc");
        assert_eq!(backend.run(list.insert_before('b', 'x')).unwrap(), Some(7));
        assert_eq!(backend.run(list.insert_after('c', 'y')).unwrap(), Some(8));
        assert_eq!(backend.run(list.insert_after('z', 'y')).unwrap(), None);
        assert_eq!(word(backend, &list), "axbcyabc");
    }

    fn elements_come_out_from_an_index(backend) {
        for (index, removed, left) in [(0, Some('a'), "bcd"), (1, Some('b'), "acd"), (2, Some('c'), "abd"), (3, Some('d'), "abc"), (4, None, "abcd"), (-1, Some('d'), "abc"), (-2, Some('c'), "abd"), (-4, Some('a'), "bcd"), (-5, None, "abcd")] {
            let list = letters(backend, "abcd");
            assert_eq!(backend.run(list.remove(index)).unwrap(), removed, "{index}");
            assert_eq!(word(backend, &list), left, "{index}");
        }
    }

    fn a_range_is_a_slice_of_python(backend) {
        let list = letters(backend, "abcdefg");
        let cases = [
            ((Unbounded, Unbounded), "abcdefg"), ((Included(2), Excluded(5)), "cde"), ((Included(-3), Unbounded), "efg"),
            ((Unbounded, Excluded(-5)), "ab"), ((Included(1), Excluded(-1)), "bcdef"), ((Unbounded, Excluded(0)), ""),
            ((Included(5), Excluded(2)), ""), ((Included(-99), Excluded(99)), "abcdefg"), ((Included(7), Unbounded), ""),
            ((Unbounded, Included(-1)), "abcdefg"), ((Excluded(-1), Unbounded), ""), ((Excluded(0), Included(2)), "bc"),
            ((Included(i64::MIN), Included(i64::MAX)), "abcdefg"), ((Included(i64::MAX), Excluded(i64::MIN)), ""),
        ];
        for (range, expected) in cases {
            assert_eq!(text(backend.run(list.range(range)).unwrap()), expected, "{range:?}");
        }
    }

    /// Checked against `"abcdefghij"[a:b:c]` in Python.
    fn a_slice_with_a_step_is_one_of_python(backend) {
        let list = letters(backend, "abcdefghij");
        let cases = [
            ((Unbounded, Unbounded), 3, "adgj"), ((Unbounded, Unbounded), -1, "jihgfedcba"), ((Unbounded, Unbounded), -4, "jfb"),
            ((Included(5), Excluded(2)), -1, "fed"), ((Included(5), Unbounded), -2, "fdb"), ((Unbounded, Excluded(5)), -2, "jh"),
            ((Included(-3), Excluded(-8)), -2, "hfd"), ((Included(99), Excluded(-99)), -3, "jgda"), ((Included(1), Excluded(-1)), 2, "bdfh"),
            ((Included(2), Excluded(5)), -1, ""), ((Included(-99), Excluded(99)), 9, "aj"), ((Unbounded, Unbounded), i64::MAX, "a"),
            ((Unbounded, Unbounded), i64::MIN, "j"), ((Included(3), Excluded(-1)), -1, ""), ((Included(9), Excluded(-10)), -3, "jgd"),
        ];
        for (range, step, expected) in cases {
            assert_eq!(text(backend.run(list.slice(range, step)).unwrap()), expected, "{range:?} {step}");
        }
        assert!(matches!(backend.run(list.slice(.., 0)), Err(Error::InvalidQuery { .. })));
        assert!(matches!(backend.run(list.drain_slice(.., 0)), Err(Error::InvalidQuery { .. })));
        assert!(matches!(backend.run(list.set_slice(.., 0, ['a'])), Err(Error::InvalidQuery { .. })));
    }

    fn slices_are_replaced_and_removed(backend) {
        let list = letters(backend, "abcdefg");
        assert_eq!(text(backend.run(list.splice(1..3, "xyz".chars())).unwrap()), "bc");
        assert_eq!(word(backend, &list), "axyzdefg");
        assert_eq!(text(backend.run(list.splice(-2.., ['!'])).unwrap()), "fg");
        assert_eq!(word(backend, &list), "axyzde!");
        assert_eq!(text(backend.run(list.splice(2..2, "()".chars())).unwrap()), "");
        assert_eq!(word(backend, &list), "ax()yzde!");
        assert_eq!(text(backend.run(list.drain(1..6)).unwrap()), "x()yz");
        assert_eq!(text(backend.run(list.drain_slice(.., -2)).unwrap()), "!d");
        assert_eq!(word(backend, &list), "ae");
        assert_eq!(text(backend.run(list.splice(.., "abcdef".chars())).unwrap()), "ae");
        assert!(backend.run(list.set_slice(.., 2, "xyz".chars())).unwrap());
        assert_eq!(word(backend, &list), "xbydzf");
        assert!(backend.run(list.set_slice(.., -3, "12".chars())).unwrap());
        assert_eq!(word(backend, &list), "xb2dz1");
        for too_few_or_many in ["1", "123"] {
            assert!(!backend.run(list.set_slice(.., -3, too_few_or_many.chars())).unwrap());
        }
        assert_eq!(word(backend, &list), "xb2dz1");
        assert_eq!(text(backend.run(list.drain(..)).unwrap()), "xb2dz1");
        assert!(!backend.run(list.exists()).unwrap());
        backend.run(list.splice(.., ['a'])).unwrap();
        assert_eq!(word(backend, &list), "a");
    }

    fn elements_are_found_by_what_they_are(backend) {
        let list = letters(backend, "abcab");
        assert!(backend.run(list.contains('c')).unwrap() && !backend.run(list.contains('x')).unwrap());
        assert_eq!(backend.run((list.index_of('b'), list.index_of('x')).batch()).unwrap(), (Some(1), None));
        assert_eq!(backend.run((list.index_of_nth('b', 2), list.index_of_nth('b', 3), list.index_of_nth('a', -1), list.index_of_nth('a', -3)).batch()).unwrap(), (Some(4), None, Some(3), None));
        assert_eq!(backend.run((list.index_of_nth('b', i64::MAX), list.index_of_nth('b', i64::MIN)).batch()).unwrap(), (None, None));
        assert_eq!(backend.run((list.indices_of('a'), list.indices_of('x'), list.count_of('b')).batch()).unwrap(), (vec![0, 3], vec![], 2));
        assert!(matches!(backend.run(list.index_of_nth('a', 0)), Err(Error::InvalidQuery { .. })));
    }

    fn elements_are_removed_by_what_they_are(backend) {
        let cases = [
            (Occurrences::All, 4, "bcd"), (Occurrences::First(1), 1, "bacada"), (Occurrences::First(3), 3, "bcda"),
            (Occurrences::Last(1), 1, "abacad"), (Occurrences::Last(9), 4, "bcd"), (Occurrences::First(0), 0, "abacada"),
            (Occurrences::Last(0), 0, "abacada"), (Occurrences::First(u64::MAX), 4, "bcd"), (Occurrences::Last(u64::MAX), 4, "bcd"),
        ];
        for (which, removed, left) in cases {
            let list = letters(backend, "abacada");
            assert_eq!(backend.run(list.remove_value('a', which)).unwrap(), removed, "{which:?}");
            assert_eq!(word(backend, &list), left, "{which:?}");
        }
    }

    fn the_order_is_changed_in_place(backend) {
        let list = letters(backend, "abcdefg");
        backend.run(list.reverse()).unwrap();
        assert_eq!(word(backend, &list), "gfedcba");
        for (left, expected) in [(0, "abcdefg"), (2, "cdefgab"), (5, "fgabcde"), (7, "abcdefg"), (16, "cdefgab"), (u32::MAX, "defgabc")] {
            let list = letters(backend, "abcdefg");
            backend.run(list.rotate_left(left)).unwrap();
            assert_eq!(word(backend, &list), expected, "{left}");
            backend.run(list.rotate_right(left)).unwrap();
            assert_eq!(word(backend, &list), "abcdefg", "{left}");
        }
        backend.run(list.truncate(3)).unwrap();
        assert_eq!(word(backend, &list), "abc");
        backend.run(list.trim_to(-2..)).unwrap();
        assert_eq!(word(backend, &list), "bc");
        backend.run(list.truncate(0)).unwrap();
        assert!(backend.run(list.is_empty()).unwrap());
    }

    fn numbers_are_sorted_by_their_size_and_bytes_by_their_order(backend) {
        let numbers = List::<i64>::at("numbers");
        backend.run(numbers.extend([10, 9, -3, 100, 0])).unwrap();
        for (order, expected) in [
            (SortOrder::Numbers, [-3, 0, 9, 10, 100]), (SortOrder::NumbersDescending, [100, 10, 9, 0, -3]),
            (SortOrder::Bytes, [-3, 0, 10, 100, 9]), (SortOrder::BytesDescending, [9, 100, 10, 0, -3]),
        ] {
            backend.run(numbers.sort(order)).unwrap();
            assert_eq!(backend.run(numbers.load()).unwrap(), expected, "{order:?}");
        }
        let words = List::<String>::at("words");
        let unsorted = ["ä", "b", "Z", "", "a\0b", "a"];
        backend.run(words.extend(unsorted)).unwrap();
        assert!(matches!(backend.run(words.sort(SortOrder::Numbers)), Err(Error::Server { .. })));
        assert_eq!(backend.run(words.load()).unwrap(), unsorted);
        backend.run(words.sort(SortOrder::Bytes)).unwrap();
        assert_eq!(backend.run(words.load()).unwrap(), ["", "Z", "a", "a\0b", "b", "ä"]);
    }

    fn elements_move_from_list_to_list(backend) {
        let (from, to) = (letters(backend, "abcd"), List::<char>::at("others"));
        assert_eq!(backend.run(from.move_front_to(&to, End::Back)).unwrap(), Some('a'));
        assert_eq!(backend.run(from.move_back_to(&to, End::Back)).unwrap(), Some('d'));
        assert_eq!(backend.run(from.move_back_to(&to, End::Front)).unwrap(), Some('c'));
        assert_eq!((word(backend, &from), word(backend, &to)), ("b".into(), "cad".into()));
        assert_eq!(backend.run(to.move_front_to(&to, End::Back)).unwrap(), Some('c'));
        assert_eq!(word(backend, &to), "adc");
        backend.run(from.clear()).unwrap();
        assert_eq!(backend.run(from.move_front_to(&to, End::Back)).unwrap(), None);
    }

    fn any_bytes_are_elements(backend) {
        let list = List::<Vec<u8>>::at("bytes");
        let large = vec![0xff_u8; 1 << 20];
        let elements: Vec<Vec<u8>> = vec![vec![], vec![0], b"a\0b\r\n".to_vec(), large.clone(), vec![0], (0..=255).collect()];
        backend.run(list.extend(&elements)).unwrap();
        assert_eq!(backend.run(list.load()).unwrap(), elements);
        assert_eq!(backend.run(list.indices_of(vec![0])).unwrap(), [1, 4]);
        assert_eq!(backend.run(list.remove(3)).unwrap(), Some(large.clone()));
        assert_eq!(backend.run(list.insert(2, &large)).unwrap(), 6);
        assert_eq!(backend.run(list.slice(.., -2)).unwrap(), [elements[5].clone(), elements[2].clone(), vec![0]]);
        backend.run(list.reverse()).unwrap();
        assert_eq!(backend.run(list.drain(1..4)).unwrap(), [vec![0], elements[2].clone(), large]);
        assert_eq!(backend.run(list.load()).unwrap(), [elements[5].clone(), vec![0], vec![]]);
    }

    fn a_hundred_thousand_elements_are_one_request(backend) {
        let list = List::<u32>::at("numbers");
        let mut expected: Vec<u32> = (0..100_000).collect();
        assert_eq!(backend.run(list.extend(&expected)).unwrap(), 100_000);
        assert_eq!(all(backend, &list), expected);
        backend.run(list.rotate_left(30_000)).unwrap();
        expected.rotate_left(30_000);
        backend.run(list.reverse()).unwrap();
        expected.reverse();
        backend.run(list.insert(45_000, 7)).unwrap();
        expected.insert(45_000, 7);
        assert_eq!(backend.run(list.remove(60_000)).unwrap(), Some(expected.remove(60_000)));
        assert_eq!(backend.run(list.splice(40_000..50_000, 0..30_000)).unwrap(), expected.splice(40_000..50_000, 0..30_000).collect::<Vec<_>>());
        let sliced: Vec<u32> = expected.iter().rev().step_by(7).copied().collect();
        assert_eq!(backend.run(list.slice(.., -7)).unwrap(), sliced);
        let sliced: Vec<u32> = expected.iter().step_by(700).copied().collect();
        assert_eq!(backend.run(list.slice(.., 700)).unwrap(), sliced);
        assert_eq!(all(backend, &list), expected);
        assert_eq!(backend.run(list.pop_front_many(20_000)).unwrap(), expected[..20_000]);
        assert_eq!(backend.run(list.extend(0..100_000).when(Condition::exists("numbers"))).unwrap(), 200_000);
    }

    fn a_script_keeps_the_time_to_live(backend) {
        let list = letters(backend, "cabed");
        backend.run(list.expire(Duration::from_secs(60))).unwrap();
        backend.run((list.reverse(), list.rotate_right(2), list.sort(SortOrder::Bytes)).batch()).unwrap();
        backend.run((list.splice(.., "xyz".chars()), list.insert(1, 'a'), list.insert(2, 'b'), list.drain_slice(.., 2)).batch()).unwrap();
        backend.run((list.splice(1.., "123".chars()), list.splice(..2, "12".chars()), list.replace(['a', 'b', 'c'])).batch()).unwrap();
        assert_eq!(word(backend, &list), "abc");
        assert!(matches!(backend.run(list.ttl()).unwrap(), TimeLeft::Left(_)));
        if !backend.advance(Duration::from_secs(60)) {
            backend.expire_now(list.key());
        }
        assert_eq!(word(backend, &list), "");
        backend.run(list.push_back('a')).unwrap();
        assert_eq!(backend.run(list.ttl()).unwrap(), TimeLeft::Unlimited);
    }

    fn another_type_at_the_key_is_an_error(backend) {
        backend.raw::<()>(&["SET", "letters", "x"]);
        let list = List::<char>::at("letters");
        let failures: Vec<Query<()>> = vec![
            list.push_back('a').map(drop), list.extend(['a', 'b']).map(drop), list.pop_front().map(drop), list.get(0).map(drop), list.set(0, 'a'),
            list.load().map(drop), list.insert(1, 'a').map(drop), list.insert_after('a', 'b').map(drop), list.remove(2).map(drop),
            list.reverse(), list.rotate_left(1), list.sort(SortOrder::Numbers), list.swap(0, 1), list.truncate(3), list.slice(.., 2).map(drop),
            list.remove_value('a', Occurrences::All).map(drop), list.move_front_to(&List::at("other"), End::Back).map(drop), list.clone().max_len(3).push_back('a').map(drop),
        ];
        for failure in failures {
            let shown = format!("{failure:?}");
            let error = backend.run(failure).unwrap_err();
            assert!(matches!(&error, Error::WrongType { key, .. } if key == list.key()), "{shown}: {error:?}");
        }
        backend.run(list.replace(['a'])).unwrap();
        assert_eq!(word(backend, &list), "a");
    }

    fn an_element_that_does_not_decode_is_named_by_its_position(backend) {
        backend.raw::<i64>(&["RPUSH", "numbers", "1", "2", "three"]);
        let list = List::<u32>::at("numbers");
        let position = |result: redis_model::Result<Vec<u32>>| match result {
            Err(Error::Decode { path, key, .. }) if key == *list.key() => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(position(backend.run(list.load())), "[2]");
        assert_eq!(position(backend.run(list.range(1..))), "[1]");
        assert_eq!(position(backend.run(list.slice(.., 2))), "[1]");
        assert_eq!(position(backend.run(list.slice(.., 2).when(Condition::exists("numbers")))), "[1]");
        assert_eq!(position(backend.run(list.drain(1..))), "[1]");
        assert_eq!(backend.run(list.load()).unwrap(), [1]);
    }

    fn operations_stand_in_batches_and_under_conditions(backend) {
        let list = letters(backend, "abc");
        let refused = backend.run(list.insert(1, 'x').when(Condition::exists("flag"))).unwrap_err();
        assert!(refused.is_not_found(), "{refused}");
        backend.raw::<()>(&["SET", "flag", "1"]);
        let removed = backend.run(list.splice(..1, "xy".chars()).when(Condition::exists("flag"))).unwrap();
        assert_eq!((text(removed), word(backend, &list)), ("a".into(), "xybc".into()));
        // All that a script does is one script, so that several of its operations can be isolated.
        let all = (list.insert(1, '1'), list.rotate_left(1), list.remove(2), list.reverse(), list.load(), list.drain_slice(.., 2));
        let (length, (), removed, (), loaded, drained) = backend.run(all.batch().atomic()).unwrap();
        assert_eq!((length, removed, text(loaded), text(drained)), (5, Some('b'), "xcy1".into(), "xy".into()));
        let read_and_written = (list.slice(.., 2), list.insert(1, 'z'), list.slice(.., 2));
        let (before, length, after) = backend.run(read_and_written.batch().atomic()).unwrap();
        assert_eq!((text(before), length, text(after)), ("c".into(), 3, "c1".into()));
    }

    fn a_lock_protects_what_scripts_write(backend) {
        let list = letters(backend, "abcde");
        let guard = backend.wait(list.lock().acquire(&backend.store)).unwrap();
        assert_eq!(backend.wait(guard.run(list.insert(1, 'x'))).unwrap(), 6);
        assert_eq!(text(backend.wait(guard.run(list.slice(.., 2))).unwrap()), "abd");
        let outside = backend.wait(guard.run(List::<char>::at("others").reverse())).unwrap_err();
        assert!(matches!(outside, Error::InvalidQuery { .. }), "{outside}");
        backend.raw::<i64>(&["DEL", "{letters}@lock"]);
        let lost = backend.wait(guard.run(list.rotate_left(1))).unwrap_err();
        assert!(matches!(lost, Error::LockLost { .. }), "{lost}");
        assert_eq!(word(backend, &list), "axbcde");
    }

    fn json_elements_lie_as_pottery_lays_them(backend) {
        let list = List::<String, Json>::at("squares");
        backend.run(list.push_back("one".to_owned())).unwrap();
        assert_eq!(backend.raw::<Vec<String>>(&["LRANGE", "squares", "0", "-1"]), ["\"one\""]);
        backend.raw::<i64>(&["RPUSH", "squares", "\"two\""]);
        assert_eq!(backend.run(list.load()).unwrap(), ["one", "two"]);
    }
}

#[test]
fn a_server_without_memory_takes_nothing_in_and_lets_things_go() {
    let server = RedisServer::start();
    let backend = Backend::<Blocking>::at(&server.url());
    let list = letters(&backend, "abcdefg");
    backend.raw::<()>(&["CONFIG", "SET", "maxmemory", "1"]);
    let refused: [Query<()>; 8] = [
        list.push_back('x').map(drop),
        list.clone().max_len(3).push_back('x').map(drop),
        list.insert(1, 'x').map(drop),
        list.insert(-1, 'x').map(drop),
        list.splice(2..3, "xy".chars()).map(drop),
        list.splice(5..6, "xy".chars()).map(drop),
        list.splice(.., "12345678".chars()).map(drop),
        list.reverse(),
    ];
    for query in refused {
        let shown = format!("{query:?}");
        let error = backend.run(query).unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { .. }), "{shown}: {error:?}");
    }
    assert_eq!(word(&backend, &list), "abcdefg");
    assert_eq!(backend.run(list.remove(1)).unwrap(), Some('b'));
    assert_eq!(text(backend.run(list.drain(3..5)).unwrap()), "ef");
    backend.run(list.rotate_left(1)).unwrap();
    assert_eq!(word(&backend, &list), "cdga");
}

#[test]
fn each_operation_is_one_command_where_one_can_say_it() {
    let list = List::<char>::at("letters");
    let shown = |query: &dyn std::fmt::Debug| format!("{query:?}");
    assert_eq!(shown(&list.extend(['a', 'b'])), "[[RPUSH letters]]");
    assert_eq!(shown(&list.remove(0)), "[[LPOP letters]]");
    assert_eq!(shown(&list.remove(-1)), "[[RPOP letters]]");
    assert_eq!(shown(&list.slice(.., -1)), "[[LRANGE letters]]");
    assert_eq!(shown(&list.extend([] as [char; 0])), "[[LLEN letters]]");
    assert_eq!(shown(&list.clone().max_len(3)), "List(Key(letters), max_len 3)");
}
