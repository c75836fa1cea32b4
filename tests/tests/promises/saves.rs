//! Whole records: what is left of them, and what they grow into.

use std::time::{Duration, SystemTime};

use redis_model::{Expiring, IntoQuery as _, RedisModel, Ttl};
use redis_model_tests::{Backend, Wait, on_every_backend};

/// A model all of whose fields may be absent.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "saved:session", ttl = 600)]
struct Session {
    #[redis(id)]
    id: u64,
    name: Option<String>,
    #[redis(ttl = 300)]
    code: Expiring<String>,
    #[redis(ttl = 300)]
    pin: Expiring<String>,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "saved:page")]
struct Page {
    #[redis(id)]
    id: u64,
    text: String,
    #[redis(ttl = 300)]
    code: Expiring<String>,
    #[redis(version)]
    rev: u64,
}

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "saved:plain")]
struct Plain {
    #[redis(id)]
    id: u64,
    text: String,
}

/// [`Plain`], as a later release has it.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "saved:plain")]
struct Versioned {
    #[redis(id)]
    id: u64,
    text: String,
    #[redis(version)]
    rev: u64,
}

fn session() -> Session {
    Session { id: 1, name: Some("ada".into()), code: Expiring::new("271828".into()), pin: Expiring::new("7".into()) }
}

fn page() -> Page {
    Page { id: 1, text: "a".into(), code: Expiring::new("x".into()), rev: 0 }
}

fn plain() -> Plain {
    Plain { id: 1, text: "a".into() }
}

fn is_empty<M: Wait>(backend: &Backend<M>) -> bool {
    backend.raw::<i64>(&["DBSIZE"]) == 0
}

on_every_backend! {
    fn a_save_until_a_time_that_has_passed_leaves_nothing(backend) {
        let past = Ttl::At(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        backend.run(plain().save().ttl(past)).unwrap();
        assert!(is_empty(backend), "a plain record");
        backend.run(session().save().ttl(past)).unwrap();
        assert!(is_empty(backend), "a record with own keys");
        backend.run(page().save().ttl(past)).unwrap();
        assert!(is_empty(backend), "a record with a version and own keys");
        backend.run(page().save().create().ttl(past)).unwrap();
        assert!(is_empty(backend), "a new record");
        backend.run(session().save()).unwrap();
        backend.run(session().save().update().ttl(past)).unwrap();
        assert!(is_empty(backend), "a record that was there");
    }

    fn own_keys_without_their_hash_are_no_record(backend) {
        backend.run(session().save()).unwrap();
        backend.run(page().save()).unwrap();
        backend.raw::<i64>(&["DEL", "saved:session:{1}", "saved:page:{1}"]);
        assert_eq!(backend.run(Session::load(1)).unwrap(), None);
        assert_eq!(backend.run(Session::load_many([1])).unwrap(), [None]);
        assert_eq!(backend.run(Page::load(1)).unwrap(), None);
        assert!(backend.run(Session::fetch(1)).unwrap_err().is_not_found());
        assert!(backend.run(Page::fetch(1)).unwrap_err().is_not_found());
        assert!(backend.wait(Session::modify(1, &backend.store, |_| ())).unwrap_err().is_not_found());
        assert!(backend.wait(Page::modify(1, &backend.store, |page| page.text.push('b'))).unwrap_err().is_not_found());
        assert!(!backend.run(Session::exists(1)).unwrap());
        assert_eq!(backend.raw::<i64>(&["EXISTS", "saved:session:{1}", "saved:page:{1}"]), 0);
    }

    fn a_record_from_before_its_model_had_a_version_gets_one_with_its_save(backend) {
        backend.run(plain().save()).unwrap();
        let loaded = backend.run(Versioned::fetch(1)).unwrap();
        assert_eq!(loaded.rev, 0);
        let changed = Versioned { text: "b".into(), ..loaded };
        let first = backend.run(changed.save()).unwrap();
        assert_ne!(first, 0);
        assert_eq!(backend.run(Versioned::fetch(1)).unwrap(), Versioned { rev: first, ..changed.clone() });
        assert!(backend.run(changed.save()).unwrap_err().is_conflict(), "the copy is outdated now");
        assert_eq!(backend.run(Versioned { rev: first, ..changed }.save()).unwrap(), first + 1);
    }

    fn a_record_from_before_its_model_had_a_version_can_be_modified(backend) {
        backend.run(plain().save()).unwrap();
        backend.wait(Versioned::modify(1, &backend.store, |record| record.text.push('b'))).unwrap();
        let stored = backend.run(Versioned::fetch(1)).unwrap();
        assert_eq!(stored.text, "ab");
        assert_ne!(stored.rev, 0);
    }

    fn unchecked_drops_the_check_and_nothing_else(backend) {
        backend.run(session().save().into_query().unchecked()).unwrap();
        backend.run(plain().save().into_query().unchecked()).unwrap();
        backend.run(page().save().into_query().unchecked()).unwrap();
        assert_eq!(backend.run(Session::fetch(1)).unwrap(), session());
        assert_eq!(backend.run(Plain::fetch(1)).unwrap(), plain());
        let it = Session::at(1);
        assert_eq!(backend.run(it.name().swap("bob").unchecked()).unwrap().as_deref(), Some("ada"));
        assert_eq!(backend.run(it.name().take().unchecked()).unwrap().as_deref(), Some("bob"));
        assert_eq!(backend.run(it.name().get()).unwrap(), None);
        backend.run(it.code().set("314159").unchecked()).unwrap();
        assert_eq!(backend.run(it.code().take().unchecked()).unwrap().as_deref(), Some("314159"));
        assert!(backend.run(Session::delete(1).unchecked()).unwrap());
        assert_eq!(backend.raw::<i64>(&["EXISTS", "saved:session:{1}", "saved:session:{1}.code", "saved:session:{1}.pin"]), 0);
    }
}
