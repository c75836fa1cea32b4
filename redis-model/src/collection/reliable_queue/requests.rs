//! What is sent for reliable queues, and what comes back.

use std::time::Duration;

use redis::{Cmd, Value};

use crate::{
    codec::DecodeError,
    collection::Container,
    error::{Error, Result},
    key::Key,
    query::{Condition, Query, Reply, Script, reply, text_of},
};

macro_rules! script {
    ($text:literal) => {
        Script::new(include_str!($text)).after(include_str!("jobs.lua")).on_keys()
    };
}

static PUT: Script = script!("put.lua");
static CLAIM: Script = script!("claim.lua");
static RECOVER: Script = script!("recover.lua").repeatable();
static ACKNOWLEDGE: Script = script!("acknowledge.lua").repeatable().allowing_oom();
static RELEASE: Script = script!("release.lua").repeatable().allowing_oom();
static EXTEND: Script = script!("extend.lua").repeatable().allowing_oom();
static BURY: Script = script!("bury.lua").repeatable().allowing_oom();

/// How many jobs are taken back by one request at most, so that it does not hold the server up.
const BATCH: u64 = 1000;

/// Where a queue lies: its first key as a container, and those beside it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) waiting: Container,
    /// After how many deliveries a job is given up; 0 for never.
    pub(super) most: u64,
}

/// A delivery of a job: it is no other's as long as nobody has been given the job after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) number: u64,
}

/// What a request for a job is answered with.
#[derive(Debug)]
pub(super) enum Claim {
    /// The delivery, and the job's value as it is stored.
    Job(Delivery, Vec<u8>),
    /// None waits; when the next lease ends, if there is one.
    Nothing(Option<Duration>),
}

/// What has become of a job that a consumer had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the job may be another consumer's by now"]
pub enum Settled {
    /// It was this consumer's, and is settled as asked.
    Done,
    /// Its lease had ended, and it was handed out again. Nothing was changed: it is the other consumer's.
    HandedOut,
    /// It is no longer in the queue: settled before, by another consumer or by this one, whose request is sent again when its
    /// reply is lost; given up; or cleared. Nothing was changed.
    Gone,
}

impl Settled {
    /// Whether the job was this consumer's.
    pub fn is_done(self) -> bool {
        self == Self::Done
    }
}

impl Place {
    pub(super) fn at(key: Key) -> Self {
        Self { waiting: Container::at(key), most: 0 }
    }

    pub(super) fn values(&self) -> Key {
        self.waiting.companion("jobs")
    }

    pub(super) fn leases(&self) -> Key {
        self.waiting.companion("leases")
    }

    pub(super) fn deliveries(&self) -> Key {
        self.waiting.companion("deliveries")
    }

    pub(super) fn bell(&self) -> Key {
        self.waiting.companion("bell")
    }

    pub(super) fn dead(&self) -> Key {
        self.waiting.companion("dead")
    }

    /// The keys of the queue, but for the first, as the scripts take them.
    pub(super) fn companions(&self) -> Vec<Key> {
        vec![self.values(), self.leases(), self.deliveries(), self.bell(), self.dead()]
    }

    fn ask<T>(&self, script: &'static Script, args: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.waiting.run(script, self.companions(), args, decode)
    }

    /// Puts jobs, each an id and a value.
    pub(super) fn put(&self, jobs: Cmd) -> Query<()> {
        self.ask(&PUT, jobs, reply::done)
    }

    pub(super) fn claim(&self, lease: u64) -> Query<Claim> {
        self.ask(&CLAIM, Cmd::new().arg(lease).arg(self.most).take(), claimed)
    }

    pub(super) fn recover(&self) -> Query<u64> {
        let args = Cmd::new().arg(self.most).arg(BATCH).take();
        self.ask(&RECOVER, args, |reply| {
            u64::try_from(reply::integer(reply)?).map_err(|_| Error::protocol("a number of jobs is negative"))
        })
    }

    pub(super) fn acknowledge(&self, delivery: &Delivery) -> Query<Settled> {
        self.ask(&ACKNOWLEDGE, delivery.arguments(), settled)
    }

    pub(super) fn release(&self, delivery: &Delivery) -> Query<Settled> {
        self.ask(&RELEASE, delivery.arguments().arg(self.most).take(), settled)
    }

    pub(super) fn extend(&self, delivery: &Delivery, lease: u64) -> Query<Settled> {
        self.ask(&EXTEND, delivery.arguments().arg(lease).take(), settled)
    }

    pub(super) fn bury(&self, delivery: &Delivery) -> Query<Settled> {
        self.ask(&BURY, delivery.arguments(), settled)
    }

    /// Holds while nobody else has been given the job.
    pub(super) fn condition(&self, delivery: &Delivery) -> Condition {
        Condition::field_equals(self.deliveries(), &delivery.id, delivery.number.to_string())
    }
}

impl Delivery {
    fn arguments(&self) -> Cmd {
        Cmd::new().arg(&self.id).arg(self.number).take()
    }
}

fn claimed(reply: Reply<'_>) -> Result<Claim> {
    let (value, context) = reply.into_parts();
    let Value::Array(values) = value else {
        let left = context.integer(&value)?;
        return Ok(Claim::Nothing(u64::try_from(left).ok().map(Duration::from_millis)));
    };
    let unexpected = |what| context.decode_error(0, DecodeError::reply("a job", &what));
    let [id, stored, number] = <[Value; 3]>::try_from(values).map_err(|values| unexpected(Value::Array(values)))?;
    let number = u64::try_from(context.integer(&number)?).map_err(|_| unexpected(number))?;
    let text = |value| text_of(value).map_err(|source| context.decode_error(0, source));
    let id = String::from_utf8_lossy(&text(id)?).into_owned();
    Ok(Claim::Job(Delivery { id, number }, text(stored)?))
}

fn settled(reply: Reply<'_>) -> Result<Settled> {
    match reply::integer(reply)? {
        1 => Ok(Settled::Done),
        0 => Ok(Settled::HandedOut),
        -1 => Ok(Settled::Gone),
        _ => Err(Error::protocol("a queue's script answers with what it was not written to answer")),
    }
}
