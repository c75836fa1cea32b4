//! Time limits: they hold for the whole of an exchange, however it drags on.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use redis_model::{
    Error, Query, Store,
    generic::Store as AnyStore,
    redis::{Value, cmd},
};

use crate::{
    get,
    modes::{Opens, in_both_modes},
};

const LIMIT: Duration = Duration::from_millis(300);
/// What a busy machine may add to a limit; everything here would take far longer without one.
const ENOUGH: Duration = Duration::from_millis(1500);

/// A server that greets each client and then does `serve` with the connection.
fn server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let serve = serve.clone();
            thread::spawn(move || serve(client));
        }
    });
    url
}

/// Answers what a client says to open a connection, up to its first request; `None` when it has gone.
fn greet(client: &mut TcpStream) -> Option<()> {
    let mut received = [0; 4096];
    loop {
        let count = client.read(&mut received).ok().filter(|count| *count > 0)?;
        let said = String::from_utf8_lossy(&received[..count]);
        if !said.contains("SETINFO") && !said.contains("PING") {
            return Some(());
        }
        client.write_all(&b"+OK\r\n".repeat(said.matches('*').count())).ok()?;
    }
}

fn impatient<M: Opens>(url: &str) -> AnyStore<M> {
    let settings = AnyStore::<M>::builder().url(url).connect_timeout(Duration::from_secs(10));
    M::open(settings.response_timeout(LIMIT)).unwrap()
}

in_both_modes! {
    fn a_reply_that_drips_in_keeps_the_limit<M>() {
        let url = server(|mut client| {
            let Some(()) = greet(&mut client) else { return };
            let _ = client.write_all(b"$40\r\n");
            for _ in 0..40 {
                thread::sleep(Duration::from_millis(100));
                let _ = client.write_all(b"x");
            }
        });
        let store = impatient::<M>(&url);
        let start = Instant::now();
        let error = M::wait(get("key").run(&store)).unwrap_err();
        assert!(error.is_timeout() && start.elapsed() < ENOUGH, "{error:?} after {:?}", start.elapsed());
    }

    fn a_server_that_hardly_reads_keeps_the_limit<M>() {
        let url = server(|mut client| {
            let Some(()) = greet(&mut client) else { return };
            let mut received = vec![0; 65_536];
            for _ in 0..40 {
                thread::sleep(Duration::from_millis(100));
                let _ = client.read(&mut received);
            }
        });
        let store = impatient::<M>(&url);
        let long: Query<Value> = Query::command(cmd("SET").arg("key").arg(vec![b'x'; 30_000_000]).take());
        let start = Instant::now();
        let error = M::wait(long.run(&store)).unwrap_err();
        assert!(error.is_timeout() && start.elapsed() < ENOUGH, "{error:?} after {:?}", start.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_waits_no_longer_than_one_caller_for_a_connection() {
    let is_silent = Arc::new(AtomicBool::new(false));
    let silence = is_silent.clone();
    let url = server(move |mut client| {
        if silence.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_secs(20));
        } else {
            greet(&mut client);
        }
    });
    let store = Store::builder().url(&url).connect_timeout(LIMIT).connect().await.unwrap();
    is_silent.store(true, Ordering::SeqCst);
    // The first connection ends with its first request.
    get("key").run(&store).await.unwrap_err();
    let start = Instant::now();
    let crowd: Vec<_> = (0..20).map(|_| tokio::spawn(get("key").run(&store))).collect();
    for caller in crowd {
        let error = caller.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Connect { .. } | Error::Disconnected { .. }), "{error:?}");
    }
    assert!(start.elapsed() < ENOUGH, "{:?}", start.elapsed());
}
