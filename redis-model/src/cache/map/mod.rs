//! Values by key, cached together in one hash.

mod loading;
mod lookup;

use std::{fmt, hash::Hash, marker::PhantomData, ops::Deref, time::Duration};

use redis::{Cmd, Value};

pub use self::{loading::CachedMapOn, lookup::Lookup};
use crate::{
    codec::{Codec, DecodeError, Encode, EncodeError, MsgPack, RedisValue},
    collection::Container,
    command::{hash, key as keys},
    error::{Error, Result},
    key::Key,
    layout::Refresh,
    mode::Mode,
    query::{Context, Query, Reply, Step, reply, text_of},
    store::Store,
    ttl::milliseconds,
};

/// Values by key, cached together in one hash: for a list of ids whose documents are to be found, such as the results of a
/// search.
///
/// [`lookup`](Self::lookup) asks for many keys at once and keeps their order; what it did not find is filled in, and saved by
/// one request. [`on`](Self::on) does both around a function that loads what is missing.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{blocking::Store, cache::CachedMap};
///
/// let store = Store::embedded();
/// let documents = CachedMap::<u64, String>::at("search-results").with_ttl(Duration::from_secs(600));
/// documents.insert_many([(2, "two".to_owned()), (4, "four".to_owned())]).run(&store)?;
///
/// let mut results = documents.lookup([4, 3, 2, 1]).run(&store)?; // in the order of the search
/// let misses: Vec<u64> = results.misses().copied().collect();
/// assert_eq!(misses, [3, 1]);
/// results.extend(misses.into_iter().map(|id| (id, format!("document {id}")))); // from the database
/// results.save().run(&store)?;
///
/// let found: Vec<_> = results.values().collect();
/// assert_eq!(found, ["four", "document 3", "two", "document 1"]);
/// assert!(documents.lookup([1, 2, 3, 4]).run(&store)?.is_complete());
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A hash at the key that is given. Its fields are the keys as [`RedisValue`] writes them: integers, text, enums. Its values are
/// written by the codec `C`: [`MsgPack`] takes any serde type, as does [`Json`](crate::Json), whose values other languages and
/// redis-cli read; [`Plain`](crate::Plain) takes what is a [`RedisValue`]. A value that is a `None` is a value, not a miss:
/// `CachedMap<u64, Option<Doc>>` also remembers which documents do not exist.
///
/// With `Json` it is what pottery's `CachedOrderedDict` reads and writes, as long as the keys are integers. Its keys of other
/// types are JSON as Python writes it: `CachedMap<Python<String>, V, Json>`, with [`Python`](crate::Python).
///
/// # A cache
/// What no longer decodes, as its type has changed, is a miss. All of the hash expires together, and only if it is
/// told to, by [`with_ttl`](Self::with_ttl) or [`expire`](Container::expire), which counts until the next write. A value that is saved replaces what others have saved since the lookup, and brings
/// back what they have removed: where values change, keep the time to live short.
#[must_use = "a cached map sends nothing: its operations do, when they run"]
pub struct CachedMap<K, V, C = MsgPack> {
    container: Container,
    ttl: Option<Duration>,
    refresh: Refresh,
    of: PhantomData<Of<K, V, C>>,
}

/// The types that it gives: it holds none of their values, and is `Send` whether they are or not.
type Of<K, V, C> = fn() -> (K, V, C);

impl<K, V, C> CachedMap<K, V, C> {
    /// The map in the hash at this key, which never expires unless [`with_ttl`](Self::with_ttl) says when.
    pub fn at(key: impl Into<Key>) -> Self {
        Self { container: Container::at(key.into()), ttl: None, refresh: Refresh::Write, of: PhantomData }
    }

    /// Lets the whole map expire this long after it was last written to, in whole milliseconds, rounded up.
    ///
    /// A value that is never written again then lives for as long as others are: [`with_refresh`](Self::with_refresh) can
    /// bound the age of all. A time of zero is [`Error::InvalidQuery`] when the map is read or written.
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// What starts the time to live again: writes, unless this says otherwise; with [`Refresh::Read`] lookups as well, once a
    /// twentieth of it has passed; with [`Refresh::Never`] nothing: it counts from the first write, so that no value is older.
    pub fn with_refresh(mut self, refresh: Refresh) -> Self {
        self.refresh = refresh;
        self
    }

