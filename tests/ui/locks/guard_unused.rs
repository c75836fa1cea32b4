//! A guard that nobody keeps gives its lock back before anything was done under it.
#![deny(unused_must_use)]

use redis_model::{Lock, Mutex, Result, blocking};

fn take(store: &blocking::Store) -> Result<()> {
    Lock::at("jobs.nightly").acquire(store)?;
    Lock::all([Lock::at("jobs"), Lock::at("mails")]).acquire(store)?;
    Mutex::named("nightly").acquire(store)?;
    blocking::Redlock::named("printer", [store.clone()]).acquire()?;
    Ok(())
}

fn main() {}
