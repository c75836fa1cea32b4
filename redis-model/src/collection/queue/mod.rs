//! Queues, first in, first out.

mod ends;
mod priority;
mod stack;

use std::{marker::PhantomData, time::Duration};

use self::ends::End;
pub use self::{priority::PriorityQueue, stack::Stack};
use super::{
    Container, decode,
    handle::{container, in_record},
};
use crate::{
    codec::{Codec, Encode, Plain},
    command::list,
    mode::Mode,
    query::{Query, reply},
    store::Store,
};

/// Values that are taken in the order in which they were put, each by one taker: a Redis list.
///
/// [`get`](Self::get) waits for a value on a connection of its own, so that nobody else has to wait: each that waits has one,
/// beside those of the store, and a few are kept for the next. The server serves those who wait in the order in which they
/// came; one who waits for longer than 5 s asks again then, and goes behind those who have come meanwhile.
///
/// **At most once**: what is taken is gone from the server, and lost with a taker that dies, or whose connection breaks in
/// that moment. Where that must not happen, take a [`ReliableQueue`](crate::ReliableQueue). A [`get`](Self::get) that is only
/// given up loses nothing: what came for it is put back where it was.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Queue, blocking::Store};
///
/// let store = Store::embedded();
/// let mails = Queue::<String>::at("mails");
/// mails.put_all(["to Ada", "to Bob"]).run(&store)?;
/// assert_eq!(mails.get(&store, Duration::from_secs(5))?.as_deref(), Some("to Ada"));
/// assert_eq!(mails.try_get().run(&store)?.as_deref(), Some("to Bob"));
/// assert_eq!(mails.get(&store, Duration::from_millis(10))?, None);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A list of the encoded values, the next one first: `RPUSH` puts, `LPOP` and `BLPOP` take.
#[must_use = "a queue sends nothing: its operations do, when they run"]
pub struct Queue<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(Queue<T, C>);
in_record!(Queue<T, C>);

impl<T, C> Queue<T, C> {
    /// How many values there are: `LLEN`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(list::length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> Queue<T, C> {
    /// Puts a value behind all others: `RPUSH`.
    pub fn put(&self, value: impl Encode<T, C>) -> Query<()> {
        match self.encoded(&value) {
            Ok(value) => self.write(list::push_one_back(self.key(), &value), reply::done),
            Err(error) => Query::invalid(error),
        }
    }

    /// Puts values behind all others, in their order: one `RPUSH`. Without values, nothing is sent.
    pub fn put_all(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
        put_all(self, values)
    }

    /// Takes the value that was put first: `LPOP`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is taken all the same.
    pub fn try_get(&self) -> Query<Option<T>> {
        End::Front.pop::<T, C>(self)
    }

    /// Takes the value that was put first, and waits for one where there is none: `BLPOP` on a connection of its own. `None`
    /// when there was none for as long as this limit.
    ///
    /// The future may be dropped at any time. What the server may have given it by then is put back to the front, by a task
    /// in the background; when the program or its runtime ends before that, it is lost.
    ///
    /// A queue that is a field of a record is waited for whether or not the record is there, and what is taken so does not
    /// count as a change of the record.
    ///
    /// # Errors
    /// [`Error::Disconnected`](crate::Error::Disconnected) when the connection breaks while it waits: a value that was taken in that moment is lost.
    /// [`Error::Timeout`](crate::Error::Timeout) when the server does not say in time that there was none; should it give a value later, within half
    /// a minute, that is put back. [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is taken all the same. Else those of
    /// any request.
    pub fn get<'a, M: Mode>(&self, store: &'a Store<M>, limit: Duration) -> M::Result<'a, Option<T>>
    where
        T: Send,
    {
        End::Front.get::<M, T, C>(self, store, limit)
    }

    /// The value that is taken next, which stays: `LINDEX`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type.
    pub fn peek(&self) -> Query<Option<T>> {
        End::Front.peek::<T, C>(self)
    }

    /// All values, the next one first: `LRANGE`. They stay. Nothing when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no value of its type.
    pub fn load(&self) -> Query<Vec<T>> {
        End::Front.load::<T, C>(self)
    }
}

/// Puts values to the end of a list.
fn put_all<T, C>(container: &Container, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
    match container.with_values(list::push_back(container.key()), values) {
        Ok(Some(cmd)) => container.write(cmd, reply::done),
        Ok(None) => Query::answered(|| ()),
        Err(error) => Query::invalid(error),
    }
}
