//! LPOS.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{integer, integer_from},
    is_word,
    spec::KeyPositions,
};
use crate::{
    data::List,
    protocol::{ErrorReply, Reply},
};

pub(super) const COMMANDS: &[Command] = &[Command::new("lpos", -3, Flags::READONLY, KeyPositions::ONE, lpos)];

/// `LPOS key element [RANK rank] [COUNT matches] [MAXLEN comparisons]`
///
/// The first match, or with COUNT an array of as many as asked for. A negative rank begins on the right.
fn lpos(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let search = Search::parse(&args[3..])?;
    let found = ctx.keys().find::<List>(args[1])?.map(|list| search.run(list, args[2])).unwrap_or_default();
    Ok(match (search.count, found.first()) {
        (Some(_), _) => Reply::Array(found.into_iter().map(Reply::count).collect()),
        (None, Some(place)) => Reply::count(*place),
        (None, None) => Reply::Nil,
    })
}

struct Search {
    from_right: bool,
    /// Matches to pass over.
    skipped: usize,
    /// How many matches to report, all if zero; `None` reports one, and not as an array.
    count: Option<usize>,
    /// How many elements to look at, all if zero.
    comparisons: usize,
}

impl Search {
    fn parse(words: &[&[u8]]) -> Result<Self, ErrorReply> {
        let mut search = Self { from_right: false, skipped: 0, count: None, comparisons: 0 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or(ErrorReply::SYNTAX)?;
            if is_word(word, "RANK") {
                let rank = integer(value)?;
                if rank == 0 {
                    return Err(ErrorReply::fixed(
                        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
                         negative to start from the end of the list",
                    ));
                }
                search.from_right = rank < 0;
                // The one number without an opposite stays negative in Redis, and passes over nothing.
                search.skipped = rank.checked_abs().map_or(0, |rank| usize::try_from(rank - 1).unwrap_or(usize::MAX));
            } else if is_word(word, "COUNT") {
                search.count = Some(integer_from(0, value, "ERR COUNT can't be negative")?);
            } else if is_word(word, "MAXLEN") {
                search.comparisons = integer_from(0, value, "ERR MAXLEN can't be negative")?;
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(search)
    }

    /// The places of the matches, in the order in which they are found.
    fn run(&self, list: &List, item: &[u8]) -> Vec<usize> {
        let unlimited = |limit: usize| if limit == 0 { usize::MAX } else { limit };
        let (comparisons, count) = (unlimited(self.comparisons), unlimited(self.count.unwrap_or(1)));
        let items = list.iter().enumerate();
        let is_match = |(_, other): &(usize, &[u8])| *other == item;
        if self.from_right {
            let found = items.rev().take(comparisons).filter(is_match).skip(self.skipped).take(count);
            found.map(|(place, _)| place).collect()
        } else {
            let found = items.take(comparisons).filter(is_match).skip(self.skipped).take(count);
            found.map(|(place, _)| place).collect()
        }
    }
}
