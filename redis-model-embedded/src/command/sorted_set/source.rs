use crate::{
    data::{
        SortedSet, Value,
        sorted_set::{self, Entry},
    },
    protocol::ErrorReply,
};

/// What ZUNION and its like read: members with scores.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// There is no such key.
    Absent,
    SortedSet(&'a SortedSet),
}

impl<'a> Source<'a> {
    pub(super) fn of(value: Option<&'a Value>) -> Result<Self, ErrorReply> {
        match value {
            None => Ok(Self::Absent),
            Some(Value::SortedSet(set)) => Ok(Self::SortedSet(set)),
            Some(_) => Err(ErrorReply::WRONG_TYPE),
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Absent => 0,
            Self::SortedSet(set) => set.len(),
        }
    }

    pub(super) fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Absent => None,
            Self::SortedSet(set) => set.score(member),
        }
    }

    pub(super) fn iter(self) -> Iter<'a> {
        match self {
            Self::Absent => Iter::Absent,
            Self::SortedSet(set) => Iter::SortedSet(set.slice(0..set.len())),
        }
    }
}

/// See [`Source::iter`].
#[derive(Debug)]
pub(super) enum Iter<'a> {
    Absent,
    SortedSet(sorted_set::Iter<'a>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Absent => None,
            Self::SortedSet(iter) => iter.next(),
        }
    }
}
