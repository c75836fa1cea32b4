//! A query is a value: commands, the conditions under which they run, and how to read their replies.

mod answer;
mod batch;
mod call_text;
mod condition;
mod exchange;
mod lower;
mod merge;
mod part;
pub(crate) mod reply;
mod script;
mod step;
pub(crate) mod touch;

use std::fmt;

use redis::{Cmd, FromRedisValue};

pub use self::{
    batch::{Batch, IntoQuery},
    condition::Condition,
};
pub(crate) use self::{
    condition::FieldValues,
    exchange::{Link, Repeatable, as_server_error},
    part::Part,
    reply::{Context, Reply, text_of},
    script::{Body, EXTREME, EXTREME_STRING, Script},
    step::{Step, invalidating},
};
use self::{
    exchange::exchange,
    reply::{Decode, Origin, Replies},
};
use crate::{
    codec::DecodeError,
    command::facts::changes_connection,
    error::{Error, Result},
    key::Key,
};

/// Commands, the conditions under which they run, and how to read their replies: one round trip (one more when the server
/// has forgotten a script; batches of more than 10,000 go in several).
///
/// Handles and models build queries and send nothing; [`run`](Self::run) sends. Queries compose: several become one with
/// [`batch`](Batch::batch) or [`Query::all`], still one round trip.
///
/// ```
/// use redis_model::{RedisModel, blocking::Store, prelude::*};
///
/// #[derive(RedisModel)]
/// struct User { #[redis(id)] id: u64, name: String, logins: i64 }
///
/// let store = Store::embedded();
/// User { id: 42, name: "Ada".into(), logins: 7 }.save().run(&store)?;
///
/// let ada = User::at(42);
/// let (name, logins) = (ada.name().get(), ada.logins().incr(1)).batch().run(&store)?;
/// assert_eq!((name.as_deref(), logins), (Some("Ada"), 8));
/// # Ok::<(), redis_model::Error>(())
/// ```
#[must_use = "a query does nothing until it runs"]
pub struct Query<T> {
    parts: Parts,
    decode: Decode<T>,
}

/// What a query sends. One part needs no list.
enum Parts {
    One(Part),
    Many(Vec<Part>),
    /// Something was wrong when the query was built; it waits here, as handles return queries, not results.
    Invalid(Error),
}

impl Parts {
    fn as_mut_slice(&mut self) -> &mut [Part] {
        match self {
            Self::One(part) => std::slice::from_mut(part),
            Self::Many(parts) => parts,
            Self::Invalid(_) => &mut [],
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(parts) => parts.len(),
            Self::Invalid(_) => 0,
        }
    }

    fn into_vec(self) -> Vec<Part> {
        match self {
            Self::One(part) => vec![part],
            Self::Many(parts) => parts,
            Self::Invalid(_) => Vec::new(),
        }
    }
}

impl<T> Query<T> {
    /// A raw command of the [`redis`](crate::redis) crate, its reply read as that crate does.
    ///
    /// Its first argument is taken to be its key; of `UNLINK`, `DEL`, `EXISTS`, `TOUCH` and `MGET`, all are. In a cluster, the
    /// other keys of other commands must lie in the same slot under a condition or in an atomic batch.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] if the reply is no `T`; [`Error::InvalidQuery`] for commands that change the
    /// connection, such as `SELECT`, `MULTI` and `SUBSCRIBE`, as connections are shared.
    pub fn command(cmd: Cmd) -> Self
    where
        T: FromRedisValue,
    {
        if cmd.args_iter().len() == 0 {
            return Self::invalid(Error::invalid_query("the command is empty"));
        }
        if changes_connection(&cmd) {
            return Self::invalid(Error::invalid_query(
                "this command changes the connection, which others share: use a connection of your own for it",
            ));
        }
        Self::part(Part::command(cmd, ""), |reply| {
            let (value, context) = reply.into_parts();
            // Errors inside of arrays are errors of this part too.
            let value = value.extract_error().map_err(|error| context.server_error(error))?;
            T::from_redis_value(value).map_err(|error| {
                let expected = std::any::type_name::<T>();
                context.decode_error(0, DecodeError::missing(expected).because(error.to_string()))
            })
        })
    }

