//! Scores as they are sent, and as they come: as doubles, or as text.

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError, Encode, RedisValue},
    collection::{Container, decode},
    error::{Error, Result},
    query::{Context, Reply},
};

/// A number as it is sent: the shortest text that reads back as the same.
///
/// # Errors
/// [`Error::InvalidQuery`] for what is no number.
pub(super) fn text(score: f64) -> Result<Vec<u8>> {
    if score.is_nan() {
        return Err(Error::invalid_query("a score must be a number, and this is none: NaN"));
    }
    let mut text = Vec::new();
    score.encode(&mut text).map_err(|_| Error::invalid_query("a score must have a text"))?;
    Ok(text)
}

/// A command with scores and members as its last arguments; `None` without any.
///
/// # Errors
/// Those of [`text`]; [`Error::Encode`].
pub(super) fn with_pairs<T, C, V: Encode<T, C>>(
    set: &Container,
    mut cmd: Cmd,
    pairs: impl IntoIterator<Item = (V, impl Into<f64>)>,
) -> Result<Option<Cmd>> {
    let mut is_empty = true;
    for (member, score) in pairs {
        cmd.arg(text(score.into())?).arg(set.encoded(&member)?);
        is_empty = false;
    }
    Ok((!is_empty).then_some(cmd))
}

/// A score.
pub(super) fn score(reply: Reply<'_>) -> Result<f64> {
    let (value, context) = reply.into_parts();
    number(&value, &context)
}

/// A score, absent without its member.
pub(super) fn optional(reply: Reply<'_>) -> Result<Option<f64>> {
    let (value, context) = reply.into_parts();
    optional_number(&value, &context)
}

/// A score for each member that was asked for.
pub(super) fn scores(reply: Reply<'_>) -> Result<Vec<Option<f64>>> {
    let (value, context) = reply.into_parts();
    decode::list(value, &context)?.iter().map(|value| optional_number(value, &context)).collect()
}

/// Members with their scores: in pairs, or one after the other.
pub(super) fn pairs<T, C: Codec<T>, B: FromIterator<(T, f64)>>(reply: Reply<'_>) -> Result<B> {
    let (value, context) = reply.into_parts();
    let mut values = decode::list(value, &context)?;
    if let Some(Value::Array(_)) = values.first() {
        let flat = values.into_iter().map(|pair| decode::list(pair, &context)).collect::<Result<Vec<_>>>()?;
        values = flat.concat();
    }
    if values.len() % 2 != 0 {
        return Err(context.decode_error(0, DecodeError::reply("members with their scores", &values.len())));
    }
    let mut values = values.into_iter();
    let pairs = std::iter::from_fn(|| values.next().zip(values.next()));
    let decoded = pairs.enumerate().map(|(position, (member, score))| {
        Ok((decode::element::<T, C>(member, position, &context)?, number(&score, &context)?))
    });
    decoded.collect()
}

/// The first of the members with its score, absent when there is none.
pub(super) fn first<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Option<(T, f64)>> {
    Ok(pairs::<T, C, Vec<_>>(reply)?.into_iter().next())
}

/// A rank, absent without its member.
pub(super) fn rank(reply: Reply<'_>) -> Result<Option<u64>> {
    let (value, context) = reply.into_parts();
    if value == Value::Nil {
        return Ok(None);
    }
    u64::try_from(context.integer(&value)?).map(Some).map_err(|_| Error::protocol("a rank is negative"))
}

fn optional_number(value: &Value, context: &Context<'_>) -> Result<Option<f64>> {
    if *value == Value::Nil { Ok(None) } else { number(value, context).map(Some) }
}

fn number(value: &Value, context: &Context<'_>) -> Result<f64> {
    let number = match value {
        Value::Double(number) => Some(*number),
        Value::BulkString(text) => parsed(text),
        Value::SimpleString(text) => parsed(text.as_bytes()),
        _ => None,
    };
    number.ok_or_else(|| context.decode_error(0, DecodeError::reply("a score", value)))
}

/// A number in the text of a server, which writes `inf` and `-inf` for those without end.
pub(super) fn parsed(text: &[u8]) -> Option<f64> {
    f64::decode(text).ok().filter(|number| !number.is_nan())
}
