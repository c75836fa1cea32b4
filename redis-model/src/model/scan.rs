//! All records of a model, page by page.

use std::{
    collections::VecDeque,
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::RedisModel;
use crate::{
    command::key as keys,
    error::{Error, Result},
    handle::{Selection, Values, select},
    key::{Key, ids_in, scan_pattern},
    mode::{Blocking, Mode},
    query::{Part, Query, reply},
    store::Store,
};

/// How many keys a page looks at; more makes fewer round trips, and each holds the server up longer.
const PAGE: usize = 250;

/// A walk over the records of a model: an `Iterator` on a blocking store, a `Stream` on an asynchronous one, where
/// [`next`](Self::next) does without the stream traits.
///
/// A key at the model's pattern whose id or fields cannot be read gives an error, and the walk goes on; it ends with an error
/// of the request itself.
#[must_use = "a scan does nothing until it is iterated"]
pub struct Scan<M: Mode, P: Page> {
    store: Store<M>,
    page: Arc<P>,
    /// Where `SCAN` goes on; `None` when it is through.
    cursor: Option<u64>,
    items: VecDeque<Result<P::Item>>,
    pending: Option<Pending<P::Item>>,
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<(u64, Vec<Result<T>>)>> + Send>>;

/// What a scan makes of each page of keys.
#[doc(hidden)]
pub trait Page: Send + Sync + 'static {
    /// One record's item.
    type Item: Send + 'static;

    /// The pattern of the keys.
    fn pattern(&self) -> Vec<u8>;

    /// The query for the items of these keys; keys that are not of a record give none.
    fn items(&self, keys: Vec<Vec<u8>>) -> Items<Self::Item>;
}

/// The items of a page: at once, or after one more round trip.
#[doc(hidden)]
pub enum Items<T> {
    /// The keys said it all.
    Ready(Vec<Result<T>>),
    /// Something has to be read.
    Query(Query<Vec<Result<T>>>),
}

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

impl<T: RedisModel> Page for Ids<T> {
    type Item = T::Id;

    fn pattern(&self) -> Vec<u8> {
        scan_pattern::<T::Id>(T::INFO.key)
    }

    fn items(&self, keys: Vec<Vec<u8>>) -> Items<T::Id> {
        Items::Ready(keys.iter().filter_map(|key| id::<T>(key)).collect())
    }
}

impl<T: RedisModel, S: Selection<T>> Page for Selected<T, S> {
    type Item = (T::Id, S::Output);

    fn pattern(&self) -> Vec<u8> {
        scan_pattern::<T::Id>(T::INFO.key)
    }

    fn items(&self, keys: Vec<Vec<u8>>) -> Items<Self::Item> {
        let reads = keys.into_iter().filter_map(|key| {
            let id = match id::<T>(&key)? {
                Ok(id) => id,
                Err(error) => return Some(Query::invalid(error).attempt()),
            };
            // Not through the handle: looking at all records does not refresh any.
            let read =
                select(&Key::new(key), self.paths, |cmd| Query::part(Part::command(cmd, T::INFO.name), Values::of));
            Some(read.map(|values| (id, values)).attempt())
        });
        Items::Query(Query::all(reads))
    }
}

/// The id in a key; `None` when the key is not that of a record, also when the id would be written in another way.
fn id<T: RedisModel>(key: &[u8]) -> Option<Result<T::Id>> {
    let found = ids_in::<T::Id>(T::INFO.key, key)?;
    if found.as_ref().is_ok_and(|id| T::INFO.key.of(id).as_bytes() != key) {
        return None;
    }
    Some(found.map_err(|source| Error::Decode { model: T::INFO.name, key: Key::new(key), path: String::new(), source }))
}

impl<M: Mode, P: Page> Scan<M, P> {
    pub(super) fn new(store: &Store<M>, page: P) -> Self {
        Self { store: store.clone(), page: Arc::new(page), cursor: Some(0), items: VecDeque::new(), pending: None }
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            let Some(cursor) = self.cursor else {
                return Poll::Ready(None);
            };
            let pending =
                self.pending.get_or_insert_with(|| Box::pin(read_page(self.store.clone(), self.page.clone(), cursor)));
            let Poll::Ready(page) = pending.as_mut().poll(context) else {
                return Poll::Pending;
            };
            self.pending = None;
            match page {
                Ok((next, items)) => {
                    self.cursor = (next != 0).then_some(next);
                    self.items.extend(items);
                }
                Err(error) => {
                    self.cursor = None;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

async fn read_page<M: Mode, P: Page>(
    store: Store<M>,
    page: Arc<P>,
    cursor: u64,
) -> Result<(u64, Vec<Result<P::Item>>)> {
    let mut link = store.link();
    let scan = Part::command(keys::scan_hashes(cursor, &page.pattern(), PAGE), "");
    let (next, found) = Query::part(scan, reply::page).over(&mut link).await?;
    match page.items(found) {
        Items::Ready(items) => Ok((next, items)),
        Items::Query(query) => Ok((next, query.over(&mut link).await?)),
    }
}

impl<P: Page> Iterator for Scan<Blocking, P> {
    type Item = Result<P::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        crate::mode::poll_once(std::future::poll_fn(|context| self.poll_item(context)))
    }
}

#[cfg(feature = "async")]
impl<P: Page> Scan<crate::mode::Async, P> {
    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<P::Item>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }
}

#[cfg(feature = "async")]
impl<P: Page> futures_core::Stream for Scan<crate::mode::Async, P>
where
    Self: Unpin,
{
    type Item = Result<P::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<M: Mode, P: Page> fmt::Debug for Scan<M, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("store", &self.store).field("cursor", &self.cursor).finish_non_exhaustive()
    }
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

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Items")
    }
}
