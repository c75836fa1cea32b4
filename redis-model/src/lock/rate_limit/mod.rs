//! Limits on how often something is done.

use std::time::Duration;

use redis::Cmd;

use crate::{
    error::{Error, Result},
    key::Key,
    query::{Query, Reply, Script, reply},
    random::random_text,
    ttl::milliseconds,
};

static TAKE: Script = Script::new(include_str!("take.lua")).repeatable();

/// What the keys of all rate limits begin with: they have one hash tag, so that any of them can be taken together, in a
/// cluster as well.
const PREFIX: &[u8] = b"{redis-model:rate}:";

/// Lets something be done once in a while: at most one mail to a host every 15 s, one request to an API a second.
///
/// Whoever takes it has it for a period of time, and nobody gives it back: it ends by itself. Of several resources, all are
/// taken or none. Each is a key `{redis-model:rate}:name` with a time to live.
///
/// ```
/// use std::time::Duration;
/// use redis_model::{RateLimit, RateLimitLock, blocking::Store};
///
/// let store = Store::embedded();
/// let period = Duration::from_secs(15);
/// let limit = RateLimitLock::on(["smtp.example.com", "smtp.example.org"]);
/// assert_eq!(limit.try_take(period).run(&store)?, RateLimit::Taken); // send the mail
///
/// match RateLimitLock::on(["smtp.example.com"]).try_take(period).run(&store)? {
///     RateLimit::Taken => unreachable!("it is taken"),
///     RateLimit::Limited { retry_after } => assert!(retry_after <= period),
/// }
/// # Ok::<(), redis_model::Error>(())
/// ```
#[must_use = "a rate limit does nothing until it is taken"]
#[derive(Debug, Clone)]
pub struct RateLimitLock {
    keys: Vec<Key>,
}

/// Whether something may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "what is limited must not be done"]
pub enum RateLimit {
    /// It may: nobody else may for the period that was asked for.
    Taken,
    /// It may not, as somebody has done it with one of the resources. Nothing was taken.
    Limited {
        /// How long it is until all of the resources are free, unless somebody takes them again; at least a millisecond.
        retry_after: Duration,
    },
}

impl RateLimit {
    /// Whether it may be done.
    pub fn is_taken(self) -> bool {
        self == Self::Taken
    }
}

impl RateLimitLock {
    /// The limit on these resources, by whatever names; the same one twice is the same one.
    pub fn on(resources: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let key = |resource: &str| Key::new([PREFIX, resource.as_bytes()].concat());
        Self { keys: resources.into_iter().map(|resource| key(resource.as_ref())).collect() }
    }

    /// Takes all of the resources for this time if all are free, by one script; in whole milliseconds. Each call asks anew.
    ///
    /// It can be a part of a batch, and stand under [`when`](Query::when), in a cluster together with keys of the same slot.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] when there are no resources, as nothing would be limited, or when the time is zero;
    /// [`Error::WrongType`] when something else lies at a key; [`Error::OutOfMemory`]; else those of any request.
    pub fn try_take(&self, period: Duration) -> Query<RateLimit> {
        match self.arguments(period) {
            Ok(arguments) => Query::script(&TAKE, self.keys.clone(), arguments, rate_limit),
            Err(error) => Query::invalid(error),
        }
    }

    fn arguments(&self, period: Duration) -> Result<Cmd> {
        if self.keys.is_empty() {
            return Err(Error::invalid_query("a rate limit on no resources limits nothing: name one at least"));
        }
        if period.is_zero() {
            return Err(Error::invalid_query(
                "a rate limit for no time limits nothing: give it a millisecond at least",
            ));
        }
        // The same text in a request that comes twice, and in no other.
        Ok(Cmd::new().arg(milliseconds(period)?).arg(random_text()).take())
    }
}

fn rate_limit(reply: Reply<'_>) -> Result<RateLimit> {
    match u64::try_from(reply::integer(reply)?) {
        Ok(0) => Ok(RateLimit::Taken),
        Ok(left) => Ok(RateLimit::Limited { retry_after: Duration::from_millis(left) }),
        Err(_) => Err(Error::protocol("the time until a rate limit ends is negative")),
    }
}
