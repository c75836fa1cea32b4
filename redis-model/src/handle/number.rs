//! What only number fields can do.

use redis::Cmd;

use super::Field;
use crate::{
    codec::{DecodeError, Number, NumberKind, Plain, RedisValue},
    command::hash,
    error::{Error, Result},
    query::{Body, Context, EXTREME, Query, Reply, Step, reply},
};

impl<T: Number> Field<T> {
    /// Adds `by` and answers with the sum: `HINCRBY`, or `HINCRBYFLOAT` for floats; exact to the ends of `i64`; what is
    /// stored beyond them, as a `u64` can be, cannot be added to.
    ///
    /// An absent field counts as 0, also where the model names a default. [`Error::NotFound`] without the record; [`Error::OutOfRange`] when the sum would
    /// leave the range of the field's type or of `i64`, [`Error::Server`] when what is stored is no number that Redis adds
    /// to: the field stays as it was.
    pub fn incr(&self, by: T::Step) -> Query<T> {
        let mut text = Vec::new();
        if let Err(source) = by.encode(&mut text) {
            return Query::invalid(self.encode_error(source));
        }
        if !T::is_finite(by) {
            return Query::invalid(Error::invalid_query("only finite numbers can be added"));
        }
        match T::KIND {
            NumberKind::Float => self.write(hash::increment_float(&self.place.key, self.path, &text), sum::<T>),
            NumberKind::Integer { min: None, max: None } => {
                self.write(hash::increment(&self.place.key, self.path, &text), sum::<T>)
            }
            NumberKind::Integer { min, max } => {
                let step =
                    Step::Increment { key: self.place.key.clone(), field: self.path, by: text, low: min, high: max };
                self.write_when(None, vec![step], sum::<T>)
            }
        }
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
        self.extreme(value, "max")
    }

    /// Keeps the smaller of the stored and the given number and answers with it, exact for all digits: `HGET` and `HSET` in a
    /// script. An absent field
    /// takes the given one. [`Error::NotFound`] without the record.
    pub fn set_min(&self, value: T) -> Query<T> {
        self.extreme(value, "min")
    }

    fn extreme(&self, value: T, keep: &str) -> Query<T> {
        if value.is_nan() {
            return Query::invalid(Error::invalid_query("NaN is neither greater nor smaller than a number"));
        }
        self.with_encoded(&value, |value| {
            let args = Cmd::new().arg(self.path).arg(value).arg(keep).take();
            let body = Body::new(&EXTREME, vec![self.place.key.clone()], args);
            self.write_when(None, vec![Step::Body(body)], sum::<T>)
        })
    }
}

fn sum<T: Number>(reply: Reply<'_>) -> Result<T> {
    let context: Context<'_> = reply.context();
    let missing = || context.decode_error(0, DecodeError::missing("a number"));
    reply::value::<T, Plain>(reply)?.ok_or_else(missing)
}
