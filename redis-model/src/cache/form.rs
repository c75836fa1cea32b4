//! How what a function returns is stored, and read back.

use std::{any::Any, marker::PhantomData, sync::Arc, time::Duration};

use super::{
    entry::{self, Epoch, Kind},
    flight::Landing,
    returns::{Answer, Returns, Values},
};
use crate::codec::{Codec, EncodeError, MsgPack};

/// What of a result is stored, and for how long.
#[derive(Debug)]
pub struct Encoded {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
    pub(super) life: Life,
}

impl Encoded {
    /// What those get who wait for it in this process.
    pub(super) fn landing(&self, epochs: &[Epoch]) -> Landing {
        Landing { kind: self.kind, payload: self.payload[..].into(), epochs: epochs.into() }
    }

    /// Its entry, but for the time until which it is fresh; none if one of the epochs is not one of ours.
    pub(super) fn entry(&self, cost: Duration, epochs: &[Epoch]) -> Option<Vec<u8>> {
        entry::write(self.kind, cost, epochs, &self.payload)
    }
}

/// How long a result is fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// So long.
    For(Duration),
    /// As long as the function says of `None`.
    OfAbsence,
    /// As long as the function says of errors.
    OfFailure,
    /// It is not stored.
    None,
}

/// A decoded answer as it is kept in this process: a value, or none.
pub(super) type Kept = Arc<dyn Any + Send + Sync>;

/// How results of type `R` are stored.
pub trait Form<R>: Send + Sync {
    /// The stored form of a result; none of one that has none, such as an error that is not to be stored.
    fn encode(&self, result: &R) -> Result<Option<Encoded>, EncodeError>;

    /// The result of what is stored; none if that is of no result, such as of an earlier version of the function.
    fn decode(&self, kind: Kind, payload: Vec<u8>) -> Option<R>;

    /// Whether it is an error.
    fn is_failure(&self, result: &R) -> bool;

    /// What this process keeps of a result, if it keeps any.
    fn keep(&self, result: &R) -> Option<Kept>;

    /// The result of what this process has kept.
    fn restore(&self, kept: &Kept) -> Option<R>;
}

/// The [`Form`] of what a function with these options returns.
#[derive(Debug)]
pub struct Shape<V, T, S, C = MsgPack, E = Unstored> {
    ttl: T,
    store_if: S,
    keeping: Option<Keeping<V>>,
    of: PhantomData<Of<V, C, E>>,
}

/// The types that it is about: it holds none of their values, and is `Send` whether they are or not.
type Of<V, C, E> = fn() -> (V, C, E);

/// How values are kept in this process.
#[derive(Debug)]
pub(super) struct Keeping<V> {
    keep: fn(Option<&V>) -> Kept,
    /// Nothing if that is of another type.
    restore: fn(&Kept) -> Option<Option<V>>,
}

impl<V> Shape<V, fn(&V) -> Duration, fn(&V) -> bool> {
    /// Of a function that returns these values: all of them are stored, errors and `None` are not.
    pub fn new<R>(_values: &Values<R, V>) -> Self {
        Self { ttl: |_| Duration::ZERO, store_if: |_| true, keeping: None, of: PhantomData }
    }
}

impl<V, T, S, C, E> Shape<V, T, S, C, E> {
    /// How long each value is fresh.
    pub fn ttl<U: Fn(&V) -> Duration>(self, ttl: U) -> Shape<V, U, S, C, E> {
        Shape { ttl, store_if: self.store_if, keeping: self.keeping, of: PhantomData }
    }

    /// Which values are stored.
    pub fn store_if<U: Fn(&V) -> bool>(self, store_if: U) -> Shape<V, T, U, C, E> {
        Shape { ttl: self.ttl, store_if, keeping: self.keeping, of: PhantomData }
    }

    /// How values are written.
    pub fn codec<D: Codec<V>>(self) -> Shape<V, T, S, D, E> {
        Shape { ttl: self.ttl, store_if: self.store_if, keeping: self.keeping, of: PhantomData }
    }

    /// Errors are stored too, by the same codec.
    pub fn errors(self) -> Shape<V, T, S, C, Stored<C>> {
        Shape { ttl: self.ttl, store_if: self.store_if, keeping: self.keeping, of: PhantomData }
    }

    /// Values are kept in this process too, and cloned for each call.
    #[must_use]
    pub fn near(self) -> Self
    where
        V: Clone + Send + Sync + 'static,
    {
        self.keeping(Some(Keeping::cloned()))
    }

