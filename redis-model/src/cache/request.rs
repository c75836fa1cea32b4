//! The requests of caches: what is sent, and what comes back.

use std::time::Duration;

use redis::{Cmd, Value};

use super::{
    address::Address,
    entry::{Entry, Epoch},
};
use crate::{
    codec::DecodeError,
    command,
    error::{Error, Result},
    key::Key,
    lock::RELEASE,
    query::{Batch as _, Part, Query, Reply, Script, reply, text_of},
    random::random_text,
};

static CLAIM: Script = Script::new(include_str!("script/claim.lua")).repeatable();
static COMMIT: Script = Script::new(include_str!("script/commit.lua")).repeatable();
static EPOCH: Script = Script::new(include_str!("script/epoch.lua")).repeatable();
static INDEX: Script = Script::new(include_str!("script/index.lua")).repeatable();

/// How many keys a page of a scan looks at.
const PAGE: usize = 1_000;

/// What one look at an entry finds.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) lying: Lying,
    /// In the order of the address.
    pub(super) epochs: Vec<Option<Epoch>>,
}

/// What lies at an entry's key.
#[derive(Debug)]
pub(super) enum Lying {
    Nothing,
    Entry(Entry),
    /// Something that is no entry of ours.
    Other(Vec<u8>),
}

impl Lying {
    fn of(bytes: Option<Vec<u8>>) -> Self {
        match bytes.map(Entry::read) {
            None => Self::Nothing,
            Some(Ok(entry)) => Self::Entry(entry),
            Some(Err(other)) => Self::Other(other),
        }
    }

    pub(super) fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Nothing | Self::Other(_) => None,
        }
    }

    /// How it begins: what tells it from whatever else may come to lie there.
    pub(super) fn head(&self) -> &[u8] {
        match self {
            Self::Nothing => &[],
            Self::Entry(entry) => entry.head(),
            Self::Other(bytes) => bytes,
        }
    }
}

/// The answer to a claim.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) turn: Turn,
    /// The server's time, in milliseconds since the epoch.
    pub(super) now: u64,
    pub(super) found: Found,
}

/// Whose turn it is to compute an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nobody's: it is fresh.
    Nobodys,
    Mine,
    /// Somebody else's, who has this token, for so long at most.
    Anothers {
        token: String,
        lease: Duration,
    },
}

/// The entry, and the epochs of its tags: one `GET`, or one `MGET`.
pub(super) fn look(address: &Address) -> Query<Found> {
    if address.epochs.is_empty() {
        return Query::on(
            &address.entry,
            || Part::command(command::string::get(&address.entry), ""),
            |reply| {
                let lying = Lying::of(bytes(reply)?);
                Ok(Found { lying, epochs: Vec::new() })
            },
        );
    }
    let keys = std::iter::once(&address.entry).chain(&address.epochs);
    Query::on(
        &address.entry,
        || Part::command(command::string::get_many(keys), ""),
        |reply| {
            let mut values = all_bytes(reply)?.into_iter();
            let lying = Lying::of(values.next().flatten());
            Ok(Found { lying, epochs: values.collect() })
        },
    )
}

/// The same of several entries: one `MGET`.
pub(super) fn look_all<'a>(addresses: impl Iterator<Item = &'a Address> + Clone) -> Query<Vec<Found>> {
    let counts: Vec<usize> = addresses.clone().map(|address| address.epochs.len()).collect();
    let Some(first) = addresses.clone().next() else { return Query::all(Vec::<Query<Found>>::new()) };
    let keys = addresses.flat_map(|address| std::iter::once(&address.entry).chain(&address.epochs));
    let values = Query::on(&first.entry, || Part::command(command::string::get_many(keys), ""), all_bytes);
    values.map(move |values| {
        let mut values = values.into_iter();
        let found =
            |count| Found { lying: Lying::of(values.next().flatten()), epochs: values.by_ref().take(count).collect() };
        counts.into_iter().map(found).collect()
    })
}

