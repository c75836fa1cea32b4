//! What can be added to a leaf.

use crate::codec::RedisValue;

mod sealed {
    pub trait Sealed {}
}

/// A number that [`TreePath::add`](super::TreePath::add) adds: `i64` or `f64`. There is no other of each kind, so that a literal
/// is one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a leaf of a tree",
    label = "neither `i64` nor `f64`",
    note = "write `i64::from(..)` or `f64::from(..)`"
)]
pub trait Addend: RedisValue + sealed::Sealed + Copy {
    /// What the script calls it.
    #[doc(hidden)]
    const KIND: &'static str;

    /// Whether it can be added: infinities cannot.
    #[doc(hidden)]
    fn is_finite(self) -> bool;
}

impl sealed::Sealed for i64 {}
impl sealed::Sealed for f64 {}

impl Addend for i64 {
    const KIND: &'static str = "i";

    fn is_finite(self) -> bool {
        true
    }
}

impl Addend for f64 {
    const KIND: &'static str = "f";

    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
}
