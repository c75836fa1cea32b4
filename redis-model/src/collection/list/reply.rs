//! Replies of commands on lists.

use redis::Value;

use crate::{
    codec::Codec,
    collection::decode,
    error::Result,
    query::{Reply, reply},
};

/// A new length, where the number is one; none where the element beside which to insert was not there.
pub(super) fn length_if_found(reply: Reply<'_>) -> Result<Option<u64>> {
    Ok(u64::try_from(reply::integer(reply)?).ok().filter(|length| *length > 0))
}

/// A place, if there is one.
pub(super) fn place(reply: Reply<'_>) -> Result<Option<u64>> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Nil => Ok(None),
        value => Ok(u64::try_from(context.integer(&value)?).ok()),
    }
}

/// Places, in the order in which they come.
pub(super) fn places(reply: Reply<'_>) -> Result<Vec<u64>> {
    let (value, context) = reply.into_parts();
    let places = decode::list(value, &context)?;
    places.iter().map(|place| Ok(u64::try_from(context.integer(place)?).unwrap_or_default())).collect()
}

/// Elements, the last one first.
pub(super) fn backwards<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Vec<T>> {
    let mut elements = decode::elements::<T, C, Vec<T>>(reply)?;
    elements.reverse();
    Ok(elements)
}

/// The first number of what a splice answers with: the new length.
pub(super) fn new_length(reply: Reply<'_>) -> Result<u64> {
    let (value, context) = reply.into_parts();
    let values = decode::list(value, &context)?;
    let length = context.integer(values.first().unwrap_or(&Value::Nil))?;
    Ok(u64::try_from(length).unwrap_or_default())
}

/// What a splice has removed: all that it answers with but the first number.
pub(super) fn removed<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Vec<T>> {
    let (value, context) = reply.into_parts();
    let values = decode::list(value, &context)?;
    let removed = values.into_iter().skip(1).enumerate();
    removed.map(|(position, value)| decode::element::<T, C>(value, position, &context)).collect()
}

/// What a splice of one element has removed.
pub(super) fn removed_one<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Option<T>> {
    Ok(removed::<T, C>(reply)?.pop())
}
