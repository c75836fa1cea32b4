//! Lists.

mod ends;
mod index;
mod order;
mod reply;
mod search;
mod slice;
pub(super) mod span;
mod walk;

use std::{fmt, marker::PhantomData, ops::Deref};

pub use self::{ends::End, order::SortOrder, search::Occurrences, walk::FromBack};
use super::{Container, decode};
use crate::{
    codec::{Codec, Encode, Plain},
    command::list,
    error::Result,
    key::Key,
    layout::{InRecord, LimitedRemote, Place, Remote},
    mode::Mode,
    query::{Query, Script},
    random::random_text,
    scan::Scan,
    store::Store,
};

/// What one command cannot say.
static CHANGING: Script = script();

/// The same where it only reads.
static READING: Script = script().reading().repeatable();

const fn script() -> Script {
    Script::new(include_str!("list.lua")).on_keys().of_types(&["list"])
}

/// Values in an order, each as often as it was put in: a Redis list. Both ends are near, as those of a
/// [`VecDeque`](std::collections::VecDeque).
///
/// Indexes are `i64`: from 0 at the front, negative from the back, -1 being the last element. Ranges are ranges of these,
/// so that `-3..` is the last three, and what lies beyond an end is that end. Every operation is one request.
///
/// ```
/// use redis_model::{List, blocking::Store};
///
/// let store = Store::embedded();
/// let tasks = List::<String>::at("tasks");
/// assert_eq!(tasks.extend(["wash", "rinse", "dry"]).run(&store)?, 3);
/// tasks.insert(1, "soap").run(&store)?;
/// assert_eq!(tasks.get(-1).run(&store)?.as_deref(), Some("dry"));
/// assert_eq!(tasks.range(1..3).run(&store)?, ["soap", "rinse"]);
/// assert_eq!(tasks.slice(.., -2).run(&store)?, ["dry", "soap"]);
/// assert_eq!(tasks.pop_front().run(&store)?.as_deref(), Some("wash"));
/// tasks.rotate_left(1).run(&store)?;
/// assert_eq!(tasks.load().run(&store)?, ["rinse", "dry", "soap"]);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # With a limit
/// [`max_len`](Self::max_len) limits how long the list gets, as Python's `deque(maxlen=…)`: in the same isolated request,
/// what is pushed at one end drops what is too much from the other.
///
/// ```
/// use redis_model::{List, blocking::Store};
///
/// let store = Store::embedded();
/// let recent = List::<u64>::at("recent").max_len(3);
/// recent.extend(1..=5).run(&store)?;
/// assert_eq!(recent.load().run(&store)?, [3, 4, 5]);
/// recent.push_front(9).run(&store)?;
/// assert_eq!(recent.load().run(&store)?, [9, 3, 4]);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A `LIST` at the key; each element as its codec writes it. With [`PythonJson`](crate::PythonJson) elements it is what Python's
/// pottery reads and writes as `RedisList` and `RedisDeque`. The limit is the handle's and is not stored: all who write have
/// to agree on it.
#[must_use = "a list sends nothing: its operations do, when they run"]
pub struct List<T, C = Plain> {
    container: Container,
    max_len: Option<u64>,
    of: PhantomData<fn() -> (T, C)>,
}

impl<T, C> List<T, C> {
    /// The one at this key. Sends nothing.
    pub fn at(key: impl Into<Key>) -> Self {
        Self::of(Container::at(key.into()), None)
    }

    /// One at a random key that nothing else has. What is put there stays until it is cleared or expires.
    pub fn temporary() -> Self {
        Self::at(random_text())
    }

    fn of(container: Container, max_len: Option<u64>) -> Self {
        Self { container, max_len, of: PhantomData }
    }

    /// The same list with a limit, for what is written through this handle. What pushes more drops as many from the other
    /// end, isolated: `LTRIM`; what would put more into the middle is refused with [`Error::Full`](crate::Error::Full).
    /// Reads and what does not grow the list leave one that is longer as it is.
    pub fn max_len(mut self, max_len: u64) -> Self {
        self.max_len = Some(max_len);
        self
    }

