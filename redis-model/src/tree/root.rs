//! A whole tree.

use std::{fmt, ops::Deref};

use super::{
    path::{Home, TreePath},
    segments::TreeSegments,
};
use crate::key::Key;

/// Values at dotted paths that are known only at run time, such as configuration, feature flags, or the state of agents: any
/// JSON, nested as deep as 64 levels, read and written whole or in part.
///
/// For what is known at compile time, a [`RedisModel`](macro@crate::RedisModel) is typed in each of its fields. Here a value gets its type when it is
/// read.
///
/// ```
/// use redis_model::{Tree, blocking::Store};
/// use serde_json::{Value, json};
///
/// let store = Store::embedded();
/// let root = Tree::at("config");
/// root.path("a.b.c").child("d").set(42).run(&store)?;
/// root.path("a.b.c.x").set(json!({"y": "z"})).run(&store)?;
/// assert_eq!(root.path("a.b.c.d").get::<i64>().run(&store)?, Some(42));
/// assert_eq!(root.get::<Value>().run(&store)?, Some(json!({"a": {"b": {"c": {"x": {"y": "z"}, "d": 42}}}})));
/// assert_eq!(root.path("who?").get::<Value>().run(&store)?, None);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// A tree is its own root: what a [`TreePath`] can do, it can do with everything in it.
///
/// # How it lies in Redis
/// ```text
/// {config}@tree            HASH  a.b.c.d -> 42, a.b.c.x.y -> "z": each leaf's JSON
/// {config}@tree:paths      ZSET  the leaves' paths, all by score 0, in the order of their bytes
/// {config}@tree:deadlines  ZSET  the leaves that expire, by milliseconds since 1970
/// ```
/// A query is one call of a script and costs O(log n + k): n leaves in the tree, k read or written. Nothing depends on how
/// many other keys there are.
///
/// Leaves that have expired are gone for every query at once, by the server's clock. Reads never write; each write removes up to
/// 100 leaves that have expired. The keys themselves never expire, so that a server that evicts keys with a deadline leaves
/// them alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    root: TreePath,
}

impl Tree {
    /// The tree of this name, which may be any text that is not empty. An empty one is [`Error::InvalidKey`](crate::Error::InvalidKey) when a
    /// query runs.
    pub fn at(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        let base = match name {
            "" => Key::invalid("the name of a tree is empty: `Tree::root()` is the one without a name"),
            name => Key::tagged(name),
        };
        Self { root: TreePath::root_of(Home::new(name, base)) }
    }

    /// The tree without a name, at the key `{.}@tree`.
    pub fn root() -> Self {
        // No name gives this tag, as a dot in it is escaped; empty braces would be no tag at all.
        Self { root: TreePath::root_of(Home::new("", Key::new("{.}"))) }
    }

    /// The path in this tree: dotted text or a list of segments.
    ///
    /// ```
    /// use redis_model::Tree;
    ///
    /// let tree = Tree::at("config");
    /// assert_eq!(tree.path("a.b"), tree.path(["a", "b"]));
    /// ```
    pub fn path(&self, path: impl TreeSegments) -> TreePath {
        self.root.child(path)
    }
}

impl Deref for Tree {
    type Target = TreePath;

    fn deref(&self) -> &TreePath {
        &self.root
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("key", self.root.key()).finish()
    }
}
