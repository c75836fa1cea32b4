//! The collections of the standard library.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
};

use super::{AsCounter, AsList, AsMap, AsSet, AsSortedSet, Collected, ElementError, Elements, Stored};
use crate::codec::{Codec, EncodeError, Plain};

macro_rules! sequences {
    ($($kind:ident: [$($parameters:tt)*] $ty:ty;)*) => {$(
        impl<$($parameters)*, C: Codec<T>> Collected<$kind, C> for $ty {
            type Key = ();
            type Item = T;

            fn length(&self) -> usize {
                self.len()
            }

            fn write(&self, skipped: usize, out: &mut Elements) -> Result<(), EncodeError> {
                self.iter().skip(skipped).try_for_each(|value| out.push::<T, C>(value))
            }

            fn read(stored: Stored) -> Result<Self, ElementError> {
                stored.elements::<T, C, Self>()
            }
        }
    )*};
}

sequences! {
    AsSet: [T: Eq + Hash, S: BuildHasher + Default] HashSet<T, S>;
    AsSet: [T: Ord] BTreeSet<T>;
    AsList: [T] Vec<T>;
    AsList: [T] VecDeque<T>;
}

macro_rules! maps {
    ($([$($parameters:tt)*] $ty:ty;)*) => {$(
        impl<$($parameters)*, V, C: Codec<V>> Collected<AsMap, C> for $ty
        where
            Plain: Codec<K>,
        {
            type Key = K;
            type Item = V;

            fn length(&self) -> usize {
                self.len()
            }

            fn write(&self, skipped: usize, out: &mut Elements) -> Result<(), EncodeError> {
                self.iter().skip(skipped).try_for_each(|(key, value)| {
                    out.push::<K, Plain>(key)?;
                    out.push::<V, C>(value)
                })
            }

            fn read(stored: Stored) -> Result<Self, ElementError> {
                stored.pairs::<K, Plain, V, C, Self>()
            }
        }
    )*};
}

maps! {
    [K: Eq + Hash, S: BuildHasher + Default] HashMap<K, V, S>;
    [K: Ord] BTreeMap<K, V>;
}

macro_rules! scored {
    ($([$($parameters:tt)*] $ty:ty;)*) => {$(
        impl<$($parameters)*, C: Codec<T>> Collected<AsSortedSet, C> for $ty {
            type Key = ();
            type Item = T;

            fn length(&self) -> usize {
                self.len()
            }

            fn write(&self, skipped: usize, out: &mut Elements) -> Result<(), EncodeError> {
                let mut pairs = self.iter().skip(skipped);
                pairs.try_for_each(|(member, score)| out.push_scored::<T, C>(member, *score))
            }

            fn read(stored: Stored) -> Result<Self, ElementError> {
                stored.scored::<T, C, Self>()
            }
        }
    )*};
}

scored! {
    [T] Vec<(T, f64)>;
    [T: Eq + Hash, S: BuildHasher + Default] HashMap<T, f64, S>;
    [T: Ord] BTreeMap<T, f64>;
}

macro_rules! counters {
    ($([$($parameters:tt)*] $ty:ty;)*) => {$(
        impl<$($parameters)*, C: Codec<T>> Collected<AsCounter, C> for $ty {
            type Key = ();
            type Item = T;

            fn length(&self) -> usize {
                self.len()
            }

            fn write(&self, skipped: usize, out: &mut Elements) -> Result<(), EncodeError> {
                self.iter().skip(skipped).try_for_each(|(item, count)| {
                    out.push::<T, C>(item)?;
                    out.push::<i64, Plain>(count)
                })
            }

            fn read(stored: Stored) -> Result<Self, ElementError> {
                stored.pairs::<T, C, i64, Plain, Self>()
            }
        }
    )*};
}

counters! {
    [T: Eq + Hash, S: BuildHasher + Default] HashMap<T, i64, S>;
    [T: Ord] BTreeMap<T, i64>;
}
