//! Walks over a key space, by `SCAN`.

use std::{collections::HashSet, fmt, sync::Arc};

use super::KeySpace;
use crate::{
    codec::{Codec, Plain},
    collection::decode,
    command::key as keys,
    error::Result,
    key::{Key, Prefix},
    mode::Mode,
    query::{Part, Query, reply},
    scan::{ByPattern, Items, Page, Scan, Source, Window},
    store::Store,
};

impl<T, C> KeySpace<T, C> {
    /// A walk over the names, page by page: `SCAN`, which looks at all keys of the database. A pattern chooses by the name as
    /// it stands in the key.
    pub fn names<M: Mode>(&self, store: &Store<M>) -> Scan<M, SpaceNames> {
        Scan::new(store, SpaceNames(self.prefix.clone()))
    }

    /// How many values there are. By `SCAN`, which looks at all keys of the database; remembers them here, so as to count each
    /// once. What others add or remove meanwhile counts or not.
    pub fn len<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, u64> {
        let prefix = self.prefix.clone();
        let mut seen = HashSet::new();
        let count_new = move |keys: Vec<Key>| {
            let count = keys.into_iter().filter(|key| seen.insert(key.clone())).count();
            Query::answered(move || count as u64)
        };
        M::run(async move { for_each_page(&prefix, store, count_new).await })
    }

    /// Removes all values, page by page: `SCAN`, which looks at all keys of the database, and `UNLINK`; how many there were.
    /// What others add meanwhile goes or stays.
    pub fn clear<'a, M: Mode>(&self, store: &'a Store<M>) -> M::Result<'a, u64> {
        let prefix = self.prefix.clone();
        let unlink = |keys: Vec<Key>| match &keys[..] {
            [] => Query::answered(|| 0),
            keys => Query::part(Part::command(keys::unlink(keys), ""), decode::count),
        };
        M::run(async move { for_each_page(&prefix, store, unlink).await })
    }
}

impl<T: Send + 'static, C: Codec<T>> KeySpace<T, C> {
    /// A walk over the names with their values, page by page: `SCAN`, which looks at all keys of the database, and an `MGET`
    /// for each page. A pattern chooses by the name as it stands in the key.
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<M: Mode>(&self, store: &Store<M>) -> Scan<M, SpaceEntries<T, C>> {
        Scan::new(store, SpaceEntries(self.clone()))
    }

    /// A walk over the values; as [`iter`](Self::iter).
    pub fn values<M: Mode>(&self, store: &Store<M>) -> Scan<M, SpaceValues<T, C>> {
        Scan::new(store, SpaceValues(self.clone()))
    }

    /// What the window shows: values, and the names of those that there still are.
    fn entries(&self, window: &Window) -> Query<Page<(String, T)>> {
        let prefix = self.prefix.clone();
        keys_of(&self.prefix, window).map(move |(next, keys)| {
            let names: Vec<_> = keys.iter().filter_map(|key| prefix.name(key.as_bytes())).collect();
            let entries = |values: Vec<Option<Result<T>>>| {
                let present = names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
                present.map(|(name, value)| Ok((name, value?))).collect()
            };
            Page { next, items: Items::Query(Self::values_at(keys).map(entries)) }
        })
    }
}

/// Runs what is made of the keys of each page, and adds up what that answers.
async fn for_each_page<M: Mode>(
    prefix: &Prefix,
    store: &Store<M>,
    mut query: impl FnMut(Vec<Key>) -> Query<u64>,
) -> Result<u64> {
    let (mut window, mut sum) = (Window::first(), 0);
    loop {
        let mut link = store.link();
        let (next, keys) = keys_of(prefix, &window).over(&mut link).await?;
        sum += query(keys).over(&mut link).await?;
        window.cursor = next;
        if next == 0 {
            return Ok(sum);
        }
    }
}

/// A page of the keys that are of names.
fn keys_of(prefix: &Prefix, window: &Window) -> Query<(u64, Vec<Key>)> {
    let scan = keys::scan_strings(window.cursor, &prefix.pattern(window.pattern.as_deref()), window.count);
    let prefix = prefix.clone();
    Query::part(Part::command(scan, ""), reply::page).map(move |(next, found)| {
        let own = found.into_iter().filter(|key| prefix.name(key).is_some());
        (next, own.map(Key::new).collect())
    })
}

/// The names of a key space.
pub struct SpaceNames(Prefix);

/// The names of a key space, with their values.
pub struct SpaceEntries<T, C = Plain>(KeySpace<T, C>);

/// The values of a key space.
pub struct SpaceValues<T, C = Plain>(KeySpace<T, C>);

#[doc(hidden)]
impl Source for SpaceNames {
    type Item = String;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<String>> {
        let prefix = self.0.clone();
        keys_of(&self.0, window).map(move |(next, keys)| {
            let names = keys.iter().filter_map(|key| prefix.name(key.as_bytes())).map(Ok).collect();
            Page { next, items: Items::Ready(names) }
        })
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for SpaceEntries<T, C> {
    type Item = (String, T);

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<(String, T)>> {
        self.0.entries(window)
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for SpaceValues<T, C> {
    type Item = T;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<T>> {
        self.0.entries(window).map(|page| page.map(|(_, value)| value))
    }
}

#[doc(hidden)]
impl ByPattern for SpaceNames {}
#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> ByPattern for SpaceEntries<T, C> {}
#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> ByPattern for SpaceValues<T, C> {}

impl fmt::Debug for SpaceNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpaceNames")
    }
}

impl<T, C> fmt::Debug for SpaceEntries<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpaceEntries")
    }
}

impl<T, C> fmt::Debug for SpaceValues<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpaceValues")
    }
}
