//! Values at dotted paths that are known only at run time.
//!
//! A tree is three keys with one hash tag: a hash of leaf paths to JSON, a sorted set of the paths in their order, and a
//! sorted set of deadlines. Every operation is one call of one script.

mod addend;
mod compound;
mod leaves;
mod node;
mod path;
mod read;
mod request;
mod root;
mod segments;
mod serializer;
mod subtree;
mod write;

pub use self::{addend::Addend, leaves::Leaves, path::TreePath, root::Tree, segments::TreeSegments};
