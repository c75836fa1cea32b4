//! Lists with a limit.

use super::*;

fn limited(limit: u64) -> List<char> {
    List::at("letters").max_len(limit)
}

/// Whether it was refused for want of room.
fn is_full<T>(result: redis_model::Result<T>) -> bool {
    matches!(result, Err(Error::Full { key }) if key == *limited(0).key())
}

on_every_backend! {
    fn what_is_pushed_at_one_end_drops_from_the_other(backend) {
        let list = limited(3);
        assert_eq!(backend.run(list.push_back('a')).unwrap(), 1);
        assert_eq!(backend.run(list.extend("bcd".chars())).unwrap(), 3);
        assert_eq!(word(backend, &list), "bcd");
        assert_eq!(backend.run(list.push_front('x')).unwrap(), 3);
        assert_eq!(word(backend, &list), "xbc");
        assert_eq!(backend.run(list.extend_front("123456".chars())).unwrap(), 3);
        assert_eq!(word(backend, &list), "654");
        assert_eq!(backend.run(list.extend("123456".chars())).unwrap(), 3);
        assert_eq!(word(backend, &list), "456");
        backend.run(list.replace("abcde".chars())).unwrap();
        assert_eq!(word(backend, &list), "cde");
    }

    fn a_full_list_takes_nothing_into_its_middle(backend) {
        let list = limited(3);
        backend.run(list.extend("ab".chars())).unwrap();
        assert_eq!(backend.run(list.insert(1, 'x')).unwrap(), 3);
        assert!(is_full(backend.run(list.insert(0, 'y'))) && is_full(backend.run(list.insert(3, 'y'))));
        assert!(is_full(backend.run(list.insert(1, 'y').when(Condition::exists("letters")))));
        assert!(is_full(backend.run(list.insert_before('x', 'y'))) && is_full(backend.run(list.insert_after('x', 'y'))));
        assert_eq!(backend.run(list.insert_after('?', 'y')).unwrap(), None);
        assert!(is_full(backend.run(list.splice(1..2, "yz".chars()))));
        assert_eq!(word(backend, &list), "axb");
        assert_eq!(text(backend.run(list.splice(..2, "yz".chars())).unwrap()), "ax");
        assert_eq!(word(backend, &list), "yzb");
        backend.run(list.pop_front()).unwrap();
        assert_eq!(backend.run(list.insert_before('b', '1')).unwrap(), Some(3));
        assert_eq!(word(backend, &list), "z1b");
    }

    fn a_longer_list_is_left_as_it_is_until_it_grows(backend) {
        let (longer, list) = (letters(backend, "abcdef"), limited(3));
        backend.run((list.set(0, 'A'), list.rotate_left(1), list.reverse(), list.swap(0, 1), list.splice(..2, "xy".chars())).batch()).unwrap();
        assert_eq!(backend.run(list.splice(..2, ['z'])).unwrap().len(), 2);
        assert_eq!(backend.run(longer.len()).unwrap(), 5);
        assert_eq!(backend.run(list.push_back('!')).unwrap(), 3);
        assert_eq!(backend.run(longer.len()).unwrap(), 3);
    }

    fn nothing_stays_in_a_list_of_no_elements(backend) {
        let list = limited(0);
        assert_eq!(backend.run(list.push_back('a')).unwrap(), 0);
        assert_eq!(backend.run(list.push_front('a')).unwrap(), 0);
        assert_eq!(backend.run(list.extend("abc".chars())).unwrap(), 0);
        backend.run(list.replace("abc".chars())).unwrap();
        assert!(is_full(backend.run(list.insert(0, 'a'))));
        assert!(backend.run(list.is_empty()).unwrap());
    }

    fn a_limit_larger_than_any_list_is_none(backend) {
        let list = limited(u64::MAX);
        assert_eq!(backend.run(list.extend("abc".chars())).unwrap(), 3);
        assert_eq!(backend.run(list.extend_front("x".chars())).unwrap(), 4);
        assert_eq!(backend.run(list.insert(2, 'y')).unwrap(), 5);
        assert_eq!(word(backend, &list), "xaybc");
    }

    fn a_hundred_thousand_go_into_one_with_a_limit(backend) {
        let list = List::<u32>::at("numbers").max_len(60_000);
        assert_eq!(backend.run(list.extend(0..100_000)).unwrap(), 60_000);
        assert_eq!(backend.run(list.extend(100_000..150_000)).unwrap(), 60_000);
        assert_eq!(backend.run(list.load()).unwrap(), (90_000..150_000).collect::<Vec<_>>());
        assert_eq!(backend.run(list.extend_front(0..50_000)).unwrap(), 60_000);
        assert_eq!(backend.run(list.range(49_998..50_002)).unwrap(), [1, 0, 90_000, 90_001]);
    }

    fn what_is_moved_there_drops_from_the_other_end(backend) {
        let (from, to) = (List::<char>::at("others"), limited(2));
        backend.run(from.extend("abcd".chars())).unwrap();
        for _ in 0..3 {
            backend.run(from.move_front_to(&to, End::Back)).unwrap();
        }
        assert_eq!(word(backend, &to), "bc");
        assert_eq!(backend.run(from.move_front_to(&to, End::Front)).unwrap(), Some('d'));
        assert_eq!(word(backend, &to), "db");
    }

    fn a_limit_holds_under_conditions_and_in_batches(backend) {
        let list = limited(2);
        let pushed = (list.push_back('a'), list.extend("bc".chars()), list.push_front('d'), list.load());
        let (one, two, three, loaded) = backend.run(pushed.batch().atomic()).unwrap();
        assert_eq!((one, two, three, text(loaded)), (1, 2, 2, "db".into()));
        assert_eq!(backend.run(list.push_back('e').when(Condition::exists("letters"))).unwrap(), 2);
        assert_eq!(word(backend, &list), "be");
        let (pushed, length) = backend.run((list.push_back('f'), list.len()).batch()).unwrap();
        assert_eq!((pushed, length), (2, 2));
    }
}
