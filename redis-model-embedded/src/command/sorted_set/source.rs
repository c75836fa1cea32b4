use std::borrow::Cow;

use crate::{
    data::{Members, Set, SortedSet, Value, sorted_set},
    protocol::ErrorReply,
};

/// A member and its score. The member is borrowed where its bytes lie somewhere.
pub(super) type Scored<'a> = (Cow<'a, [u8]>, f64);

/// What ZUNION and its like read: members with scores.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// There is no such key.
    Absent,
    SortedSet(&'a SortedSet),
    /// A plain set, each of whose members has the score 1.
    Set(&'a Set),
}

/// The score of the members of plain sets.
const PLAIN: f64 = 1.0;

impl<'a> Source<'a> {
    pub(super) fn of(value: Option<&'a Value>) -> Result<Self, ErrorReply> {
        match value {
            None => Ok(Self::Absent),
            Some(Value::SortedSet(set)) => Ok(Self::SortedSet(set)),
            Some(Value::Set(set)) => Ok(Self::Set(set)),
            Some(_) => Err(ErrorReply::WRONG_TYPE),
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Absent => 0,
            Self::SortedSet(set) => set.len(),
            Self::Set(set) => set.len(),
        }
    }

    pub(super) fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Absent => None,
            Self::SortedSet(set) => set.score(member),
            Self::Set(set) => set.contains(member).then_some(PLAIN),
        }
    }

    pub(super) fn iter(self) -> Iter<'a> {
        match self {
            Self::Absent => Iter::Absent,
            Self::SortedSet(set) => Iter::SortedSet(set.slice(0..set.len())),
            Self::Set(set) => Iter::Set(set.iter()),
        }
    }
}

/// See [`Source::iter`].
pub(super) enum Iter<'a> {
    Absent,
    SortedSet(sorted_set::Iter<'a>),
    Set(Members<'a>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Scored<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Absent => None,
            Self::SortedSet(iter) => iter.next().map(|(member, score)| (Cow::Borrowed(member), score)),
            Self::Set(iter) => iter.next().map(|member| (member.into(), PLAIN)),
        }
    }
}
