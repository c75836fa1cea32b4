//! Workers of several processes share a queue of jobs, and one of them is killed in the middle of its job: another one does it.
//!
//! `cargo run --example job_queue` needs no server; with `REDIS_URL` set it runs on that one.

use std::{
    env, io,
    process::{Child, Command},
    time::Duration,
};

use redis_model::{Queue, ReliableQueue, Store, embedded::Engine, prelude::*};

const WORKERS: [&str; 2] = ["one", "two"];
const MAILS: [&str; 8] = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal"];

/// Mails that are to be sent. A worker that is silent for longer than the lease is taken to be dead; a mail that has cost five
/// of them is given up.
fn mails() -> ReliableQueue<String> {
    ReliableQueue::at("job_queue::mails").lease(Duration::from_secs(1)).max_deliveries(5)
}

/// Who has sent which mail. In the slot of the queue, so that one request writes both.
fn sent() -> Queue<String> {
    Queue::at("{job_queue::mails}sent")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Some(name) = env::args().nth(1) {
        return work(&name).await;
    }
    // Processes share a server; without one, the engine of this process listens for the others.
    let listener = Engine::new().listen("127.0.0.1:0")?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| listener.url());
    let store = Store::connect(&url).await?;
    (mails().clear(), sent().clear(), mails().put_all(MAILS)).batch().run(&store).await?;

    let mut unlucky = start("unlucky", &url)?;
    while mails().in_flight().run(&store).await? == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    println!("a worker is killed in the middle of its job");
    unlucky.kill()?;
    unlucky.wait()?;
    let workers = WORKERS.iter().map(|name| start(name, &url)).collect::<io::Result<Vec<_>>>()?;
    for mut worker in workers {
        worker.wait()?;
    }

    let sent = sent().load().run(&store).await?;
    for line in &sent {
        println!("{line}");
    }
    println!("{} mails were put, {} were sent", MAILS.len(), sent.len());
    Ok(())
}

/// What each process does, until no job is left.
async fn work(name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::from_env().await?;
    while !mails().is_empty().run(&store).await? {
        let Some(job) = mails().get(&store, Duration::from_secs(2)).await? else { continue };
        tokio::time::sleep(Duration::from_millis(200)).await;
        let line = format!("worker {name} has sent a mail to {}, at attempt {}", job.value(), job.delivery());
        // Isolated: it is written down once, by the worker whose job it still is.
        match (job.ack(), sent().put(line)).batch().when(job.held()).run(&store).await {
            Err(error) if error.is_conflict() => println!("worker {name} was too late"),
            outcome => _ = outcome?,
        }
    }
    Ok(())
}

fn start(name: &str, url: &str) -> io::Result<Child> {
    Command::new(env::current_exe()?).arg(name).env("REDIS_URL", url).spawn()
}
