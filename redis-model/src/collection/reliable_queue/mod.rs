//! Queues whose jobs come back until they are acknowledged.

mod job;
mod requests;

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, Instant},
};

use redis::{Cmd, Value};

use self::requests::{Claim, Delivery, Place};
pub use self::{job::Job, requests::Settled};
use super::{Queue, decode};
use crate::{
    codec::{Codec, Encode, Plain},
    command::{hash, key as keys, list, queue as commands},
    error::{Error, Result},
    key::Key,
    mode::Mode,
    query::{Query, reply},
    random::random_text,
    store::Store,
    taking::{Take, end_of, take},
};

/// Jobs that are handed out under a lease, and come back until they are acknowledged: **at least once**.
///
/// [`get`](Self::get) gives the next job to a consumer for the time of a lease, 30 s unless said otherwise, by the server's
/// clock. A job that is [acknowledged](Job::ack) is gone. One that is not is handed out again when its lease has ended, whether
/// its consumer has died, was stopped, or has forgotten it; any consumer's `get` sees to that. So no job is lost with a consumer, whenever
/// that dies, and none is handed out again that was acknowledged; but one that takes longer than its lease may be done twice, side by
/// side. What comes too late from the first consumer changes nothing, and is told: [`Settled`]. Where the work is a write to Redis, that may be
/// bound to the job with [`Job::held`].
///
/// Jobs are handed out in the order in which they were put; those that come back go first. Consumers wait as in a
/// [`Queue`](crate::Queue), each on a connection of its own.
///
/// It promises what the server keeps: one that starts again without its last writes, or a replica that takes over without
/// them, has jobs again that were acknowledged, and has lost what was put in that time.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{ReliableQueue, Settled, blocking::Store};
///
/// let store = Store::embedded();
/// let mails = ReliableQueue::<String>::at("mails").lease(Duration::from_secs(60)).max_deliveries(5);
/// mails.put("to Ada").run(&store)?;
///
/// let job = mails.get(&store, Duration::from_secs(5))?.expect("there is one");
/// assert_eq!((job.value().as_str(), job.delivery()), ("to Ada", 1));
/// assert_eq!(job.ack().run(&store)?, Settled::Done);
/// assert!(mails.is_empty().run(&store)?);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// Of a queue at `mails`, all in one slot of a cluster:
///
/// | key | |
/// |---|---|
/// | `mails` | a list: the ids of the jobs that wait, the next one first |
/// | `{mails}@jobs` | a hash: each job's value by its id |
/// | `{mails}@leases` | a sorted set: the ids of the jobs that are handed out, by the end of their lease in milliseconds |
/// | `{mails}@deliveries` | a hash: how often a job was handed out, by its id |
/// | `{mails}@bell` | a list of tokens, which consumers who wait are woken with |
/// | `{mails}@dead` | a list: the values of the jobs that were given up, the oldest first |
///
/// Every step is one script, so that a job is never between two places. A consumer that finds no job waits for a token, or
/// for the end of the next lease, and then looks again; it looks every 5 s in any case, as a token may be lost.
#[must_use = "a queue sends nothing: its operations do, when they run"]
pub struct ReliableQueue<T, C = Plain> {
    place: Place,
    lease: Duration,
    of: PhantomData<fn() -> (T, C)>,
}

/// How long a consumer waits at most before it looks whether there are jobs.
const LOOK: Duration = Duration::from_secs(5);

impl<T, C> ReliableQueue<T, C> {
    /// The one at this key. Sends nothing.
    pub fn at(key: impl Into<Key>) -> Self {
        Self { place: Place::at(key.into()), lease: Duration::from_secs(30), of: PhantomData }
    }

    /// One at a random key that nothing else has. What is put there stays until it is done or cleared.
    pub fn temporary() -> Self {
        Self::at(random_text())
    }

    /// How long a job is its consumer's, in whole milliseconds; 30 s by default. It counts where jobs are taken.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// After how many deliveries a job that comes back is given up: its value then goes to the
    /// [dead letters](Self::dead_letters). Without it, or with 0, it comes back for ever. It counts where jobs are taken and
    /// released.
    pub fn max_deliveries(mut self, most: u32) -> Self {
        self.place.most = u64::from(most);
        self
    }

    /// The key of the jobs that wait.
    pub fn key(&self) -> &Key {
        self.place.waiting.key()
    }

    /// How many jobs are not acknowledged, whether they wait or are handed out: `HLEN`.
    pub fn len(&self) -> Query<u64> {
        self.place.waiting.read(hash::length(&self.place.values()), decode::count)
    }

    /// Whether all jobs are acknowledged: `EXISTS`.
    pub fn is_empty(&self) -> Query<bool> {
        self.place.waiting.read(keys::exists(&self.place.values()), |reply| Ok(!reply::flag(reply)?))
    }

    /// How many jobs wait to be handed out: `LLEN`. Those whose lease has ended count as in flight until somebody looks.
    pub fn waiting(&self) -> Query<u64> {
        self.place.waiting.read(list::length(self.key()), decode::count)
    }

    /// How many jobs are handed out and not acknowledged: `ZCARD`.
    pub fn in_flight(&self) -> Query<u64> {
        self.place.waiting.read(commands::sorted_length(&self.place.leases()), decode::count)
    }

