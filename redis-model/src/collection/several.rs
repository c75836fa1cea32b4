//! One other container, or several: what operations on several of them take.

use std::ops::Deref;

use super::Container;
use crate::{
    error::{Error, Result},
    key::Key,
};

/// One other container, or several: `&other`, `[&one, &two]`, a slice or a `Vec` of references.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one or several of `{S}`",
    label = "expected `&other`, `[&one, &two]`, or a `Vec` of references"
)]
pub trait Several<S> {
    /// Their keys.
    ///
    /// # Errors
    /// [`Error::InvalidKey`].
    #[doc(hidden)]
    fn keys(self) -> Result<Vec<Key>>;
}

impl<S: Deref<Target = Container>> Several<S> for &S {
    fn keys(self) -> Result<Vec<Key>> {
        all([self])
    }
}

impl<S: Deref<Target = Container>, const N: usize> Several<S> for [&S; N] {
    fn keys(self) -> Result<Vec<Key>> {
        all(self)
    }
}

impl<S: Deref<Target = Container>> Several<S> for &[&S] {
    fn keys(self) -> Result<Vec<Key>> {
        all(self.iter().copied())
    }
}

impl<S: Deref<Target = Container>> Several<S> for Vec<&S> {
    fn keys(self) -> Result<Vec<Key>> {
        all(self)
    }
}

fn all<'a, S: Deref<Target = Container> + 'a>(containers: impl IntoIterator<Item = &'a S>) -> Result<Vec<Key>> {
    let checked = |container: &S| {
        let key = container.key();
        key.check().map(|()| key.clone()).map_err(|reason| Error::InvalidKey { reason })
    };
    containers.into_iter().map(checked).collect()
}
