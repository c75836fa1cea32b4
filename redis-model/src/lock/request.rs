//! The requests of hierarchical locks: what is sent to the scripts, and what comes back.

use std::time::Duration;

use redis::{Cmd, Value};

use super::{owner::Owner, place::Place};
use crate::{
    codec::DecodeError,
    error::{Error, Result},
    key::Key,
    query::{Condition, Query, Reply, Script, text_of},
};

/// The texts that come before a script: its short way, if it has one, stands before what only the long way needs.
macro_rules! prelude {
    ($($short_way:literal)?) => {
        concat!(
            include_str!("script/state.lua"),
            $("\n", include_str!($short_way),)?
            "\n",
            include_str!("script/tree.lua"),
            "\n",
            include_str!("script/queue.lua"),
        )
    };
}

static ACQUIRE: Script =
    Script::new(include_str!("script/acquire.lua")).after(prelude!("script/acquire_free.lua")).repeatable();
static RELEASE: Script = Script::new(include_str!("script/release.lua"))
    .after(prelude!("script/release_last.lua"))
    .repeatable()
    .allowing_oom();
static KEEP: Script = Script::new(include_str!("script/keep.lua")).after(prelude!()).repeatable().allowing_oom();
static PEEK: Script = Script::new(include_str!("script/peek.lua")).after(prelude!()).repeatable();

/// How long a waiter may be silent before it leaves the queue.
pub(super) const SILENCE: Duration = Duration::from_secs(3);

/// How long a request that comes after it was given up is refused: longer than it can be on its way.
const REFUSAL: Duration = Duration::from_secs(60);

/// What a lock lets others do beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sharing {
    #[default]
    Exclusive,
    Shared,
}

/// One request for a lock. The server knows it by its owner and number, so that it may come twice.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) place: Place,
    pub(super) sharing: Sharing,
    pub(super) owner: Owner,
    pub(super) number: u64,
    /// In milliseconds.
    pub(super) lease: u64,
    pub(super) is_fair: bool,
    /// Whether it was sent more than once, so that one more may come to the server after it was answered.
    pub(super) is_straying: bool,
}

/// What a request for a lock is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is held; the fence.
    Granted(u64),
    /// Somebody is in the way; how long the tree's next deadline is away.
    Denied(Duration),
    /// The request had been given up.
    Refused,
}

/// What giving a lock back is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Released,
    NotHeld,
    /// It had been waiting, for somebody whose lease lasts so long, where that is known.
    HadWaited(Option<Duration>),
}

/// What is known of a waiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Waiting,
    /// It holds its lock by now; the fence.
    Granted(u64),
    Unknown,
}

/// The answer to a sign of life of waiters.
#[derive(Debug)]
pub(super) struct Census {
    pub(super) standings: Vec<Standing>,
    /// How long the tree's next deadline is away.
    pub(super) next: Option<Duration>,
}

impl Request {
    /// The request's name on the server, and in messages.
    pub(super) fn waiter(&self) -> String {
        format!("{}/{}", self.owner.name(), self.number)
    }

    /// Asks for the lock; with a channel it waits in the queue if it is denied, and is told there when it is granted.
    pub(super) fn acquire(&self, channel: Option<&str>) -> Query<Verdict> {
        let silence = channel.map_or(0, |_| SILENCE.as_millis());
        let mut args = arguments();
        args.arg(self.owner.name()).arg(self.number).arg(self.mode()).arg(&*self.place.escaped()).arg(self.lease);
        args.arg(number(silence)).arg(u8::from(self.is_fair)).arg(channel.unwrap_or_default());
        Query::script(&ACQUIRE, self.keys(), args, |reply| {
            read(reply, |values| match values {
                [1, fence] => Some(Verdict::Granted(u64::try_from(*fence).ok()?)),
                [0, due] => Some(Verdict::Denied(duration(*due)?)),
                [2] => Some(Verdict::Refused),
                _ => None,
            })
        })
    }

    /// Gives the lock back, or leaves the queue. Should the request come once more, it is refused.
    pub(super) fn release(&self) -> Query<Ending> {
        self.end(Duration::ZERO)
    }

