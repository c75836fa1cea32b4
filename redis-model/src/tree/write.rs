//! What can be done to a path.

use std::time::Duration;

use serde::Serialize;

use super::{
    addend::Addend,
    node::{Leaf, leaves_of},
    path::TreePath,
    read::count,
};
use crate::{
    codec::{DecodeError, Plain},
    error::{Error, Result},
    query::{Query, Reply, reply},
    ttl::milliseconds,
};

/// The leaves that one request may write: a server takes about a million arguments.
const MOST: usize = 500_000;

const ROOT: &str = "the root of a tree is no leaf: name a path in it";

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl TreePath {
    /// Sets the value at the path: any serde type, as JSON. It replaces what was there and below, with its time to live, and
    /// a leaf above the path gives way.
    ///
    /// Maps and structs become leaves below, one for each value in them; everything else is one leaf, lists with all that is
    /// in them, `null`, and a map with nothing in it. At the root of a tree only a map can be set, and an empty one leaves
    /// nothing.
    ///
    /// ```
    /// use redis_model::{Tree, blocking::Store};
    /// use serde_json::json;
    ///
    /// let store = Store::embedded();
    /// let tree = Tree::at("config");
    /// tree.path("a").set(1).run(&store)?;
    /// tree.path("a.b").set(json!({"c": [1, 2], "d": {"e": null}})).run(&store)?; // the 1 at `a` gives way
    /// assert_eq!(tree.keys().run(&store)?, ["a.b.c", "a.b.d.e"]);
    /// tree.path("a.b").set("text").run(&store)?;
    /// assert_eq!(tree.keys().run(&store)?, ["a.b"]);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// When run: [`Error::InvalidPath`] when a name in the value is empty or holds a dot, or a path gets too long;
    /// [`Error::Encode`] when the value is no JSON, as `NaN` is none, or with its path is nested more than 64 levels deep;
    /// [`Error::InvalidQuery`] for more than 500,000 leaves. Then nothing was sent.
    pub fn set(&self, value: impl Serialize) -> Query<()> {
        self.set_milliseconds(&value, None)
    }

    /// Sets the value as [`set`](Self::set) does, for this time: each leaf of it expires then.
    ///
    /// # Errors
    /// As [`set`](Self::set); [`Error::InvalidQuery`] when the time is zero.
    pub fn set_for(&self, value: impl Serialize, ttl: Duration) -> Query<()> {
        match milliseconds(ttl) {
            Ok(ttl) => self.set_milliseconds(&value, Some(ttl)),
            Err(error) => Query::invalid(error),
        }
    }

    fn set_milliseconds(&self, value: &impl Serialize, ttl: Option<u64>) -> Query<()> {
        // What is wrong with the path comes before what is wrong with the value.
        let leaves = match self.check().and_then(|()| self.leaves(value)) {
            Ok(leaves) => leaves,
            Err(error) => return Query::invalid(error),
        };
        let mut args = self.arguments("set");
        match ttl {
            Some(ttl) => args.arg(ttl),
            None => args.arg(""),
        };
        for Leaf { path, json } in &leaves {
            args.arg(path).arg(&json[..]);
        }
        self.write(args, reply::done)
    }

    fn leaves(&self, value: &impl Serialize) -> Result<Vec<Leaf>> {
        let leaves = leaves_of(self, value)?;
        if leaves.len() > MOST {
            return Err(Error::invalid_query("one request may set 500,000 leaves: set the value part by part"));
        }
        match &leaves[..] {
            [Leaf { path, json }] if path.is_empty() && json == b"{}" => Ok(Vec::new()),
            [Leaf { path, .. }] if path.is_empty() => Err(Error::InvalidPath { path: String::new(), reason: ROOT }),
            _ => Ok(leaves),
        }
    }

    /// Removes the leaf at the path, or all that lies below it; how many leaves these were.
    pub fn delete(&self) -> Query<u64> {
        self.write(self.arguments("delete"), count)
    }

    /// The same as [`delete`](Self::delete), by the name that it has on collections.
    pub fn clear(&self) -> Query<u64> {
        self.delete()
    }

    /// Adds to the number at the path and answers with the sum: of an `i64`, `HINCRBY`, exact to its ends; of an `f64`,
    /// `HINCRBYFLOAT`. A missing number counts as 0, and leaves above it give way. The leaf's time to live stays.
    ///
    /// A float can be added to an integer, which then is a float unless the sum is whole.
    ///
    /// ```
    /// use redis_model::{Tree, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let stats = Tree::at("stats");
    /// assert_eq!(stats.path("visits.today").add(1).run(&store)?, 1);
    /// assert_eq!(stats.path("visits.today").add(2).run(&store)?, 3);
    /// assert_eq!(stats.path("load").add(0.5).run(&store)?, 0.5);
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// When run, and then nothing has changed: [`Error::Decode`], which names the tree's key and the path, when something
    /// else is there, also leaves below the path, and a float to which an integer is to be added; [`Error::OutOfRange`] when
    /// the sum, or what is there, is beyond `i64`, or the sum of floats infinite; [`Error::InvalidQuery`] when what is added is.
    pub fn add<N: Addend>(&self, number: N) -> Query<N> {
        let is_leaf = || match self.path.as_str() {
            "" => Err(Error::InvalidPath { path: String::new(), reason: ROOT }),
            _ => Ok(()),
        };
        if let Err(error) = self.check().and_then(|()| is_leaf()) {
            return Query::invalid(error);
        }
        if !number.is_finite() {
            return Query::invalid(Error::invalid_query("only finite numbers can be added"));
        }
        let mut text = Vec::new();
        if let Err(source) = number.encode(&mut text) {
            let (key, path) = (self.key().clone(), self.path.clone());
            return Query::invalid(Error::Encode { model: "", key, path, source });
        }
        self.write(self.arguments("add").arg(N::KIND).arg(text).take(), sum::<N>)
    }

    /// Lets the leaf at the path, or each one below it, expire after this time; how many these are. What is set below it
    /// later does not expire with them.
    ///
    /// # Errors
    /// When run: [`Error::InvalidQuery`] when the time is zero.
    pub fn expire(&self, after: Duration) -> Query<u64> {
        match milliseconds(after) {
            Ok(ttl) => self.write(self.arguments("expire").arg(ttl).take(), count),
            Err(error) => Query::invalid(error),
        }
    }

    /// Lets the leaf at the path, or each one below it, live until it is deleted; how many of them were to expire.
    pub fn persist(&self) -> Query<u64> {
        self.write(self.arguments("persist"), count)
    }
}

fn sum<N: Addend>(reply: Reply<'_>) -> Result<N> {
    let context = reply.context();
    let missing = || context.decode_error(0, DecodeError::missing("a number"));
    reply::value::<N, Plain>(reply)?.ok_or_else(missing)
}
