//! Locks on two records at once: clerks, each a process, move money between two accounts, and one of them is killed in
//! the middle of it.
//!
//! `cargo run --example bank_transfer` needs no server; with `REDIS_URL` set it runs on that one.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Sender, channel},
    thread,
    time::{Duration, Instant},
};

use redis_model::{Error, Lock, RedisModel, Result, blocking::Store, embedded::Engine, prelude::*};

#[derive(RedisModel, Debug)]
#[redis(prefix = "bank_transfer:account")]
struct Account {
    /// Accounts of one bank lie in one slot of a cluster, so that two can be written at once.
    #[redis(id, tag)]
    bank: String,
    #[redis(id)]
    number: u64,
    balance: i64,
}

const CLERKS: usize = 4;
const TRANSFERS: u64 = 50;
/// This clerk never comes back from the transfer with this number.
const UNLUCKY: (usize, u64) = (2, 10);

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    if let Some(clerk) = env::args().nth(1) {
        return Ok(work(clerk.parse()?, &Store::from_env()?)?);
    }
    // Processes share a server; without one, the engine of this process listens for the others.
    let listener = Engine::new().listen("127.0.0.1:0")?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| listener.url());
    let store = Store::connect(&url)?;
    for number in [1, 2] {
        Account { bank: "first".into(), number, balance: 1000 }.save().run(&store)?;
    }

    let (sender, reports) = channel();
    let mut clerks: Vec<_> = (0..CLERKS).map(|clerk| start(clerk, &url, sender.clone())).collect::<io::Result<_>>()?;
    drop(sender);
    let (mut transfers, mut killed) = ([0; CLERKS], None);
    for (clerk, what, fence) in reports {
        if what == "holds" {
            clerks[clerk].kill()?;
            println!("clerk {clerk} is killed while it holds the locks");
            killed = Some((fence, Instant::now()));
        } else {
            transfers[clerk] += 1;
            // Fences grow from holder to holder.
            if let Some((_, at)) = killed.take_if(|(before, _)| *before < fence) {
                println!("clerk {clerk} has them {:.1} s later, when the lease has ended", at.elapsed().as_secs_f64());
            }
        }
    }
    for (clerk, process) in clerks.iter_mut().enumerate() {
        println!("clerk {clerk}: {} transfers, {}", transfers[clerk], process.wait()?);
    }

    let (one, two) = (Account::at(("first", 1)), Account::at(("first", 2)));
    let (left, right) = (one.balance().get(), two.balance().get()).batch().run(&store)?;
    let (left, right) = (left.unwrap_or(0), right.unwrap_or(0));
    println!("{left} + {right} = {}", left + right);
    assert_eq!(left + right, 2000, "money was made or lost");
    (one.delete(), two.delete()).batch().run(&store)?;
    Ok(())
}

/// What a clerk does: so many transfers, now in this direction, now in that.
fn work(clerk: usize, store: &Store) -> Result<()> {
    let accounts = [Account::at(("first", 1)), Account::at(("first", 2))];
    // The order does not matter: everybody takes them in the same one.
    let locks = Lock::all(accounts.each_ref().map(|account| account.lock().lease(Duration::from_secs(1))));
    for number in 0..TRANSFERS {
        let [one, two] = &accounts;
        let (from, to) = if (number + clerk as u64).is_multiple_of(2) { (one, two) } else { (two, one) };
        let amount = 1 + (number % 7).cast_signed();

        let guards = locks.acquire(store)?;
        let fence = guards.guards()[0].fence();
        let (left, right) = guards.run((from.balance().get(), to.balance().get()).batch())?;
        let (left, right) = (left.unwrap_or(0) - amount, right.unwrap_or(0) + amount);
        if (clerk, number) == UNLUCKY {
            report("holds", fence);
            thread::sleep(Duration::from_secs(60));
        }
        match guards.run((from.balance().set(left), to.balance().set(right)).batch()) {
            Ok(_) => report("moved", fence),
            // Somebody else may have the accounts by now, so the server has written neither balance.
            Err(Error::LockLost { path }) => eprintln!("clerk {clerk} was too slow: {path} is lost"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn report(what: &str, fence: u64) {
    println!("{what} {fence}");
    // Who is killed flushes nothing.
    let _ = io::stdout().flush();
}

/// Starts this program again as a clerk, and passes on what it reports.
fn start(clerk: usize, url: &str, reports: Sender<(usize, String, u64)>) -> io::Result<Child> {
    let program = env::current_exe()?;
    let mut process =
        Command::new(program).arg(clerk.to_string()).env("REDIS_URL", url).stdout(Stdio::piped()).spawn()?;
    let lines = process.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines());
    thread::spawn(move || {
        for line in lines.map_while(io::Result::ok) {
            let Some((what, fence)) = line.split_once(' ') else { continue };
            let _ = reports.send((clerk, what.to_owned(), fence.parse().unwrap_or(0)));
        }
    });
    Ok(process)
}
