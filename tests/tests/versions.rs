//! Models with a version: saves and writes of outdated copies are refused.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use redis_model::{Error, RedisModel, prelude::*};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(schema = 3)]
struct Page {
    #[redis(id)]
    id: u64,
    text: String,
    views: Option<u64>,
    #[redis(version)]
    rev: u64,
}

fn page() -> Page {
    Page { id: 1, text: "a".into(), views: None, rev: 0 }
}

on_every_backend! {
    fn a_save_answers_with_the_new_version(backend) {
        let mut page = page();
        let first = backend.run(page.save()).unwrap();
        let server: Vec<u64> = backend.raw(&["TIME"]);
        assert!(first / 1_000_000 <= server[0] && first > 0, "a new record starts from the server's microseconds");
        page.rev = first;
        assert_eq!(backend.run(Page::fetch(1)).unwrap(), page);
        assert_eq!(backend.run(page.save()).unwrap(), first + 1);
        assert_eq!(backend.raw::<String>(&["HGET", "page:{1}", "@v"]), "3");
    }

    fn an_outdated_copy_is_refused(backend) {
        let mut mine = page();
        backend.wait(mine.save_mut(&backend.store)).unwrap();
        let mut theirs = backend.run(Page::fetch(1)).unwrap();
        theirs.text = "b".into();
        backend.wait(theirs.save_mut(&backend.store)).unwrap();
        mine.text = "c".into();
        let error = backend.wait(mine.save_mut(&backend.store)).unwrap_err();
        assert!(matches!(&error, Error::Conflict { key } if key.as_bytes() == b"page:{1}"), "{error:?}");
        assert_eq!(backend.run(Page::fetch(1)).unwrap(), theirs);
        theirs.text = "d".into();
        backend.wait(theirs.save_mut(&backend.store)).unwrap();
    }

    fn a_second_new_record_is_a_conflict(backend) {
        backend.run(page().save()).unwrap();
        assert!(backend.run(page().save()).unwrap_err().is_conflict());
        assert!(matches!(backend.run(page().save().create()), Err(Error::AlreadyExists { .. })));
    }

    fn a_deleted_record_is_a_conflict_even_when_made_again(backend) {
        let mut old = page();
        backend.wait(old.save_mut(&backend.store)).unwrap();
        backend.run(Page::delete(1)).unwrap();
        assert!(backend.run(old.save()).unwrap_err().is_conflict());
        assert!(backend.run(old.save().update()).unwrap_err().is_not_found());
        backend.run(page().save()).unwrap();
        assert_eq!(backend.raw::<i64>(&["EXISTS", "page:{1}"]), 1);
    }

    fn every_write_through_a_handle_moves_the_version_on(backend) {
        let first = backend.run(page().save()).unwrap();
        let it = Page::at(1);
        let writes = (
            it.text().set("b"), it.views().incr(1), it.text().swap("c"), it.views().set_max(7), it.text().compare_and_set("c", "d"),
            it.views().clear(), it.text().take(),
        ).batch();
        backend.run(writes).unwrap();
        assert_eq!(backend.run(it.rev().get()).unwrap(), Some(first + 7));
        backend.run(it.text().set("e")).unwrap();
        backend.wait(Page::modify(1, &backend.store, |page| page.text.push('f'))).unwrap();
        let stored = backend.run(Page::fetch(1)).unwrap();
        assert_eq!((stored.rev, stored.text.as_str()), (first + 9, "ef"));
    }

    fn a_failed_write_leaves_the_version(backend) {
        let first = backend.run(page().save()).unwrap();
        assert!(backend.run(Page::at(1).text().compare_and_set("x", "y")).unwrap_err().is_conflict());
        assert!(matches!(backend.run(Page::at(1).views().decr(1)), Err(Error::OutOfRange { .. })));
        assert_eq!(backend.run(Page::at(1).rev().get()).unwrap(), Some(first));
    }

    fn or_create_starts_a_version(backend) {
        backend.run(Page::at(1).or_create().text().set("x")).unwrap();
        let stored = backend.run(Page::fetch(1)).unwrap();
        assert!(stored.rev > 1_000_000, "{stored:?}");
    }
}
