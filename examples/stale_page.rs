//! A page that takes long to render: when it is outdated, all readers get the old one at once, while one worker renders the
//! next.
//!
//! `cargo run --example stale_page` needs no server: the clock is moved by hand.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use redis_model::{Store, cached, embedded::Engine};

static EDITION: AtomicU64 = AtomicU64::new(0);

/// Fresh for a minute, and good enough for another hour while the next one is rendered.
#[cached(ttl = 60, stale = "1h", refresh = background)]
async fn front_page() -> String {
    tokio::time::sleep(Duration::from_millis(300)).await;
    format!("edition {}", EDITION.fetch_add(1, Ordering::Relaxed) + 1)
}

#[tokio::main]
async fn main() {
    let engine = Engine::with_manual_clock();
    Store::on_engine(&engine).install();

    read("the first reader waits").await;
    read("the second does not").await;

    println!("-- two minutes pass");
    engine.advance(Duration::from_secs(120));
    for _ in 0..3 {
        read("a reader gets the old page at once").await;
    }
    // Until the worker is done.
    while EDITION.load(Ordering::Relaxed) < 2 || front_page().await == "edition 1" {
        tokio::task::yield_now().await;
    }
    read("the next one is there").await;
    println!("rendered {} times", front_page::info().computes);
}

async fn read(who: &str) {
    let started = Instant::now();
    let page = front_page().await;
    println!("{who}: {page}, after {:?}", started.elapsed());
}
