//! What cached functions return, and what of it is stored.

use std::{convert::Infallible, marker::PhantomData};

/// What a call has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<V, E> {
    /// A value: what is stored.
    Value(V),
    /// `None`.
    Absent,
    /// An error.
    Failure(E),
}

/// What a function may return whose values are `V`: a `V`, an `Option<V>`, a `Result<V, E>`, or a `Result<Option<V>, E>`.
pub trait Returns<V>: Sized {
    /// Its error; of one that cannot fail, one that cannot be.
    type Error;

    /// What it is.
    fn answer(&self) -> Answer<&V, &Self::Error>;

    /// What has such an answer; `None` if nothing of this type has.
    fn of_answer(answer: Answer<V, Self::Error>) -> Option<Self>;
}

impl<V> Returns<V> for V {
    type Error = Infallible;

    fn answer(&self) -> Answer<&V, &Infallible> {
        Answer::Value(self)
    }

    fn of_answer(answer: Answer<V, Infallible>) -> Option<Self> {
        match answer {
            Answer::Value(value) => Some(value),
            Answer::Absent => None,
        }
    }
}

impl<V> Returns<V> for Option<V> {
    type Error = Infallible;

    fn answer(&self) -> Answer<&V, &Infallible> {
        self.as_ref().map_or(Answer::Absent, Answer::Value)
    }

    fn of_answer(answer: Answer<V, Infallible>) -> Option<Self> {
        match answer {
            Answer::Value(value) => Some(Some(value)),
            Answer::Absent => Some(None),
        }
    }
}

impl<V, E> Returns<V> for Result<V, E> {
    type Error = E;

    fn answer(&self) -> Answer<&V, &E> {
        match self {
            Ok(value) => Answer::Value(value),
            Err(error) => Answer::Failure(error),
        }
    }

    fn of_answer(answer: Answer<V, E>) -> Option<Self> {
        match answer {
            Answer::Value(value) => Some(Ok(value)),
            Answer::Absent => None,
            Answer::Failure(error) => Some(Err(error)),
        }
    }
}

impl<V, E> Returns<V> for Result<Option<V>, E> {
    type Error = E;

    fn answer(&self) -> Answer<&V, &E> {
        match self {
            Ok(Some(value)) => Answer::Value(value),
            Ok(None) => Answer::Absent,
            Err(error) => Answer::Failure(error),
        }
    }

    fn of_answer(answer: Answer<V, E>) -> Option<Self> {
        Some(match answer {
            Answer::Value(value) => Ok(Some(value)),
            Answer::Absent => Ok(None),
            Answer::Failure(error) => Err(error),
        })
    }
}

/// What tells which `V` a function returns, seen through aliases: the method `values` that is found with the fewest
/// references taken is that of the most exact type. A type that is generic where it is asked for counts as a plain value.
///
/// The method is that of Tolnay, "Autoref-based stable specialization".
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

/// The values of a function.
#[derive(Debug)]
pub struct Values<R, V>(PhantomData<fn() -> (R, V)>);

impl<R> Probe<R> {
    /// A probe of what a function returns.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R, V> Values<R, V> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

macro_rules! probes {
    ($($(#[$doc:meta])* $trait:ident<$($parameter:ident),+> for $probe:ty => $returned:ty, $value:ty;)+) => {$(
        $(#[$doc])*
        pub trait $trait<$($parameter),+> {
            /// The values.
            fn values(&self) -> Values<$returned, $value> {
                Values::new()
            }
        }

        impl<$($parameter),+> $trait<$($parameter),+> for $probe {}
    )+};
}

probes! {
    /// Of a `Result` of an `Option`.
    OfOptionalResult<V, E> for &&&Probe<Result<Option<V>, E>> => Result<Option<V>, E>, V;
    /// Of a `Result`.
    OfResult<V, E> for &&Probe<Result<V, E>> => Result<V, E>, V;
    /// Of an `Option`.
    OfOption<V> for &Probe<Option<V>> => Option<V>, V;
    /// Of a plain value.
    OfPlain<V> for Probe<V> => V, V;
}

#[cfg(test)]
mod tests {
    use super::*;

    type Aliased<T> = Result<T, String>;
    type Maybe = Option<u8>;

    trait Named {
        fn name(&self) -> (&'static str, &'static str);
    }

    impl<R, V> Named for Values<R, V> {
        fn name(&self) -> (&'static str, &'static str) {
            (std::any::type_name::<R>(), std::any::type_name::<V>())
        }
    }

    macro_rules! values_of {
        ($returned:ty) => {
            (&&&&Probe::<$returned>::new()).values().name().1
        };
    }

    fn plain<T>() -> &'static str {
        values_of!(T)
    }

    #[test]
    fn values_are_seen_through_aliases() {
        assert_eq!(values_of!(u8), "u8");
        assert_eq!(values_of!(Maybe), "u8");
        assert_eq!(values_of!(Aliased<u8>), "u8");
        assert_eq!(values_of!(Aliased<Maybe>), "u8");
        assert_eq!(values_of!(std::io::Result<Vec<u8>>), std::any::type_name::<Vec<u8>>());
        assert_eq!(plain::<Maybe>(), std::any::type_name::<Maybe>());
    }

    #[test]
    fn answers_come_back_as_what_they_were() {
        fn returns<V: Clone, R: Returns<V, Error: Clone> + PartialEq + std::fmt::Debug>(given: R) {
            let answer = match given.answer() {
                Answer::Value(value) => Answer::Value(value.clone()),
                Answer::Absent => Answer::Absent,
                Answer::Failure(error) => Answer::Failure(error.clone()),
            };
            assert_eq!(R::of_answer(answer), Some(given));
        }
        returns::<u8, u8>(1);
        returns::<u8, Option<u8>>(Some(1));
        returns::<u8, Option<u8>>(None);
        returns::<u8, Aliased<u8>>(Ok(1));
        returns::<u8, Aliased<u8>>(Err("no".into()));
        returns::<u8, Aliased<Maybe>>(Ok(None));
        returns::<u8, Aliased<Maybe>>(Err("no".into()));
        assert_eq!(<u8 as Returns<u8>>::of_answer(Answer::Absent), None);
    }
}
