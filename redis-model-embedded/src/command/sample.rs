//! What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER share: choosing elements by their places.

use super::{Context, arguments::integer, is_word};
use crate::protocol::ErrorReply;

/// Redis sends such a reply piece by piece; here it would have to fit in memory at once.
const MOST_REPEATED: usize = 10_000_000;

/// `count [WITHVALUES]`: what to choose.
pub(super) struct Wanted {
    /// A negative count may repeat elements.
    pub(super) count: i64,
    pub(super) with_values: bool,
}

impl Wanted {
    /// Reads what follows the key; `None` stands for one element. `with` is the command's word for values.
    pub(super) fn parse(words: &[&[u8]], with: &str) -> Result<Option<Self>, ErrorReply> {
        let [first, rest @ ..] = words else { return Ok(None) };
        let count = count(first)?;
        let with_values = match rest {
            [] => false,
            [word] if is_word(word, with) => true,
            _ => return Err(ErrorReply::SYNTAX),
        };
        // A reply with values has twice as many elements.
        let limit = if with_values { i64::MAX / 2 } else { i64::MAX };
        if !(-limit..=limit).contains(&count) {
            return Err(ErrorReply::OUT_OF_RANGE);
        }
        Ok(Some(Self { count, with_values }))
    }
}

/// How many elements to choose; a negative count may repeat elements.
pub(super) fn count(argument: &[u8]) -> Result<i64, ErrorReply> {
    let count = integer(argument)?;
    if count == i64::MIN {
        // The one number without an opposite has an error of its own.
        return Err(ErrorReply::fixed(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ));
    }
    Ok(count)
}

/// `count` different places below `length`, or as many as there are; `-count` places that may repeat if negative.
pub(super) fn places(ctx: &mut Context<'_>, length: usize, count: i64) -> Result<Vec<usize>, ErrorReply> {
    let random = &mut ctx.server.random;
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count >= 0 {
        return Ok(random.distinct_below(length, wanted.min(length)));
    }
    if wanted > MOST_REPEATED {
        return Err(ErrorReply::OUT_OF_RANGE);
    }
    Ok((0..wanted).map(|_| random.below(length)).collect())
}