    /// The map on a store, to load what is missing.
    pub fn on<'a, M: Mode>(&self, store: &'a Store<M>) -> CachedMapOn<'a, M, K, V, C> {
        CachedMapOn::new(self.clone(), store)
    }

    /// How many keys have a value: `HLEN`. 0 when there is no map.
    pub fn len(&self) -> Query<u64> {
        self.container.read(hash::length(self.key()), count)
    }

    fn read<T>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        match (self.milliseconds(), self.refresh) {
            (Err(error), _) => Query::invalid(error),
            (Ok(Some(ttl)), Refresh::Read) => self
                .steps(vec![Step::Run(cmd), Step::Refresh { key: self.key().clone(), ttl, with: Vec::new() }], decode),
            (Ok(_), _) => self.container.read(cmd, decode),
        }
    }

    /// What writes, and sets the time to live in the same isolated request: a map that was to expire never stays for ever.
    fn write(&self, cmd: Cmd) -> Query<()> {
        let key = self.key().clone();
        match (self.milliseconds(), self.refresh) {
            (Err(error), _) => Query::invalid(error),
            (Ok(None), _) => self.container.read(cmd, reply::done),
            (Ok(Some(ttl)), Refresh::Never) => self.steps(
                vec![Step::NoteMissing { key: key.clone() }, Step::Run(cmd), Step::ExpireNew { key, ttl }],
                reply::done,
            ),
            (Ok(Some(ttl)), Refresh::Write | Refresh::Read) => {
                self.steps(vec![Step::Run(cmd), Step::Silent(keys::expire(&key, ttl))], reply::done)
            }
        }
    }

    fn steps<T>(&self, steps: Vec<Step>, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.container.write_all(steps, decode)
    }

    fn milliseconds(&self) -> Result<Option<u64>> {
        self.ttl.map(milliseconds).transpose()
    }

    /// A field as it is stored.
    fn field(&self, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>) -> Result<Vec<u8>> {
        self.encoded(b"", encode)
    }

    /// A field as it is stored, and its value.
    fn entry(
        &self,
        field: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
        value: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let field = self.field(field)?;
        let value = self.encoded(&field, value)?;
        Ok((field, value))
    }

    fn encoded(&self, path: &[u8], encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match encode(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(source) => {
                let path = path.escape_ascii().to_string();
                Err(Error::Encode { model: "", key: self.key().clone(), path, source })
            }
        }
    }

    fn set(&self, entries: impl Iterator<Item = Result<(Vec<u8>, Vec<u8>)>>) -> Query<()> {
        let mut cmd = hash::set_many(self.key(), entries.size_hint().0);
        let mut is_empty = true;
        for entry in entries {
            match entry {
                Ok((field, value)) => cmd.arg(field).arg(value),
                Err(error) => return Query::invalid(error),
            };
            is_empty = false;
        }
        if is_empty { Query::answered(|| ()) } else { self.write(cmd) }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<K, V: 'static, C: Codec<V>> CachedMap<K, V, C> {
    /// The value of one key: `HGET`. `None` when there is none, or none that decodes.
    pub fn get(&self, key: impl Encode<K>) -> Query<Option<V>> {
        match self.field(|out| key.encode_to(out)) {
            Ok(field) => self.read(hash::get(self.key(), &field), one::<V, C>),
            Err(error) => Query::invalid(error),
        }
    }

    /// The values of these keys, in their order: one `HMGET`. `None` for each that has none, or none that decodes.
    pub fn get_many(&self, keys: impl IntoIterator<Item = impl Encode<K>>) -> Query<Vec<Option<V>>> {
        let keys = keys.into_iter();
        self.read_many(keys.map(|key| self.field(|out| key.encode_to(out))))
    }

    /// Gives one key a value: `HSET`.
    pub fn insert(&self, key: impl Encode<K>, value: impl Encode<V, C>) -> Query<()> {
        self.insert_many([(key, value)])
    }

    /// Gives these keys values: one `HSET`; of a key that comes twice, the last. Without entries, nothing is sent.
    pub fn insert_many(&self, entries: impl IntoIterator<Item = (impl Encode<K>, impl Encode<V, C>)>) -> Query<()> {
        let entries = entries.into_iter();
        self.set(entries.map(|(key, value)| self.entry(|out| key.encode_to(out), |out| value.encode_to(out))))
    }

    /// Removes the value of one key: `HDEL`; whether it had one. The next lookup misses it.
    pub fn remove(&self, key: impl Encode<K>) -> Query<bool> {
        self.remove_many([key]).map(|removed| removed != 0)
    }

    /// Removes the values of these keys: one `HDEL`; how many had one. Without keys, nothing is sent.
    pub fn remove_many(&self, keys: impl IntoIterator<Item = impl Encode<K>>) -> Query<u64> {
        let fields = keys.into_iter().map(|key| self.field(|out| key.encode_to(out)));
        match fields.collect::<Result<Vec<_>>>() {
            Ok(fields) if fields.is_empty() => Query::answered(|| 0),
            Ok(fields) => self.container.read(hash::delete(self.key(), fields.into_iter()), count),
            Err(error) => Query::invalid(error),
        }
    }

    fn read_many(&self, fields: impl Iterator<Item = Result<Vec<u8>>>) -> Query<Vec<Option<V>>> {
        match fields.collect::<Result<Vec<_>>>() {
            Ok(fields) if fields.is_empty() => Query::answered(Vec::new),
            Ok(fields) => self.read(hash::get_many(self.key(), fields.len()).arg(fields).take(), many::<V, C>),
            Err(error) => Query::invalid(error),
        }
    }
}

