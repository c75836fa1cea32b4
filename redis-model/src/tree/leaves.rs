//! All leaves of a subtree, page by page.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use redis::Value;
use serde::de::DeserializeOwned;

use super::{
    path::TreePath,
    read::{leaves, text},
    subtree::decode,
};
use crate::{
    codec::DecodeError,
    error::{Error, Result},
    mode::Mode,
    query::{Query, Reply},
    scan::{Items, Page, Scan, Source, Window},
    store::Store,
};

/// The leaves at and below a path, each with its value; what [`TreePath::iter`] walks over.
pub struct Leaves<T> {
    place: TreePath,
    /// The leaf that the last page ended with.
    after: Mutex<String>,
    of: PhantomData<fn() -> T>,
}

impl TreePath {
    /// A walk over the leaves at and below the path, each with its whole path in the tree and its value, in the order of the paths'
    /// bytes: 250 to a round trip, for subtrees that are too large to be read at once.
    ///
    /// What is there from beginning to end comes once; what is set or deleted meanwhile may come or not.
    ///
    /// ```
    /// use redis_model::{Tree, blocking::Store};
    /// use serde_json::json;
    ///
    /// let store = Store::embedded();
    /// let tree = Tree::at("stock");
    /// tree.set(json!({"apples": {"red": 3, "green": 4}, "pears": 5})).run(&store)?;
    /// let mut fruit = 0;
    /// for leaf in tree.iter::<u32, _>(&store) {
    ///     let (path, count) = leaf?;
    ///     println!("{path}: {count}");
    ///     fruit += count;
    /// }
    /// assert_eq!(fruit, 12);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// For each leaf: [`Error::Decode`] when its value is no `T`; the walk goes on. It ends with any other.
    #[allow(clippy::iter_not_returning_iterator, reason = "on a blocking store it is one, on another a stream")]
    pub fn iter<T: DeserializeOwned + Send + 'static, M: Mode>(&self, store: &Store<M>) -> Scan<M, Leaves<T>> {
        let after = Mutex::new(String::new());
        Scan::new(store, Leaves { place: self.clone(), after, of: PhantomData })
    }
}

impl<T: DeserializeOwned + Send + 'static> Source for Leaves<T> {
    type Item = (String, T);

    fn page(self: &Arc<Self>, window: &Window) -> Query<Page<Self::Item>> {
        // Where there are leaves goes by their paths; the window's cursor says no more than whether there is a next page.
        let after = self.after.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let source = self.clone();
        let args = self.place.arguments("page").arg(after).arg(window.count).take();
        self.place.read(args, stored).map(move |(last, found)| {
            let next = u64::from(!last.is_empty());
            *source.after.lock().unwrap_or_else(PoisonError::into_inner) = last;
            Page { next, items: Items::Ready(found.into_iter().map(|leaf| source.item(leaf)).collect()) }
        })
    }
}

impl<T: DeserializeOwned> Leaves<T> {
    fn item(&self, (path, json): (String, Vec<u8>)) -> Result<(String, T)> {
        match decode(&json) {
            Ok(value) => Ok((path, value)),
            Err(source) => Err(Error::Decode { model: "", key: self.place.key().clone(), path, source }),
        }
    }
}

/// The leaf to go on behind, empty at the end; and leaves with their JSON.
type Stored = (String, Vec<(String, Vec<u8>)>);

fn stored(reply: Reply<'_>) -> Result<Stored> {
    let (value, context) = reply.into_parts();
    let Value::Array(mut lists) = value else {
        return Err(context.decode_error(0, DecodeError::reply("a page of leaves", &value)));
    };
    if lists.is_empty() {
        return Err(context.decode_error(0, DecodeError::missing("a page of leaves")));
    }
    let last = text(lists.remove(0)).map_err(|source| context.decode_error(0, source))?;
    Ok((last, leaves(lists, &context)?))
}

impl<T> fmt::Debug for Leaves<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaves").field("of", &self.place).finish_non_exhaustive()
    }
}
