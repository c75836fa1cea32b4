//! A slow service behind `#[cached]`, asked by several processes at once: it is called once for each question, whoever asks.
//!
//! `cargo run --example slow_api` needs no server; with `REDIS_URL` set it runs on that one.

use std::{
    env, io,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use redis_model::{Store, cached, embedded::Engine};

const PROCESSES: usize = 8;
const CITIES: [&str; 3] = ["Oslo", "Lima", "Nairobi"];

/// What a far away service says. One caller of all processes asks it; the others wait for the answer.
#[cached(name = "slow_api::weather", ttl = "10m", wait = "10s")]
async fn weather(city: &str) -> Result<String, String> {
    println!("asks the service about {city}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(format!("sunny in {city}"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if env::args().nth(1).is_some() {
        return tokio::runtime::Runtime::new()?.block_on(ask());
    }
    // Processes share a server; without one, the engine of this process listens for the others.
    let listener = Engine::new().listen("127.0.0.1:0")?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| listener.url());
    let processes: Vec<_> = (0..PROCESSES).map(|_| start(&url)).collect::<io::Result<_>>()?;
    let outputs: Vec<_> = processes.into_iter().map(Child::wait_with_output).collect::<io::Result<_>>()?;

    for (number, output) in outputs.iter().enumerate() {
        for line in lines(output) {
            println!("process {number}: {line}");
        }
    }
    let asked = outputs.iter().flat_map(lines).filter(|line| line.starts_with("asks")).count();
    println!("{PROCESSES} processes asked about {} cities: the service was called {asked} times", CITIES.len());
    Ok(())
}

/// What each process does.
async fn ask() -> Result<(), Box<dyn std::error::Error>> {
    Store::from_env().await?.install();
    let started = Instant::now();
    for city in CITIES {
        weather(city).await?;
    }
    let info = weather::info();
    println!("knows all after {:?}: {} computed, {} waited for", started.elapsed(), info.computes, info.waits);
    Ok(())
}

fn start(url: &str) -> io::Result<Child> {
    Command::new(env::current_exe()?).arg("ask").env("REDIS_URL", url).stdout(Stdio::piped()).spawn()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