    /// A query of one part.
    pub(crate) fn part(part: Part, decode: fn(Reply<'_>) -> Result<T>) -> Self {
        Self { parts: Parts::One(part), decode: Decode::One(decode) }
    }

    /// A query of one script that is sent as it is, and what it answers with read by `decode`. Under a condition, or in an
    /// atomic batch, it runs within their script.
    pub(crate) fn script(
        script: &'static Script,
        keys: Vec<Key>,
        args: Cmd,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Self {
        match keys.iter().try_for_each(Key::check) {
            Ok(()) => Self::part(Part::script(script, keys, args), decode),
            Err(reason) => Self::invalid(Error::InvalidKey { reason }),
        }
    }

    /// A query of one part on `key`, which may be invalid.
    pub(crate) fn on(key: &Key, part: impl FnOnce() -> Part, decode: fn(Reply<'_>) -> Result<T>) -> Self {
        match key.check() {
            Ok(()) => Self::part(part(), decode),
            Err(reason) => Self::invalid(Error::InvalidKey { reason }),
        }
    }

    /// The query that `build` makes, or one that answers with why it could not.
    pub(crate) fn built(build: impl FnOnce() -> Result<Self>) -> Self {
        build().unwrap_or_else(Self::invalid)
    }

    /// A query that has nothing to send, and its answer.
    pub(crate) fn answered(answer: impl FnOnce() -> T + Send + 'static) -> Self {
        Self { parts: Parts::Many(Vec::new()), decode: Decode::Many(Box::new(|_| Ok(answer()))) }
    }

    /// A query that sends nothing and answers with this error.
    pub(crate) fn invalid(error: Error) -> Self {
        Self { parts: Parts::Invalid(error), decode: Decode::Never }
    }

    /// Runs only when `condition` holds; else nothing runs and the error is the condition's.
    ///
    /// May be called several times: all conditions are checked before anything is written. On a query of several parts
    /// (a batch) it makes the batch [`atomic`](Self::atomic).
    pub fn when(self, condition: Condition) -> Self
    where
        T: 'static,
    {
        if let Err(reason) = condition.key.check() {
            return Self::invalid(Error::InvalidKey { reason });
        }
        let mut query = self.atomic();
        if let Parts::One(part) = &mut query.parts {
            let place = part.conditions.partition_point(|other| other.rank() <= condition.rank());
            part.conditions.insert(place, condition);
        }
        query
    }

    /// Runs all of a batch isolated, with nobody else's commands in between, as one part.
    ///
    /// All conditions are checked first, then the types of the keys, then the commands run. Isolated, not rolled back: if
    /// a command fails after the checks, those before it have run. A record that one query of the batch removes is missing
    /// for those after it.
    ///
    /// In a cluster all keys must lie in one slot.
    pub fn atomic(self) -> Self
    where
        T: 'static,
    {
        let Self { parts: Parts::Many(parts), decode } = self else {
            return self;
        };
        let origins: Vec<Origin> = parts.iter().map(Origin::of).collect();
        let merged = Part::merge(parts);
        let decode = Decode::Many(Box::new(move |replies: Replies<'_>| replies.split(&origins, decode)));
        Self { parts: Parts::One(merged), decode }
    }

    /// Drops the check that the record exists, and the care for its version and TTL, where a field's handle has added
    /// them: the bare command, the fastest way to write.
    ///
    /// The risk: on a record that has expired or was deleted, it makes one of this field alone that never expires.
    /// Conditions that the result depends on stay. So does what a model with `#[redis(invalidates)]` does for caches: its
    /// write is a script all the same, of the command and the deletion of the record's epoch.
    pub fn unchecked(mut self) -> Self {
        self.parts.as_mut_slice().iter_mut().for_each(Part::lift);
        self
    }

    /// Turns the result into another value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U + Send + 'static) -> Query<U>
    where
        T: 'static,
    {
        self.and_then(|value| Ok(convert(value)))
    }

    /// Turns the result into another value, or an error.
    pub(crate) fn and_then<U>(self, convert: impl FnOnce(T) -> Result<U> + Send + 'static) -> Query<U>
    where
        T: 'static,
    {
        let decode = self.decode;
        Query {
            parts: self.parts,
            decode: Decode::Many(Box::new(move |replies| decode.read(replies).and_then(convert))),
        }
    }

    /// Turns an error of the answer into another. What is wrong with the query itself stays as it is.
    pub(crate) fn map_error(self, convert: impl FnOnce(Error) -> Error + Send + 'static) -> Self
    where
        T: 'static,
    {
        let decode = self.decode;
        Self { parts: self.parts, decode: Decode::Many(Box::new(move |replies| decode.read(replies).map_err(convert))) }
    }

    /// Turns a failure of this query into a value, so that in a batch it does not hide the others' results.
    ///
    /// A failure of the whole request, such as a lost connection, still is one.
    pub fn attempt(self) -> Query<Result<T>>
    where
        T: Send + 'static,
    {
        let decode = self.decode;
        match self.parts {
            Parts::Invalid(error) => Query::answered(|| Err(error)),
            parts => Query { parts, decode: Decode::Many(Box::new(move |replies| Ok(decode.read(replies)))) },
        }
    }

    /// Lets a lost reply be an error also where the query could be sent again: its second answer would be another one.
    pub(crate) fn sent_once(mut self) -> Self {
        self.parts.as_mut_slice().iter_mut().for_each(Part::send_once);
        self
    }

    pub(crate) async fn over<L: Link>(self, link: &mut L) -> Result<T> {
        let Self { mut parts, decode } = self;
        if let Parts::Invalid(error) = parts {
            return Err(error);
        }
        let mut answers = exchange(link, &mut parts).await?;
        decode.read(Replies::new(parts.as_mut_slice(), &mut answers))
    }
}

impl Query<()> {
    /// Checks a condition, and does nothing else.
    pub(crate) fn checking(condition: Condition) -> Self {
        Self::part(Part::steps(Vec::new(), vec![condition], ""), reply::done)
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parts {
            Parts::One(part) => f.debug_list().entry(part).finish(),
            Parts::Many(parts) => f.debug_list().entries(parts).finish(),
            Parts::Invalid(error) => error.fmt(f),
        }
    }
}
