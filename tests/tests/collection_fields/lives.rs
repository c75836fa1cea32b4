//! Times to live: collections expire exactly with their record.

use std::time::{Duration, SystemTime};

use redis_model::{Error, Expiring, Result, Ttl, prelude::*};
use redis_model_tests::on_every_backend;

use super::*;

macro_rules! models {
    ($($name:ident: [$($attribute:tt)*];)*) => {$(
        #[derive(RedisModel, Debug, Clone, PartialEq)]
        #[redis(prefix = "life", $($attribute)*)]
        struct $name {
            #[redis(id)]
            id: u64,
            #[redis(default)]
            name: String,
            #[redis(set)]
            tags: BTreeSet<String>,
            #[redis(nested)]
            home: Home,
            feed: Remote<List<u64>>,
            #[redis(ttl = "1m")]
            code: Expiring<String>,
        }

        impl $name {
            /// A record with something in each collection.
            fn make<M: Wait>(backend: &Backend<M>) -> Self {
                let home = Home { rooms: texts(&["hall"]), ..Home::default() };
                let (feed, code) = (Remote::new(), Expiring::new("1".into()));
                let made = Self { id: 1, name: "a".into(), tags: texts(&["a", "b"]), home, feed, code };
                backend.run(made.save()).unwrap();
                backend.run(Self::at(1).feed().extend([1, 2])).unwrap();
                backend.run(Self::at(1).home().visitors().insert(3)).unwrap();
                made
            }
        }
    )*};
}

models! {
    Written: [ttl = "10m"];
    Read: [ttl = "10m", refresh = "read"];
    Once: [ttl = "10m", refresh = "never"];
    Forever: [];
}

const KEYS: [&str; 5] = ["life:{1}", "life:{1}.feed", "life:{1}.home.rooms", "life:{1}.home.visitors", "life:{1}.tags"];

/// When all of the record expires, in milliseconds since the epoch; -1 for never.
fn end<M: Wait>(backend: &Backend<M>) -> i64 {
    let ends = KEYS.map(|key| backend.raw::<i64>(&["PEXPIRETIME", key]));
    assert_eq!(ends, [ends[0]; 5], "{KEYS:?}");
    ends[0]
}

const MINUTE: Duration = Duration::from_secs(60);

