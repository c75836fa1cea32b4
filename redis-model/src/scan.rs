//! A walk over many things, page by page: one type that is an `Iterator` on a blocking store and a `Stream` on an
//! asynchronous one.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::{
    error::Result,
    mode::{Blocking, Mode},
    query::Query,
    store::Store,
};

/// How many keys or elements a page looks at, unless it is told: more makes fewer round trips, and each holds the server
/// up longer.
const PAGE: usize = 250;

/// The server counts with signed numbers, and refuses what is none of them.
const LARGEST_PAGE: usize = i32::MAX as usize;

/// A walk over the records of a model, the elements of a collection, or keys: an `Iterator` on a blocking store, a `Stream`
/// on an asynchronous one, where [`next`](Self::next) does without the stream traits.
///
/// What is there from beginning to end comes at least once, and may come again while others write, as Redis promises no
/// more; what is added or removed meanwhile may come or not.
///
/// Something that cannot be read gives an error, and the walk goes on; it ends with an error of the request itself.
#[must_use = "a scan does nothing until it is iterated"]
pub struct Scan<M: Mode, S: Source> {
    store: Store<M>,
    source: Arc<S>,
    window: Window,
    is_through: bool,
    items: VecDeque<Result<S::Item>>,
    pending: Option<Pending<S::Item>>,
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<(u64, Vec<Result<T>>)>> + Send>>;

/// What is walked over.
#[doc(hidden)]
pub trait Source: Send + Sync + 'static {
    /// What the walk gives.
    type Item: Send + 'static;

    /// The query for what the window shows.
    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<Self::Item>>;
}

/// A source whose elements can be chosen by a pattern.
#[doc(hidden)]
pub trait ByPattern: Source {}

/// Where the walk is, and what it looks at there.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Window {
    /// What the page before has said; 0 at the beginning.
    pub(crate) cursor: u64,
    pub(crate) count: usize,
    pub(crate) pattern: Option<Vec<u8>>,
}

/// What a window shows.
#[doc(hidden)]
#[derive(Debug)]
pub struct Page<T> {
    /// Where to go on; 0 at the end.
    pub(crate) next: u64,
    pub(crate) items: Items<T>,
}

/// The items of a page: at once, or after one more round trip.
pub(crate) enum Items<T> {
    /// The page said it all.
    Ready(Vec<Result<T>>),
    /// Something has to be read.
    Query(Query<Vec<Result<T>>>),
}

impl Window {
    /// The one that a walk begins with.
    pub(crate) fn first() -> Self {
        Self { cursor: 0, count: PAGE, pattern: None }
    }
}

impl<T: 'static> Page<T> {
    /// The same with other items.
    pub(crate) fn map<U: 'static>(self, convert: fn(T) -> U) -> Page<U> {
        let convert_all = move |items: Vec<Result<T>>| items.into_iter().map(|item| item.map(convert)).collect();
        let items = match self.items {
            Items::Ready(items) => Items::Ready(convert_all(items)),
            Items::Query(query) => Items::Query(query.map(convert_all)),
        };
        Page { next: self.next, items }
    }
}

impl<M: Mode, S: Source> Scan<M, S> {
    pub(crate) fn new(store: &Store<M>, source: S) -> Self {
        Self {
            store: store.clone(),
            source: Arc::new(source),
            window: Window::first(),
            is_through: false,
            items: VecDeque::new(),
            pending: None,
        }
    }

    /// Lets each round trip look at about this many, instead of 250: `COUNT`. 0 is taken as 1, and more than 2^31 - 1 as
    /// that.
    pub fn page_size(mut self, count: usize) -> Self {
        self.window.count = count.clamp(1, LARGEST_PAGE);
        self
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            if self.is_through {
                return Poll::Ready(None);
            }
            let (store, source, window) = (&self.store, &self.source, &self.window);
            let pending =
                self.pending.get_or_insert_with(|| Box::pin(read_page(store.clone(), source.clone(), window.clone())));
            let Poll::Ready(page) = pending.as_mut().poll(context) else {
                return Poll::Pending;
            };
            self.pending = None;
            match page {
                Ok((next, items)) => {
                    self.window.cursor = next;
                    self.is_through = next == 0;
                    self.items.extend(items);
                }
                Err(error) => {
                    self.is_through = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<M: Mode, S: ByPattern> Scan<M, S> {
    /// Gives only what matches a glob pattern of Redis, as it is stored: `*` any text, `?` one byte, `[ab]` one of several,
    /// `\` takes the next byte as it is. The server chooses: `MATCH`.
    pub fn matching(mut self, pattern: impl AsRef<[u8]>) -> Self {
        self.window.pattern = Some(pattern.as_ref().to_vec());
        self
    }
}

async fn read_page<M: Mode, S: Source>(
    store: Store<M>,
    source: Arc<S>,
    window: Window,
) -> Result<(u64, Vec<Result<S::Item>>)> {
    let mut link = store.link();
    let Page { next, items } = source.page(&window).over(&mut link).await?;
    match items {
        Items::Ready(items) => Ok((next, items)),
        Items::Query(query) => Ok((next, query.over(&mut link).await?)),
    }
}

// Items are moved in and out, and never pinned: without this, code that is generic over them would have to ask that they are.
impl<M: Mode, S: Source> Unpin for Scan<M, S> {}

impl<S: Source> Iterator for Scan<Blocking, S> {
    type Item = Result<S::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        crate::mode::poll_once(std::future::poll_fn(|context| self.poll_item(context)))
    }
}

#[cfg(feature = "async")]
impl<S: Source> Scan<crate::mode::Async, S> {
    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<S::Item>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }
}

#[cfg(feature = "async")]
impl<S: Source> futures_core::Stream for Scan<crate::mode::Async, S> {
    type Item = Result<S::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<M: Mode, S: Source> fmt::Debug for Scan<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("store", &self.store).field("window", &self.window).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Items")
    }
}