/// The server's time, in milliseconds since the epoch: `TIME`.
pub(super) fn time() -> Query<u64> {
    Query::part(Part::command(redis::cmd("TIME"), ""), |reply| {
        let (value, context) = reply.into_parts();
        let (seconds, micros): (u64, u64) = redis::from_redis_value(value)
            .map_err(|error| context.decode_error(0, DecodeError::missing("a time").because(error.to_string())))?;
        Ok(seconds.saturating_mul(1_000) + micros / 1_000)
    })
}

/// Asks for the turn to compute an entry, as this token, for so long. With `seen`, an entry that begins so is outdated
/// although it may be fresh. `by_force` takes the turn away from whoever has it.
///
/// Epochs that are absent are made, and all of them read before the turn is given: what invalidates a tag after that
/// makes the entry that is about to be computed one of an earlier epoch.
pub(super) fn claim(address: &Address, token: &str, lease: Duration, seen: &[u8], by_force: bool) -> Query<Claimed> {
    let args = Cmd::new().arg(token).arg(milliseconds(lease)).arg(u8::from(by_force)).arg(seen).take();
    let claim = Query::script(&CLAIM, vec![address.entry.clone(), address.lock()], args, claimed);
    if address.epochs.is_empty() {
        return claim;
    }
    (epochs(address), claim).batch().map(|(epochs, mut claimed)| {
        claimed.found.epochs = epochs;
        claimed
    })
}

/// The epochs, made where they are absent.
pub(super) fn epochs(address: &Address) -> Query<Vec<Option<Epoch>>> {
    // They outlive the computation at least; the commit lets them live as long as the entry.
    Query::all(address.epochs.iter().map(|key| epoch(key, address.epochs_life, &random_text())))
}

/// An epoch, made of this text if it is absent, and let live for so long at least.
fn epoch(key: &Key, life: Duration, text: &str) -> Query<Option<Epoch>> {
    Query::script(&EPOCH, vec![key.clone()], Cmd::new().arg(milliseconds(life)).arg(text).take(), bytes)
}

/// Stores an entry as this token, if it is still its turn; without a token in any case. Fresh for so long, and kept for
/// longer. False if it was overtaken.
pub(super) fn commit(address: &Address, token: &str, entry: &[u8], fresh: Duration, kept: Duration) -> Query<bool> {
    let args = Cmd::new().arg(token).arg(milliseconds(fresh)).arg(more_milliseconds(kept)).arg(entry).take();
    let commit = Query::script(&COMMIT, vec![address.entry.clone(), address.lock()], args, reply::flag);
    if address.epochs.is_empty() {
        return commit;
    }
    // One that is absent stays so: made anew, it would let what was invalidated come back.
    let prolong = |key| epoch(key, fresh.saturating_add(kept), "");
    (commit, Query::all(address.epochs.iter().map(prolong)).attempt()).batch().map(|(is_stored, _)| is_stored)
}

/// Removes an entry as this token, if it is still its turn: what was computed is none that is stored. False if it was
/// overtaken.
pub(super) fn withdraw(address: &Address, token: &str) -> Query<bool> {
    let args = Cmd::new().arg(token).arg(0).arg(0).arg("").take();
    Query::script(&COMMIT, vec![address.entry.clone(), address.lock()], args, reply::flag)
}

/// Gives a turn back that was not used; false if it was somebody else's by then, or the entry was invalidated.
pub(super) fn release(address: &Address, token: &str) -> Query<bool> {
    Query::script(&RELEASE, vec![address.lock()], Cmd::new().arg(token).take(), reply::flag)
}

/// Whether it is still the turn of this token: `GET`.
pub(super) fn holds(address: &Address, token: String) -> Query<bool> {
    let lock = address.lock();
    Query::on(&lock, || Part::command(command::string::get(&lock), ""), bytes)
        .map(move |held| held.is_some_and(|held| held == token.as_bytes()))
}

/// Removes an entry, and takes the turn away from whoever computes it. True if there was one.
pub(super) fn invalidate(address: &Address) -> Query<bool> {
    // The turn first: a commit in between would bring the old value back.
    let remove = |key| remove(std::slice::from_ref(key));
    (remove(&address.lock()), remove(&address.entry)).batch().map(|(_, removed)| removed > 0)
}