    pub(super) fn keeping(self, keeping: Option<Keeping<V>>) -> Self {
        Self { keeping, ..self }
    }
}

impl<V> Clone for Keeping<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Keeping<V> {}

impl<V: Clone + Send + Sync + 'static> Keeping<V> {
    pub(super) const fn cloned() -> Self {
        Self { keep: |value| Arc::new(value.cloned()), restore: |kept| kept.downcast_ref::<Option<V>>().cloned() }
    }
}

impl<R, V, T, S, C, E> Form<R> for Shape<V, T, S, C, E>
where
    R: Returns<V>,
    T: Fn(&V) -> Duration + Send + Sync,
    S: Fn(&V) -> bool + Send + Sync,
    C: Codec<V>,
    E: Failures<R::Error>,
{
    fn encode(&self, result: &R) -> Result<Option<Encoded>, EncodeError> {
        let mut payload = Vec::new();
        let (kind, life) = match result.answer() {
            Answer::Value(value) => {
                C::encode(value, &mut payload)?;
                (Kind::Value, if (self.store_if)(value) { Life::For((self.ttl)(value)) } else { Life::None })
            }
            Answer::Absent => (Kind::Absent, Life::OfAbsence),
            Answer::Failure(error) => match E::encode(error) {
                Some(encoded) => {
                    payload = encoded?;
                    (Kind::Failure, Life::OfFailure)
                }
                None => return Ok(None),
            },
        };
        Ok(Some(Encoded { kind, payload, life }))
    }

    fn decode(&self, kind: Kind, payload: Vec<u8>) -> Option<R> {
        R::of_answer(match kind {
            Kind::Value => Answer::Value(C::decode(payload).ok()?),
            Kind::Absent => Answer::Absent,
            Kind::Failure => Answer::Failure(E::decode(payload)?),
        })
    }

    fn is_failure(&self, result: &R) -> bool {
        matches!(result.answer(), Answer::Failure(_))
    }

    fn keep(&self, result: &R) -> Option<Kept> {
        let keep = self.keeping.as_ref()?.keep;
        match result.answer() {
            Answer::Value(value) => Some(keep(Some(value))),
            Answer::Absent => Some(keep(None)),
            Answer::Failure(_) => None,
        }
    }

    fn restore(&self, kept: &Kept) -> Option<R> {
        R::of_answer(match (self.keeping.as_ref()?.restore)(kept)? {
            Some(value) => Answer::Value(value),
            None => Answer::Absent,
        })
    }
}

impl<R, F: Form<R>> Form<R> for &F {
    fn encode(&self, result: &R) -> Result<Option<Encoded>, EncodeError> {
        (**self).encode(result)
    }

    fn decode(&self, kind: Kind, payload: Vec<u8>) -> Option<R> {
        (**self).decode(kind, payload)
    }

    fn is_failure(&self, result: &R) -> bool {
        (**self).is_failure(result)
    }

    fn keep(&self, result: &R) -> Option<Kept> {
        (**self).keep(result)
    }

    fn restore(&self, kept: &Kept) -> Option<R> {
        (**self).restore(kept)
    }
}

/// How errors are stored, if they are: [`Stored`] or [`Unstored`].
pub trait Failures<E>: 'static {
    /// The stored form.
    fn encode(error: &E) -> Option<Result<Vec<u8>, EncodeError>>;

    /// The error of its stored form.
    fn decode(stored: Vec<u8>) -> Option<E>;
}

/// Errors are not stored.
#[derive(Debug)]
pub struct Unstored;

/// Errors are stored by a codec.
#[derive(Debug)]
pub struct Stored<C>(PhantomData<fn() -> C>);

impl<E> Failures<E> for Unstored {
    fn encode(_error: &E) -> Option<Result<Vec<u8>, EncodeError>> {
        None
    }

    fn decode(_stored: Vec<u8>) -> Option<E> {
        None
    }
}

impl<E, C: Codec<E>> Failures<E> for Stored<C> {
    fn encode(error: &E) -> Option<Result<Vec<u8>, EncodeError>> {
        let mut stored = Vec::new();
        Some(C::encode(error, &mut stored).map(|()| stored))
    }

    fn decode(stored: Vec<u8>) -> Option<E> {
        C::decode(stored).ok()
    }
}
