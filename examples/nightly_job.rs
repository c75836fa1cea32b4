//! A job that only one of several workers runs: the one with the lock. It is killed in the middle, and another one goes on
//! where it was.
//!
//! `cargo run --example nightly_job` needs no server; with `REDIS_URL` set it runs on that one.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

use redis_model::{Error, Guard, Lock, RedisModel, Result, Store, blocking, embedded::Engine, prelude::*};

#[derive(RedisModel, Debug)]
#[redis(prefix = "nightly_job")]
struct Progress {
    /// The name of the lock's tree: what has it as its hash tag can be written under the lock.
    #[redis(id, tag)]
    tree: String,
    #[redis(id)]
    job: String,
    /// How many steps are done.
    steps: u64,
}

const WORKERS: usize = 3;
const STEPS: u64 = 6;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    if let Some(worker) = env::args().nth(1) {
        let runtime = tokio::runtime::Runtime::new()?;
        return Ok(runtime.block_on(async { work(&worker, &Store::from_env().await?).await })?);
    }
    // Processes share a server; without one, the engine of this process listens for the others.
    let listener = Engine::new().listen("127.0.0.1:0")?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| listener.url());
    let store = blocking::Store::connect(&url)?;
    Progress { tree: "jobs".into(), job: "nightly".into(), steps: 0 }.save().run(&store)?;

    let (sender, lines) = channel();
    let mut workers: Vec<_> =
        (0..WORKERS).map(|worker| start(worker, &url, sender.clone())).collect::<io::Result<_>>()?;
    drop(sender);
    let mut is_one_killed = false;
    for (worker, line) in lines {
        println!("{line}");
        if line.contains("step 3") && !is_one_killed {
            println!("-- worker {worker} is killed; its lease ends within a second");
            workers[worker].kill()?;
            is_one_killed = true;
        }
    }
    for worker in &mut workers {
        worker.wait()?;
    }

    let nightly = Progress::at(("jobs", "nightly"));
    println!("steps done: {:?}", nightly.steps().get().run(&store)?);
    nightly.delete().run(&store)?;
    Ok(())
}

/// What a worker does when the night comes.
async fn work(worker: &str, store: &Store) -> Result<()> {
    let lock = Lock::at("jobs.nightly").lease(Duration::from_secs(1)).wait(Duration::from_secs(60));
    let guard = if let Some(guard) = lock.try_acquire(store).await? {
        guard
    } else {
        say(worker, "somebody is at it: I stand by");
        // This does not poll: the server hands the lock over.
        lock.acquire(store).await?
    };
    match run_job(worker, store, &guard).await {
        // Another one has the lock now, and the job.
        Err(Error::LockLost { .. }) => say(worker, "lost the lock, and has stopped"),
        other => other?,
    }
    guard.release().await?;
    Ok(())
}

async fn run_job(worker: &str, store: &Store, guard: &Guard) -> Result<()> {
    let progress = Progress::at(("jobs", "nightly"));
    let done = progress.steps().get().run(store).await?.unwrap_or(0);
    if done == STEPS {
        say(worker, "nothing is left to do");
        return Ok(());
    }
    // Other systems can refuse the number of a leader who is not the newest.
    say(worker, &format!("leads after {done} steps, with the fence {}", guard.fence()));
    for step in done + 1..=STEPS {
        let work = tokio::time::sleep(Duration::from_millis(200));
        guard.until_lost(work).await?;
        // The server refuses this of one who has lost the lock and does not know.
        guard.run(progress.steps().set(step)).await?;
        say(worker, &format!("step {step} is done"));
    }
    Ok(())
}

fn say(worker: &str, what: &str) {
    println!("worker {worker}: {what}");
    // Who is killed flushes nothing.
    let _ = io::stdout().flush();
}

/// Starts this program again as a worker, and passes on what it says.
fn start(worker: usize, url: &str, lines: Sender<(usize, String)>) -> io::Result<Child> {
    let mut process = Command::new(env::current_exe()?)
        .arg(worker.to_string())
        .env("REDIS_URL", url)
        .stdout(Stdio::piped())
        .spawn()?;
    let output = process.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines());
    thread::spawn(move || {
        for line in output.map_while(io::Result::ok) {
            let _ = lines.send((worker, line));
        }
    });
    Ok(process)
}
