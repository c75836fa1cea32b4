//! A collection that is not loaded with its record.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny};

use super::Place;

/// The type of a model's field for a collection that is reached through its handle alone, as it may be large:
/// `feed: Remote<List<Event>>`.
///
/// It lies at a key of its own, the record's key plus the field's path, and shares the record's life: it expires and goes with
/// it. Loads and saves leave it alone, also in a nested struct that is saved as `None`; [`Subtree::clear`](crate::Subtree::clear)
/// removes it. The field itself holds nothing: all of its values are equal, and serde writes it as a
/// unit and reads it from anything (with `#[serde(default)]`, also from nothing).
///
/// ```
/// use redis_model::{RedisModel, Remote, Set, blocking::Store, prelude::*};
///
/// #[derive(RedisModel, Debug, PartialEq)]
/// struct Article { #[redis(id)] id: u64, title: String, readers: Remote<Set<u64>> }
///
/// let store = Store::embedded();
/// let article = Article { id: 1, title: "Sets".into(), readers: Remote::new() };
/// article.save().run(&store)?;
/// Article::at(1).readers().extend([7, 8, 9]).run(&store)?;
/// article.save().run(&store)?; // leaves the readers alone
/// assert_eq!(Article::at(1).readers().len().run(&store)?, 3);
/// # Ok::<(), redis_model::Error>(())
/// ```
pub struct Remote<C>(PhantomData<fn() -> C>);

/// A container that can be a field of a model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no container that can be a field of a model",
    label = "not a container that shares the life of a record",
    note = "`Remote<..>` takes a type such as `List<T>`, `Set<T>` or `Map<K, V>` of `redis_model`; a collection of the standard \
            library takes `#[redis(list)]`, `#[redis(set)]`, `#[redis(map)]`, `#[redis(sorted_set)]` or `#[redis(counter)]`"
)]
pub trait InRecord: Sized {
    /// The container at a path of a record; a list keeps at most `limit` elements.
    #[doc(hidden)]
    fn in_record(place: Place, path: &'static str, limit: Option<u64>) -> Self;
}

/// A field type that is reached through its handle alone: [`Remote`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `redis_model::Remote`",
    label = "another type that is called `Remote`"
)]
pub trait RemoteField: Sized {
    /// Its handle.
    type Container: InRecord;

    #[doc(hidden)]
    fn here() -> Self;
}

/// A [`Remote`] whose container can be limited with `max_len`.
#[diagnostic::on_unimplemented(
    message = "`max_len` does not go with `{Self}`",
    label = "holds no list",
    note = "only a list drops what is too much"
)]
pub trait LimitedRemote: RemoteField {
    #[doc(hidden)]
    fn limited() -> Self {
        Self::here()
    }
}

impl<C: InRecord> RemoteField for Remote<C> {
    type Container = C;

    fn here() -> Self {
        Self::new()
    }
}

impl<C> Remote<C> {
    /// The field's only value.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Default for Remote<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Clone for Remote<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Remote<C> {}

impl<C> fmt::Debug for Remote<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}

impl<C> PartialEq for Remote<C> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<C> Eq for Remote<C> {}

impl<C> PartialOrd for Remote<C> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<C> Ord for Remote<C> {
    fn cmp(&self, _other: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<C> Hash for Remote<C> {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}

impl<C> Serialize for Remote<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, C> Deserialize<'de> for Remote<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Formats that do not describe themselves hold the unit that was written, and cannot pass over anything else.
        if deserializer.is_human_readable() {
            IgnoredAny::deserialize(deserializer).map(|_| Self::new())
        } else {
            <()>::deserialize(deserializer).map(|()| Self::new())
        }
    }
}