impl<K: RedisValue + Eq + Hash + Clone + Send + 'static, V: Send + 'static, C: Codec<V>> CachedMap<K, V, C> {
    /// Looks these keys up and keeps their order, a key that comes twice where it came first: one `HMGET`, or nothing at all
    /// without keys.
    pub fn lookup(&self, keys: impl IntoIterator<Item = K>) -> Query<Lookup<K, V, C>> {
        let lookup = Lookup::new(self.clone(), keys);
        let fields = lookup.iter().map(|(key, _)| self.field(|out| key.encode(out)));
        self.read_many(fields).map(|values| lookup.with(values))
    }
}

fn count(reply: Reply<'_>) -> Result<u64> {
    u64::try_from(reply::integer(reply)?).map_err(|_| Error::protocol("a number of fields is negative"))
}

fn one<V, C: Codec<V>>(reply: Reply<'_>) -> Result<Option<V>> {
    let (value, context) = reply.into_parts();
    cached::<V, C>(&context, 0, value)
}

fn many<V, C: Codec<V>>(reply: Reply<'_>) -> Result<Vec<Option<V>>> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(values) if values.len() == context.fields_asked() => {
            values.into_iter().enumerate().map(|(position, value)| cached::<V, C>(&context, position, value)).collect()
        }
        other => {
            let expected = format!("{} values", context.fields_asked());
            Err(context.decode_error_at(String::new(), DecodeError::reply(expected, &other)))
        }
    }
}

/// A stored value; none also where it is not of this type any more.
fn cached<V, C: Codec<V>>(context: &Context<'_>, position: usize, value: Value) -> Result<Option<V>> {
    match value {
        Value::Nil => Ok(None),
        value => match text_of(value) {
            Ok(stored) => Ok(C::decode(stored).ok()),
            Err(error) => Err(context.decode_error(position, error)),
        },
    }
}

/// What all containers have in common: the key, and its life.
impl<K, V, C> Deref for CachedMap<K, V, C> {
    type Target = Container;

    fn deref(&self) -> &Container {
        &self.container
    }
}

impl<K, V, C> Clone for CachedMap<K, V, C> {
    fn clone(&self) -> Self {
        Self { container: self.container.clone(), ..*self }
    }
}

impl<K, V, C> fmt::Debug for CachedMap<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedMap")
            .field("key", self.key())
            .field("ttl", &self.ttl)
            .field("refresh", &self.refresh)
            .finish_non_exhaustive()
    }
}