on_every_backend! {
    fn all_expire_with_their_record_from_the_first_save_on(backend) {
        Written::make(backend);
        assert!(end(backend) > 0);
        backend.raw::<()>(&["FLUSHDB"]);
        Once::make(backend);
        assert!(end(backend) > 0);
        backend.raw::<()>(&["FLUSHDB"]);
        Forever::make(backend);
        assert_eq!(end(backend), -1);
    }

    fn a_save_gives_all_the_same_time(backend) {
        let made = Forever::make(backend);
        backend.run(made.save().ttl(Ttl::For(MINUTE))).unwrap();
        let first = end(backend);
        assert!(first > 0);
        backend.run(made.save()).unwrap();
        assert_eq!(end(backend), first);
        backend.run(made.save().ttl(Ttl::At(SystemTime::now() + 100 * MINUTE))).unwrap();
        assert!(end(backend) > first);
        backend.run(made.save().ttl(Ttl::Keep)).unwrap();
        assert!(end(backend) > first);
        backend.run(made.save().ttl(Ttl::Never)).unwrap();
        assert_eq!(end(backend), -1);
        backend.run(made.save().ttl(Ttl::At(SystemTime::UNIX_EPOCH + MINUTE))).unwrap();
        assert_eq!(keys(backend), [""; 0]);
    }

    fn expire_and_persist_are_for_all(backend) {
        Forever::make(backend);
        assert!(backend.run(Forever::expire(1, MINUTE)).unwrap());
        assert!(end(backend) > 0);
        assert!(backend.run(Forever::persist(1)).unwrap());
        assert_eq!(end(backend), -1);
        assert!(backend.raw::<i64>(&["PEXPIRETIME", "life:{1}.code"]) > 0);
        assert!(!backend.run(Forever::expire(2, MINUTE)).unwrap());
        assert!(!backend.run(Forever::persist(2)).unwrap());
    }

    fn a_deletion_is_of_all(backend) {
        Written::make(backend);
        assert!(backend.run(Written::delete(1)).unwrap());
        assert_eq!(keys(backend), [""; 0]);
    }

    fn a_record_that_ends_takes_all_with_it(backend) {
        Forever::make(backend);
        assert!(backend.run(Forever::expire(1, Duration::from_millis(1))).unwrap());
        backend.advance(Duration::from_millis(2));
        redis_model_tests::wait_until("all of it has expired", || keys(backend).is_empty());
    }

    fn what_a_write_puts_into_an_empty_collection_expires_with_the_record(backend) {
        Written::make(backend);
        backend.raw::<i64>(&["DEL", "life:{1}.tags", "life:{1}.feed"]);
        backend.run(Written::at(1).tags().insert("c")).unwrap();
        backend.run(Written::at(1).feed().push_back(7)).unwrap();
        assert!(end(backend) > 0);
        backend.run(Written::at(1).tags().replace(["d", "e"])).unwrap();
        backend.run(Written::at(1).feed().replace([8])).unwrap();
        assert!(end(backend) > 0);
    }

    fn a_write_of_anything_refreshes_all(backend) {
        Written::make(backend);
        let it = Written::at(1);
        let writes: [(&str, redis_model::Query<()>); 7] = [
            ("a leaf", it.name().set("b")),
            ("a collection", it.tags().insert("c").map(drop::<bool>)),
            ("a replacement", it.tags().replace(["c", "d"])),
            ("a remote one", it.feed().push_back(1).map(drop::<u64>)),
            ("a nested one", it.home().rooms().insert("lab").map(drop::<bool>)),
            ("a nested struct", it.home().set(&Home { rooms: texts(&["hall"]), ..Home::default() })),
            ("an own life", it.code().set("2")),
        ];
        for (name, write) in writes {
            assert!(backend.run(Written::expire(1, MINUTE)).unwrap());
            let before = end(backend);
            backend.run(write).unwrap();
            assert!(end(backend) > before, "{name}");
        }
        assert!(backend.run(Written::expire(1, MINUTE)).unwrap());
        let before = end(backend);
        backend.run(it.tags().load()).unwrap();
        backend.run(it.name().get()).unwrap();
        assert_eq!(end(backend), before, "reads do not");
        backend.run(it.tags().insert("z").unchecked()).unwrap();
        assert_eq!(end(backend), before, "nor does what is unchecked");
    }

    fn reads_refresh_all_where_the_model_says_so(backend) {
        Read::make(backend);
        let reads: [(&str, &dyn Fn() -> Result<()>); 3] = [
            ("a load", &|| backend.run(Read::load(1)).map(drop)),
            ("a field", &|| backend.run(Read::at(1).name().get()).map(drop)),
            ("a struct", &|| backend.run(Read::at(1).home().get()).map(drop)),
        ];
        for (name, read) in reads {
            assert!(backend.run(Read::expire(1, MINUTE)).unwrap());
            let before = end(backend);
            read().unwrap();
            assert!(end(backend) > before, "{name}");
        }
    }

    fn nothing_refreshes_where_the_model_says_so(backend) {
        let made = Once::make(backend);
        assert!(backend.run(Once::expire(1, MINUTE)).unwrap());
        let before = end(backend);
        backend.run(Once::at(1).tags().insert("c")).unwrap();
        backend.run(Once::at(1).feed().push_back(4)).unwrap();
        backend.run(made.save()).unwrap();
        backend.run(Once::load(1)).unwrap();
        assert_eq!(end(backend), before);
    }

    fn a_record_that_a_write_makes_has_nothing_of_an_earlier_one(backend) {
        Written::make(backend);
        backend.raw::<i64>(&["DEL", "life:{1}"]);
        backend.run(Written::at(1).or_create().tags().insert("new")).unwrap();
        assert_eq!(keys(backend), ["life:{1}", "life:{1}.code", "life:{1}.tags"]);
        assert_eq!(backend.run(Written::at(1).tags().load()).unwrap(), texts(&["new"]));
        let ends = ["life:{1}", "life:{1}.tags"].map(|key| backend.raw::<i64>(&["PEXPIRETIME", key]));
        assert!(ends[0] > 0 && ends[0] == ends[1], "{ends:?}");
        backend.run(Written::at(1).or_create().feed().push_back(1)).unwrap();
        assert_eq!(backend.run(Written::at(1).tags().len()).unwrap(), 1, "made once");
        assert_eq!(backend.raw::<i64>(&["PEXPIRETIME", "life:{1}.feed"]), ends[0]);
    }

    fn an_unchecked_write_leaves_nothing_without_the_record(backend) {
        backend.run(Written::at(1).tags().insert("x").unchecked()).unwrap();
        backend.run(Written::at(1).feed().push_back(1).unchecked()).unwrap();
        backend.run(Written::at(1).tags().replace(["x"]).unchecked()).unwrap();
        assert_eq!(keys(backend), [""; 0]);
    }

    fn a_collections_own_life_cannot_be_changed(backend) {
        Written::make(backend);
        for refused in [
            backend.run(Written::at(1).tags().expire(MINUTE)),
            backend.run(Written::at(1).feed().persist()),
        ] {
            assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
        }
        assert!(end(backend) > 0);
    }

    fn a_batch_keeps_all_together(backend) {
        Written::make(backend);
        assert!(backend.run(Written::expire(1, MINUTE)).unwrap());
        let it = Written::at(1);
        let atomic = (it.tags().insert("q"), it.feed().push_back(4), it.name().set("z")).batch().atomic();
        backend.run(atomic).unwrap();
        assert!(end(backend) > 0);
        let ended = (it.delete(), it.tags().insert("late")).batch().atomic();
        assert!(backend.run(ended).unwrap_err().is_not_found());
        assert_eq!(keys(backend), [""; 0]);
    }
}
