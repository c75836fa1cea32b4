//! The scripts of locks: random traces against an oracle, and scripts with a fault in them.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "lock_scripts/edges.rs"]
mod edges;
#[path = "lock_scripts/equivalents.rs"]
mod equivalents;
#[path = "lock_scripts/mutants.rs"]
mod mutants;
#[path = "lock_scripts/oracle.rs"]
mod oracle;
#[path = "lock_scripts/scenarios.rs"]
mod scenarios;
#[path = "lock_scripts/scripts.rs"]
mod scripts;
#[path = "lock_scripts/steps.rs"]
mod steps;
#[path = "lock_scripts/stored.rs"]
mod stored;
#[path = "lock_scripts/trace.rs"]
mod trace;

use std::{env, iter, panic, sync::Mutex, thread};

use redis::ConnectionLike;
use redis_model::embedded::Engine;
use redis_model_tests::RedisServer;

use self::{
    mutants::{Mutant, Original},
    scripts::Sources,
    trace::{Plan, run},
};

const STEPS: u32 = 500;

/// How many traces are run: so many, or as many as `REDIS_MODEL_TEST_CASES` says.
fn cases(usually: u64) -> u64 {
    env::var("REDIS_MODEL_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usually)
}

fn check(con: &mut dyn ConnectionLike, usually: u64) {
    let sources = Sources::default();
    scenarios::run(con, &sources, None).unwrap_or_else(|fault| panic!("{fault}"));
    for seed in 0..cases(usually) {
        run(con, &sources, Plan::numbered(seed, STEPS), None).unwrap_or_else(|fault| panic!("{fault}"));
    }
}

#[test]
fn on_the_engine_the_scripts_do_what_lists_would() {
    check(&mut Engine::new().connection(), 40);
}

#[test]
fn on_a_server_the_scripts_do_what_lists_would() {
    check(&mut RedisServer::start().connection(), 10);
}

/// Every tenth mutant, and all where more cases than usual are asked for.
#[test]
fn a_fault_in_a_script_is_found() {
    let mut mutants = mutants::all(&Sources::default());
    if cases(0) == 0 {
        mutants.retain(|it| equivalents::entry(it).is_none());
        mutants = mutants.into_iter().step_by(10).collect();
    }
    let survivors = survivors(&mutants);
    let mut wrong: Vec<_> = survivors.iter().filter(|it| equivalents::entry(it).is_none()).map(described).collect();
    if cases(0) > 0 {
        wrong.extend(
            unused_entries(&survivors).into_iter().map(|it| format!("found, though said to be harmless: {it}")),
        );
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), mutants.len(), wrong.join("\n"));
}

#[test]
fn each_harmless_change_may_happen() {
    assert_eq!(unused_entries(&mutants::all(&Sources::default())), [""; 0]);
}

fn unused_entries(mutants: &[Mutant]) -> Vec<String> {
    equivalents::unused(&mutants.iter().filter_map(equivalents::entry).collect::<Vec<_>>())
}

/// The mutants in which no trace finds a fault.
fn survivors(mutants: &[Mutant]) -> Vec<Mutant> {
    let sources = Sources::default();
    let original = Original::of(&mut Engine::new().connection(), &sources).unwrap();
    assert!(survives(&original, &sources), "what the scripts cost differs from run to run");
    let untried = Mutex::new(mutants.iter());
    let next = || untried.lock().unwrap().next();
    let search = || {
        let survivors = iter::from_fn(next).filter(|it| survives(&original, &it.apply(&sources))).cloned();
        // Who looks at a long run sees them as they come.
        survivors.inspect(|it| println!("{}", described(it))).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(search));
        threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
    })
}

fn described(it: &Mutant) -> String {
    format!("{:?}:{}\n  {}\n  {}", it.script, it.line, it.before, it.after)
}

/// A script that is too much for the engine is found as well.
fn survives(original: &Original, mutant: &Sources) -> bool {
    panic::catch_unwind(|| original.is_equalled_by(&mut Engine::new().connection(), mutant)).unwrap_or(false)
}
