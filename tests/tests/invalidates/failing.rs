//! Writes that a server refuses, wholly or in the middle.

use redis_model::{Error, RedisModel, prelude::*};
use redis_model_tests::{Backend, RedisServer, Wait, in_both_modes};

use crate::{
    arm, is_armed,
    models::{bare, full, lasting},
};

fn name<M: Wait>(backend: &Backend<M>) -> Option<String> {
    backend.run(bare::User::at(1).name().get()).unwrap()
}

/// Somebody who may do everything but this.
fn url_without(server: &RedisServer, right: &str) -> String {
    server.command(&["ACL", "SETUSER", "some", "reset", "on", ">pass", "allkeys", "allchannels", "allcommands", right]);
    format!("redis://some:pass@127.0.0.1:{}/", server.port())
}

in_both_modes! {
    fn a_server_whose_memory_is_full_refuses_the_write_and_leaves_the_epoch<M>() {
        let server = RedisServer::builder().config("maxmemory-policy", "noeviction").start();
        let backend = Backend::<M>::at(&server.url());
        bare::reset(&backend, 1);
        arm(&backend, &[bare::epoch(1)]);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        let it = bare::User::at(1);
        for (name, write) in [
            ("set", it.name().set("b")),
            ("unchecked set", it.name().set("b").unchecked()),
            ("swap", it.name().swap("b").map(drop::<Option<_>>)),
            ("increment", it.logins().incr(1).map(drop)),
            ("save", bare::user(1).save().into_query()),
            ("or_create", it.or_create().name().set("b")),
        ] {
            let refused = backend.run(write);
            assert!(matches!(refused, Err(Error::OutOfMemory { .. })), "{name}: {refused:?}");
            assert!(is_armed(&backend, &bare::epoch(1)), "{name}");
        }
        assert_eq!(name(&backend).as_deref(), Some("a"));
        // What frees memory goes through.
        assert!(backend.run(bare::User::delete(1)).unwrap());
        assert!(!is_armed(&backend, &bare::epoch(1)));
    }

    fn a_save_that_is_refused_in_the_middle_has_deleted_the_epoch<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        let limited = Backend::<M>::at(&url_without(&server, "-pexpire"));
        lasting::reset(&backend, 1);
        full::reset(&backend, 1);
        arm(&backend, &[full::epoch(1)]);
        let mut stored = backend.run(full::User::fetch(1)).unwrap();
        stored.name = "b".into();
        let refused = limited.run(stored.save());
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(backend.run(full::User::at(1).name().get()).unwrap().as_deref(), Some("b"), "a part was written");
        assert!(!is_armed(&backend, &full::epoch(1)));
    }

    fn a_user_who_may_not_touch_the_epoch_writes_nothing<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        bare::reset(&backend, 1);
        arm(&backend, &[bare::epoch(1)]);
        server.command(&["ACL", "SETUSER", "some", "on", ">pass", "~inv:bare:{1}", "allcommands"]);
        let limited = Backend::<M>::at(&format!("redis://some:pass@127.0.0.1:{}/", server.port()));
        let refused = limited.run(bare::User::at(1).name().set("b"));
        assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
        assert_eq!(name(&backend).as_deref(), Some("a"));
    }

    fn a_user_who_may_not_unlink_is_told_so<M>() {
        let server = RedisServer::start();
        let backend = Backend::<M>::at(&server.url());
        bare::reset(&backend, 1);
        arm(&backend, &[bare::epoch(1)]);
        let limited = Backend::<M>::at(&url_without(&server, "-unlink"));
        for write in [bare::User::at(1).name().set("b"), bare::User::at(1).logins().incr(1).map(drop)] {
            let refused = limited.run(write);
            assert!(matches!(refused, Err(Error::Server { .. })), "{refused:?}");
        }
    }
}
