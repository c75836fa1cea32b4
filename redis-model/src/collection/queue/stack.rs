//! Stacks: last in, first out.

use std::{marker::PhantomData, time::Duration};

use super::ends::End;
use crate::{
    codec::{Codec, Encode, Plain},
    collection::{
        Container, decode,
        handle::{container, in_record},
    },
    command::list,
    mode::Mode,
    query::{Query, reply},
    store::Store,
};

/// Values of which the last one that was put is taken first, each by one taker: a Redis list.
///
/// What is said of a [`Queue`](crate::Queue) holds here, too: who waits has a connection of its own, and a taker that dies
/// loses what it has taken.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{Stack, blocking::Store};
///
/// let store = Store::embedded();
/// let plates = Stack::<u32>::at("plates");
/// plates.put_all([1, 2, 3]).run(&store)?;
/// assert_eq!(plates.get(&store, Duration::from_secs(5))?, Some(3));
/// assert_eq!(plates.peek().run(&store)?, Some(2));
/// assert_eq!(plates.load().run(&store)?, [2, 1]);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A list of the encoded values, the next one last: `RPUSH` puts, `RPOP` and `BRPOP` take.
#[must_use = "a stack sends nothing: its operations do, when they run"]
pub struct Stack<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(Stack<T, C>);
in_record!(Stack<T, C>);

impl<T, C> Stack<T, C> {
    /// How many values there are: `LLEN`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(list::length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> Stack<T, C> {
    /// Puts a value on top: `RPUSH`.
    pub fn put(&self, value: impl Encode<T, C>) -> Query<()> {
        match self.encoded(&value) {
            Ok(value) => self.write(list::push_one_back(self.key(), &value), reply::done),
            Err(error) => Query::invalid(error),
        }
    }

    /// Puts values on top, one after another: one `RPUSH`. Without values, nothing is sent.
    pub fn put_all(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
        super::put_all(self, values)
    }

    /// Takes the value that was put last: `RPOP`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is taken all the same.
    pub fn try_get(&self) -> Query<Option<T>> {
        End::Back.pop::<T, C>(self)
    }

    /// Takes the value that was put last, and waits for one where there is none: `BRPOP` on a connection of its own. `None`
    /// when there was none for as long as this limit.
    ///
    /// The future may be dropped at any time, as that of [`Queue::get`](crate::Queue::get).
    ///
    /// # Errors
    /// As [`Queue::get`](crate::Queue::get).
    pub fn get<'a, M: Mode>(&self, store: &'a Store<M>, limit: Duration) -> M::Result<'a, Option<T>>
    where
        T: Send,
    {
        End::Back.get::<M, T, C>(self, store, limit)
    }

    /// The value that is taken next, which stays: `LINDEX`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type.
    pub fn peek(&self) -> Query<Option<T>> {
        End::Back.peek::<T, C>(self)
    }

    /// All values, the next one first: `LRANGE`. They stay. Nothing when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when one is no value of its type.
    pub fn load(&self) -> Query<Vec<T>> {
        End::Back.load::<T, C>(self)
    }
}
