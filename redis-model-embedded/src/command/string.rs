//! Whole strings: GET, SET and their variants.

use super::{
    Args, Command, Context, Flags, Outcome,
    expire::{Origin, TimeUnit, absolute_deadline, expiry_word},
    is_word,
    spec::KeyPositions,
};
use crate::{
    clock::Millis,
    data::Value,
    protocol::{ErrorReply, Reply},
};

const READ: Flags = Flags::READONLY.and(Flags::FAST);
const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);
const FAST_WRITE: Flags = WRITE.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("get", 2, READ, KeyPositions::ONE, get),
    Command::new("set", -3, WRITE, KeyPositions::ONE, set),
    Command::new("setnx", 3, FAST_WRITE, KeyPositions::ONE, setnx),
    Command::new("setex", 4, WRITE, KeyPositions::ONE, setex),
    Command::new("psetex", 4, WRITE, KeyPositions::ONE, psetex),
    Command::new("getset", 3, FAST_WRITE, KeyPositions::ONE, getset),
    Command::new("getdel", 2, Flags::WRITE.and(Flags::FAST), KeyPositions::ONE, getdel),
    Command::new("getex", -2, Flags::WRITE.and(Flags::FAST), KeyPositions::ONE, getex),
    Command::new("mget", -2, READ, KeyPositions::ALL, mget),
    Command::new("mset", -3, WRITE, KeyPositions::ALTERNATE, mset),
    Command::new("msetnx", -3, WRITE, KeyPositions::ALTERNATE, msetnx),
];

fn get(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let value = ctx.keys().find::<Vec<u8>>(args[1])?;
    Ok(Reply::bulk_or_nil(value.map(Vec::as_slice)))
}

/// `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]`
fn set(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = SetOptions::parse(&args[3..], Family::Set)?;
    let deadline = options.deadline(ctx)?;
    let old = if options.get { Some(get(ctx, args)?) } else { None };
    let exists = ctx.keys().contains(args[1]);
    if options.condition.is_some_and(|condition| condition.forbids(exists)) {
        return Ok(old.unwrap_or(Reply::Nil));
    }
    let value = Value::String(args[2].to_vec());
    if options.keep_ttl {
        ctx.keys().put(args[1], value);
    } else {
        ctx.keys().set(args[1], value);
        ctx.keys().set_deadline(args[1], deadline);
    }
    Ok(old.unwrap_or(Reply::Ok))
}

fn setnx(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let is_free = !ctx.keys().contains(args[1]);
    if is_free {
        ctx.keys().set(args[1], Value::String(args[2].to_vec()));
    }
    Ok(Reply::flag(is_free))
}

fn setex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_with_ttl(ctx, args, TimeUnit::Seconds)
}

fn psetex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_with_ttl(ctx, args, TimeUnit::Milliseconds)
}

fn set_with_ttl(ctx: &mut Context<'_>, args: Args<'_>, unit: TimeUnit) -> Outcome {
    let deadline = absolute_deadline(ctx, args[2], unit, Origin::Now)?;
    ctx.keys().set(args[1], Value::String(args[3].to_vec()));
    ctx.keys().set_deadline(args[1], Some(deadline));
    Ok(Reply::Ok)
}

fn getset(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let old = get(ctx, args)?;
    ctx.keys().set(args[1], Value::String(args[2].to_vec()));
    Ok(old)
}

fn getdel(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let old = get(ctx, args)?;
    ctx.keys().remove(args[1]);
    Ok(old)
}

/// `GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]`
fn getex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = SetOptions::parse(&args[2..], Family::GetEx)?;
    let value = get(ctx, args)?;
    if value == Reply::Nil {
        return Ok(value);
    }
    let deadline = options.deadline(ctx)?;
    let now = ctx.now.millis();
    let keys = ctx.keys();
    match deadline {
        Some(deadline) if deadline <= now => {
            keys.remove(args[1]);
        }
        Some(deadline) => {
            keys.set_deadline(args[1], Some(deadline));
            keys.touch(args[1]);
        }
        None if options.persist && keys.deadline(args[1]).is_some() => {
            keys.set_deadline(args[1], None);
            keys.touch(args[1]);
        }
        None => {}
    }
    Ok(value)
}

fn mget(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    let value = |key: &&[u8]| Reply::bulk_or_nil(keys.find::<Vec<u8>>(key).ok().flatten().map(Vec::as_slice));
    Ok(Reply::Array(args[1..].iter().map(value).collect()))
}

fn mset(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let pairs = pairs(ctx, args)?;
    for [key, value] in pairs {
        ctx.keys().set(key, Value::String(value.to_vec()));
    }
    Ok(Reply::Ok)
}

/// Sets all keys, or none if one of them exists.
fn msetnx(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let pairs = pairs(ctx, args)?;
    if pairs.iter().any(|[key, _]| ctx.keys().contains(key)) {
        return Ok(Reply::Int(0));
    }
    for [key, value] in pairs {
        ctx.keys().set(key, Value::String(value.to_vec()));
    }
    Ok(Reply::Int(1))
}

fn pairs<'a>(ctx: &Context<'_>, args: Args<'a>) -> Result<&'a [[&'a [u8]; 2]], ErrorReply> {
    match args[1..].as_chunks() {
        (pairs, []) => Ok(pairs),
        _ => Err(ErrorReply::wrong_arity(ctx.command.name)),
    }
}

/// Whose options are read: some belong to only one of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Set,
    GetEx,
}

/// What must be so for a write to happen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// NX
    Absent,
    /// XX
    Present,
}

impl Condition {
    pub(super) fn forbids(self, exists: bool) -> bool {
        exists == (self == Self::Absent)
    }
}

#[derive(Default)]
struct SetOptions<'a> {
    condition: Option<Condition>,
    get: bool,
    keep_ttl: bool,
    persist: bool,
    expiry: Option<(&'a [u8], TimeUnit, Origin)>,
}

impl<'a> SetOptions<'a> {
    fn parse(words: &[&'a [u8]], family: Family) -> Result<Self, ErrorReply> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let is = |name, allowed_in| is_word(word, name) && family == allowed_in;
            if is("NX", Family::Set) && options.condition != Some(Condition::Present) {
                options.condition = Some(Condition::Absent);
            } else if is("XX", Family::Set) && options.condition != Some(Condition::Absent) {
                options.condition = Some(Condition::Present);
            } else if is("GET", Family::Set) {
                options.get = true;
            } else if is("KEEPTTL", Family::Set) && options.expiry.is_none() {
                options.keep_ttl = true;
            } else if is("PERSIST", Family::GetEx) && options.expiry.is_none() {
                options.persist = true;
            } else if let Some((unit, origin)) = expiry_word(word) {
                let time = words.next().ok_or(ErrorReply::SYNTAX)?;
                // The same kind of time may be given twice: the last one counts.
                let other_kind =
                    options.expiry.is_some_and(|(_, old_unit, old_origin)| (old_unit, old_origin) != (unit, origin));
                if options.keep_ttl || options.persist || other_kind {
                    return Err(ErrorReply::SYNTAX);
                }
                options.expiry = Some((time, unit, origin));
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(options)
    }

    fn deadline(&self, ctx: &Context<'_>) -> Result<Option<Millis>, ErrorReply> {
        self.expiry.map(|(time, unit, origin)| absolute_deadline(ctx, time, unit, origin)).transpose()
    }
}
