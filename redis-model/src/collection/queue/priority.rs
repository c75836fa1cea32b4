//! Queues by priority.

use std::{marker::PhantomData, time::Duration};

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError, Encode, Plain},
    collection::{
        Container, decode,
        handle::{container, in_record},
    },
    command::queue as commands,
    error::{Error, Result},
    key::Key,
    mode::Mode,
    query::{Context, Query, Reply, Script, reply, text_of},
    store::Store,
    taking::{Take, end_of, take},
};

static PUT: Script = Script::new(include_str!("priority_put.lua")).on_keys();

/// Values that are taken by their priority, the lowest number first, each by one taker: a Redis sorted set.
///
/// Equal values are different things in the queue, as in std's `BinaryHeap`: what was put twice is taken twice. Those of the
/// same priority are taken in the order in which they were put.
///
/// What is said of a [`Queue`](crate::Queue) holds here, too: who waits has a connection of its own, and a taker that dies
/// loses what it has taken.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{PriorityQueue, blocking::Store};
///
/// let store = Store::embedded();
/// let tasks = PriorityQueue::<String>::at("tasks");
/// tasks.put("sweep", 20).run(&store)?;
/// tasks.put_all([("alarm", 1), ("mail", 10)]).run(&store)?;
/// assert_eq!(tasks.get(&store, Duration::from_secs(5))?, Some(("alarm".to_owned(), 1.0)));
/// assert_eq!(tasks.try_get().run(&store)?, Some(("mail".to_owned(), 10.0)));
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A sorted set: the score is the priority, a member 16 decimal digits, which number the values in the order in which they
/// were put, and then the encoded value. The last number is kept for an hour at `{key}@number`; numbers are never below the
/// server's microseconds.
#[must_use = "a queue sends nothing: its operations do, when they run"]
pub struct PriorityQueue<T, C = Plain> {
    container: Container,
    of: PhantomData<fn() -> (T, C)>,
}

container!(PriorityQueue<T, C>);
in_record!(PriorityQueue<T, C>);

/// How long the last number is kept: clocks are set back by less.
const KEPT: Duration = Duration::from_secs(3600);

/// How many digits stand before a value.
const DIGITS: usize = 16;

impl<T, C> PriorityQueue<T, C> {
    /// How many values there are: `ZCARD`. 0 when it is empty.
    pub fn len(&self) -> Query<u64> {
        self.read(commands::sorted_length(self.key()), decode::count)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> PriorityQueue<T, C> {
    /// Puts a value: a script with one `ZADD`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] when the priority is no number.
    pub fn put(&self, value: impl Encode<T, C>, priority: impl Into<f64>) -> Query<()> {
        self.put_all([(value, priority)])
    }

    /// Puts values with their priorities, isolated: a script with a `ZADD` for some thousands. Without values, nothing is sent.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_all<V: Encode<T, C>>(&self, values: impl IntoIterator<Item = (V, impl Into<f64>)>) -> Query<()> {
        let mut args = Cmd::new();
        args.arg(KEPT.as_secs() * 1000);
        let mut is_empty = true;
        for (value, priority) in values {
            let priority = priority.into();
            if priority.is_nan() {
                return Query::invalid(Error::invalid_query("a priority must be a number, and this is none: NaN"));
            }
            match self.encoded(&value) {
                Ok(value) => args.arg(priority).arg(value),
                Err(error) => return Query::invalid(error),
            };
            is_empty = false;
        }
        if is_empty {
            return Query::answered(|| ());
        }
        self.run(&PUT, vec![self.companion("number")], args, reply::done)
    }

    /// Takes the value with the lowest priority, and tells that: `ZPOPMIN`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when it is no value of its type; it is taken all the same.
    pub fn try_get(&self) -> Query<Option<(T, f64)>> {
        self.write(commands::pop_min(self.key()), first::<T, C>)
    }

    /// Takes the value with the lowest priority, and waits for one where there is none: `BZPOPMIN` on a connection of its own.
    /// `None` when there was none for as long as this limit.
    ///
    /// The future may be dropped at any time, as that of [`Queue::get`](crate::Queue::get); what is put back has its old place.
    ///
    /// # Errors
    /// As [`Queue::get`](crate::Queue::get).
    pub fn get<'a, M: Mode>(&self, store: &'a Store<M>, limit: Duration) -> M::Result<'a, Option<(T, f64)>>
    where
        T: Send,
    {
        let what = Taken(self.container.clone());
        M::run(async move {
            let Some(reply) = take(store, &what, end_of(limit)).await? else { return Ok(None) };
            let unexpected = || Error::protocol("a value comes with its key and its priority");
            let (member, priority) = popped(&reply).ok_or_else(unexpected)?;
            let value = what.0.decoded::<T, C>(value_of(member.to_vec()))?;
            Ok(Some((value, priority)))
        })
    }

