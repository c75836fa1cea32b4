//! Deadlines: the EXPIRE and TTL families.

use super::{Args, Command, Context, Flags, Outcome, arguments::integer, is_word, spec::KeyPositions};
use crate::{
    clock::Millis,
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::FAST);
const READ: Flags = Flags::READONLY.and(Flags::FAST);

/// TTL and its family answer these for a key that is absent, and for one without a deadline.
const ABSENT: Reply = Reply::Int(-2);
const NO_DEADLINE: Reply = Reply::Int(-1);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("expire", -3, WRITE, KeyPositions::ONE, |ctx, args| expire(ctx, args, TimeUnit::Seconds, Origin::Now)),
    Command::new("pexpire", -3, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Milliseconds, Origin::Now)
    }),
    Command::new("expireat", -3, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Seconds, Origin::Epoch)
    }),
    Command::new("pexpireat", -3, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Milliseconds, Origin::Epoch)
    }),
    Command::new("ttl", 2, READ, KeyPositions::ONE, |ctx, args| report(ctx, args, TimeUnit::Seconds, Origin::Now)),
    Command::new("pttl", 2, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Milliseconds, Origin::Now)
    }),
    Command::new("expiretime", 2, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Seconds, Origin::Epoch)
    }),
    Command::new("pexpiretime", 2, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Milliseconds, Origin::Epoch)
    }),
    Command::new("persist", 2, WRITE, KeyPositions::ONE, persist),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    Seconds,
    Milliseconds,
}

impl TimeUnit {
    fn of_millis(self, millis: Millis) -> i64 {
        match self {
            // Redis rounds to the nearest second. The last instants of all leave no room to add half of one first.
            Self::Seconds => millis / 1000 + i64::from(millis % 1000 >= 500),
            Self::Milliseconds => millis,
        }
    }

    /// How Redis counts the deadlines of fields.
    pub(super) fn rounded_up(self, millis: Millis) -> i64 {
        match self {
            Self::Seconds => (millis + 999) / 1000,
            Self::Milliseconds => millis,
        }
    }
}

/// What a time in an argument counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Now,
    Epoch,
}

/// The word before a time.
pub(super) fn expiry_word(word: &[u8]) -> Option<(TimeUnit, Origin)> {
    const WORDS: [(&str, TimeUnit, Origin); 4] = [
        ("EX", TimeUnit::Seconds, Origin::Now),
        ("PX", TimeUnit::Milliseconds, Origin::Now),
        ("EXAT", TimeUnit::Seconds, Origin::Epoch),
        ("PXAT", TimeUnit::Milliseconds, Origin::Epoch),
    ];
    WORDS.into_iter().find(|(name, ..)| is_word(word, name)).map(|(_, unit, origin)| (unit, origin))
}

/// The deadline that a SET-like command names; it must be positive.
pub(super) fn absolute_deadline(
    ctx: &Context<'_>,
    time: &[u8],
    unit: TimeUnit,
    origin: Origin,
) -> Result<Millis, ErrorReply> {
    let time = integer(time)?;
    if time <= 0 {
        return Err(ErrorReply::invalid_expire(ctx.command.name));
    }
    to_deadline(ctx, time, unit, origin)
}

/// The instant that is so much time after its origin.
pub(super) fn to_deadline(ctx: &Context<'_>, time: i64, unit: TimeUnit, origin: Origin) -> Result<Millis, ErrorReply> {
    let millis = match unit {
        TimeUnit::Seconds => time.checked_mul(1000),
        TimeUnit::Milliseconds => Some(time),
    };
    let deadline = match origin {
        Origin::Now => millis.and_then(|millis| millis.checked_add(ctx.now.millis())),
        Origin::Epoch => millis,
    };
    deadline.ok_or_else(|| ErrorReply::invalid_expire(ctx.command.name))
}

/// `EXPIRE key time [NX | XX | GT | LT]`; a deadline that has passed deletes the key.
fn expire(ctx: &mut Context<'_>, args: Args<'_>, unit: TimeUnit, origin: Origin) -> Outcome {
    let conditions = Conditions::parse(&args[3..])?;
    let deadline = to_deadline(ctx, integer(args[2])?, unit, origin)?;
    let now = ctx.now.millis();
    let keys = ctx.keys();
    let Some(entry) = keys.entry(args[1]) else { return Ok(Reply::Int(0)) };
    if !conditions.allow(entry.deadline(), deadline) {
        return Ok(Reply::Int(0));
    }
    if deadline <= now {
        keys.remove(args[1]);
    } else {
        keys.set_deadline(args[1], Some(deadline));
        keys.touch(args[1]);
    }
    Ok(Reply::Int(1))
}

/// When EXPIRE may change a deadline.
pub(super) struct Conditions {
    presence: Option<Presence>,
    direction: Option<Direction>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// NX
    WithoutDeadline,
    /// XX
    WithDeadline,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// GT
    Later,
    /// LT
    Sooner,
}

impl Conditions {
    pub(super) fn parse(words: &[&[u8]]) -> Result<Self, ErrorReply> {
        let is_known = |word: &&&[u8]| ["NX", "XX", "GT", "LT"].iter().any(|known| is_word(word, known));
        if let Some(word) = words.iter().find(|word| !is_known(word)) {
            return Err(ErrorReply::quoting("ERR Unsupported option ", word, ""));
        }
        let has = |name| words.iter().any(|word| is_word(word, name));
        if has("NX") && (has("XX") || has("GT") || has("LT")) {
            return Err(ErrorReply::fixed("ERR NX and XX, GT or LT options at the same time are not compatible"));
        }
        if has("GT") && has("LT") {
            return Err(ErrorReply::fixed("ERR GT and LT options at the same time are not compatible"));
        }
        let presence = has("NX").then_some(Presence::WithoutDeadline);
        let direction = has("GT").then_some(Direction::Later);
        Ok(Self {
            presence: presence.or(has("XX").then_some(Presence::WithDeadline)),
            direction: direction.or(has("LT").then_some(Direction::Sooner)),
        })
    }

    /// What has no deadline counts as living forever.
    pub(super) fn allow(&self, old: Option<Millis>, new: Millis) -> bool {
        let presence = match self.presence {
            None => true,
            Some(Presence::WithoutDeadline) => old.is_none(),
            Some(Presence::WithDeadline) => old.is_some(),
        };
        let direction = match self.direction {
            None => true,
            Some(Direction::Later) => old.is_some_and(|old| new > old),
            Some(Direction::Sooner) => old.is_none_or(|old| new < old),
        };
        presence && direction
    }
}

fn report(ctx: &mut Context<'_>, args: Args<'_>, unit: TimeUnit, origin: Origin) -> Outcome {
    let now = ctx.now.millis();
    let Some(entry) = ctx.keys().entry(args[1]) else { return Ok(ABSENT) };
    let Some(deadline) = entry.deadline() else { return Ok(NO_DEADLINE) };
    let millis = match origin {
        Origin::Now => deadline - now,
        Origin::Epoch => deadline,
    };
    Ok(Reply::Int(unit.of_millis(millis)))
}

fn persist(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    if keys.deadline(args[1]).is_none() {
        return Ok(Reply::Int(0));
    }
    keys.set_deadline(args[1], None);
    keys.touch(args[1]);
    Ok(Reply::Int(1))
}
