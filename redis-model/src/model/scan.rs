//! What a walk over the records of a model gives.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::RedisModel;
use crate::{
    command::key as keys,
    error::{Error, Result},
    handle::{Selection, Values, select},
    key::{Key, ids_in, scan_pattern},
    layout::RedisFields,
    query::{Part, Query, reply},
    scan::{Items, Page, Source, Window},
};

/// The ids of a model's records.
pub struct Ids<T>(PhantomData<fn() -> T>);

/// The ids of a model's records with some of their fields.
pub struct Selected<T, S> {
    paths: S,
    of: PhantomData<fn() -> T>,
}

impl<T> Ids<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, S> Selected<T, S> {
    pub(super) fn new(paths: S) -> Self {
        Self { paths, of: PhantomData }
    }
}

impl<T: RedisModel> Source for Ids<T> {
    type Item = T::Id;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<T::Id>> {
        keys_of::<T>(window).map(|(next, keys)| {
            let ids = keys.iter().filter_map(|key| id::<T>(key)).collect();
            Page { next, items: Items::Ready(ids) }
        })
    }
}

impl<T: RedisModel, S: Selection<T>> Source for Selected<T, S> {
    type Item = Chosen<T, S>;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<Self::Item>> {
        let paths = self.paths;
        keys_of::<T>(window).map(move |(next, keys)| {
            let reads = keys.into_iter().filter_map(|key| read::<T, S>(key, paths));
            Page { next, items: Items::Query(Query::all(reads)) }
        })
    }
}

/// A record's id with its fields.
type Chosen<T, S> = (<T as RedisFields>::Id, <S as Selection<T>>::Output);

/// A page of the keys at the model's pattern.
fn keys_of<T: RedisModel>(window: &Window) -> Query<(u64, Vec<Vec<u8>>)> {
    let scan = keys::scan_hashes(window.cursor, &scan_pattern::<T::Id>(T::INFO.key), window.count);
    Query::part(Part::command(scan, ""), reply::page)
}

/// The query for a record's fields; `None` when the key is not that of a record.
fn read<T: RedisModel, S: Selection<T>>(key: Vec<u8>, paths: S) -> Option<Query<Result<Chosen<T, S>>>> {
    let id = match id::<T>(&key)? {
        Ok(id) => id,
        Err(error) => return Some(Query::invalid(error).attempt()),
    };
    // Not through the handle: looking at all records does not refresh any.
    let read = select(&Key::new(key), paths, |cmd| Query::part(Part::command(cmd, T::INFO.name), Values::of));
    Some(read.map(|values| (id, values)).attempt())
}

/// The id in a key; `None` when the key is not that of a record, also when the id would be written in another way.
fn id<T: RedisModel>(key: &[u8]) -> Option<Result<T::Id>> {
    let found = ids_in::<T::Id>(T::INFO.key, key)?;
    if found.as_ref().is_ok_and(|id| T::INFO.key.of(id).as_bytes() != key) {
        return None;
    }
    Some(found.map_err(|source| Error::Decode { model: T::INFO.name, key: Key::new(key), path: String::new(), source }))
}

impl<T> fmt::Debug for Ids<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

impl<T, S> fmt::Debug for Selected<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Selected")
    }
}
