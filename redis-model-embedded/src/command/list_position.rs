//! LPOS.

use super::{Args, Command, Context, Flags, Outcome, arguments::integer, is_word, spec::KeyPositions};
use crate::{
    data::List,
    number::parse_integer,
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
    skipped: u64,
    /// How many matches to report, all if zero; `None` reports one, and not as an array.
    count: Option<u64>,
    /// How many elements to look at, all if zero.
    comparisons: u64,
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
                search.skipped = rank.checked_abs().map_or(0, |rank| rank.unsigned_abs() - 1);
            } else if is_word(word, "COUNT") {
                search.count = Some(not_negative(value, "ERR COUNT can't be negative")?);
            } else if is_word(word, "MAXLEN") {
                search.comparisons = not_negative(value, "ERR MAXLEN can't be negative")?;
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(search)
    }

    /// The places of the matches, in the order in which they are found.
    fn run(&self, list: &List, item: &[u8]) -> Vec<usize> {
        let unlimited = |limit: u64| if limit == 0 { usize::MAX } else { usize::try_from(limit).unwrap_or(usize::MAX) };
        let (comparisons, count) = (unlimited(self.comparisons), unlimited(self.count.unwrap_or(1)));
        let skipped = usize::try_from(self.skipped).unwrap_or(usize::MAX);
        let items = list.iter().enumerate();
        let is_match = |(_, other): &(usize, &[u8])| *other == item;
        if self.from_right {
            let found = items.rev().take(comparisons).filter(is_match).skip(skipped).take(count);
            found.map(|(place, _)| place).collect()
        } else {
            let found = items.take(comparisons).filter(is_match).skip(skipped).take(count);
            found.map(|(place, _)| place).collect()
        }
    }
}

fn not_negative(value: &[u8], error: &'static str) -> Result<u64, ErrorReply> {
    let number = parse_integer(value).and_then(|number| u64::try_from(number).ok());
    number.ok_or(ErrorReply::fixed(error))
}