    /// The value that is taken next, which stays, and its priority: `ZRANGE`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when it is no value of its type.
    pub fn peek(&self) -> Query<Option<(T, f64)>> {
        self.read(commands::first(self.key(), Some(1)), first::<T, C>)
    }

    /// All values with their priorities, the next one first: `ZRANGE`. They stay. Nothing when it is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when one is no value of its type.
    pub fn load(&self) -> Query<Vec<(T, f64)>> {
        self.read(commands::first(self.key(), None), all::<T, C>)
    }
}

/// A value that is taken from the queue once it is there.
#[derive(Clone)]
struct Taken(Container);

impl Take for Taken {
    fn key(&self) -> &Key {
        self.0.key()
    }

    fn command(&self, wait: Duration) -> Cmd {
        commands::wait_for_min(self.0.key(), wait)
    }

    fn put_back(&self, reply: &Value) -> Option<Query<()>> {
        let (member, score) = popped(reply)?;
        Some(self.0.write(commands::add(self.0.key(), member, score), reply::done))
    }
}

/// The member and the score in the reply of a command that waits, behind the key.
fn popped(reply: &Value) -> Option<(&[u8], f64)> {
    match reply {
        Value::Array(values) => match &values[..] {
            [_, Value::BulkString(member), score] => Some((member, score_of(score)?)),
            _ => None,
        },
        _ => None,
    }
}

/// A score, which is text unless the protocol has numbers for it.
fn score_of(value: &Value) -> Option<f64> {
    match value {
        Value::Double(score) => Some(*score),
        Value::BulkString(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        Value::SimpleString(text) => text.parse().ok(),
        #[allow(clippy::cast_precision_loss, reason = "a whole score comes from a double")]
        Value::Int(score) => Some(*score as f64),
        _ => None,
    }
}

/// The value behind its number.
fn value_of(mut member: Vec<u8>) -> Vec<u8> {
    member.drain(..DIGITS.min(member.len()));
    member
}

fn first<T: 'static, C: Codec<T>>(reply: Reply<'_>) -> Result<Option<(T, f64)>> {
    Ok(all::<T, C>(reply)?.into_iter().next())
}

/// Members with their scores, in pairs or one after another.
fn all<T: 'static, C: Codec<T>>(reply: Reply<'_>) -> Result<Vec<(T, f64)>> {
    let (value, context) = reply.into_parts();
    let mut values = Vec::new();
    for value in decode::list(value, &context)? {
        match value {
            Value::Array(pair) => values.extend(pair),
            value => values.push(value),
        }
    }
    let mut values = values.into_iter();
    let mut pairs = Vec::with_capacity(values.len() / 2);
    while let (Some(member), Some(score)) = (values.next(), values.next()) {
        pairs.push(pair::<T, C>(member, &score, pairs.len(), &context)?);
    }
    Ok(pairs)
}

fn pair<T: 'static, C: Codec<T>>(
    member: Value,
    score: &Value,
    position: usize,
    context: &Context<'_>,
) -> Result<(T, f64)> {
    let at = |source| context.decode_error_at(format!("[{position}]"), source);
    let score = score_of(score).ok_or_else(|| at(DecodeError::reply("a priority", score)))?;
    let value = text_of(member).and_then(|member| C::decode(value_of(member))).map_err(at)?;
    Ok((value, score))
}
