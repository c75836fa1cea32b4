//! What can be asked of a path.

use redis::Value;
use serde::de::DeserializeOwned;

use super::{path::TreePath, subtree::Found};
use crate::{
    codec::DecodeError,
    error::{Error, Result},
    query::{Context, Query, Reply, reply, text_of},
    ttl::TimeLeft,
};

impl TreePath {
    /// The value at the path: that of a leaf, or all that lies below as one nested value. `None` when there is neither.
    ///
    /// A `null` is a value: `Some(Value::Null)`, and `Some(None)` of an `Option`. Of what lies below, names are the keys of
    /// maps or the fields of structs.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] when what is there is no `T`.
    pub fn get<T: DeserializeOwned>(&self) -> Query<Option<T>> {
        let (key, path) = (self.key().clone(), self.path.clone());
        self.read(self.arguments("get"), found).and_then(move |found| {
            let prefix = if path.is_empty() { 0 } else { path.len() + 1 };
            found.decode(prefix).map_err(|source| Error::Decode { model: "", key, path, source })
        })
    }

    /// The value at the path, or this one when there is none.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_or<T: DeserializeOwned + Send + 'static>(&self, default: T) -> Query<T> {
        self.get().map(|value| value.unwrap_or(default))
    }

    /// The segments right below the path, in the order of their bytes; none below a leaf. `child` with each of them is a
    /// path with something in it.
    ///
    /// What lies further below is not read, however much it is.
    pub fn children(&self) -> Query<Vec<String>> {
        self.read(self.arguments("children"), |reply| {
            let mut children = texts(reply)?;
            // In the order of paths, `a-b` comes before `a.x`.
            children.sort_unstable();
            children.dedup();
            Ok(children)
        })
    }

    /// The paths of all leaves at and below the path, in the order of their bytes. They are whole paths in the tree, so that
    /// [`Tree::path`](super::Tree::path) with each of them is that leaf.
    pub fn keys(&self) -> Query<Vec<String>> {
        self.read(self.arguments("keys"), texts)
    }

    /// How many leaves there are at and below the path: 1 for a leaf, 0 for nothing.
    pub fn len(&self) -> Query<u64> {
        self.read(self.arguments("len"), count)
    }

    /// Whether nothing is there: no leaf at the path, and none below.
    pub fn is_empty(&self) -> Query<bool> {
        self.exists().map(|exists| !exists)
    }

    /// Whether there is a leaf at the path or below it.
    pub fn exists(&self) -> Query<bool> {
        self.read(self.arguments("exists"), reply::flag)
    }

    /// How long there will be something at the path: until its leaf expires, or the last one below it.
    /// [`TimeLeft::Unlimited`] when one of them never does.
    pub fn ttl(&self) -> Query<TimeLeft> {
        self.read(self.arguments("ttl"), |reply| {
            let context = reply.context();
            TimeLeft::from_milliseconds(reply::integer(reply)?).map_err(|source| context.decode_error(0, source))
        })
    }
}

/// What lies at a path, as the script says it.
fn found(reply: Reply<'_>) -> Result<Found> {
    let (value, context) = reply.into_parts();
    let wrong = |source| context.decode_error(0, source);
    match value {
        Value::Nil => Ok(Found::Nothing),
        Value::Array(lists) => Ok(Found::Below(leaves(lists, &context)?)),
        leaf => text_of(leaf).map(Found::Leaf).map_err(wrong),
    }
}

/// Leaves from the list of their paths and that of their values. One whose value somebody has taken away is not there.
pub(super) fn leaves(lists: Vec<Value>, context: &Context<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    let mut lists = lists.into_iter();
    let (Some(Value::Array(paths)), Some(Value::Array(values))) = (lists.next(), lists.next()) else {
        return Err(context.decode_error(0, DecodeError::missing("paths and values")));
    };
    let present = paths.into_iter().zip(values).filter(|(_, value)| *value != Value::Nil);
    let read = present.map(|(path, value)| Ok((text(path)?, text_of(value)?)));
    read.collect::<Result<_, DecodeError>>().map_err(|source| context.decode_error(0, source))
}

fn texts(reply: Reply<'_>) -> Result<Vec<String>> {
    let (value, context) = reply.into_parts();
    let Value::Array(values) = value else {
        return Err(context.decode_error(0, DecodeError::reply("a list of paths", &value)));
    };
    values.into_iter().map(text).collect::<Result<_, _>>().map_err(|source| context.decode_error(0, source))
}

/// A path, which is text as only this crate writes it.
pub(super) fn text(value: Value) -> Result<String, DecodeError> {
    String::from_utf8(text_of(value)?).map_err(|error| DecodeError::new("a path", error.as_bytes()))
}

/// How many leaves an operation was about.
pub(super) fn count(reply: Reply<'_>) -> Result<u64> {
    let context = reply.context();
    let number = reply::integer(reply)?;
    u64::try_from(number).map_err(|_| context.decode_error(0, DecodeError::reply("a number of leaves", &number)))
}
