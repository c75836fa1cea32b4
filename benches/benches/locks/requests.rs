//! How many requests a lock takes, and how long the server works on each.

use redis::Connection;
use redis_model::{Lock, Released, blocking::Store};
use redis_model_benches::{Options, Server, Table, calls, reads, reset};

/// How many locks of each depth are held at a time, each in a tree of its own.
const LOCKS: u32 = 1_000;

const DEPTHS: [usize; 5] = [0, 1, 3, 5, 10];

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    let store = Store::connect(&server.url()).expect("the server was started");
    let mut connection = server.connect();
    let locks = if options.rounds == 0 { 1 } else { LOCKS };
    let mut table = Table::new(&[
        "path",
        "requests to acquire",
        "requests to release",
        "server time to acquire",
        "server time to release",
    ]);
    for depth in DEPTHS {
        // What a tree's first lock creates stays for a while, as it does where locks are used.
        acquire_and_release(&store, &mut connection, depth, locks);
        let [acquire, release] = acquire_and_release(&store, &mut connection, depth, locks);
        table.row(&[
            &format!("{depth} below the tree's root"),
            &format!("{:.3}", acquire.requests),
            &format!("{:.3}", release.requests),
            &format!("{:.1} µs", acquire.microseconds),
            &format!("{:.1} µs", release.microseconds),
        ]);
    }
}

/// What one operation cost the server.
struct Cost {
    requests: f64,
    microseconds: f64,
}

fn acquire_and_release(store: &Store, connection: &mut Connection, depth: usize, locks: u32) -> [Cost; 2] {
    let path = |number: u32| format!("requests-{number}{}", ".step".repeat(depth));
    reset(connection);
    let guards: Vec<_> =
        (0..locks).map(|number| Lock::at(path(number)).acquire(store).expect("nobody holds it")).collect();
    let acquire = cost(connection, locks);
    reset(connection);
    for guard in guards {
        assert_eq!(guard.release().expect("the server answers"), Released::InTime);
    }
    [acquire, cost(connection, locks)]
}

fn cost(connection: &mut Connection, operations: u32) -> Cost {
    let requests = u32::try_from(reads(connection)).map_or(f64::NAN, f64::from);
    Cost { requests: requests / f64::from(operations), microseconds: calls(connection, "evalsha").microseconds }
}
