//! A cached function: what was written, taken apart.

mod argument;
mod function;
mod generics;
mod mentions;
mod returns;

use syn::{Ident, Path};

pub(crate) use self::{
    argument::Argument,
    function::{Function, Owner, same},
    generics::turbofish,
    mentions::{Mentions, mentions},
    returns::Returns,
};
use super::attr::{Key, Options};

/// A function and its options, which go with each other.
pub(crate) struct Cached {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) key: Key,
    pub(crate) home: Home,
    /// The runtime crate.
    pub(crate) krate: Path,
}

/// Where a function's companions are.
#[derive(Clone)]
pub(crate) enum Home {
    /// In an enum beside the function.
    Beside(Ident),
    /// In an enum in the module of its impl.
    Module(Ident, Ident),
    /// There are none: all that belongs to the function is inside of it.
    Inside,
}