    /// How many elements there are: `LLEN`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(list::length(self.key()), decode::count)
    }
}

impl<T: 'static, C: Codec<T>> List<T, C> {
    /// All elements: `LRANGE`. Nothing when it is empty.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn load(&self) -> Query<Vec<T>> {
        self.collect()
    }

    /// All elements, into whatever they make, such as a `VecDeque`: `LRANGE`.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) with the index of one that is no value of its type.
    pub fn collect<B: FromIterator<T>>(&self) -> Query<B> {
        self.read(list::range(self.key(), 0, -1), decode::elements::<T, C, B>)
    }

    /// Puts these values in the place of all that are there, isolated: `RPUSH` to a key beside it, then `RENAME`. Its time to
    /// live stays. Of more than the limit, the last ones remain.
    pub fn replace(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<()> {
        let mut values = values.into_iter().peekable();
        let is_filled = values.peek().is_some() && self.max_len != Some(0);
        self.replace_by(is_filled.then_some(|key: &Key| {
            let filled = self.with_last_values(list::push_back(key), values)?;
            Ok(filled.unwrap_or_default())
        }))
    }

    /// A walk over all elements from the front, page by page: `LRANGE`. For long lists: each page holds the server up only
    /// shortly.
    ///
    /// It goes by places. So while others write, an element that stays comes at least once unless something before it is
    /// removed, and comes again when something is put before it: nothing is missed of a list that only grows, and of one
    /// whose back alone changes each element that stays comes exactly once. Of a queue, which loses its front, take
    /// [`iter_back`](Self::iter_back).
    ///
    /// ```
    /// use redis_model::{List, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let numbers = List::<u64>::at("numbers");
    /// numbers.extend(0..1_000).run(&store)?;
    /// let even = numbers.iter(&store).filter(|number| !matches!(number, Ok(number) if number % 2 == 1));
    /// assert_eq!(even.collect::<Result<Vec<_>, _>>()?.len(), 500);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, Self>
    where
        T: Send,
    {
        Scan::new(store, self.clone())
    }

    /// The same from the back to the front: an element that stays comes at least once unless something behind it is
    /// removed, whatever happens at the front.
    pub fn iter_back<M: Mode>(&self, store: &Store<M>) -> Scan<M, FromBack<T, C>>
    where
        T: Send,
    {
        Scan::new(store, FromBack::new(self.clone()))
    }

    /// Bytes of a value, or the error as what a query answers with.
    fn with_encoded<R>(&self, value: &impl Encode<T, C>, query: impl FnOnce(Vec<u8>) -> Query<R>) -> Query<R> {
        match self.encoded(value) {
            Ok(value) => query(value),
            Err(error) => Query::invalid(error),
        }
    }

    /// The limit as scripts take it.
    fn limit(&self) -> String {
        self.max_len.map(|limit| limit.to_string()).unwrap_or_default()
    }

    /// A query that changes the list by its script.
    fn change<R>(&self, args: redis::Cmd, decode: fn(crate::query::Reply<'_>) -> Result<R>) -> Query<R> {
        self.run(&CHANGING, Vec::new(), args, decode)
    }
}

impl<T, C> LimitedRemote for Remote<List<T, C>> {}

impl<T, C> InRecord for List<T, C> {
    fn in_record(place: Place, path: &'static str, limit: Option<u64>) -> Self {
        Self::of(Container::of_record(place, path), limit)
    }
}

/// What all containers have in common: their key, and its life.
impl<T, C> Deref for List<T, C> {
    type Target = Container;

    fn deref(&self) -> &Self::Target {
        &self.container
    }
}

impl<T, C> Clone for List<T, C> {
    fn clone(&self) -> Self {
        Self::of(self.container.clone(), self.max_len)
    }
}

impl<T, C> fmt::Debug for List<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("List");
        tuple.field(&self.container);
        if let Some(max_len) = self.max_len {
            tuple.field(&format_args!("max_len {max_len}"));
        }
        tuple.finish()
    }
}

/// The beginning of the script's arguments.
fn operation(name: &str) -> redis::Cmd {
    redis::Cmd::new().arg(name).take()
}
