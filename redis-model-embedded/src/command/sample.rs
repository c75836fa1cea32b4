//! What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER share: choosing elements by their places.

use super::{Context, arguments::integer};
use crate::protocol::ErrorReply;

/// Redis sends such a reply piece by piece; here it would have to fit in memory at once.
const MOST_REPEATED: usize = 10_000_000;

/// The count of elements to choose; a negative one may repeat elements.
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