/// Takes entries out of their function's index: `ZREM`.
pub(super) fn forget<'a>(index: &Key, arguments: impl IntoIterator<Item = &'a [u8]>) -> Query<()> {
    Query::on(index, || Part::command(command::sorted_set::remove(index, arguments), ""), reply::done)
}

/// Removes keys, and answers with how many there were: `UNLINK`.
pub(super) fn remove(keys: &[Key]) -> Query<u64> {
    let Some(first) = keys.first() else { return Query::all(Vec::<Query<()>>::new()).map(|_| 0) };
    Query::on(
        first,
        || Part::command(command::key::unlink(keys), ""),
        |reply| Ok(u64::try_from(reply::integer(reply)?).unwrap_or(0)),
    )
}

/// Some of the keys of a pattern, and where to go on; 0 when there are no more: `SCAN`.
pub(super) fn page(cursor: u64, pattern: &[u8]) -> Query<(u64, Vec<Vec<u8>>)> {
    Query::part(Part::command(command::key::scan(cursor, pattern, PAGE), ""), reply::page)
}

/// Notes an entry in its function's index, and answers with the arguments of those that are too many: they stay in there.
pub(super) fn note(index: &Key, arguments: &[u8], life: Duration, most: u64) -> Query<Vec<Vec<u8>>> {
    let args = Cmd::new().arg(arguments).arg(milliseconds(life)).arg(most).take();
    Query::script(&INDEX, vec![index.clone()], args, |reply| Ok(all_bytes(reply)?.into_iter().flatten().collect()))
}

fn claimed(reply: Reply<'_>) -> Result<Claimed> {
    let wrong = || Error::protocol("the script of a cache answers with what it was not written to answer");
    let Value::Array(values) = reply.into_parts().0 else { return Err(wrong()) };
    // A list ends where Lua has a nil, or holds it as one.
    let (known, rest) = values.split_at_checked(4).ok_or_else(wrong)?;
    let [Value::Int(turn), Value::Int(now), Value::Int(lease), Value::BulkString(token)] = known else {
        return Err(wrong());
    };
    let turn = match turn {
        0 => Turn::Nobodys,
        1 => Turn::Mine,
        2 => Turn::Anothers {
            token: String::from_utf8_lossy(token).into_owned(),
            lease: Duration::from_millis(u64::try_from(*lease).unwrap_or(0)),
        },
        _ => return Err(wrong()),
    };
    let lying = Lying::of(match rest.first() {
        Some(Value::BulkString(bytes)) => Some(bytes.clone()),
        _ => None,
    });
    let now = u64::try_from(*now).map_err(|_| wrong())?;
    Ok(Claimed { turn, now, found: Found { lying, epochs: Vec::new() } })
}

/// The bytes of a value; none of an absent one.
fn bytes(reply: Reply<'_>) -> Result<Option<Vec<u8>>> {
    match reply.into_parts() {
        (Value::Nil, _) => Ok(None),
        (value, context) => text_of(value).map(Some).map_err(|error| context.decode_error(0, error)),
    }
}

/// The same of each value in a list.
fn all_bytes(reply: Reply<'_>) -> Result<Vec<Option<Vec<u8>>>> {
    let (value, context) = reply.into_parts();
    let read = |value| match value {
        Value::Nil => Ok(None),
        value => text_of(value).map(Some),
    };
    match value {
        Value::Array(values) => values.into_iter().map(read).collect::<Result<_, _>>(),
        other => Err(DecodeError::reply("a list of values", &other)),
    }
    .map_err(|error| context.decode_error(0, error))
}

/// A time to live in whole milliseconds, at least one, and no more than a server can count.
fn milliseconds(life: Duration) -> u64 {
    more_milliseconds(life).max(1)
}

/// The same of what comes on top of a time to live.
fn more_milliseconds(time: Duration) -> u64 {
    const LONGEST: u64 = 1 << 45;
    u64::try_from(time.as_millis()).map_or(LONGEST, |time| time.min(LONGEST))
}
