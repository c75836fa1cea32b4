//! Many wake-ups between threads, none of which may be lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use redis::{Value, cmd};
use redis_model_embedded::{Connection, Engine, Session};

use super::{feed, run, until_waiting};

const HANDOVERS: usize = 10_000;
/// Far longer than anything here takes: who waits that long waits for a wake-up that never comes.
const TOO_LONG: Duration = Duration::from_secs(60);

fn pop(con: &mut Connection, key: &str) -> usize {
    let (_, element): (String, usize) = cmd("BLPOP").arg(key).arg(0).query(con).expect("it waits for an element");
    element
}

fn push(con: &mut Connection, key: &str, element: usize) {
    let () = cmd("RPUSH").arg(key).arg(element).query(con).expect("it is a list");
}

#[test]
fn two_threads_hand_over_to_each_other_without_losing_a_wake_up() {
    let engine = Engine::new();
    let mut con = engine.connection();
    let partner = thread::spawn(move || {
        for number in 0..HANDOVERS {
            assert_eq!(pop(&mut con, "there"), number);
            push(&mut con, "back", number);
        }
    });
    let mut con = engine.connection();
    for number in 0..HANDOVERS {
        push(&mut con, "there", number);
        assert_eq!(pop(&mut con, "back"), number);
    }
    partner.join().expect("it does not panic");
}

#[test]
fn every_element_reaches_one_of_several_threads() {
    const THREADS: usize = 4;
    let engine = Engine::new();
    let taken = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (mut con, taken) = (engine.connection(), taken.clone());
            thread::spawn(move || {
                while pop(&mut con, "q") != usize::MAX {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut con = engine.connection();
    (0..HANDOVERS).for_each(|number| push(&mut con, "q", number));
    (0..THREADS).for_each(|_| push(&mut con, "q", usize::MAX));
    for thread in threads {
        thread.join().expect("it does not panic");
    }
    assert_eq!(taken.load(Ordering::Relaxed), HANDOVERS);
}

/// Wakes a thread, whoever calls.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread for what a session says by itself.
fn wait_for_output(session: &mut Session) -> Vec<u8> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(output) = session.poll_output(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park_timeout(TOO_LONG);
    }
}

#[test]
fn a_session_hears_of_every_message_as_soon_as_it_is_published() {
    let engine = Engine::new();
    let mut session = engine.session();
    feed(&mut session, "SUBSCRIBE news");
    let (heard, was_heard) = mpsc::channel();
    let listener = thread::spawn(move || {
        let message = b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n".len();
        let mut bytes = 0;
        while bytes < HANDOVERS * message {
            bytes += wait_for_output(&mut session).len();
            heard.send(bytes / message).expect("somebody listens");
        }
    });
    // Each message is published as soon as the one before has been heard, just when the session looks for more.
    for number in 1..=HANDOVERS {
        run(&engine, "PUBLISH news x");
        let mut count = 0;
        while count < number {
            count = was_heard.recv_timeout(TOO_LONG / 2).expect("no wake-up is lost");
        }
    }
    listener.join().expect("it does not panic");
}

#[test]
fn a_wait_that_ends_while_the_engine_goes_offline_is_not_forgotten() {
    for _ in 0..500 {
        let engine = Engine::new();
        let mut con = engine.connection();
        let waiter = thread::spawn(move || super::call(&mut con, "BLPOP q 0"));
        let switch = thread::spawn(move || engine.set_offline(true));
        assert!(waiter.join().expect("it does not panic").is_err());
        switch.join().expect("it does not panic");
    }
}

/// A waker that uses the engine itself, as one does that ends a task and drops the connection in it.
struct Meddler(Engine);

impl Wake for Meddler {
    fn wake(self: Arc<Self>) {
        run(&self.0, "SET woken yes");
    }
}

#[test]
fn whoever_is_woken_may_use_the_engine_at_once() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let engine = Engine::new();
        let mut session = engine.session();
        feed(&mut session, "BLPOP q 0");
        let waker = Waker::from(Arc::new(Meddler(engine.clone())));
        assert!(session.poll_output(&mut Context::from_waker(&waker)).is_pending());
        run(&engine, "RPUSH q x");
        done.send(run(&engine, "GET woken")).expect("somebody listens");
    });
    let reply = is_done.recv_timeout(TOO_LONG).expect("nothing holds the lock while it wakes");
    assert_eq!(reply, redis_model_embedded::Reply::Bulk(b"yes".to_vec()));
}

/// A waker whose end is the end of a task with a connection in it.
struct Owner(#[expect(dead_code, reason = "it is there to be dropped")] Connection);

impl Wake for Owner {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_waker_may_take_a_connection_with_it_when_it_is_replaced() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let engine = Engine::new();
        let mut session = engine.session();
        for _ in 0..3 {
            let waker = Waker::from(Arc::new(Owner(engine.connection())));
            assert!(session.poll_output(&mut Context::from_waker(&waker)).is_pending());
        }
        drop(session);
        done.send(()).expect("somebody listens");
    });
    is_done.recv_timeout(TOO_LONG).expect("nothing holds the lock while it drops");
}

#[test]
fn a_thread_that_waits_is_woken_by_its_own_alarm_among_many() {
    let engine = Engine::new();
    let threads: Vec<_> = (1..=50)
        .map(|number| {
            let mut con = engine.connection();
            thread::spawn(move || super::call(&mut con, &format!("BLPOP q 0.0{number:02}")))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("it does not panic"), Ok(Value::Nil));
    }
    until_waiting(&engine, 0);
}
