//! Bloom filters and `HyperLogLog`s as fields of models.

use std::time::Duration;

use redis_model::{BloomFilter, Error, HyperLogLog, PythonJson, RedisModel, Remote, TimeLeft};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "page", ttl = "1h", invalidates)]
struct Page {
    #[redis(id)]
    id: u64,
    title: String,
    readers: Remote<HyperLogLog<String>>,
    links: Remote<BloomFilter<String, PythonJson>>,
}

fn page(id: u64) -> Page {
    Page { id, title: "Sketches".into(), readers: Remote::new(), links: Remote::new() }
}

fn links(id: u64) -> BloomFilter<String, PythonJson> {
    Page::at(id).links().with_capacity(1_000, 1e-6)
}

on_every_backend! {
    fn they_are_filled_and_asked_and_live_with_their_record(backend) {
        backend.run(page(1).save()).unwrap();
        let readers = Page::at(1).readers();
        assert!(backend.run(readers.insert("ada")).unwrap());
        assert!(backend.run(readers.extend(["ada", "bob"])).unwrap());
        assert_eq!(backend.run(readers.contains_many(["ada", "eve"])).unwrap(), [true, false]);
        assert!(backend.run(links(1).insert("a")).unwrap());
        let many: Vec<_> = (0..500).map(|number| number.to_string()).collect();
        assert_eq!(backend.run(links(1).extend(&many)).unwrap(), 500);
        assert!(backend.run(links(1).contains_many(&many)).unwrap().into_iter().all(|found| found));
        assert_eq!(backend.run(readers.len()).unwrap(), 2);
        assert!((495..=505).contains(&backend.run(links(1).len()).unwrap()));

        for ttl in [backend.run(readers.ttl()).unwrap(), backend.run(links(1).ttl()).unwrap()] {
            assert!(matches!(ttl, TimeLeft::Left(left) if left > Duration::from_secs(3_000)), "{ttl:?}");
        }
        backend.run(page(1).save()).unwrap();
        assert_eq!(backend.run(Page::load(1)).unwrap(), Some(page(1)));
        assert_eq!(backend.run(readers.len()).unwrap(), 2);
        assert!(backend.run(Page::at(1).delete()).unwrap());
        assert_eq!(backend.raw::<usize>(&["DBSIZE"]), 0);
    }

    fn of_no_record_they_are_not_written(backend) {
        let failures = [
            backend.run(Page::at(2).readers().insert("ada")).map(drop),
            backend.run(Page::at(2).readers().merge(&Page::at(1).readers())),
            backend.run(links(2).insert("a")).map(drop),
            backend.run(links(2).extend(["a", "b"])).map(drop),
        ];
        for failure in failures {
            assert!(failure.is_err_and(|error| error.is_not_found()));
        }
        assert_eq!(backend.run(Page::at(2).readers().len()).unwrap(), 0);
        assert!(!backend.run(links(2).contains("a")).unwrap());
        assert_eq!(backend.raw::<usize>(&["DBSIZE"]), 0);
    }

    fn a_field_without_its_size_says_so(backend) {
        let refused = backend.run(Page::at(1).links().contains("a"));
        assert!(matches!(refused, Err(Error::InvalidQuery { reason }) if reason.contains("with_capacity")));
    }

    fn they_are_written_under_the_lock_of_their_record(backend) {
        backend.run(page(1).save()).unwrap();
        let guard = backend.wait(Page::at(1).lock().acquire(&backend.store)).unwrap();
        assert!(backend.wait(guard.run(Page::at(1).readers().insert("ada"))).unwrap());
        assert!(backend.wait(guard.run(links(1).insert("a"))).unwrap());
        assert!(backend.wait(guard.run(links(1).contains("a"))).unwrap());
        assert_eq!(backend.wait(guard.run(Page::at(1).readers().len())).unwrap(), 1);
        assert!(backend.wait(guard.run(Page::at(1).readers().contains("ada"))).unwrap());
        backend.wait(guard.release()).unwrap();
    }
}
