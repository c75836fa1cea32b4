//! What happens at an index of a list, or beside an element.

use super::{List, operation, reply as replies, span::Span};
use crate::{
    codec::{Codec, Encode},
    command::list,
    error::Error,
    query::{Query, reply},
};

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> List<T, C> {
    /// The element at an index, negative from the end: `LINDEX`. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when it is no value of its type.
    pub fn get(&self, index: i64) -> Query<Option<T>> {
        self.read(list::get(self.key(), index), reply::value::<T, C>)
    }

    /// Replaces the element at an index, negative from the end: `LSET`.
    ///
    /// # Errors
    /// When run: [`Error::IndexOutOfRange`] when there is none.
    pub fn set(&self, index: i64, value: impl Encode<T, C>) -> Query<()> {
        let key = self.key().clone();
        self.with_encoded(&value, |value| {
            self.write(list::set(self.key(), index, &value), reply::done).map_error(move |error| match error {
                Error::Server { source, .. } if is_out_of_range(&source) => Error::IndexOutOfRange { key, index },
                other => other,
            })
        })
    }

    /// Puts an element before the one at an index, negative from the end; how many there are then. Beyond an end it goes to
    /// that end, as with Python's `list.insert`. A script, which moves what lies between there and the nearer end.
    ///
    /// # Errors
    /// When run: [`Error::Full`] when the limit is reached, as with Python's `deque.insert`: from neither end would be the
    /// right one to drop from.
    pub fn insert(&self, index: i64, value: impl Encode<T, C>) -> Query<u64> {
        self.with_encoded(&value, |value| {
            let args = operation("splice").arg(index).arg(index).arg(self.limit()).arg(value).take();
            self.change(args, replies::new_length)
        })
    }

    /// Puts an element before the first one that is like the pivot: `LINSERT`; how many there are then. `None` without such
    /// a one.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn insert_before(&self, pivot: impl Encode<T, C>, value: impl Encode<T, C>) -> Query<Option<u64>> {
        self.insert_beside("BEFORE", &pivot, &value)
    }

    /// Puts an element after the first one that is like the pivot: `LINSERT`; how many there are then. `None` without such
    /// a one.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn insert_after(&self, pivot: impl Encode<T, C>, value: impl Encode<T, C>) -> Query<Option<u64>> {
        self.insert_beside("AFTER", &pivot, &value)
    }

    /// Takes the element at an index, negative from the end, out of the list. `None` when there is none. At the ends it is
    /// `LPOP` or `RPOP`, else a script, which moves what lies between there and the nearer end.
    ///
    /// # Errors
    /// As [`pop_front`](Self::pop_front).
    pub fn remove(&self, index: i64) -> Query<Option<T>> {
        match index {
            0 => self.pop_front(),
            -1 => self.pop_back(),
            index => {
                let Span { from, to } = Span::of(index..=index);
                self.change(operation("splice").arg(from).arg(to).arg("").take(), replies::removed_one::<T, C>)
            }
        }
    }

    /// Lets the elements at two indexes change places. A script.
    ///
    /// # Errors
    /// When run: [`Error::IndexOutOfRange`] when there is none at one of them.
    pub fn swap(&self, first: i64, second: i64) -> Query<()> {
        let key = self.key().clone();
        self.change(operation("swap").arg(first).arg(second).take(), reply::integer).and_then(move |missing| {
            match missing {
                0 => Ok(()),
                1 => Err(Error::IndexOutOfRange { key, index: first }),
                _ => Err(Error::IndexOutOfRange { key, index: second }),
            }
        })
    }

    fn insert_beside(&self, place: &str, pivot: &impl Encode<T, C>, value: &impl Encode<T, C>) -> Query<Option<u64>> {
        let (pivot, value) = match (self.encoded(pivot), self.encoded(value)) {
            (Ok(pivot), Ok(value)) => (pivot, value),
            (Err(error), _) | (_, Err(error)) => return Query::invalid(error),
        };
        if self.max_len.is_none() {
            return self.write(list::insert(self.key(), place, &pivot, &value), replies::length_if_found);
        }
        let args = operation("beside").arg(self.limit()).arg(place).arg(pivot).arg(value).take();
        self.change(args, replies::length_if_found)
    }
}

/// Whether there was nothing to replace, in Redis' own words.
fn is_out_of_range(error: &redis::RedisError) -> bool {
    error.detail().is_some_and(|detail| detail.contains("index out of range") || detail.contains("no such key"))
}
