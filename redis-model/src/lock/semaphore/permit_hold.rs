//! A permit that is held.

use std::time::Duration;

use redis::{Cmd, Value};

use crate::{
    error::{Error, Result},
    lock::{
        hold::Hold,
        named::Named,
        polling::{Claim, Verdict},
    },
    query::{Condition, Query, Reply, Script, reply, touch::Touch},
    random::random_text,
};

const PERMITS: &str = include_str!("permits.lua");

static ACQUIRE: Script = Script::new(include_str!("acquire.lua")).after(PERMITS).repeatable();
static RENEW: Script = Script::new(include_str!("renew.lua")).after(PERMITS).repeatable().allowing_oom();
static RELEASE: Script = Script::new(include_str!("release.lua")).after(PERMITS).repeatable().allowing_oom();
static COUNT: Script = Script::new(include_str!("count.lua")).after(PERMITS).repeatable();

/// One of the permits of a semaphore.
#[derive(Debug, Clone)]
pub struct PermitHold {
    named: Named,
    /// How many may be held.
    permits: u64,
    /// 128 random bits, in hexadecimal: nobody else has the same.
    token: String,
}

impl PermitHold {
    pub(super) fn new(named: &Named, permits: u64) -> Self {
        Self { named: named.clone(), permits, token: random_text() }
    }

    fn arguments(&self) -> Cmd {
        Cmd::new().arg(&self.token).take()
    }
}

/// How many permits of this name are held.
pub(super) fn held(named: &Named) -> Query<u64> {
    named.ask(&COUNT, Cmd::new(), |reply| {
        u64::try_from(reply::integer(reply)?).map_err(|_| Error::protocol("a count is negative"))
    })
}

#[allow(private_interfaces)]
impl Hold for PermitHold {
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
        Condition::permit(self.named.key.clone(), &self.token, &*self.named.name)
    }

    fn covers(&self, touch: Touch<'_>) -> Result<()> {
        self.named.covers(touch)
    }
}

impl Claim for PermitHold {
    fn check(&self) -> Result<()> {
        if self.permits == 0 {
            return Err(Error::invalid_query("a semaphore without permits lets nobody in: give it one at least"));
        }
        self.named.check()
    }

    fn claim(&self, lease: u64) -> Query<Verdict> {
        self.named.ask(&ACQUIRE, self.arguments().arg(lease).arg(self.permits).take(), verdict)
    }
}

fn verdict(reply: Reply<'_>) -> Result<Verdict> {
    let (value, context) = reply.into_parts();
    match value {
        Value::Array(values) => match &values[..] {
            [granted] if context.integer(granted)? == 1 => Ok(Verdict::Granted),
            [denied, left] if context.integer(denied)? == 0 => {
                Ok(Verdict::Denied(u64::try_from(context.integer(left)?).ok().map(Duration::from_millis)))
            }
            _ => Err(Error::protocol("a semaphore's script answers with what it was not written to answer")),
        },
        _ => Err(Error::protocol("a semaphore's script answers with what it was not written to answer")),
    }
}
