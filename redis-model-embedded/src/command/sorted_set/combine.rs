//! Unions, intersections and differences of sorted sets.

use std::borrow::Cow;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{
    listing,
    source::{Scored, Source},
    store,
};
use crate::{
    command::{
        Args, Command, Context, Flags, Outcome,
        arguments::{integer, integer_from},
        is_word,
        spec::KeyPositions,
    },
    data::{Keyspace, SortedSet, sorted_set::compare},
    number::parse_double,
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY;
const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zunion", -3, READ, KeyPositions::NONE.counted_at(1), |ctx, args| reply(ctx, args, Operation::Union)),
    Command::new("zinter", -3, READ, KeyPositions::NONE.counted_at(1), |ctx, args| {
        reply(ctx, args, Operation::Intersection)
    }),
    Command::new("zdiff", -3, READ, KeyPositions::NONE.counted_at(1), |ctx, args| {
        reply(ctx, args, Operation::Difference)
    }),
    Command::new("zunionstore", -4, WRITE, KeyPositions::ONE.counted_at(2), |ctx, args| {
        store_result(ctx, args, Operation::Union)
    }),
    Command::new("zinterstore", -4, WRITE, KeyPositions::ONE.counted_at(2), |ctx, args| {
        store_result(ctx, args, Operation::Intersection)
    }),
    Command::new("zdiffstore", -4, WRITE, KeyPositions::ONE.counted_at(2), |ctx, args| {
        store_result(ctx, args, Operation::Difference)
    }),
    Command::new("zintercard", -3, READ, KeyPositions::NONE.counted_at(1), zintercard),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What becomes of the result, which decides about the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Reply,
    Store,
    Count,
}

/// How two scores of one member become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

/// One key to combine.
#[derive(Debug, Clone, Copy)]
struct Input<'a> {
    source: Source<'a>,
    weight: f64,
}

/// Members and scores while they are worked on; removal costs the same however many have been removed before.
type Scores<'a> = IndexMap<Cow<'a, [u8]>, f64, RandomState>;

fn reply(ctx: &mut Context<'_>, args: Args<'_>, operation: Operation) -> Outcome {
    let name = ctx.command.name;
    let query = Query::parse(ctx.keys(), name, &args[1..], operation, Purpose::Reply)?;
    let result = query.result();
    Ok(listing(result.iter().map(|(member, score)| (&**member, *score)), query.with_scores))
}

fn store_result(ctx: &mut Context<'_>, args: Args<'_>, operation: Operation) -> Outcome {
    let name = ctx.command.name;
    let keys = ctx.keys();
    let query = Query::parse(keys, name, &args[2..], operation, Purpose::Store)?;
    let result = query.result();
    let set = SortedSet::from_sorted(result.iter().map(|(member, score)| (&**member, *score)));
    drop(result);
    Ok(store(keys, args[1], set))
}

/// `ZINTERCARD numkeys key [key ...] [LIMIT limit]`: counts no further than the limit.
fn zintercard(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = ctx.command.name;
    let query = Query::parse(ctx.keys(), name, &args[1..], Operation::Intersection, Purpose::Count)?;
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    Ok(Reply::count(query.intersection().take(limit).count()))
}

/// A combination as a client asks for it.
struct Query<'a> {
    operation: Operation,
    /// The smallest first, unless they are to be subtracted.
    inputs: Vec<Input<'a>>,
    aggregate: Aggregate,
    with_scores: bool,
    /// Zero for none.
    limit: usize,
}

impl<'a> Query<'a> {
    /// Reads the number of keys and all that follows it. The keys' types are looked at before the options.
    fn parse(
        keys: &'a Keyspace,
        command: &str,
        words: &[&[u8]],
        operation: Operation,
        purpose: Purpose,
    ) -> Result<Self, ErrorReply> {
        let (number, words) = words.split_first().ok_or(ErrorReply::SYNTAX)?;
        let number = integer(number)?;
        if number < 1 {
            return Err(ErrorReply::new(format!("ERR at least 1 input key is needed for '{command}' command")));
        }
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let (names, options) = words.split_at_checked(number).ok_or(ErrorReply::SYNTAX)?;
        let input = |key: &&[u8]| Ok(Input { source: Source::of(keys.peek(key))?, weight: 1.0 });
        let inputs = names.iter().map(input).collect::<Result<Vec<_>, ErrorReply>>()?;
        let mut query = Self { operation, inputs, aggregate: Aggregate::Sum, with_scores: false, limit: 0 };
        query.parse_options(options, purpose)?;
        if operation != Operation::Difference {
            query.inputs.sort_by_key(|input| input.source.len());
        }
        Ok(query)
    }

