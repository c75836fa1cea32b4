//! What is held by a random token at one key.

use std::time::Duration;

use redis::{Cmd, Value};

use super::{
    hold::Hold,
    named::Named,
    polling::{Claim, Verdict},
};
use crate::{
    command,
    error::Result,
    query::{Batch as _, Condition, Part, Query, Reply, Script, reply, text_of, touch::Touch},
    random::random_text,
};

static RENEW: Script = Script::new(include_str!("renew.lua")).repeatable().allowing_oom();
static LEFT: Script = Script::new(include_str!("left.lua")).repeatable();
/// Removes a key if it still holds a token.
pub(crate) static RELEASE: Script = Script::new(include_str!("release.lua")).repeatable().allowing_oom();

/// A key that holds the token of who holds it.
#[derive(Debug, Clone)]
pub struct KeyHold {
    named: Named,
    /// 128 random bits, in hexadecimal: nobody else has the same.
    token: String,
}

impl KeyHold {
    pub(super) fn new(named: &Named) -> Self {
        Self { named: named.clone(), token: random_text() }
    }

    /// Takes the key if it is free.
    pub(super) fn take(&self, lease: u64) -> Query<Verdict> {
        let (key, token) = (&self.named.key, self.token.clone());
        let take = || Part::command(command::string::claim(key, token.as_bytes(), lease), "");
        Query::on(key, take, token_of).map(move |holder| match holder {
            None => Verdict::Granted,
            Some(holder) if holder == token.as_bytes() => Verdict::GrantedBefore,
            Some(_) => Verdict::Denied(None),
        })
    }

    /// How long the lease lasts by the server's clock; zero when it is not held.
    pub(super) fn left(&self) -> Query<Duration> {
        self.named.ask(&LEFT, self.arguments(), |reply| Ok(milliseconds_of(reply::integer(reply)?).unwrap_or_default()))
    }

    fn arguments(&self) -> Cmd {
        Cmd::new().arg(&self.token).take()
    }
}

#[allow(private_interfaces)]
impl Hold for KeyHold {
    fn name(&self) -> String {
        self.named.name.to_string()
    }

    fn renewal(&self, lease: u64) -> Query<bool> {
        self.named.ask(&RENEW, self.arguments().arg(lease).take(), reply::flag)
    }

    fn release(&self) -> Query<bool> {
        self.named.ask(&RELEASE, self.arguments(), reply::flag)
    }

    fn condition(&self) -> Condition {
        Condition::token(self.named.key.clone(), self.token.as_bytes(), &*self.named.name)
    }

    fn covers(&self, touch: Touch<'_>) -> Result<()> {
        self.named.covers(touch)
    }
}

impl Claim for KeyHold {
    fn check(&self) -> Result<()> {
        self.named.check()
    }

    fn claim(&self, lease: u64) -> Query<Verdict> {
        let key = &self.named.key;
        let left = Query::on(key, || Part::command(command::key::time_left(key), ""), reply::integer);
        (self.take(lease), left).batch().map(|(verdict, left)| match verdict {
            Verdict::Denied(_) => Verdict::Denied(milliseconds_of(left)),
            granted => granted,
        })
    }

    fn claim_at_first(&self, lease: u64) -> Query<Verdict> {
        self.take(lease)
    }
}

/// The token that a key has held; none if there was no key.
fn token_of(reply: Reply<'_>) -> Result<Option<Vec<u8>>> {
    match reply.into_parts() {
        (Value::Nil, _) => Ok(None),
        (value, context) => text_of(value).map(Some).map_err(|error| context.decode_error(0, error)),
    }
}

/// A time to live; none of a key that is gone, or that never expires.
fn milliseconds_of(left: i64) -> Option<Duration> {
    u64::try_from(left).ok().map(Duration::from_millis)
}
