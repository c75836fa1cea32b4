//! Walks over lists, by places.

use std::sync::Arc;

use super::List;
use crate::{
    codec::Codec,
    collection::decode,
    command::list,
    error::Result,
    query::Query,
    scan::{Items, Page, Source, Window},
};

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for List<T, C> {
    type Item = T;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<T>> {
        let (first, count) = places(window);
        self.page_of(first, first.saturating_add(count - 1), window, |page| page)
    }
}

/// A list from its back to its front: what [`List::iter_back`] walks over.
#[derive(Debug)]
pub struct FromBack<T, C>(List<T, C>);

impl<T, C> FromBack<T, C> {
    pub(super) fn new(list: List<T, C>) -> Self {
        Self(list)
    }
}

#[doc(hidden)]
impl<T: Send + 'static, C: Codec<T>> Source for FromBack<T, C> {
    type Item = T;

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<T>> {
        let (passed, count) = places(window);
        let last = -1 - passed;
        self.0.page_of(last.saturating_sub(count - 1), last, window, |mut page| {
            page.reverse();
            page
        })
    }
}

/// How many elements the pages before have shown, and how many this one may show.
fn places(window: &Window) -> (i64, i64) {
    (list::signed(window.cursor), i64::try_from(window.count).unwrap_or(i64::MAX).max(1))
}

impl<T: Send + 'static, C: Codec<T>> List<T, C> {
    /// What lies at these places; a page that is not full is the last one.
    fn page_of(
        &self,
        first: i64,
        last: i64,
        window: &Window,
        order: fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
    ) -> Query<Page<T>> {
        let source = self.clone();
        let (cursor, count) = (window.cursor, window.count);
        self.read(list::range(self.key(), first, last), decode::stored).map(move |found| {
            let next = if found.len() < count { 0 } else { cursor + found.len() as u64 };
            let items =
                order(found).into_iter().map(|stored| source.decoded::<T, C>(stored)).collect::<Vec<Result<T>>>();
            Page { next, items: Items::Ready(items) }
        })
    }
}
