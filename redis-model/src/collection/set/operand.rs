//! What sets are compared and combined with: other sets, or values.

use std::collections::HashSet;

use super::Set;
use crate::{
    codec::Encode,
    collection::{Container, Several},
    error::Result,
    key::Key,
};

/// Values of the caller, where another set could be: `tags.difference(Values(["new", "hot"]))`.
#[derive(Debug, Clone, Copy)]
pub struct Values<I>(
    /// The values; one that comes twice counts once.
    pub I,
);

/// What a set is combined with: `&other`, `[&one, &two]`, a slice or a `Vec` of such references, or [`Values`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a set of `{T}` is combined with",
    label = "expected `&other`, `[&one, &two]`, or `Values(..)`"
)]
pub trait SetOperands<T, C> {
    /// As keys, or as stored values.
    ///
    /// # Errors
    /// [`Error::Encode`](crate::Error::Encode).
    #[doc(hidden)]
    fn into_operand(self, set: &Set<T, C>) -> Result<Operand>;
}

/// What a set is compared with: one other, `&other`, or [`Values`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a set of `{T}` is compared with",
    label = "expected `&other` or `Values(..)`"
)]
pub trait SetOperand<T, C>: SetOperands<T, C> {}

/// What a set is combined with.
#[doc(hidden)]
#[derive(Debug)]
pub enum Operand {
    Sets(Vec<Key>),
    /// Stored values, each of them once.
    Values(Vec<Vec<u8>>),
}

impl<T, C> SetOperands<T, C> for &Set<T, C> {
    fn into_operand(self, _set: &Set<T, C>) -> Result<Operand> {
        self.keys().map(Operand::Sets)
    }
}

impl<T, C> SetOperand<T, C> for &Set<T, C> {}

impl<T, C, const N: usize> SetOperands<T, C> for [&Set<T, C>; N] {
    fn into_operand(self, _set: &Set<T, C>) -> Result<Operand> {
        self.keys().map(Operand::Sets)
    }
}

impl<T, C> SetOperands<T, C> for &[&Set<T, C>] {
    fn into_operand(self, _set: &Set<T, C>) -> Result<Operand> {
        self.keys().map(Operand::Sets)
    }
}

impl<T, C> SetOperands<T, C> for Vec<&Set<T, C>> {
    fn into_operand(self, _set: &Set<T, C>) -> Result<Operand> {
        self.keys().map(Operand::Sets)
    }
}

impl<T, C, I> SetOperands<T, C> for Values<I>
where
    I: IntoIterator,
    I::Item: Encode<T, C>,
{
    fn into_operand(self, set: &Set<T, C>) -> Result<Operand> {
        encoded(set, self.0).map(Operand::Values)
    }
}

impl<T, C, I> SetOperand<T, C> for Values<I>
where
    I: IntoIterator,
    I::Item: Encode<T, C>,
{
}

/// The stored form of values, each once, in the order in which they come first.
fn encoded<T, C>(set: &Container, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Result<Vec<Vec<u8>>> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for value in values {
        let value = set.encoded(&value)?;
        if seen.insert(value.clone()) {
            all.push(value);
        }
    }
    Ok(all)
}
