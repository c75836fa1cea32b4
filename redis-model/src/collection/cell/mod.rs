//! Single values.

mod number;
mod text;
mod update;

use std::{marker::PhantomData, time::Duration};

use redis::Cmd;

use super::{
    Container, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::{key as keys, string},
    error::Result,
    query::{Condition, Query, Step, reply},
    ttl::milliseconds,
};

/// One value: a Redis string.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Cell, blocking::Store};
///
/// let store = Store::embedded();
/// let motto = Cell::<String>::at("motto");
/// assert_eq!(motto.get().run(&store)?, None);
/// motto.set("festina lente").run(&store)?;
/// assert_eq!(motto.swap("carpe diem").run(&store)?.as_deref(), Some("festina lente"));
/// assert!(!motto.set_if_absent("memento mori").run(&store)?);
/// motto.set_for("panta rhei", Duration::from_secs(60)).run(&store)?;
/// assert_eq!(motto.take().run(&store)?.as_deref(), Some("panta rhei"));
///
/// let best = Cell::<u64>::at("best");
/// assert_eq!((best.incr(7).run(&store)?, best.set_max(5).run(&store)?), (7, 7));
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # Time to live
/// As in all containers, a write keeps the time to live, also `set`, unlike a plain `SET` of Redis; what says `_for` starts
/// it anew, and [`persist`](Container::persist) ends it. Once it has expired, a value that is set stays.
///
/// # How it lies in Redis
/// A string, written by the codec `C`: readable text, unless one is named, as in `Cell<Profile, Json>`. What is there of
/// another type, such as a list, is replaced by `set`, `set_for` and `set_if_present`, and is
/// [`Error::WrongType`](crate::Error::WrongType) to all else.
#[must_use = "a cell sends nothing: its operations do, when they run"]
pub struct Cell<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(Cell<T, C>);
in_record!(Cell<T, C>);

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> Cell<T, C> {
    /// The value: `GET`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what is stored is no value of its type.
    pub fn get(&self) -> Query<Option<T>> {
        self.read(string::get(self.key()), reply::value::<T, C>)
    }

    /// The value, which then expires after this time, in whole milliseconds, rounded up: `GETEX`. `None` when there is none.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a time of zero, and for a field of a model, which expires with its
    /// record. When run: as [`get`](Self::get).
    pub fn get_and_expire(&self, after: Duration) -> Query<Option<T>> {
        Query::built(|| {
            let read = string::get_and_expire(self.key(), self.life(after)?);
            Ok(self.write(read, reply::value::<T, C>))
        })
    }

    /// Sets the value: `SET` with `KEEPTTL`.
    pub fn set(&self, value: impl Encode<T, C>) -> Query<()> {
        Query::built(|| Ok(self.write(self.kept(&value)?, reply::done)))
    }

    /// Sets the value for this time, in whole milliseconds, rounded up: `SET` with `PX`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a time of zero, and for a field of a model, which expires with its
    /// record.
    pub fn set_for(&self, value: impl Encode<T, C>, ttl: Duration) -> Query<()> {
        Query::built(|| Ok(self.write(self.limited(&value, ttl)?, reply::done)))
    }

    /// Sets the value where there is none: `SET` with `NX`; whether there was none. Of several callers, one is told so.
    pub fn set_if_absent(&self, value: impl Encode<T, C>) -> Query<bool> {
        Query::built(|| Ok(self.write(self.plain(&value)?.arg("NX").take(), decode::is_done)))
    }

    /// The same for this time: `SET` with `NX` and `PX`.
    ///
    /// # Errors
    /// As [`set_for`](Self::set_for).
    pub fn set_if_absent_for(&self, value: impl Encode<T, C>, ttl: Duration) -> Query<bool> {
        Query::built(|| Ok(self.write(self.limited(&value, ttl)?.arg("NX").take(), decode::is_done)))
    }

    /// Sets the value where there is one: `SET` with `XX` and `KEEPTTL`; whether there was one.
    pub fn set_if_present(&self, value: impl Encode<T, C>) -> Query<bool> {
        Query::built(|| Ok(self.write(self.kept(&value)?.arg("XX").take(), decode::is_done)))
    }

    /// The same for this time: `SET` with `XX` and `PX`.
    ///
    /// # Errors
    /// As [`set_for`](Self::set_for).
    pub fn set_if_present_for(&self, value: impl Encode<T, C>, ttl: Duration) -> Query<bool> {
        Query::built(|| Ok(self.write(self.limited(&value, ttl)?.arg("XX").take(), decode::is_done)))
    }

    /// Removes the value and answers with it: `GETDEL`. `None` when there is none. Of several callers, one gets it.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what was stored is no value of its type; it is gone all the same.
    pub fn take(&self) -> Query<Option<T>> {
        self.write(string::take(self.key()), reply::value::<T, C>)
    }

    /// Sets the value and answers with the one before: `SET` with `GET` and `KEEPTTL`. `None` if there was none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when what was stored is no value of its type; it is replaced all the
    /// same.
    pub fn swap(&self, value: impl Encode<T, C>) -> Query<Option<T>> {
        Query::built(|| Ok(self.write(self.kept(&value)?.arg("GET").take(), reply::value::<T, C>)))
    }

    /// The value, which is set first if there is none: `SET` with `NX` and `GET`.
    ///
    /// # Errors
    /// When run: as [`get`](Self::get).
    pub fn get_or_insert(&self, value: impl Encode<T, C>) -> Query<T> {
        Query::built(|| self.claimed(self.encoded(&value)?, |value| Ok(string::set(self.key(), value))))
    }

    /// The same, where what is set lives for this time; what is there already keeps its own: `SET` with `NX`, `GET` and `PX`.
    ///
    /// # Errors
    /// As [`set_for`](Self::set_for) and [`get`](Self::get).
    pub fn get_or_insert_for(&self, value: impl Encode<T, C>, ttl: Duration) -> Query<T> {
        Query::built(|| {
            self.claimed(self.encoded(&value)?, |value| Ok(string::set_for(self.key(), value, self.life(ttl)?)))
        })
    }

    /// What is there, or else the value that is set by the command.
    fn claimed(&self, value: Vec<u8>, set: impl FnOnce(&[u8]) -> Result<Cmd>) -> Result<Query<T>> {
        let set = set(&value)?.arg("NX").arg("GET").take();
        let cell = self.clone();
        let stored = self.write(set, reply::value::<Vec<u8>, Plain>);
        Ok(stored.and_then(move |stored| cell.decoded::<T, C>(stored.unwrap_or(value))))
    }

    /// Sets the value if it is `current`: `SET` with `KEEPTTL` in a script.
    ///
    /// What is compared are stored bytes: use it for types whose stored form is always the same, not for maps.
    ///
    /// # Errors
    /// When run: [`Error::Conflict`](crate::Error::Conflict) when there is another value, or none.
    pub fn compare_and_set(&self, current: impl Encode<T, C>, value: impl Encode<T, C>) -> Query<()> {
        Query::built(|| Ok(self.write_if(Some(self.encoded(&current)?), self.kept(&value)?)))
    }

    /// Removes the value if it is `current`: `UNLINK` in a script. Compares as [`compare_and_set`](Self::compare_and_set) does.
    ///
    /// # Errors
    /// When run: [`Error::Conflict`](crate::Error::Conflict) when there is another value, or none.
    pub fn remove_if(&self, current: impl Encode<T, C>) -> Query<()> {
        Query::built(|| Ok(self.write_if(Some(self.encoded(&current)?), keys::unlink([self.key()]))))
    }

    /// Writes if this is what is stored.
    fn write_if(&self, stored: Option<Vec<u8>>, cmd: Cmd) -> Query<()> {
        let condition = match stored {
            Some(stored) => Condition::string_equals(self.key(), stored),
            None => Condition::string_absent(self.key()),
        };
        self.write_when(vec![condition], vec![Step::Silent(cmd)], reply::done)
    }

    fn plain(&self, value: &impl Encode<T, C>) -> Result<Cmd> {
        Ok(string::set(self.key(), &self.encoded(value)?))
    }

    fn kept(&self, value: &impl Encode<T, C>) -> Result<Cmd> {
        Ok(self.plain(value)?.arg("KEEPTTL").take())
    }

    fn limited(&self, value: &impl Encode<T, C>, ttl: Duration) -> Result<Cmd> {
        Ok(string::set_for(self.key(), &self.encoded(value)?, self.life(ttl)?))
    }

    fn life(&self, ttl: Duration) -> Result<u64> {
        self.check_own_life()?;
        milliseconds(ttl)
    }
}
