//! Servers that refuse something in the middle: nothing that was there is lost.

use redis_model::{Error, prelude::*};
use redis_model_tests::{RedisServer, in_both_modes};

use super::*;

in_both_modes! {
    fn a_server_without_memory_refuses_a_save_and_keeps_everything<M>() {
        let server = RedisServer::builder().config("maxmemory-policy", "noeviction").start();
        let backend = Backend::<M>::at(&server.url());
        backend.run(user().save()).unwrap();
        fill_remotes(&backend);
        let before = keys(&backend);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        let changed = User { tags: texts(&["x"]), feed: VecDeque::new(), ..user() };
        let refused = backend.run(changed.save());
        assert!(matches!(refused, Err(Error::OutOfMemory { .. })), "{refused:?}");
        let refused = backend.run(User::at(1).tags().replace(["x"]));
        assert!(matches!(refused, Err(Error::OutOfMemory { .. })), "{refused:?}");
        server.command(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(keys(&backend), before);
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
    }

    fn a_user_who_may_not_write_a_type_loses_nothing_of_it<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        backend.run(user().save()).unwrap();
        server.command(&["ACL", "SETUSER", "default", "-sadd"]);
        let refused = backend.run(User { tags: texts(&["x"]), ..user() }.save());
        assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
        server.command(&["ACL", "SETUSER", "default", "+sadd"]);
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
    }

    fn a_user_who_may_not_rename_leaves_nothing_beside_what_stays<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        backend.run(user().save()).unwrap();
        let before = keys(&backend);
        server.command(&["ACL", "SETUSER", "default", "-rename"]);
        for refused in [
            backend.run(User { tags: texts(&["x"]), ..user() }.save()),
            backend.run(User::at(1).tags().replace(["x"])),
            backend.run(Set::<String>::at("free").replace(["x"])),
        ] {
            assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
        }
        assert_eq!(keys(&backend), before);
        assert_eq!(backend.run(User::fetch(1)).unwrap(), user());
    }
}