    /// The same, and refuses the request if it comes only now.
    pub(super) fn give_up(&self) -> Query<Ending> {
        self.end(REFUSAL)
    }

    fn end(&self, refusal: Duration) -> Query<Ending> {
        let refusal = if self.is_straying { REFUSAL } else { refusal };
        let mut args = arguments();
        args.arg(self.owner.name()).arg(self.number).arg(number(refusal.as_millis())).arg(&*self.place.escaped());
        args.arg(u8::from(self.is_straying));
        Query::script(&RELEASE, self.keys(), args, |reply| {
            read(reply, |values| match values {
                [1] => Some(Ending::Released),
                [0] => Some(Ending::NotHeld),
                [2, lease] => Some(Ending::HadWaited(duration(*lease))),
                _ => None,
            })
        })
    }

    /// Renews the lease; false if it has lapsed.
    pub(super) fn renew(&self, lease: u64) -> Query<bool> {
        let args = arguments().arg(1).arg(self.owner.name()).arg(self.number).arg(lease).arg(0).take();
        Query::script(&KEEP, self.keys(), args, |reply| {
            read(reply, |values| values.first().map(|&renewed| renewed == 1))
        })
    }

    /// Says that waiters of a tree are still there; each as [`waiter`](Self::waiter) has it.
    pub(super) fn stay<'a>(keys: Vec<Key>, waiters: impl Iterator<Item = &'a str>) -> Query<Census> {
        let mut args = arguments();
        args.arg(0).arg(number(SILENCE.as_millis()));
        for waiter in waiters {
            args.arg(waiter);
        }
        Query::script(&KEEP, keys, args, |reply| {
            read(reply, |values| {
                let (&next, standings) = values.split_last()?;
                let standing = |&value: &i64| match value {
                    0 => Standing::Waiting,
                    fence => u64::try_from(fence).map_or(Standing::Unknown, Standing::Granted),
                };
                Some(Census { standings: standings.iter().map(standing).collect(), next: duration(next) })
            })
        })
    }

    /// Whether somebody else's hold is in the way just now.
    pub(super) fn peek(place: &Place, sharing: Sharing, owner: Option<&Owner>) -> Query<bool> {
        let mut args = arguments();
        args.arg(owner.map_or("", Owner::name)).arg(letter(sharing)).arg(&*place.escaped());
        Query::script(&PEEK, place.keys(), args, crate::query::reply::flag)
    }

    /// Holds while the lock is held; else [`Error::LockLost`].
    pub(super) fn condition(&self) -> Condition {
        Condition::lease(self.place.tree.hash.clone(), self.owner.name(), self.number, self.place.name())
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.place.keys()
    }

    fn mode(&self) -> &'static str {
        letter(self.sharing)
    }
}

impl Place {
    /// The keys of the tree, as the scripts take them.
    pub(super) fn keys(&self) -> Vec<Key> {
        vec![self.tree.hash.clone(), self.tree.index.clone(), self.tree.queue.clone()]
    }
}

fn letter(sharing: Sharing) -> &'static str {
    match sharing {
        Sharing::Exclusive => "X",
        Sharing::Shared => "S",
    }
}

/// A command without a name: a list of arguments in one buffer.
fn arguments() -> Cmd {
    Cmd::with_capacity(8, 128)
}

fn number(milliseconds: u128) -> u64 {
    u64::try_from(milliseconds).unwrap_or(u64::MAX)
}

fn duration(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// Reads an array of numbers; fences come as text.
fn read<T>(reply: Reply<'_>, convert: impl FnOnce(&[i64]) -> Option<T>) -> Result<T> {
    let (value, _) = reply.into_parts();
    let wrong = || Error::protocol("a lock's script answers with what it was not written to answer");
    let Value::Array(values) = value else { return Err(wrong()) };
    let numbers: Option<Vec<i64>> = values.into_iter().map(integer).collect();
    numbers.and_then(|numbers| convert(&numbers)).ok_or_else(wrong)
}

fn integer(value: Value) -> Option<i64> {
    if let Value::Int(number) = value {
        return Some(number);
    }
    let text: Result<Vec<u8>, DecodeError> = text_of(value);
    String::from_utf8(text.ok()?).ok()?.parse().ok()
}
