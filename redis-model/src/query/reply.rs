//! Reading replies: each part decodes its own answer and nothing else.

use redis::{Cmd, RedisError, Value};

use super::{
    exchange::{Answer, Answers, Sent},
    part::Part,
};
use crate::{
    codec::{Codec, DecodeError},
    command::facts::{keys, path_of},
    error::{Error, Result},
    key::{Key, own_path},
};

/// How a query reads its answers: a plain function unless something is captured.
pub(super) enum Decode<T> {
    One(fn(Reply<'_>) -> Result<T>),
    Many(Box<dyn FnOnce(Replies<'_>) -> Result<T> + Send>),
    /// Of a query that is never sent.
    Never,
}

impl<T> Decode<T> {
    pub(super) fn read(self, mut replies: Replies<'_>) -> Result<T> {
        match self {
            Self::One(decode) => decode(replies.next()?),
            Self::Many(decode) => decode(replies),
            Self::Never => Err(Error::invalid_query("this query was never sent")),
        }
    }
}

/// The answers of the parts that a query owns.
pub(super) struct Replies<'a> {
    origins: Origins<'a>,
    values: &'a mut [Answer],
}

/// What the answers are about.
#[derive(Clone, Copy)]
enum Origins<'a> {
    /// Part for part, from this one on.
    Parts { parts: &'a [Part], first: usize, sent: Option<&'a Sent> },
    /// Pieces of the answer of one part that several were merged into, from this one on.
    Merged { merged: Context<'a>, origins: &'a [Origin], first: usize },
}

impl<'a> Replies<'a> {
    pub(super) fn new(parts: &'a [Part], answers: &'a mut Answers) -> Self {
        let (values, sent) = answers.as_parts();
        Self { origins: Origins::Parts { parts, first: 0, sent }, values }
    }

    /// Takes the answer of the next part.
    fn next(&mut self) -> Result<Reply<'a>> {
        let Some((slot, rest)) = std::mem::take(&mut self.values).split_first_mut() else {
            return Err(Error::invalid_query("this query has no answer"));
        };
        let context = match &mut self.origins {
            Origins::Parts { parts, first, sent } => {
                let part = &parts[*first];
                let cmd = part.as_bare().map(|own| sent.and_then(|sent| sent.command(*first)).unwrap_or(own));
                *first += 1;
                Context { part, cmd, origin: None }
            }
            Origins::Merged { merged, origins, first } => {
                *first += 1;
                Context { origin: origins.get(*first - 1), ..*merged }
            }
        };
        self.values = rest;
        Ok(Reply { value: std::mem::replace(slot, Ok(Value::Nil)).map_err(|error| *error)?, context })
    }

    /// Takes the next `count` answers, for a query that owns them.
    pub(super) fn take(&mut self, count: usize) -> Self {
        let values = std::mem::take(&mut self.values);
        let (taken, rest) = values.split_at_mut(count.min(values.len()));
        let origins = self.origins;
        let (Origins::Parts { first, .. } | Origins::Merged { first, .. }) = &mut self.origins;
        *first += taken.len();
        self.values = rest;
        Self { origins, values: taken }
    }

    /// Hands the pieces of a merged part's answer to what were parts.
    pub(super) fn split<T>(mut self, origins: &[Origin], decode: Decode<T>) -> Result<T> {
        let Reply { value, context } = self.next()?;
        let total: usize = origins.iter().map(|origin| origin.answers).sum();
        let values = match value {
            Value::Array(values) if total != 1 => values,
            value => vec![value],
        };
        if values.len() != total {
            return Err(context.decode_error(0, DecodeError::reply(format!("{total} replies"), &values.len())));
        }
        let mut values = values.into_iter();
        let mut pieces: Vec<Answer> = origins
            .iter()
            .map(|origin| match origin.answers {
                1 => Ok(values.next().unwrap_or_default()),
                count => Ok(Value::Array(values.by_ref().take(count).collect())),
            })
            .collect();
        decode.read(Replies { origins: Origins::Merged { merged: context, origins, first: 0 }, values: &mut pieces })
    }
}

/// One part's answer, with what it is about.
pub(crate) struct Reply<'a> {
    value: Value,
    context: Context<'a>,
}

/// What an answer is about, for ids and error texts.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    part: &'a Part,
    /// The part's only command, wherever it is: a batch takes it out of its part.
    cmd: Option<&'a Cmd>,
    /// What it was before it was merged with others.
    origin: Option<&'a Origin>,
}

/// What a part was before it was merged with others: enough to read its piece of the answer, and to name it.
pub(super) struct Origin {
    answers: usize,
    model: &'static str,
    key: Key,
    path: String,
    /// Its first command, whose arguments are the paths that its replies are about.
    command: Option<Cmd>,
}

