//! Sets compared with sets.

use redis::Value;

use super::{
    Set,
    operand::{Operand, SetOperand, SetOperands},
};
use crate::{
    codec::{Codec, DecodeError},
    collection::decode,
    command::set,
    error::Result,
    query::{Query, Reply},
};

/// More values than this are asked for by several commands, where a script runs them.
const PIECE: usize = 5_000;

impl<T: 'static, C: Codec<T>> Set<T, C> {
    /// Whether all that is here is in the other: `SCARD` and `SINTERCARD`, isolated; `SMISMEMBER` with values. True when this
    /// set is empty.
    pub fn is_subset(&self, other: impl SetOperand<T, C>) -> Query<bool> {
        match other.into_operand(self) {
            Ok(Operand::Sets(other)) => {
                let keys: Vec<_> = self.and(&other).collect();
                let cmds = vec![set::length(self.key()), set::intersection_length(&keys, 0)];
                self.read_all(cmds, first_equals_sum)
            }
            Ok(Operand::Values(values)) => {
                let pieces = values.chunks(PIECE).map(|piece| set::contains_many(self.key()).arg(piece).take());
                let cmds = [set::length(self.key())].into_iter().chain(pieces).collect();
                self.read_all(cmds, first_equals_sum)
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether all that is in the other is here: `SCARD` and `SINTERCARD`, isolated; `SMISMEMBER` with values. True when the
    /// other is empty.
    pub fn is_superset(&self, other: impl SetOperand<T, C>) -> Query<bool> {
        match other.into_operand(self) {
            Ok(Operand::Sets(other)) => {
                let keys: Vec<_> = self.and(&other).collect();
                let cmds = other.iter().map(set::length).chain([set::intersection_length(&keys, 0)]).collect();
                self.read_all(cmds, first_equals_sum)
            }
            Ok(Operand::Values(values)) => {
                self.contains_stored(&values).map(|flags| flags.into_iter().all(|is_here| is_here))
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether nothing is both here and in the other: `SINTERCARD` with a limit of 1; `SMISMEMBER` with values.
    pub fn is_disjoint(&self, other: impl SetOperand<T, C>) -> Query<bool> {
        match other.into_operand(self) {
            Ok(Operand::Sets(other)) => {
                let keys: Vec<_> = self.and(&other).collect();
                self.read(set::intersection_length(&keys, 1), |reply| Ok(decode::count(reply)? == 0))
            }
            Ok(Operand::Values(values)) => {
                self.contains_stored(&values).map(|flags| !flags.into_iter().any(|is_here| is_here))
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// How many values are here and in all of the others: `SINTERCARD`; `SMISMEMBER` with values.
    pub fn intersection_len(&self, others: impl SetOperands<T, C>) -> Query<u64> {
        match others.into_operand(self) {
            Ok(Operand::Sets(others)) => {
                let keys: Vec<_> = self.and(&others).collect();
                self.read(set::intersection_length(&keys, 0), decode::count)
            }
            Ok(Operand::Values(values)) => {
                self.contains_stored(&values).map(|flags| flags.into_iter().filter(|is_here| *is_here).count() as u64)
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether each of these stored values is here.
    pub(super) fn contains_stored(&self, values: &[Vec<u8>]) -> Query<Vec<bool>> {
        if values.is_empty() {
            return Query::answered(Vec::new);
        }
        self.read(set::contains_many(self.key()).arg(values).take(), decode::flags)
    }
}

/// Whether the first reply is as much as the others together: numbers, and arrays of them.
fn first_equals_sum(reply: Reply<'_>) -> Result<bool> {
    let (value, context) = reply.into_parts();
    // One command alone is answered without an array around it.
    let replies = match value {
        Value::Array(replies) => replies,
        reply => vec![reply],
    };
    let Some((first, others)) = replies.split_first() else {
        return Err(context.decode_error(0, DecodeError::missing("two replies")));
    };
    let numbers = others.iter().flat_map(|reply| match reply {
        Value::Array(numbers) => &numbers[..],
        number => std::slice::from_ref(number),
    });
    let mut sum = 0_i64;
    for number in numbers {
        sum = sum.saturating_add(context.integer(number)?);
    }
    Ok(context.integer(first)? == sum)
}
