//! Elements of a collection on their way to Redis, and back.

use redis::{Cmd, Value};

use crate::{
    codec::{Codec, DecodeError, EncodeError, Plain},
    query::text_of,
};

/// The elements of a collection that is to be stored, as arguments of one command.
#[derive(Debug)]
pub struct Elements {
    cmd: Cmd,
    buffer: Vec<u8>,
}

impl Elements {
    /// To complete this command.
    pub(in crate::layout) fn of(cmd: Cmd) -> Self {
        Self { cmd, buffer: Vec::new() }
    }

    /// The command with all elements.
    pub(in crate::layout) fn into_cmd(self) -> Cmd {
        self.cmd
    }

    /// Adds one argument.
    ///
    /// # Errors
    /// As the codec.
    pub(super) fn push<T, C: Codec<T>>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.buffer.clear();
        C::encode(value, &mut self.buffer)?;
        self.cmd.arg(&self.buffer[..]);
        Ok(())
    }

    /// Adds a member of a sorted set.
    ///
    /// # Errors
    /// As the codec; for a score that is no number, which a server refuses when it is too late.
    pub(super) fn push_scored<T, C: Codec<T>>(&mut self, member: &T, score: f64) -> Result<(), EncodeError> {
        if score.is_nan() {
            return Err(EncodeError::new("a score", "it is not a number"));
        }
        self.push::<f64, Plain>(&score)?;
        self.push::<T, C>(member)
    }
}

/// What is stored of a collection, in any shape in which a protocol sends it.
#[derive(Debug)]
pub struct Stored(Value);

/// An element that could not be read.
#[derive(Debug)]
pub struct ElementError {
    /// Where it is: its position, or its key, in brackets.
    pub(in crate::layout) place: String,
    pub(in crate::layout) source: DecodeError,
}

impl Stored {
    pub(in crate::layout) fn new(reply: Value) -> Self {
        Self(reply)
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(reply: &Value) -> bool {
        match reply {
            Value::Nil => true,
            Value::Array(values) | Value::Set(values) => values.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
            _ => false,
        }
    }

    /// All values, keys before what they are of.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no collection.
    pub(crate) fn flat(reply: Value) -> Result<Vec<Value>, DecodeError> {
        match reply {
            Value::Nil => Ok(Vec::new()),
            Value::Array(values) if matches!(values.first(), Some(Value::Array(_))) => {
                let pairs = values.into_iter().map(|pair| match pair {
                    Value::Array(pair) if pair.len() == 2 => Ok(pair),
                    other => Err(DecodeError::reply("a pair", &other)),
                });
                Ok(pairs.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            Value::Array(values) | Value::Set(values) => Ok(values),
            Value::Map(pairs) => Ok(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()),
            other => Err(DecodeError::reply("elements", &other)),
        }
    }

    /// The elements of a set or a list.
    ///
    /// # Errors
    /// [`ElementError`] names the position of one that is no value of its type.
    pub(super) fn elements<T, C: Codec<T>, B: FromIterator<T>>(self) -> Result<B, ElementError> {
        let values = Self::flat(self.0).map_err(ElementError::of_all)?;
        let elements = values.into_iter().enumerate();
        elements
            .map(|(position, value)| decode::<T, C>(value).map_err(|source| ElementError::at(position, source)))
            .collect()
    }

    /// The pairs of a map or a sorted set.
    ///
    /// # Errors
    /// [`ElementError`] names the key of one that is no value of its type.
    pub(super) fn pairs<K, CK: Codec<K>, V, CV: Codec<V>, B: FromIterator<(K, V)>>(self) -> Result<B, ElementError> {
        let mut values = Self::flat(self.0).map_err(ElementError::of_all)?.into_iter();
        let pairs = std::iter::from_fn(|| Some((values.next()?, values.next()?)));
        let pair = |(key, value): (Value, Value)| {
            let key = text_of(key).map_err(ElementError::of_all)?;
            let place = format!("[{}]", key.escape_ascii());
            let read = |source| ElementError { place, source };
            match CK::decode(key) {
                Ok(key) => decode::<V, CV>(value).map(|value| (key, value)).map_err(read),
                Err(source) => Err(read(source)),
            }
        };
        pairs.map(pair).collect()
    }

    /// The members of a sorted set with their scores.
    ///
    /// # Errors
    /// As [`pairs`](Self::pairs).
    pub(super) fn scored<T, C: Codec<T>, B: FromIterator<(T, f64)>>(self) -> Result<B, ElementError> {
        self.pairs::<T, C, f64, Plain, B>()
    }
}

fn decode<T, C: Codec<T>>(value: Value) -> Result<T, DecodeError> {
    text_of(value).and_then(C::decode)
}

impl ElementError {
    fn at(position: usize, source: DecodeError) -> Self {
        Self { place: format!("[{position}]"), source }
    }

    fn of_all(source: DecodeError) -> Self {
        Self { place: String::new(), source }
    }
}
