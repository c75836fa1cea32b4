//! Replies of commands on collections, in every shape: RESP2, RESP3, and as scripts give them.

use redis::Value;

use super::dump::Dump;
use crate::{
    codec::{Codec, DecodeError},
    command::facts::readable,
    error::{Error, Result},
    layout::Stored,
    query::{Context, Reply, reply, text_of},
    ttl::TimeLeft,
};

/// A number that is not negative.
pub(super) fn count(reply: Reply<'_>) -> Result<u64> {
    u64::try_from(reply::integer(reply)?).map_err(|_| Error::protocol("a number of elements is negative"))
}

/// The sum of one number, or of several.
pub(super) fn sum(reply: Reply<'_>) -> Result<u64> {
    let (value, context) = reply.into_parts();
    let numbers = match &value {
        Value::Array(numbers) => &numbers[..],
        number => std::slice::from_ref(number),
    };
    let mut sum = 0_i64;
    for number in numbers {
        sum = sum.saturating_add(context.integer(number)?);
    }
    u64::try_from(sum).map_err(|_| Error::protocol("a number of elements is negative"))
}

/// Elements, into whatever they make.
pub(super) fn elements<T, C: Codec<T>, B: FromIterator<T>>(reply: Reply<'_>) -> Result<B> {
    let (value, context) = reply.into_parts();
    let values = list(value, &context)?;
    values.into_iter().enumerate().map(|(position, value)| element::<T, C>(value, position, &context)).collect()
}

/// Elements as they are stored.
pub(super) fn stored(reply: Reply<'_>) -> Result<Vec<Vec<u8>>> {
    let (value, context) = reply.into_parts();
    let values = list(value, &context)?.into_iter();
    values.map(|value| text_of(value).map_err(|source| context.decode_error(0, source))).collect()
}

/// Elements out of several replies, into whatever they make together.
pub(super) fn elements_of_all<T, C: Codec<T>, B: FromIterator<T>>(reply: Reply<'_>) -> Result<B> {
    let (value, context) = reply.into_parts();
    let replies = list(value, &context)?;
    let values: Vec<Value> =
        replies.into_iter().map(|reply| list(reply, &context)).collect::<Result<Vec<_>>>()?.concat();
    values.into_iter().enumerate().map(|(position, value)| element::<T, C>(value, position, &context)).collect()
}

/// Flags, one for each value that was asked for.
pub(super) fn flags(reply: Reply<'_>) -> Result<Vec<bool>> {
    let (value, context) = reply.into_parts();
    list(value, &context)?.iter().map(|value| Ok(context.integer(value)? != 0)).collect()
}

/// Flags of several commands, of which a single one answers by itself.
pub(super) fn each_flag(reply: Reply<'_>) -> Result<Vec<bool>> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(values) => values.iter().map(|value| Ok(context.integer(value)? != 0)).collect(),
        only => Ok(vec![context.integer(&only)? != 0]),
    }
}

/// Whether the command has done it: it answers with nothing where it has not.
pub(super) fn is_done(reply: Reply<'_>) -> Result<bool> {
    Ok(reply.into_parts().0 != Value::Nil)
}

/// The value that there must be.
pub(super) fn value<T, C: Codec<T>>(reply: Reply<'_>) -> Result<T> {
    let context = reply.context();
    reply::value::<T, C>(reply)?.ok_or_else(|| context.decode_error(0, DecodeError::missing("a value")))
}

/// A value for each one that was asked for, `None` where there is none.
pub(super) fn values<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Vec<Option<T>>> {
    let (value, context) = reply.into_parts();
    let values = list(value, &context)?;
    values.into_iter().enumerate().map(|(position, value)| context.value::<T, C>(position, value)).collect()
}

/// Entries of a hash, into whatever they make. The error of a value names its key.
pub(super) fn entries<K, V, C, D, B>(reply: Reply<'_>) -> Result<B>
where
    C: Codec<V>,
    D: Codec<K>,
    B: FromIterator<(K, V)>,
{
    let (value, context) = reply.into_parts();
    entries_of::<K, V, C, D, B>(value, &context)
}

/// The same of one of several replies.
pub(super) fn entries_of<K, V, C, D, B>(value: Value, context: &Context<'_>) -> Result<B>
where
    C: Codec<V>,
    D: Codec<K>,
    B: FromIterator<(K, V)>,
{
    let entry = |(key, value): (Value, Value)| {
        let key = text_of(key).map_err(|source| context.decode_error(0, source))?;
        let path = readable(&key);
        let decoded = || Ok((D::decode(key)?, text_of(value).and_then(C::decode)?));
        decoded().map_err(|source| context.decode_error_at(path, source))
    };
    pairs(value, context)?.into_iter().map(entry).collect()
}

/// The first of these, if there is one.
pub(super) fn first_entry<K, V, C: Codec<V>, D: Codec<K>>(reply: Reply<'_>) -> Result<Option<(K, V)>> {
    Ok(entries::<K, V, C, D, Vec<_>>(reply)?.pop())
}

/// Pairs, which come as a map, as an array of pairs, or one after the other.
pub(super) fn pairs(value: Value, context: &Context<'_>) -> Result<Vec<(Value, Value)>> {
    let values = Stored::flat(value).map_err(|source| context.decode_error(0, source))?;
    let mut pairs = Vec::with_capacity(values.len() / 2);
    let mut values = values.into_iter();
    while let Some(first) = values.next() {
        pairs.push((first, values.next().ok_or_else(|| Error::protocol("an entry has no value"))?));
    }
    Ok(pairs)
}

/// How long an entry of a hash has left to live.
pub(super) fn entry_time_left(reply: Reply<'_>) -> Result<TimeLeft> {
    let context = reply.context();
    TimeLeft::from_milliseconds(only_number(reply)?).map_err(|source| context.decode_error(0, source))
}

/// Whether the time to live of an entry of a hash was changed.
pub(super) fn is_entry_changed(reply: Reply<'_>) -> Result<bool> {
    Ok(only_number(reply)? > 0)
}

/// The number for the only field that was asked about.
fn only_number(reply: Reply<'_>) -> Result<i64> {
    let (value, context) = reply.into_parts();
    match &list(value, &context)?[..] {
        [number] => context.integer(number),
        _ => Err(Error::protocol("there is not one answer for one entry of a hash")),
    }
}

/// A copy of a container.
pub(super) fn dump(reply: Reply<'_>) -> Result<Option<Dump>> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Nil => Ok(None),
        value => Ok(Some(Dump::new(text_of(value).map_err(|source| context.decode_error(0, source))?))),
    }
}

/// The values of an array or a set; none where there is nothing.
pub(super) fn list(value: Value, context: &Context<'_>) -> Result<Vec<Value>> {
    match value {
        Value::Array(values) | Value::Set(values) => Ok(values),
        Value::Nil => Ok(Vec::new()),
        other => Err(context.decode_error(0, DecodeError::reply("elements", &other))),
    }
}

/// One element; the error names its position.
pub(super) fn element<T, C: Codec<T>>(value: Value, position: usize, context: &Context<'_>) -> Result<T> {
    text_of(value).and_then(C::decode).map_err(|source| context.decode_error_at(format!("[{position}]"), source))
}
