//! What only numbers can do: adding to them, and keeping the greater or the smaller of two.

use redis::Cmd;

use super::Field;
use crate::{
    codec::{DecodeError, Number, NumberKind, Plain, RedisValue},
    command::{facts::readable, hash, string},
    error::{Error, Result},
    key::Key,
    query::{Body, Context, EXTREME, EXTREME_STRING, Query, Reply, Script, Step, reply},
};

impl<T: Number> Field<T> {
    /// Adds `by` and answers with the sum: `HINCRBY`, or `HINCRBYFLOAT` for floats; exact to the ends of `i64`; what is
    /// stored beyond them, as a `u64` can be, cannot be added to.
    ///
    /// An absent field counts as 0, also where the model names a default. [`Error::NotFound`] without the record; [`Error::OutOfRange`] when the sum would
    /// leave the range of the field's type or of `i64`, [`Error::Server`] when what is stored is no number that Redis adds
    /// to: the field stays as it was.
    pub fn incr(&self, by: T::Step) -> Query<T> {
        Query::built(|| {
            let increment = NumberAt { key: &self.place.key, field: Some(self.path.as_bytes()) }.increment::<T>(by)?;
            Ok(match increment {
                Step::Run(cmd) => self.write(cmd, number::<T>),
                step => self.write_when(None, vec![step], number::<T>),
            })
        })
    }

    /// Subtracts `by` and answers with the difference; as [`incr`](Self::incr). `i64::MIN` is [`Error::OutOfRange`] whatever is
    /// stored.
    pub fn decr(&self, by: T::Step) -> Query<T> {
        match T::negate(by) {
            Some(step) => self.incr(step),
            None => Query::invalid(Error::OutOfRange { key: self.place.key.clone(), path: self.path.to_owned() }),
        }
    }

    /// Keeps the greater of the stored and the given number and answers with it, exact for all digits: `HGET` and `HSET` in a
    /// script. An absent field
    /// takes the given one. [`Error::NotFound`] without the record.
    pub fn set_max(&self, value: T) -> Query<T> {
        self.extreme(value, Extreme::Greatest)
    }

    /// Keeps the smaller of the stored and the given number and answers with it, exact for all digits: `HGET` and `HSET` in a
    /// script. An absent field
    /// takes the given one. [`Error::NotFound`] without the record.
    pub fn set_min(&self, value: T) -> Query<T> {
        self.extreme(value, Extreme::Least)
    }

    fn extreme(&self, value: T, keep: Extreme) -> Query<T> {
        Query::built(|| {
            let place = NumberAt { key: &self.place.key, field: Some(self.path.as_bytes()) };
            let (script, args) = place.extreme(value, keep)?;
            let body = Body::new(script, vec![self.place.key.clone()], args);
            Ok(self.write_when(None, vec![Step::Body(body)], number::<T>))
        })
    }
}

/// Which of two numbers stays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Extreme {
    Greatest,
    Least,
}

/// Where a number lies: in a field of a hash, or else as a string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberAt<'a> {
    pub(crate) key: &'a Key,
    pub(crate) field: Option<&'a [u8]>,
}

impl NumberAt<'_> {
    /// What adds to it: a command of the server where that keeps the number's range.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for what is not finite.
    pub(crate) fn increment<T: Number>(self, by: T::Step) -> Result<Step> {
        if !T::is_finite(by) {
            return Err(Error::invalid_query("only finite numbers can be added"));
        }
        let text = self.encoded(&by)?;
        let cmd = match (T::KIND, self.field) {
            (NumberKind::Float, Some(field)) => hash::increment_float(self.key, field, &text),
            (NumberKind::Float, None) => string::increment_float(self.key, &text),
            (NumberKind::Integer { min: None, max: None }, Some(field)) => hash::increment(self.key, field, &text),
            (NumberKind::Integer { min: None, max: None }, None) => string::increment(self.key, &text),
            (NumberKind::Integer { min: low, max: high }, field) => {
                let field = field.map(<[u8]>::to_vec);
                return Ok(Step::Increment { key: self.key.clone(), field, by: text, low, high });
            }
        };
        Ok(Step::Run(cmd))
    }

    /// The script that keeps the greater or the smaller of it and `value`, on the number's key, with its arguments.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for what is no number.
    pub(crate) fn extreme<T: Number>(self, value: T, keep: Extreme) -> Result<(&'static Script, Cmd)> {
        if value.is_nan() {
            return Err(Error::invalid_query("NaN is neither greater nor smaller than a number"));
        }
        let keep = match keep {
            Extreme::Greatest => "max",
            Extreme::Least => "min",
        };
        let script = if self.field.is_some() { &EXTREME } else { &EXTREME_STRING };
        Ok((script, Cmd::new().arg(self.field).arg(self.encoded(&value)?).arg(keep).take()))
    }

    pub(crate) fn out_of_range(self) -> Error {
        Error::OutOfRange { key: self.key.clone(), path: self.path() }
    }

    fn encoded(self, number: &impl RedisValue) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        match number.encode(&mut text) {
            Ok(()) => Ok(text),
            Err(source) => Err(Error::Encode { model: "", key: self.key.clone(), path: self.path(), source }),
        }
    }

    fn path(self) -> String {
        self.field.map(readable).unwrap_or_default()
    }
}

/// The number that is stored now.
pub(crate) fn number<T: Number>(reply: Reply<'_>) -> Result<T> {
    let context: Context<'_> = reply.context();
    let missing = || context.decode_error(0, DecodeError::missing("a number"));
    reply::value::<T, Plain>(reply)?.ok_or_else(missing)
}
