//! Times to live: what to set, and what is left.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{
    codec::DecodeError,
    error::{Error, Result},
};

/// What [`save`](crate::RedisModel::save) does with the record's time to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ttl {
    /// As the model says: its `ttl`, under its `refresh` policy. Without a `ttl` on the model, as [`Keep`](Self::Keep).
    #[default]
    Default,
    /// What the record has stays; a new record never expires.
    Keep,
    /// The record expires after this time, in whole milliseconds, at least one. Where writes refresh the model's `ttl`, the
    /// next write to a field starts that instead once less than 95 % of it would be left.
    For(Duration),
    /// The record expires at this time, by the server's clock.
    At(SystemTime),
    /// The record never expires.
    Never,
}

/// How long a key has left to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLeft {
    /// There is no such key.
    Missing,
    /// The key never expires.
    Unlimited,
    /// The key expires after this time.
    Left(Duration),
}

impl TimeLeft {
    /// Reads the reply of `PTTL`.
    pub(crate) fn from_milliseconds(reply: i64) -> Result<Self, DecodeError> {
        match reply {
            -2 => Ok(Self::Missing),
            -1 => Ok(Self::Unlimited),
            left => u64::try_from(left)
                .map(|left| Self::Left(Duration::from_millis(left)))
                .map_err(|_| DecodeError::reply("a time to live", &reply)),
        }
    }
}

/// Redis counts milliseconds in 64 bits from 1970; half of that is 146 million years.
const LONGEST: u128 = (i64::MAX / 2) as u128;

/// Whole milliseconds, rounded up, so that a time to live that is given is never none.
///
/// # Errors
/// [`Error::InvalidQuery`] when it is zero, which Redis takes as "delete", or more than Redis can count.
pub(crate) fn milliseconds(duration: Duration) -> Result<u64> {
    let milliseconds = duration.as_nanos().div_ceil(1_000_000);
    match u64::try_from(milliseconds) {
        Ok(0) => Err(Error::invalid_query("a time to live of zero would delete: use `delete` or `clear`")),
        Ok(whole) if milliseconds <= LONGEST => Ok(whole),
        _ => Err(Error::invalid_query("the time to live is longer than Redis can count: use `Ttl::Never`")),
    }
}

/// A point in time as milliseconds since 1970.
///
/// # Errors
/// [`Error::InvalidQuery`] when it is before 1970 or later than Redis can count.
pub(crate) fn unix_milliseconds(time: SystemTime) -> Result<u64> {
    let since = time.duration_since(UNIX_EPOCH);
    milliseconds(since.map_err(|_| Error::invalid_query("the time to expire at is before 1970"))?)
}
