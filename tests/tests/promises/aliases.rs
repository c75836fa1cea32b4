//! Earlier names of fields: handles take what lies there for the field's value.

use redis_model::{Error, RedisModel, path, prelude::*};
use redis_model_tests::{Backend, Wait, on_every_backend};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "renamed")]
struct Visitor {
    #[redis(id)]
    id: u64,
    #[redis(alias = "visits")]
    logins: i64,
    #[redis(alias = "nick", alias = "title")]
    name: Option<String>,
    #[redis(alias = "tiny")]
    small: Option<u8>,
}

/// A change by its name, and what it leaves.
type Change<'a> = (&'a str, &'a dyn Fn(), Option<i64>);

/// A record whose fields lie under their earlier names alone.
fn save_earlier<M: Wait>(backend: &Backend<M>) {
    backend.raw::<i64>(&["DEL", "renamed:{1}"]);
    backend.raw::<i64>(&["HSET", "renamed:{1}", "@v", "1", "visits", "100", "title", "old", "tiny", "250"]);
}

fn has<M: Wait>(backend: &Backend<M>, field: &str) -> bool {
    backend.raw(&["HEXISTS", "renamed:{1}", field])
}

on_every_backend! {
    fn reads_find_a_value_under_an_earlier_name(backend) {
        save_earlier(backend);
        let it = Visitor::at(1);
        assert_eq!(backend.run(it.logins().get()).unwrap(), Some(100));
        assert_eq!(backend.run(it.name().get()).unwrap().as_deref(), Some("old"));
        assert!(backend.run(it.logins().exists()).unwrap());
        assert!(backend.run(it.name().exists()).unwrap());
        let selected = backend.run(it.select((path!(Visitor.name), path!(Visitor.logins), path!(Visitor.small)))).unwrap();
        assert_eq!(selected, (Some("old".into()), Some(100), Some(250)));
        assert_eq!(backend.run(it.select(path!(Visitor.logins))).unwrap(), Some(100));
        let both = backend.run((it.name().get(), it.logins().get()).batch().atomic()).unwrap();
        assert_eq!(both, (Some("old".into()), Some(100)));
    }

    fn the_present_name_goes_before_the_earlier_ones(backend) {
        save_earlier(backend);
        backend.raw::<i64>(&["HSET", "renamed:{1}", "logins", "1", "nick", "newer"]);
        let it = Visitor::at(1);
        assert_eq!(backend.run(it.logins().get()).unwrap(), Some(1));
        assert_eq!(backend.run(it.name().get()).unwrap().as_deref(), Some("newer"));
        assert_eq!(backend.run(it.logins().incr(1)).unwrap(), 2);
        assert_eq!(backend.run(it.logins().get()).unwrap(), Some(2));
    }

    fn a_change_starts_from_the_value_and_moves_it_to_its_name(backend) {
        let logins = Visitor::at(1).logins();
        let changes: [Change<'_>; 11] = [
            ("incr", &|| assert_eq!(backend.run(logins.incr(1)).unwrap(), 101), Some(101)),
            ("decr", &|| assert_eq!(backend.run(logins.decr(1)).unwrap(), 99), Some(99)),
            ("set_max", &|| assert_eq!(backend.run(logins.set_max(50)).unwrap(), 100), Some(100)),
            ("set_min", &|| assert_eq!(backend.run(logins.set_min(50)).unwrap(), 50), Some(50)),
            ("swap", &|| assert_eq!(backend.run(logins.swap(7)).unwrap(), Some(100)), Some(7)),
            ("take", &|| assert_eq!(backend.run(logins.take()).unwrap(), Some(100)), None),
            ("compare_and_set", &|| backend.run(logins.compare_and_set(100, 7)).unwrap(), Some(7)),
            ("remove_if", &|| backend.run(logins.remove_if(100)).unwrap(), None),
            ("clear", &|| assert!(backend.run(logins.clear()).unwrap()), None),
            ("update", &|| _ = backend.wait(logins.update(&backend.store, |stored| stored.map(|stored| stored * 2))).unwrap(), Some(200)),
            ("update to nothing", &|| _ = backend.wait(logins.update(&backend.store, |_| None)).unwrap(), None),
        ];
        for (name, change, expected) in changes {
            save_earlier(backend);
            change();
            assert_eq!(backend.run(logins.get()).unwrap(), expected, "{name}");
            assert!(!has(backend, "visits"), "{name} has left the earlier name");
        }
    }

    fn a_set_replaces_the_value_wherever_it_lies(backend) {
        save_earlier(backend);
        let it = Visitor::at(1);
        backend.run(it.logins().set(7)).unwrap();
        backend.run(it.name().set("new")).unwrap();
        assert_eq!(backend.run(it.logins().get()).unwrap(), Some(7));
        assert!(backend.run(it.name().clear()).unwrap());
        let stored = backend.run(Visitor::fetch(1)).unwrap();
        assert_eq!(stored, Visitor { id: 1, logins: 7, name: None, small: Some(250) });
    }

    fn a_change_that_is_refused_leaves_the_value(backend) {
        save_earlier(backend);
        let it = Visitor::at(1);
        assert!(backend.run(it.logins().compare_and_set(1, 7)).unwrap_err().is_conflict());
        assert!(backend.run(it.name().remove_if("other")).unwrap_err().is_conflict());
        assert!(matches!(backend.run(it.small().incr(6)), Err(Error::OutOfRange { .. })));
        let stored = backend.run(Visitor::fetch(1)).unwrap();
        assert_eq!(stored, Visitor { id: 1, logins: 100, name: Some("old".into()), small: Some(250) });
        assert_eq!(backend.run(it.small().get()).unwrap(), Some(250));
    }
}

#[test]
fn a_scan_finds_values_under_earlier_names() {
    let backend = Backend::<redis_model::Blocking>::embedded();
    save_earlier(&backend);
    let found: Vec<_> = Visitor::scan_select(&backend.store, path!(Visitor.logins)).map(Result::unwrap).collect();
    assert_eq!(found, [(1, Some(100))]);
}
