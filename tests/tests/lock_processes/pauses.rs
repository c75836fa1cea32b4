//! A process is stopped between reading and writing for longer than its lease lasts.

use redis_model::{Async, Blocking, Released, generic::Guard};

use super::*;
use crate::role::{listen, say};

/// Writes under the lock, and waits before: the guard is asked after the pause.
pub(crate) fn write(store: &Store) {
    let (guard, value) = read(store);
    pause();
    tell::<Blocking>(guard.run(Counter::at(1).value().set(value + 1)), guard);
}

/// The same with a write that the guard has let pass before the pause: only the server can refuse it.
pub(crate) fn write_what_was_checked_before(store: &redis_model::Store) {
    let (guard, value) = read(store);
    let write = guard.run(Counter::at(1).value().set(value + 1));
    pause();
    tell::<Async>(Async::wait(write), guard);
}

/// The same without asking whether the lock is held.
pub(crate) fn write_without_a_guard(store: &Store) {
    let (guard, value) = read(store);
    pause();
    tell::<Blocking>(Counter::at(1).value().set(value + 1).run(store), guard);
}

fn read<M: Wait>(store: &generic::Store<M>) -> (Guard<M>, i64) {
    let guard = M::wait(lock().acquire(store)).unwrap();
    let value = M::wait(Counter::at(1).value().get().run(store)).unwrap().unwrap();
    (guard, value)
}

fn pause() {
    say("has read");
    listen();
}

fn tell<M: Wait>(outcome: Result<()>, guard: Guard<M>) {
    let outcome = match outcome {
        Ok(()) => "written",
        Err(Error::LockLost { .. }) => "refused",
        Err(error) => panic!("{error:?}"),
    };
    let released = M::wait(guard.release()).unwrap();
    say(&format!("{outcome} {}", if released == Released::InTime { "in time" } else { "too late" }));
}

/// Two processes increment the counter, the first one of which is stopped for longer than its lease lasts. Gives what
/// the first one says of it, and the counter.
fn overtaken(role: &str) -> (String, i64) {
    let (server, store) = server_with_a_counter();
    let mut first = Worker::start(role, &server);
    assert_eq!(first.hear(), "has read");
    first.pause();
    first.tell("go on");

    let mut second = Worker::start(role, &server);
    assert_eq!(second.hear(), "has read", "it gets the lock, as the lease of the first one ends");
    second.tell("go on");
    assert_eq!(second.hear(), "written in time");

    first.resume();
    let said = first.hear();
    (said, Counter::at(1).value().get().run(&store).unwrap().unwrap())
}

#[test]
fn a_write_after_the_lease_is_refused() {
    assert_eq!(overtaken("write"), ("refused too late".to_owned(), 1));
}

#[test]
fn a_write_that_was_on_its_way_before_the_lease_ended_is_refused_by_the_server() {
    assert_eq!(overtaken("write what was checked before"), ("refused too late".to_owned(), 1));
}

/// What the guard is for: the schedule above does lose an update.
#[test]
fn a_write_without_a_guard_undoes_another_one() {
    assert_eq!(overtaken("write without a guard"), ("written too late".to_owned(), 1));
}
