//! Walks over names and values.

use redis_model::{Async, Blocking};

use super::*;

fn blocking() -> [Backend<Blocking>; 2] {
    [Backend::embedded(), Backend::server("")]
}

#[test]
fn a_walk_meets_each_value_while_others_write() {
    for backend in blocking() {
        let space = sessions();
        backend.run(space.extend((0..2000).map(|number| (number.to_string(), number)))).unwrap();
        let mut met = BTreeMap::new();
        for (step, entry) in space.iter(&backend.store).page_size(50).enumerate() {
            met.extend([entry.unwrap()]);
            backend.run(space.set(format!("new {step}"), 0)).unwrap();
            backend.run(space.remove(format!("new {}", step / 2))).unwrap();
        }
        assert!((0..2000).all(|number| met.get(&number.to_string()) == Some(&number)));
    }
}

#[test]
fn names_values_and_both_are_chosen_by_a_pattern() {
    for backend in blocking() {
        let space = filled(&backend);
        backend.run(space.set("aa", 4)).unwrap();
        let mut names: Vec<_> = space.names(&backend.store).map(Result::unwrap).collect();
        names.sort();
        assert_eq!(names, ["a", "aa", "b", "c"]);
        let mut names: Vec<_> = space.names(&backend.store).matching("a*").page_size(1).map(Result::unwrap).collect();
        names.sort();
        assert_eq!(names, ["a", "aa"]);
        let mut values: Vec<_> = space.values(&backend.store).matching("[bc]").map(Result::unwrap).collect();
        values.sort_unstable();
        assert_eq!(values, [2, 3]);
        let both: Vec<_> = space.iter(&backend.store).matching("aa").map(Result::unwrap).collect();
        assert_eq!(both, [("aa".to_owned(), 4)]);
    }
}

#[test]
fn what_cannot_be_read_does_not_end_the_walk() {
    for backend in blocking() {
        let space = filled(&backend);
        backend.raw::<()>(&["SET", "shop:session:b", "no number"]);
        backend.raw::<i64>(&["RPUSH", "shop:session:list", "x"]);
        let (found, failed): (Vec<_>, Vec<_>) = space.iter(&backend.store).partition(Result::is_ok);
        let found: HashMap<_, _> = found.into_iter().map(Result::unwrap).collect();
        assert_eq!(found, HashMap::from([("a".to_owned(), 1), ("c".to_owned(), 3)]));
        assert!(matches!(&failed[..], [Err(Error::Decode { key, .. })] if key.as_bytes() == b"shop:session:b"));
    }
}

#[test]
fn asynchronously_a_walk_is_a_stream() {
    for backend in [Backend::<Async>::embedded(), Backend::server("?protocol=resp3")] {
        let space = filled(&backend);
        Async::finish(async {
            let (mut entries, mut names) = (space.iter(&backend.store), space.names(&backend.store));
            let (mut met, mut count) = (BTreeMap::new(), 0);
            while let Some(entry) = entries.next().await {
                met.extend([entry.unwrap()]);
            }
            while let Some(name) = names.next().await {
                assert!(met.contains_key(&name.unwrap()));
                count += 1;
            }
            assert_eq!((met.into_values().collect::<Vec<_>>(), count), (vec![1, 2, 3], 3));
        });
    }
}
