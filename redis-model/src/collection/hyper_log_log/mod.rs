//! Estimates of how many different values there have been.

use std::marker::PhantomData;

use redis::Cmd;

use super::{
    Container, Several, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::hyper_log_log,
    query::{Query, Script, reply},
};

static CONTAINS: Script = Script::new(include_str!("contains.lua")).on_keys();

/// How many different values there have been, without keeping them: a Redis `HyperLogLog`.
///
/// It takes at most 12 kB for any number of values, and its [`len`](Self::len) is off by 0.81 % on average.
///
/// ```
/// use redis_model::{HyperLogLog, blocking::Store};
///
/// let store = Store::embedded();
/// let [monday, tuesday] = ["monday", "tuesday"].map(HyperLogLog::<String>::at);
/// assert!(monday.insert("ada").run(&store)?);
/// assert!(!monday.insert("ada").run(&store)?);
/// tuesday.extend(["ada", "bob"]).run(&store)?;
/// assert_eq!((monday.len().run(&store)?, tuesday.len().run(&store)?), (1, 2));
/// assert_eq!(monday.union_len(&tuesday).run(&store)?, 2);
///
/// let week = HyperLogLog::<String>::at("week");
/// week.merge([&monday, &tuesday]).run(&store)?;
/// assert_eq!(week.len().run(&store)?, 2);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A string in Redis' own format, which every client of Redis reads. What the server hashes are the bytes that the codec
/// writes: with [`PythonJson`](crate::PythonJson) it is pottery's `HyperLogLog`, which creates an empty one as soon as it
/// is named, so that [`exists`](Container::exists) is true where [`len`](Self::len) is 0.
#[must_use = "a HyperLogLog sends nothing: its operations do, when they run"]
pub struct HyperLogLog<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(HyperLogLog<T, C>);
in_record!(HyperLogLog<T, C>);

impl<T, C> HyperLogLog<T, C> {
    /// About how many different values there have been: `PFCOUNT`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(hyper_log_log::count(self.key(), &[]), decode::count)
    }

    /// About how many different values there have been in this and the others together: one `PFCOUNT`. In a cluster, all
    /// must lie in one slot.
    pub fn union_len(&self, others: impl Several<Self>) -> Query<u64> {
        match others.keys() {
            Ok(others) => self.read(hyper_log_log::count(self.key(), &others), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds what the others have seen: one `PFMERGE`. In a cluster, all must lie in one slot.
    pub fn merge(&self, others: impl Several<Self>) -> Query<()> {
        match others.keys() {
            Ok(others) => self.write(hyper_log_log::merge(self.key(), &others), reply::done),
            Err(error) => Query::invalid(error),
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> HyperLogLog<T, C> {
    /// Adds a value: `PFADD`; whether that changed anything. It does for no value that has been added before, and for
    /// nearly every other while there are few.
    pub fn insert(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.encoded(&value) {
            Ok(value) => self.write(hyper_log_log::insert(self.key()).arg(value).take(), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds values: one `PFADD`; whether any of them changed anything. Without values, nothing is sent.
    pub fn extend(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<bool> {
        match self.with_values(hyper_log_log::insert(self.key()), values) {
            Ok(Some(cmd)) => self.write(cmd, reply::flag),
            Ok(None) => Query::answered(|| false),
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether a value may have been added: false is certain, true is likely only while there are few. As
    /// [`contains_many`](Self::contains_many).
    pub fn contains(&self, value: impl Encode<T, C>) -> Query<bool> {
        self.contains_many([value]).map(|found| found.first().is_some_and(|found| *found))
    }

    /// Whether each of these may have been added, in their order: a script, which inserts them into a copy. Without values,
    /// nothing is sent.
    ///
    /// False is certain. A `HyperLogLog` is made to count: of values that were not added, it takes one in 25 for known when
    /// there are a thousand, and one in three when there are ten thousand. A [`BloomFilter`](crate::BloomFilter) is made to
    /// ask.
    pub fn contains_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<bool>> {
        match self.with_values(Cmd::new(), values) {
            Ok(Some(elements)) => self.look(&CONTAINS, vec![self.workplace()], elements, decode::flags),
            Ok(None) => Query::answered(Vec::new),
            Err(error) => Query::invalid(error),
        }
    }
}
