//! Sets made of sets.

use std::{collections::HashSet, hash::Hash, iter};

use redis::Cmd;

use super::{
    Set,
    operand::{Operand, SetOperand, SetOperands},
};
use crate::{
    codec::Codec,
    collection::{decode, stored::STORE},
    command::{key as keys, set},
    error::{Error, Result},
    key::Key,
    query::{Query, Step},
};

impl<T: Eq + Hash + Send + 'static, C: Codec<T>> Set<T, C> {
    /// What is in this set or in any of the others: `SUNION`; `SMEMBERS` with values.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn union(&self, others: impl SetOperands<T, C>) -> Query<HashSet<T>> {
        match others.into_operand(self) {
            Ok(Operand::Sets(others)) => self.read(set::union(self.and(&others)), decode::elements::<T, C, _>),
            Ok(Operand::Values(values)) => self.with_local(values, |mut here, values| {
                here.extend(values);
                here
            }),
            Err(error) => Query::invalid(error),
        }
    }

    /// What is in this set and in all of the others: `SINTER`; `SMISMEMBER` with values.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn intersection(&self, others: impl SetOperands<T, C>) -> Query<HashSet<T>> {
        match others.into_operand(self) {
            Ok(Operand::Sets(others)) => self.read(set::intersection(self.and(&others)), decode::elements::<T, C, _>),
            Ok(Operand::Values(values)) => {
                let set = self.clone();
                self.contains_stored(&values).and_then(move |flags| {
                    let common = values.into_iter().zip(flags).filter(|(_, is_here)| *is_here);
                    common.map(|(value, _)| set.decoded::<T, C>(value)).collect()
                })
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// What is in this set and in none of the others: `SDIFF`; `SMEMBERS` with values.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn difference(&self, others: impl SetOperands<T, C>) -> Query<HashSet<T>> {
        match others.into_operand(self) {
            Ok(Operand::Sets(others)) => self.read(set::difference(self.and(&others)), decode::elements::<T, C, _>),
            Ok(Operand::Values(values)) => self.with_local(values, |mut here, values| {
                here.retain(|value| !values.contains(value));
                here
            }),
            Err(error) => Query::invalid(error),
        }
    }

    /// What is in one of the two only, this set or the other: `SDIFF` in both directions, isolated; `SMEMBERS` with values.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn symmetric_difference(&self, other: impl SetOperand<T, C>) -> Query<HashSet<T>> {
        match other.into_operand(self) {
            Ok(Operand::Sets(other)) => {
                let both_ways = [self.key()].into_iter().chain(&other);
                let cmds = vec![set::difference(both_ways.clone()), set::difference(both_ways.rev())];
                self.read_all(cmds, decode::elements_of_all::<T, C, _>)
            }
            Ok(Operand::Values(values)) => self.with_local(values, |mut here, values| {
                for value in values {
                    if !here.remove(&value) {
                        here.insert(value);
                    }
                }
                here
            }),
            Err(error) => Query::invalid(error),
        }
    }

    /// What is here, combined with values that are not.
    fn with_local(&self, values: Vec<Vec<u8>>, combine: fn(HashSet<T>, HashSet<T>) -> HashSet<T>) -> Query<HashSet<T>> {
        match values.into_iter().map(|value| self.decoded::<T, C>(value)).collect::<Result<_>>() {
            Ok(values) => self.load().map(move |here| combine(here, values)),
            Err(error) => Query::invalid(error),
        }
    }
}