impl Origin {
    pub(super) fn of(part: &Part) -> Self {
        let command = part.first_command().cloned();
        Self { answers: part.answers(), model: part.model, key: part.key(), path: part.path(0), command }
    }

    /// The path that reply number `position` is about.
    fn path(&self, position: usize) -> String {
        self.command.as_ref().map_or_else(|| self.path.clone(), |cmd| path_of(cmd, position))
    }
}

impl<'a> Reply<'a> {
    pub(crate) fn into_parts(self) -> (Value, Context<'a>) {
        (self.value, self.context)
    }

    /// What it is about.
    pub(crate) fn context(&self) -> Context<'a> {
        self.context
    }
}

/// Nothing to read: the command answers `OK`, or a number that says nothing more.
pub(crate) fn done(_reply: Reply<'_>) -> Result<()> {
    Ok(())
}

/// The number, as text where it comes out of a script.
pub(crate) fn integer(reply: Reply<'_>) -> Result<i64> {
    let (value, context) = reply.into_parts();
    context.integer(&value)
}

/// Whether the number is not 0.
pub(crate) fn flag(reply: Reply<'_>) -> Result<bool> {
    Ok(integer(reply)? != 0)
}

/// A page of a scan: where to go on, and keys.
pub(crate) fn page(reply: Reply<'_>) -> Result<(u64, Vec<Vec<u8>>)> {
    let (value, context) = reply.into_parts();
    redis::from_redis_value(value)
        .map_err(|error| context.decode_error(0, DecodeError::missing("a page of keys").because(error.to_string())))
}

/// The value of one path, absent when there is none.
pub(crate) fn value<T, C: Codec<T>>(reply: Reply<'_>) -> Result<Option<T>> {
    let (value, context) = reply.into_parts();
    context.value::<T, C>(0, value)
}

impl Context<'_> {
    /// The key of the record that was asked for.
    pub(crate) fn key(&self) -> Key {
        match (self.origin, self.cmd) {
            (Some(origin), _) => origin.key.clone(),
            (None, Some(cmd)) => keys(cmd).next().map_or(Key::EMPTY, Key::new),
            (None, None) => self.part.key(),
        }
    }

    /// How many fields the command names.
    pub(crate) fn fields_asked(&self) -> usize {
        let origin = self.origin.and_then(|origin| origin.command.as_ref());
        let cmd = origin.or(self.cmd).or_else(|| self.part.first_command());
        cmd.map_or(0, |cmd| cmd.args_iter().len().saturating_sub(2))
    }

    pub(crate) fn model(&self) -> &'static str {
        self.origin.map_or(self.part.model, |origin| origin.model)
    }

    pub(crate) fn server_error(&self, source: RedisError) -> Error {
        Error::from_server(source, || self.key())
    }

    /// An error about reply number `position` of the part.
    pub(crate) fn decode_error(&self, position: usize, source: DecodeError) -> Error {
        let path = match (self.origin, self.cmd) {
            (Some(origin), _) => origin.path(position),
            (None, Some(cmd)) => path_of(cmd, position),
            (None, None) => self.part.path(position),
        };
        if path.is_empty() && !self.model().is_empty() {
            return self.decode_error_at(own_path(self.key().as_bytes()), source);
        }
        self.decode_error_at(path, source)
    }

    /// An error about a path of the record.
    pub(crate) fn decode_error_at(&self, path: String, source: DecodeError) -> Error {
        Error::Decode { model: self.model(), key: self.key(), path, source }
    }

    /// Reads a stored value; `Nil` is absence.
    pub(crate) fn value<T, C: Codec<T>>(&self, position: usize, value: Value) -> Result<Option<T>> {
        let stored = match value {
            Value::Nil => return Ok(None),
            value => text_of(value).map_err(|error| self.decode_error(position, error))?,
        };
        C::decode(stored).map(Some).map_err(|error| self.decode_error(position, error))
    }

    pub(crate) fn integer(&self, value: &Value) -> Result<i64> {
        let number = match value {
            Value::Int(number) => Some(*number),
            Value::Boolean(flag) => Some(i64::from(*flag)),
            Value::BulkString(text) => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()),
            Value::SimpleString(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.decode_error(0, DecodeError::reply("a number", value)))
    }
}

/// The bytes of a reply that is one value, in whichever shape the protocol sends it.
pub(crate) fn text_of(value: Value) -> Result<Vec<u8>, DecodeError> {
    match value {
        Value::BulkString(bytes) => Ok(bytes),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(text.into_bytes()),
        Value::Int(number) => Ok(number.to_string().into_bytes()),
        Value::Double(number) => Ok(number.to_string().into_bytes()),
        Value::Okay => Ok(b"OK".to_vec()),
        other => Err(DecodeError::reply("one value", &other)),
    }
}
