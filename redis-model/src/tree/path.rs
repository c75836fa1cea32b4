//! A place in a tree.

use std::{fmt, sync::Arc};

use super::segments::TreeSegments;
use crate::{
    error::{Error, Result},
    key::Key,
    lock::{Lock, TREE},
    path::flaw_of,
};

/// A path in a [`Tree`](super::Tree): a leaf, which holds a value, or what leaves lie below.
///
/// A leaf is any JSON that is not an object, or an empty object; no leaf has leaves below it. A place with neither is missing.
/// Nothing is sent before a query runs. One with a path that is none, such as `a..b`, is then
/// [`Error::InvalidPath`](crate::Error::InvalidPath), and was not sent.
///
/// ```
/// use redis_model::{Tree, blocking::Store};
/// use serde_json::{Value, json};
///
/// let store = Store::embedded();
/// let limits = Tree::at("config").path("limits");
/// limits.set(json!({"cpu": {"soft": 2, "hard": 4}, "names": ["a", "b"]})).run(&store)?;
/// assert_eq!(limits.children().run(&store)?, ["cpu", "names"]);
/// assert_eq!(limits.keys().run(&store)?, ["limits.cpu.hard", "limits.cpu.soft", "limits.names"]);
/// assert_eq!(limits.child("cpu").get::<Value>().run(&store)?, Some(json!({"soft": 2, "hard": 4})));
/// assert_eq!(limits.child("cpu.soft").add(1).run(&store)?, 3);
/// assert_eq!(limits.delete().run(&store)?, 3);
/// # Ok::<(), redis_model::Error>(())
/// ```
#[derive(Clone)]
pub struct TreePath {
    pub(super) home: Arc<Home>,
    /// Empty for the root.
    pub(super) path: String,
    flaw: Option<&'static str>,
}

/// The keys of a tree.
pub(super) struct Home {
    /// Empty for the unnamed tree.
    name: Box<str>,
    base: Key,
    pub(super) keys: [Key; 3],
}

impl Home {
    pub(super) fn new(name: &str, base: Key) -> Self {
        let hash = base.join(b'@', TREE);
        let [paths, deadlines] = ["paths", "deadlines"].map(|suffix| hash.join(b':', suffix));
        Self { name: name.into(), base, keys: [hash, paths, deadlines] }
    }
}

impl TreePath {
    pub(super) fn root_of(home: Home) -> Self {
        Self { home: Arc::new(home), path: String::new(), flaw: None }
    }

    /// The path below this one.
    ///
    /// ```
    /// use redis_model::Tree;
    ///
    /// let user = Tree::at("users").path(["ada", "settings"]);
    /// assert_eq!(user.child("theme.colour").as_str(), "ada.settings.theme.colour");
    /// ```
    #[must_use]
    pub fn child(&self, path: impl TreeSegments) -> Self {
        let below = path.dotted();
        let joined = if self.path.is_empty() { below } else { format!("{}.{below}", self.path) };
        let flaw = self.flaw.or_else(|| path.flaw()).or_else(|| flaw_of(&joined));
        Self { home: self.home.clone(), path: joined, flaw }
    }

    /// The dotted path within the tree; empty for its root.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The key of the hash that holds the tree's values, `{name}@tree`. The keys that end with `:paths` and `:deadlines` lie
    /// beside it.
    pub fn key(&self) -> &Key {
        &self.home.keys[0]
    }

    /// The lock on the path: it excludes those on what is above and below. It is the one that `Lock::at("config.a.b")` is
    /// too for path `a.b` of `Tree::at("config")`; a tree whose name holds a dot has its locks for itself.
    ///
    /// What is written at and below the path with [`Guard::run`](crate::generic::Guard::run) is refused once the lock is lost.
    /// A write may remove leaves above its path, which nobody else can have locked. Also without a guard, writes to other paths of
    /// the tree go on.
    ///
    /// ```
    /// use redis_model::{Tree, blocking::Store, prelude::*};
    ///
    /// let store = Store::embedded();
    /// let job = Tree::at("jobs").path("nightly");
    /// let guard = job.lock().acquire(&store)?;
    /// guard.run(job.child("step").set(1))?;
    /// guard.run((job.child("step").add(1), job.child("host").set("a")).batch())?;
    /// assert!(guard.run(Tree::at("jobs").path("hourly").set(1)).is_err(), "it is not locked");
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    pub fn lock(&self) -> Lock {
        Lock::in_tree(&self.home.base, &self.home.name, &self.path, self.flaw)
    }

    /// # Errors
    /// [`Error::InvalidPath`].
    pub(super) fn check(&self) -> Result<()> {
        match self.flaw {
            Some(reason) => Err(Error::InvalidPath { path: self.path.clone(), reason }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreePath").field("key", self.key()).field("path", &self.path).finish_non_exhaustive()
    }
}

impl PartialEq for TreePath {
    fn eq(&self, other: &Self) -> bool {
        (self.key(), &self.path) == (other.key(), &other.path)
    }
}

impl Eq for TreePath {}
