//! One consumer is stopped or killed, and another one takes its job over.

use super::*;
use crate::role::{listen, say};

/// Takes a job, and says that it is done when it is told to.
pub(crate) fn take<M: Wait>(store: &generic::Store<M>) {
    say("ready");
    let job = M::wait(jobs().get(store, LONG)).unwrap().unwrap();
    say(&format!("{} {}", job.value(), job.delivery()));
    listen();
    say(&format!("{:?}", M::wait(job.ack().run(store)).unwrap()));
}

fn server_with(count: u32) -> (RedisServer, Store) {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).unwrap();
    jobs().put_all(0..count).run(&store).unwrap();
    (server, store)
}

fn start(role: &str, server: &RedisServer) -> Worker {
    let worker = Worker::start(role, server);
    assert_eq!(worker.hear(), "ready");
    worker
}

#[test]
fn the_job_of_a_consumer_that_is_killed_is_handed_out_again() {
    for role in ["take", "take async"] {
        let (server, store) = server_with(1);
        let mut first = start(role, &server);
        assert_eq!(first.hear(), "0 1");
        first.kill();
        let mut second = start(role, &server);
        assert_eq!(second.hear(), "0 2");
        second.tell("it is done");
        assert_eq!(second.hear(), "Done");
        assert!(jobs().is_empty().run(&store).unwrap());
    }
}

#[test]
fn a_consumer_that_was_stopped_for_too_long_is_told() {
    for (role, is_done_first) in [("take", false), ("take", true), ("take async", false), ("take async", true)] {
        let (server, store) = server_with(1);
        let mut first = start(role, &server);
        assert_eq!(first.hear(), "0 1");
        first.pause();
        first.tell("it is done");
        // The other one does nothing of what ends its lease while the first one is late.
        let job = jobs().lease(LONG).get(&store, LONG).unwrap().unwrap();
        assert_eq!((*job.value(), job.delivery()), (0, 2));
        if is_done_first {
            assert_eq!(job.ack().run(&store).unwrap(), Settled::Done);
            first.resume();
            assert_eq!(first.hear(), "Gone");
        } else {
            first.resume();
            assert_eq!(first.hear(), "HandedOut");
            assert_eq!(job.ack().run(&store).unwrap(), Settled::Done);
        }
        assert!(jobs().is_empty().run(&store).unwrap());
    }
}

#[test]
fn consumers_that_are_killed_while_they_wait_take_nothing_with_them() {
    let (server, store) = server_with(0);
    let mut killed: Vec<_> = ["take", "take async", "take"].map(|role| start(role, &server)).into();
    let waits = |count| {
        let clients = format!("{:?}", server.command(&["CLIENT", "LIST"]));
        clients.matches("cmd=blpop").count() == count
    };
    wait_until("they wait", || waits(3));
    killed.iter_mut().for_each(Worker::kill);
    wait_until("they are gone", || waits(0));
    jobs().put(7).run(&store).unwrap();
    let job = jobs().get(&store, LONG).unwrap().unwrap();
    assert_eq!((*job.value(), job.delivery()), (7, 1));
}
