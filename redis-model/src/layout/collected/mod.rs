//! Collections of the standard library as fields of models: each lies at a key of its own, and is loaded and saved with its
//! record.

mod elements;
mod kind;
mod standard;

pub use self::{
    elements::{ElementError, Elements, Stored},
    kind::{AsCounter, AsList, AsMap, AsSet, AsSortedSet, CollectionKind, Collections, Kind},
};
use crate::codec::EncodeError;

/// A type of the standard library that can be a field with `#[redis(set)]`, `list`, `map`, `sorted_set` or `counter`: the kind
/// is `K`, and `C` the codec of its elements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as a collection of this kind",
    label = "another type than this kind of collection has",
    note = "a `set` is a `HashSet` or a `BTreeSet`; a `list` a `Vec` or a `VecDeque`; a `map` a `HashMap` or a `BTreeMap`; a \
            `sorted_set` a `Vec<(T, f64)>`, a `HashMap<T, f64>` or a `BTreeMap<T, f64>`; a `counter` a `HashMap<T, i64>` or a \
            `BTreeMap<T, i64>`",
    note = "its elements are values: derive `RedisValue` for them, or add `json`, `msgpack`, `text` or `bytes` to the field; \
            those of a set and the keys of a map also need what their collection asks of them"
)]
pub trait Collected<K, C>: Sized {
    /// What its handle calls keys: those of a map.
    type Key;
    /// What its handle calls elements: of a map, the values.
    type Item;

    /// How many there are.
    #[doc(hidden)]
    fn length(&self) -> usize;

    /// Encodes what comes after the first `skipped`.
    ///
    /// # Errors
    /// As the codec.
    #[doc(hidden)]
    fn write(&self, skipped: usize, out: &mut Elements) -> Result<(), EncodeError>;

    /// Decodes all.
    ///
    /// # Errors
    /// As the codec, with the place of the element.
    #[doc(hidden)]
    fn read(stored: Stored) -> Result<Self, ElementError>;
}
