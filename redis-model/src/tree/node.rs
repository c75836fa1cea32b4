//! Values as leaves.

use std::{collections::BTreeMap, mem};

use serde::Serialize;

use super::{path::TreePath, serializer::Nodes};
use crate::{
    codec::EncodeError,
    error::{Error, Result},
    path::{DEEPEST, LONGEST, TOO_DEEP, TOO_LONG},
};

/// A value on its way into a tree.
pub(super) enum Node {
    Leaf(Json),
    Map(BTreeMap<String, Node>),
}

/// What becomes one leaf.
pub(super) struct Json {
    pub(super) text: Vec<u8>,
    /// How many lists and maps lie within each other in it.
    pub(super) levels: usize,
}

/// A leaf to be written.
pub(super) struct Leaf {
    pub(super) path: String,
    pub(super) json: Vec<u8>,
}

impl Node {
    pub(super) fn of(text: impl Into<Vec<u8>>) -> Self {
        Self::Leaf(Json { text: text.into(), levels: 0 })
    }

    /// The node as JSON, for a list that it stands in.
    pub(super) fn into_json(self) -> Json {
        let entries = match self {
            Self::Leaf(json) => return json,
            Self::Map(entries) => entries,
        };
        let mut object = Json { text: vec![b'{'], levels: 0 };
        for (name, value) in entries {
            object.separate();
            serde_json::to_writer(&mut object.text, &name).expect("a text is JSON, and memory takes it");
            object.text.push(b':');
            object.push(&value.into_json());
        }
        object.close(b'}')
    }
}

impl Json {
    /// A list with nothing in it yet.
    pub(super) fn list() -> Self {
        Self { text: vec![b'['], levels: 0 }
    }

    pub(super) fn push_item(&mut self, item: Node) {
        self.separate();
        self.push(&item.into_json());
    }

    fn separate(&mut self) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
    }

    fn push(&mut self, json: &Self) {
        self.text.extend_from_slice(&json.text);
        self.levels = self.levels.max(json.levels);
    }

    pub(super) fn close(mut self, end: u8) -> Self {
        self.text.push(end);
        self.levels += 1;
        self
    }
}

/// The leaves that a value becomes at a path.
///
/// # Errors
/// [`Error::InvalidPath`], [`Error::Encode`].
pub(super) fn leaves_of(place: &TreePath, value: &impl Serialize) -> Result<Vec<Leaf>> {
    let refused = |path: &str, source| {
        let (key, path) = (place.key().clone(), path.to_owned());
        Error::Encode { model: "", key, path, source }
    };
    let node = value.serialize(Nodes::top()).map_err(|error| refused(&place.path, EncodeError::new("JSON", error)))?;
    let mut collector = Collector { found: Vec::new(), path: place.path.clone(), refused: &refused };
    let depth = if place.path.is_empty() { 0 } else { place.path.split('.').count() };
    collector.add(node, depth)?;
    Ok(collector.found)
}

struct Collector<'a> {
    found: Vec<Leaf>,
    path: String,
    refused: &'a dyn Fn(&str, EncodeError) -> Error,
}

impl Collector<'_> {
    fn add(&mut self, node: Node, depth: usize) -> Result<()> {
        let entries = match node {
            Node::Map(entries) if !entries.is_empty() => entries,
            node => return self.add_leaf(node.into_json(), depth),
        };
        for (name, value) in entries {
            let end = self.path.len();
            if end > 0 {
                self.path.push('.');
            }
            self.path.push_str(&name);
            if let Some(reason) = flaw(&name, &self.path, depth + 1) {
                return Err(Error::InvalidPath { path: mem::take(&mut self.path), reason });
            }
            self.add(value, depth + 1)?;
            self.path.truncate(end);
        }
        Ok(())
    }

    /// The levels of a leaf count as those of its path, so that all of a tree can be read as one value: JSON is read to 127
    /// levels.
    fn add_leaf(&mut self, json: Json, depth: usize) -> Result<()> {
        if json.levels > 0 && depth + json.levels > DEEPEST {
            let reason = "with its path it is nested more than 64 levels deep";
            return Err((self.refused)(&self.path, EncodeError::new("JSON", reason)));
        }
        self.found.push(Leaf { path: self.path.clone(), json: json.text });
        Ok(())
    }
}

fn flaw(name: &str, path: &str, depth: usize) -> Option<&'static str> {
    if name.is_empty() {
        Some("a name in the value is empty: give it one, or store the value as text")
    } else if name.contains('.') {
        Some("a name in the value holds a dot, which parts the segments of paths: write a map in a map")
    } else if path.len() > LONGEST {
        Some(TOO_LONG)
    } else if depth > DEEPEST {
        Some(TOO_DEEP)
    } else {
        None
    }
}
