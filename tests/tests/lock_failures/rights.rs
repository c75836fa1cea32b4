//! Users who may not do everything.

use redis_model::{Error, Released};
use redis_model_tests::wait_until;

use super::*;

fn url_of(server: &RedisServer, user: &str) -> String {
    format!("redis://{user}:pass@127.0.0.1:{}/", server.port())
}

in_both_modes! {
    fn locks_need_their_keys_and_scripts_but_no_channel<M>() {
        let server = RedisServer::start();
        server.command(&["ACL", "SETUSER", "mute", "on", ">pass", "allkeys", "allcommands", "resetchannels"]);
        server.command(&["ACL", "SETUSER", "elsewhere", "on", ">pass", "~b*", "allcommands", "allchannels"]);
        server.command(&[
            "ACL",
            "SETUSER",
            "plain",
            "on",
            ">pass",
            "allkeys",
            "allchannels",
            "allcommands",
            "-eval",
            "-evalsha",
        ]);

        // Without channels one asks again and again instead.
        let (mute, other) = (M::connect(&url_of(&server, "mute")).unwrap(), M::connect(&server.url()).unwrap());
        for (holder, waiter) in [(&mute, &mute), (&mute, &other), (&other, &mute)] {
            let guard = M::wait(lock().acquire(holder)).unwrap();
            std::thread::scope(|scope| {
                let waiting_one = scope.spawn(|| M::wait(lock().acquire(waiter)).unwrap());
                wait_until("it waits", || waiting(&server) == 1);
                assert_eq!(M::wait(guard.release()).unwrap(), Released::InTime);
                assert_eq!(M::wait(waiting_one.join().unwrap().release()).unwrap(), Released::InTime);
            });
        }

        for (user, code) in [("elsewhere", "NOPERM"), ("plain", "NOPERM")] {
            let store = M::connect(&url_of(&server, user)).unwrap();
            let error = M::wait(lock().acquire(&store)).unwrap_err();
            let Error::Server { key, source } = &error else { panic!("{error:?}") };
            assert_eq!((source.code(), key.to_string().as_str()), (Some(code), "{a}@lock"));
        }
        assert!(entries(&server).is_empty());
    }
}
