//! Locks: on paths, with leases that the server checks when something is written under them.

mod acquire;
mod builder;
mod every;
mod fetch;
mod guard;
mod handles;
mod hold;
mod keeper;
mod key_hold;
mod mutex;
mod named;
mod on;
mod owner;
mod path_hold;
mod place;
mod polling;
mod queues;
mod rate_limit;
mod redlock;
mod request;
mod semaphore;
mod tasks;
mod terms;
#[cfg(feature = "async")]
mod until_lost;
mod waiter;
mod waiting;

pub use self::{
    builder::Lock,
    every::{Guards, Locks},
    fetch::{FetchLock, Follower, Lead},
    guard::{Guard, Released},
    mutex::{Mutex, MutexGuard},
    on::LockOn,
    owner::Owner,
    rate_limit::{RateLimit, RateLimitLock},
    redlock::{Redlock, RedlockGuard},
    semaphore::{Permit, Semaphore},
};
pub(crate) use self::{keeper::Keeping, key_hold::RELEASE, place::TREE, polling::Pauses};