/// What is made of sets without leaving the server: each of these puts it in the place of all that is in a set, whose time to
/// live stays, and answers with how many values that then has.
impl<T: 'static, C: Codec<T>> Set<T, C> {
    /// Puts the [`union`](Self::union) in the place of all that is in `destination`: `SUNIONSTORE` in a script.
    pub fn union_into(&self, others: impl SetOperands<T, C>, destination: &Self) -> Query<u64> {
        self.store("SUNIONSTORE", others, destination)
    }

    /// Puts the [`intersection`](Self::intersection) in the place of all that is in `destination`: `SINTERSTORE` in a script.
    pub fn intersection_into(&self, others: impl SetOperands<T, C>, destination: &Self) -> Query<u64> {
        self.store("SINTERSTORE", others, destination)
    }

    /// Puts the [`difference`](Self::difference) in the place of all that is in `destination`: `SDIFFSTORE` in a script.
    pub fn difference_into(&self, others: impl SetOperands<T, C>, destination: &Self) -> Query<u64> {
        self.store("SDIFFSTORE", others, destination)
    }

    /// Puts the [`symmetric_difference`](Self::symmetric_difference) in the place of all that is in `destination`:
    /// `SUNIONSTORE` without what `SINTERSTORE` gives, in a script.
    pub fn symmetric_difference_into(&self, other: impl SetOperand<T, C>, destination: &Self) -> Query<u64> {
        other
            .into_operand(self)
            .and_then(|other| self.store_symmetric_difference(other, destination))
            .unwrap_or_else(Query::invalid)
    }

    /// Adds all that is in the others: [`union_into`](Self::union_into) this one. [`extend`](Self::extend) is the faster way
    /// to add values.
    pub fn union_with(&self, others: impl SetOperands<T, C>) -> Query<u64> {
        self.union_into(others, self)
    }

    /// Keeps what is in all of the others too: [`intersection_into`](Self::intersection_into) this one.
    pub fn intersect_with(&self, others: impl SetOperands<T, C>) -> Query<u64> {
        self.intersection_into(others, self)
    }

    /// Removes what is in any of the others: [`difference_into`](Self::difference_into) this one.
    /// [`remove_many`](Self::remove_many) is the faster way to remove values.
    pub fn difference_with(&self, others: impl SetOperands<T, C>) -> Query<u64> {
        self.difference_into(others, self)
    }

    /// Removes what is in the other too, and adds the rest of it: [`symmetric_difference_into`](Self::symmetric_difference_into)
    /// this one.
    pub fn symmetric_difference_with(&self, other: impl SetOperand<T, C>) -> Query<u64> {
        self.symmetric_difference_into(other, self)
    }

    fn store(&self, command: &'static str, others: impl SetOperands<T, C>, destination: &Self) -> Query<u64> {
        match others.into_operand(self) {
            Ok(Operand::Sets(others)) => {
                let sources = self.and(&others).cloned().collect();
                destination.run(&STORE, sources, Cmd::new().arg(command).take(), decode::count)
            }
            Ok(Operand::Values(values)) => {
                self.store_with_values(command, values, destination).unwrap_or_else(Query::invalid)
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// The values lie at a key of their own meanwhile.
    fn store_with_values(&self, command: &'static str, values: Vec<Vec<u8>>, destination: &Self) -> Result<Query<u64>> {
        let aside = destination.checked_workplace()?;
        let mut steps = vec![self.type_check()];
        steps.extend(put_aside(values, &aside));
        let sources = vec![self.key().clone(), aside.clone()];
        steps.push(Step::Body(destination.body(&STORE, sources, Cmd::new().arg(command).take())));
        steps.push(Step::Silent(keys::unlink([&aside])));
        Ok(destination.write_all(steps, decode::count))
    }

    fn store_symmetric_difference(&self, other: Operand, destination: &Self) -> Result<Query<u64>> {
        let [all, common, aside] =
            [destination.checked_workplace()?, destination.checked_workplace()?, destination.checked_workplace()?];
        let mut steps = vec![self.type_check()];
        let other = match other {
            Operand::Sets(mut other) => other.pop().unwrap_or(Key::EMPTY),
            Operand::Values(values) => {
                steps.extend(put_aside(values, &aside));
                aside.clone()
            }
        };
        let sources = [self.key(), &other];
        // The one that reads both, and may fail, comes before anything of theirs is written.
        steps.push(Step::Silent(set::intersection_into(&common, sources)));
        steps.push(Step::Silent(set::union_into(&all, sources)));
        let args = Cmd::new().arg("SDIFFSTORE").take();
        steps.push(Step::Body(destination.body(&STORE, vec![all.clone(), common.clone()], args)));
        steps.push(Step::Silent(keys::unlink([&all, &common, &aside])));
        Ok(destination.write_all(steps, decode::count))
    }

    /// Fails where the key is no set: before anything is put aside, which nobody would clear away.
    fn type_check(&self) -> Step {
        Step::Silent(set::length(self.key()))
    }

    fn checked_workplace(&self) -> Result<Key> {
        let workplace = self.workplace();
        workplace.check().map_err(|reason| Error::InvalidKey { reason })?;
        Ok(workplace)
    }

    /// This set's key, then others.
    pub(super) fn and<'a>(&'a self, others: &'a [Key]) -> impl Iterator<Item = &'a Key> {
        iter::once(self.key()).chain(others)
    }
}

fn put_aside(values: Vec<Vec<u8>>, aside: &Key) -> Option<Step> {
    (!values.is_empty()).then(|| Step::Silent(set::insert(aside).arg(values).take()))
}