    /// Takes back the jobs whose lease has ended, and tells how many these were: a script. Up to 1000; 0 says that there are
    /// no more. [`get`](Self::get) does that by itself, so that this is for those who look at the queue without taking from it.
    pub fn recover(&self) -> Query<u64> {
        self.place.recover()
    }

    /// Removes all jobs, also those that are handed out, but not the dead letters: `UNLINK`. Whether there was anything.
    pub fn clear(&self) -> Query<bool> {
        let Place { waiting, .. } = &self.place;
        let [values, leases] = [self.place.values(), self.place.leases()];
        let [deliveries, bell] = [self.place.deliveries(), self.place.bell()];
        waiting.write(keys::unlink([self.key(), &values, &leases, &deliveries, &bell]), reply::flag)
    }

    /// The values of the jobs that were given up, the oldest first.
    pub fn dead_letters(&self) -> Queue<T, C> {
        Queue::at(self.place.dead())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: Send + 'static, C: Codec<T> + 'static> ReliableQueue<T, C> {
    /// Puts a job behind all that wait, and tells its id: a script. Equal values are jobs of their own.
    pub fn put(&self, value: impl Encode<T, C>) -> Query<String> {
        self.put_all([value]).map(|mut ids| ids.pop().unwrap_or_default())
    }

    /// Puts jobs behind all that wait, in their order, isolated, and tells their ids: a script. Without values, nothing is
    /// sent.
    pub fn put_all(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<String>> {
        let (mut jobs, mut ids) = (Cmd::new(), Vec::new());
        for value in values {
            match self.place.waiting.encoded(&value) {
                Ok(value) => {
                    ids.push(random_text());
                    jobs.arg(ids.last()).arg(value);
                }
                Err(error) => return Query::invalid(error),
            }
        }
        if ids.is_empty() {
            return Query::answered(Vec::new);
        }
        self.place.put(jobs).map(|()| ids)
    }

    /// Takes the next job, if there is one: a script.
    ///
    /// When the reply is lost, the job that it may have brought comes back at the end of its lease.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a lease of zero. When run: [`Error::Decode`] when it is no value of its type; it comes back
    /// as a job whose consumer has died.
    pub fn try_get(&self) -> Query<Option<Job<T>>> {
        let queue = self.clone();
        self.claim().and_then(move |claim| match claim {
            Claim::Job(delivery, stored) => queue.job(delivery, stored).map(Some),
            Claim::Nothing(_) => Ok(None),
        })
    }

    /// Takes the next job, and waits for one where there is none, on a connection of its own. `None` when there was none for as
    /// long as this limit.
    ///
    /// The future may be dropped at any time; a job that it may have been given by then comes back at the end of its lease.
    ///
    /// # Errors
    /// As [`try_get`](Self::try_get); [`Error::Disconnected`] when the connection breaks while it waits; else those of any
    /// request.
    pub fn get<'a, M: Mode>(&self, store: &'a Store<M>, limit: Duration) -> M::Result<'a, Option<Job<T>>>
    where
        C: 'a,
    {
        let queue = self.clone();
        M::run(async move { queue.wait(store, end_of(limit)).await })
    }

    async fn wait<M: Mode>(&self, store: &Store<M>, until: Instant) -> Result<Option<Job<T>>> {
        let (bell, mut link) = (Bell(self.place.bell()), store.link());
        loop {
            let next = match self.claim().over(&mut link).await? {
                Claim::Job(delivery, stored) => return self.job(delivery, stored).map(Some),
                Claim::Nothing(next) => next.unwrap_or(LOOK).min(LOOK),
            };
            let now = Instant::now();
            if now >= until {
                return Ok(None);
            }
            if !next.is_zero() {
                take(store, &bell, until.min(now + next)).await?;
            }
        }
    }

    fn claim(&self) -> Query<Claim> {
        match lease_text(self.lease) {
            Ok(lease) => self.place.claim(lease),
            Err(error) => Query::invalid(error),
        }
    }

    fn job(&self, delivery: Delivery, stored: Vec<u8>) -> Result<Job<T>> {
        let value = self.place.waiting.decoded::<T, C>(stored)?;
        Ok(Job::new(value, delivery, self.place.clone()))
    }
}

/// A lease in milliseconds, at least one.
fn lease_text(lease: Duration) -> Result<u64> {
    // Beyond that a sum of milliseconds is no longer exact in a script.
    const LONGEST: u128 = 1 << 52;
    match lease.as_nanos().div_ceil(1_000_000).min(LONGEST) {
        0 => Err(Error::invalid_query("a lease of zero has ended when the job is handed out: make it longer")),
        milliseconds => Ok(u64::try_from(milliseconds).unwrap_or(u64::MAX)),
    }
}

/// A token that wakes one who waits.
#[derive(Clone)]
struct Bell(Key);

impl Take for Bell {
    fn key(&self) -> &Key {
        &self.0
    }

    fn command(&self, wait: Duration) -> Cmd {
        commands::wait_for_front(&self.0, wait)
    }

    fn put_back(&self, reply: &Value) -> Option<Query<()>> {
        let token = || crate::query::Part::command(list::push_one_front(&self.0, b""), "");
        matches!(reply, Value::Array(_)).then(|| Query::on(&self.0, token, reply::done))
    }
}

impl<T, C> Clone for ReliableQueue<T, C> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), lease: self.lease, of: PhantomData }
    }
}

impl<T, C> fmt::Debug for ReliableQueue<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReliableQueue").field("key", self.key()).field("lease", &self.lease).finish_non_exhaustive()
    }
}
