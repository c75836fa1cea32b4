//! Cells that are fields of models.

use redis_model::{RedisModel, Remote};

use super::*;

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "user", ttl = "1h")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    motto: Remote<Cell<String>>,
    score: Remote<Cell<u8>>,
}

on_every_backend! {
    fn a_write_requires_the_record_and_lives_as_long_as_it(backend) {
        let (motto, score) = (User::at(1).motto(), User::at(1).score());
        let failures = [
            backend.run(motto.set("a")),
            backend.run(motto.set_if_absent("a")).map(drop),
            backend.run(motto.get_or_insert("a")).map(drop),
            backend.run(motto.append("a")).map(drop),
            backend.run(score.incr(1)).map(drop),
            backend.run(score.set_max(1)).map(drop),
            backend.wait(score.update(&backend.store, |_| Some(1))).map(drop),
        ];
        assert!(failures.iter().all(|failure| failure.as_ref().is_err_and(Error::is_not_found)), "{failures:?}");
        assert!(backend.raw::<Vec<String>>(&["KEYS", "*"]).is_empty());

        let user = User { id: 1, name: "Ada".into(), motto: Remote::new(), score: Remote::new() };
        backend.run(user.save()).unwrap();
        assert_eq!(backend.run(motto.get_or_insert("a")).unwrap(), "a");
        assert!(!backend.run(motto.set_if_absent("b")).unwrap() && is_limited(backend, &motto));
        assert_eq!(backend.run(motto.swap("c")).unwrap().as_deref(), Some("a"));
        assert_eq!((backend.run(score.incr(7)).unwrap(), backend.run(score.set_max(9)).unwrap()), (7, 9));
        assert!(matches!(backend.run(score.incr(300)), Err(Error::OutOfRange { .. })));
        assert!(is_limited(backend, &score));
        backend.run(User::at(1).delete()).unwrap();
        assert_eq!((backend.run(motto.get()).unwrap(), backend.run(score.get()).unwrap()), (None, None));
    }

    fn it_has_no_life_of_its_own(backend) {
        let motto = User::at(1).motto();
        let failures = [
            backend.run(motto.set_for("a", HOUR)),
            backend.run(motto.set_if_absent_for("a", HOUR)).map(drop),
            backend.run(motto.get_or_insert_for("a", HOUR)).map(drop),
            backend.run(motto.get_and_expire(HOUR)).map(drop),
        ];
        assert!(failures.iter().all(|failure| matches!(failure, Err(Error::InvalidQuery { .. }))), "{failures:?}");
    }
}
