//! Lists that are fields of records.

use redis_model::{RedisModel, Remote};

use super::*;

#[derive(RedisModel, PartialEq)]
#[redis(prefix = "user", ttl = "1h")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    feed: Remote<List<char>>,
    numbers: Remote<List<u32>>,
    #[redis(list, max_len = 3)]
    recent: Vec<char>,
}

fn feed(id: u64) -> List<char> {
    User::at(id).feed()
}

fn limited(id: u64) -> List<char> {
    User::at(id).recent()
}

fn save<M: Wait>(backend: &Backend<M>, id: u64) {
    backend
        .run(User { id, name: "Ada".into(), feed: Remote::new(), numbers: Remote::new(), recent: Vec::new() }.save())
        .unwrap();
}

on_every_backend! {
    fn every_write_needs_the_record(backend) {
        let (list, other) = (feed(1), List::<char>::at("other{1}"));
        backend.run(other.extend("abc".chars())).unwrap();
        let writes: Vec<Query<()>> = vec![
            list.push_back('a').map(drop), limited(1).push_back('a').map(drop), list.extend("ab".chars()).map(drop), list.pop_front().map(drop),
            list.set(0, 'a'), list.insert(0, 'a').map(drop), list.splice(.., ['a']).map(drop), list.reverse(), list.replace(['a']),
            other.move_front_to(&list, End::Back).map(drop), list.move_front_to(&other, End::Back).map(drop), limited(1).insert_after('a', 'b').map(drop),
        ];
        for write in writes {
            let shown = format!("{write:?}");
            assert!(backend.run(write).unwrap_err().is_not_found(), "{shown}");
        }
        assert_eq!((word(backend, &list), word(backend, &other)), (String::new(), "abc".into()));
    }

    fn a_list_lives_as_long_as_its_record(backend) {
        save(backend, 1);
        let list = feed(1);
        assert_eq!(list.key().to_string(), "user:{1}.feed");
        backend.run(list.extend("abc".chars())).unwrap();
        assert!(matches!(backend.run(list.ttl()).unwrap(), TimeLeft::Left(_)));
        let writes: Vec<Query<()>> = vec![
            list.splice(.., "xyz".chars()).map(drop), list.insert(1, 'a').map(drop), list.sort(SortOrder::Bytes), list.reverse(), list.replace(['a', 'b']),
            List::at("o{1}").move_front_to(&list, End::Back).map(drop),
        ];
        for write in writes {
            let shown = format!("{write:?}");
            backend.run(write).unwrap();
            assert!(matches!(backend.run(list.ttl()).unwrap(), TimeLeft::Left(_)), "{shown}");
        }
        backend.run(User::delete(1)).unwrap();
    }

    fn a_list_with_a_limit_keeps_it(backend) {
        save(backend, 1);
        let list = limited(1);
        assert_eq!(backend.run(list.extend("abcd".chars())).unwrap(), 3);
        assert_eq!(backend.run(list.push_front('x')).unwrap(), 3);
        assert_eq!(word(backend, &list), "xbc");
        assert!(matches!(backend.run(list.insert(1, 'y')), Err(Error::Full { key }) if key == *list.key()));
        assert!(matches!(backend.run(list.set(9, 'y')), Err(Error::IndexOutOfRange { key, index: 9 }) if key == *list.key()));
        assert_eq!(backend.run((list.pop_back(), list.remove(1), list.range(..)).batch()).unwrap(), (Some('c'), Some('b'), vec!['x']));
        assert!(matches!(backend.run(list.ttl()).unwrap(), TimeLeft::Left(_)));
    }

    fn a_hundred_thousand_elements_go_into_a_field(backend) {
        save(backend, 1);
        let list = User::at(1).numbers();
        assert_eq!(backend.run(list.extend(0..100_000)).unwrap(), 100_000);
        assert_eq!(all(backend, &list), (0..100_000).collect::<Vec<_>>());
        let limited = list.clone().max_len(50_000);
        assert_eq!(backend.run(limited.extend_front(0..100_000)).unwrap(), 50_000);
        assert_eq!(all(backend, &list), (50_000..100_000).rev().collect::<Vec<_>>());
        backend.run(list.replace(0..100_000)).unwrap();
        assert_eq!(backend.run(list.len()).unwrap(), 100_000);
    }

    fn elements_move_between_records_that_are_there(backend) {
        save(backend, 1);
        let (one, other) = (feed(1), List::<char>::at("shelf{1}"));
        backend.run(one.extend("abc".chars())).unwrap();
        assert_eq!(backend.run(one.move_front_to(&one, End::Back)).unwrap(), Some('a'));
        assert_eq!(word(backend, &one), "bca");
        assert_eq!(backend.run(one.move_back_to(&other, End::Back)).unwrap(), Some('a'));
        assert_eq!(backend.run(other.move_back_to(&limited(1), End::Front)).unwrap(), Some('a'));
        assert!(backend.run(one.move_back_to(&feed(2), End::Back)).unwrap_err().is_not_found());
        save(backend, 2);
        assert_eq!(backend.run(one.move_back_to(&feed(2), End::Back)).unwrap(), Some('c'));
        assert_eq!((word(backend, &one), word(backend, &limited(1)), word(backend, &feed(2))), ("b".into(), "a".into(), "c".into()));
        for list in [one, limited(1), feed(2)] {
            assert!(matches!(backend.run(list.ttl()).unwrap(), TimeLeft::Left(_)), "{list:?}");
        }
    }
}
