use std::ops::Range;

use super::Direction;
use crate::{command::arguments::integer, data::SortedSet, number::parse_lax_double, protocol::ErrorReply};

/// The part of a sorted set that a command is about.
#[derive(Debug)]
pub(super) enum Interval<'a> {
    /// From the first rank to the last, both counted from the end when negative.
    Ranks {
        first: i64,
        last: i64,
    },
    Scores {
        min: ScoreBound,
        max: ScoreBound,
    },
    /// Of members that all have one score.
    Members {
        min: MemberBound<'a>,
        max: MemberBound<'a>,
    },
}

#[derive(Debug)]
pub(super) struct ScoreBound {
    score: f64,
    /// `(1`: the score itself lies outside.
    is_open: bool,
}

#[derive(Debug)]
pub(super) enum MemberBound<'a> {
    /// `-`
    BeforeAll,
    /// `+`
    AfterAll,
    /// `[a`
    Closed(&'a [u8]),
    /// `(a`
    Open(&'a [u8]),
}

impl<'a> Interval<'a> {
    pub(super) fn ranks(first: &[u8], last: &[u8]) -> Result<Self, ErrorReply> {
        Ok(Self::Ranks { first: integer(first)?, last: integer(last)? })
    }

    pub(super) fn scores(min: &[u8], max: &[u8]) -> Result<Self, ErrorReply> {
        Ok(Self::Scores { min: ScoreBound::parse(min)?, max: ScoreBound::parse(max)? })
    }

    pub(super) fn members(min: &'a [u8], max: &'a [u8]) -> Result<Self, ErrorReply> {
        Ok(Self::Members { min: MemberBound::parse(min)?, max: MemberBound::parse(max)? })
    }

    /// The ranks of what lies inside, from the lowest up; those of the interval itself count in `direction`.
    pub(super) fn within(&self, set: &SortedSet, direction: Direction) -> Range<usize> {
        let (start, end) = match self {
            Self::Ranks { first, last } => return ranks_within(*first, *last, set.len(), direction),
            Self::Scores { min, max } => (
                set.partition_point(|(_, score)| score < min.score || (min.is_open && score <= min.score)),
                set.partition_point(|(_, score)| score < max.score || (!max.is_open && score <= max.score)),
            ),
            Self::Members { min, max } => (
                set.partition_point(|(member, _)| min.is_after(member, true)),
                set.partition_point(|(member, _)| max.is_after(member, false)),
            ),
        };
        start..end.max(start)
    }
}

impl ScoreBound {
    fn parse(text: &[u8]) -> Result<Self, ErrorReply> {
        let (number, is_open) = text.strip_prefix(b"(").map_or((text, false), |number| (number, true));
        let score = parse_lax_double(number).ok_or(ErrorReply::fixed("ERR min or max is not a float"))?;
        Ok(Self { score, is_open })
    }
}

impl<'a> MemberBound<'a> {
    fn parse(text: &'a [u8]) -> Result<Self, ErrorReply> {
        match text {
            // C takes a NUL for the end.
            [b'-'] | [b'-', 0, ..] => Ok(Self::BeforeAll),
            [b'+'] | [b'+', 0, ..] => Ok(Self::AfterAll),
            [b'[', member @ ..] => Ok(Self::Closed(member)),
            [b'(', member @ ..] => Ok(Self::Open(member)),
            _ => Err(ErrorReply::fixed("ERR min or max not valid string range item")),
        }
    }

    /// Whether the bound lies after a member. One that names the member itself lies before it if it begins an
    /// interval and includes it, or ends one and excludes it.
    fn is_after(&self, member: &[u8], is_min: bool) -> bool {
        match self {
            Self::BeforeAll => false,
            Self::AfterAll => true,
            Self::Closed(bound) => member < *bound || (!is_min && member == *bound),
            Self::Open(bound) => member < *bound || (is_min && member == *bound),
        }
    }
}

fn ranks_within(first: i64, last: i64, length: usize, direction: Direction) -> Range<usize> {
    let from_start = |rank: i64| crate::command::arguments::from_start(rank, length).max(-1);
    let start = usize::try_from(from_start(first)).unwrap_or(0).min(length);
    let end = usize::try_from(from_start(last).saturating_add(1)).unwrap_or(0).min(length).max(start);
    match direction {
        Direction::Ascending => start..end,
        Direction::Descending => length - end..length - start,
    }
}
