//! Queues that are fields of records.

use redis_model::{RedisModel, Remote};

use super::*;

#[derive(RedisModel, Debug, PartialEq)]
#[redis(prefix = "queues")]
#[allow(dead_code, reason = "these fields are reached through their handles")]
struct User {
    #[redis(id)]
    id: u64,
    name: String,
    mails: Remote<Queue<String>>,
    tasks: Remote<PriorityQueue<String>>,
}

fn ada() -> User {
    User { id: 1, name: "Ada".into(), mails: Remote::new(), tasks: Remote::new() }
}

on_every_backend! {
    fn a_queue_lives_with_its_record(backend) {
        let user = User::at(1);
        let refused = [backend.run(user.mails().put("lost")).err(), backend.run(user.tasks().put("lost", 1)).err()];
        assert!(refused.iter().all(|error| matches!(error, Some(Error::NotFound { .. }))), "{refused:?}");

        backend.run(ada().save()).unwrap();
        assert_eq!(backend.run(User::load(1)).unwrap(), Some(ada()));
        backend.run((user.mails().put("hello"), user.tasks().put("sweep", 2)).batch()).unwrap();
        assert_eq!(backend.wait(user.mails().get(&backend.store, LONG)).unwrap().as_deref(), Some("hello"));
        assert_eq!(backend.wait(user.tasks().get(&backend.store, LONG)).unwrap(), Some(("sweep".to_owned(), 2.0)));

        backend.run((user.mails().put("hello"), user.tasks().put("sweep", 2)).batch()).unwrap();
        assert!(backend.run(user.delete()).unwrap());
        assert_eq!(backend.wait(user.mails().get(&backend.store, Duration::ZERO)).unwrap(), None);
        assert_eq!(backend.wait(user.tasks().get(&backend.store, Duration::ZERO)).unwrap(), None);
    }

    fn one_who_waits_is_woken_by_a_write_to_the_record(backend) {
        backend.run(ada().save()).unwrap();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| backend.wait(User::at(1).tasks().get(&backend.store, LONG)));
            wait_until("it waits", || waiting(backend) == 1);
            backend.run(User::at(1).tasks().put("sweep", -1)).unwrap();
            assert_eq!(waiter.join().unwrap().unwrap(), Some(("sweep".to_owned(), -1.0)));
        });
    }
}