    fn parse_options(&mut self, mut rest: &[&[u8]], purpose: Purpose) -> Result<(), ErrorReply> {
        let has_scores = self.operation != Operation::Difference && purpose != Purpose::Count;
        while let [word, after @ ..] = rest {
            let weights = after.split_at_checked(self.inputs.len());
            rest = match (after, weights) {
                (_, Some((weights, after))) if has_scores && is_word(word, "WEIGHTS") => {
                    self.set_weights(weights)?;
                    after
                }
                ([aggregate, after @ ..], _) if has_scores && is_word(word, "AGGREGATE") => {
                    self.aggregate = Aggregate::parse(aggregate)?;
                    after
                }
                ([limit, after @ ..], _) if purpose == Purpose::Count && is_word(word, "LIMIT") => {
                    self.limit = integer_from(0, limit, "ERR LIMIT can't be negative")?;
                    after
                }
                (after, _) if purpose == Purpose::Reply && is_word(word, "WITHSCORES") => {
                    self.with_scores = true;
                    after
                }
                _ => return Err(ErrorReply::SYNTAX),
            };
        }
        Ok(())
    }

    fn set_weights(&mut self, weights: &[&[u8]]) -> Result<(), ErrorReply> {
        for (input, weight) in self.inputs.iter_mut().zip(weights) {
            input.weight = parse_double(weight).ok_or(ErrorReply::fixed("ERR weight value is not a float"))?;
        }
        Ok(())
    }

    /// The entries of the result, in order.
    fn result(&self) -> Vec<Scored<'a>> {
        let mut entries: Vec<Scored<'a>> = match self.operation {
            Operation::Union => self.union().into_iter().collect(),
            Operation::Intersection => self.intersection().collect(),
            Operation::Difference => self.difference().into_iter().collect(),
        };
        entries.sort_unstable_by(|left, right| compare((&*left.0, left.1), (&*right.0, right.1)));
        entries
    }

    fn union(&self) -> Scores<'a> {
        let mut scores = Scores::default();
        for input in &self.inputs {
            for (member, score) in input.source.iter() {
                let score = input.weigh_first(score);
                scores.entry(member).and_modify(|sum| self.aggregate.add(sum, score)).or_insert(score);
            }
        }
        scores
    }

    fn intersection(&self) -> impl Iterator<Item = Scored<'a>> {
        let smallest = self.inputs.first();
        let members = smallest
            .into_iter()
            .flat_map(|input| input.source.iter().map(|(member, score)| (member, input.weigh_first(score))));
        members.filter_map(|(member, mut score)| {
            for input in &self.inputs[1..] {
                let other = input.source.score(&member)?;
                self.aggregate.add(&mut score, other * input.weight);
            }
            Some((member, score))
        })
    }

    /// Costs, for each set that is subtracted, as much as the smaller of it and what is left.
    fn difference(&self) -> Scores<'a> {
        let mut inputs = self.inputs.iter().map(|input| input.source);
        let mut left: Scores<'a> = inputs.next().into_iter().flat_map(Source::iter).collect();
        for other in inputs {
            if other.len() < left.len() {
                for (member, _) in other.iter() {
                    left.swap_remove(&member);
                }
            } else {
                left.retain(|member, _| other.score(member).is_none());
            }
        }
        left
    }
}

impl Input<'_> {
    /// The weighted score of a member that is met for the first time. Zero times infinity counts as zero.
    fn weigh_first(&self, score: f64) -> f64 {
        number_or_zero(score * self.weight)
    }
}

impl Aggregate {
    fn parse(word: &[u8]) -> Result<Self, ErrorReply> {
        let known = [("SUM", Self::Sum), ("MIN", Self::Min), ("MAX", Self::Max)];
        let found = known.into_iter().find(|(name, _)| is_word(word, name));
        found.map(|(_, aggregate)| aggregate).ok_or(ErrorReply::SYNTAX)
    }

    /// Takes another score into account, as Redis does: opposite infinities add up to zero, and of two equal scores
    /// the first stays.
    fn add(self, total: &mut f64, score: f64) {
        match self {
            Self::Sum => *total = number_or_zero(*total + score),
            Self::Min if score < *total => *total = score,
            Self::Max if score > *total => *total = score,
            Self::Min | Self::Max => {}
        }
    }
}

fn number_or_zero(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number }
}
