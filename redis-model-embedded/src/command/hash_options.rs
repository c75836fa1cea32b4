//! Fields of hashes read or written together with their deadlines: HGETDEL, HGETEX and HSETEX, as Redis 8.0 has them.

use super::{
    Args, Command, Context, Flags, Outcome,
    expire::expiry_word,
    hash_expire::{field_deadline, fields, note_changed_fields},
    is_word,
    spec::KeyPositions,
    string::Condition,
};
use crate::{
    clock::Millis,
    data::Hash,
    number::parse_integer,
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("hgetdel", -5, WRITE, KeyPositions::ONE, hgetdel),
    Command::new("hgetex", -5, WRITE, KeyPositions::ONE, hgetex),
    Command::new("hsetex", -6, WRITE.and(Flags::DENY_OOM), KeyPositions::ONE, hsetex),
];

/// What happens to the deadline of a field that is read or written.
#[derive(Clone, Copy)]
enum Expiry {
    Keep,
    /// The field loses its deadline.
    Persist,
    Set(Millis),
}

/// `HGETDEL key FIELDS count field [field ...]`
fn hgetdel(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    keys.find::<Hash>(args[1])?;
    let fields = fields(&args[2..])?;
    let Some(hash) = keys.find_mut::<Hash>(args[1])? else { return Ok(all_nil(fields)) };
    let take = |field: &&[u8]| {
        let value = Reply::bulk_or_nil(hash.get(field));
        hash.remove(field);
        value
    };
    let values: Vec<Reply> = fields.iter().map(take).collect();
    if values.iter().any(|value| *value != Reply::Nil) {
        note_changed_fields(keys, args[1]);
    }
    Ok(Reply::Array(values))
}

/// `HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS count field [field ...]`; a deadline that has passed
/// deletes the field after it was read.
fn hgetex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    ctx.keys().find::<Hash>(args[1])?;
    let (expiry, words) = match expiry_word(args[2]) {
        Some((unit, origin)) => (Expiry::Set(field_deadline(ctx, args[3], unit, origin)?), &args[4..]),
        None if is_word(args[2], "PERSIST") => (Expiry::Persist, &args[3..]),
        None => (Expiry::Keep, &args[2..]),
    };
    if words.len() < 2 {
        return Err(ErrorReply::wrong_arity(ctx.command.name));
    }
    let fields = fields(words)?;
    let now = ctx.now.millis();
    let keys = ctx.keys();
    let Some(hash) = keys.find_mut::<Hash>(args[1])? else { return Ok(all_nil(fields)) };
    let mut is_changed = false;
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        let value = Reply::bulk_or_nil(hash.get(field));
        is_changed |= value != Reply::Nil && apply(expiry, hash, field, now);
        values.push(value);
    }
    if is_changed {
        note_changed_fields(keys, args[1]);
    }
    Ok(Reply::Array(values))
}

fn all_nil(fields: Args<'_>) -> Reply {
    Reply::Array(vec![Reply::Nil; fields.len()])
}

/// Changes the deadline of an existing field, and says whether there was something to do.
fn apply(expiry: Expiry, hash: &mut Hash, field: &[u8], now: Millis) -> bool {
    match expiry {
        Expiry::Keep => return false,
        Expiry::Persist if hash.deadline(field).is_none() => return false,
        Expiry::Persist => hash.set_deadline(field, None),
        Expiry::Set(deadline) if deadline <= now => drop(hash.remove(field)),
        Expiry::Set(deadline) => hash.set_deadline(field, Some(deadline)),
    }
    true
}

/// `HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] FIELDS count field value [field value ...]`:
/// sets all fields, or none if the condition fails for one of them.
fn hsetex(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = HsetexOptions::parse(ctx, &args[2..])?;
    let now = ctx.now.millis();
    let keys = ctx.keys();
    let hash = keys.find::<Hash>(args[1])?;
    let exists = |field: &[u8]| hash.is_some_and(|hash| hash.contains(field));
    let is_forbidden = |condition: Condition| options.pairs.iter().any(|[field, _]| condition.forbids(exists(field)));
    if options.condition.is_some_and(is_forbidden) {
        return Ok(Reply::Int(0));
    }
    match options.expiry {
        // What is written is gone at once; the key counts as changed even if it was never there.
        Expiry::Set(deadline) if deadline <= now => {
            if let Some(hash) = keys.find_mut::<Hash>(args[1])? {
                for [field, _] in options.pairs {
                    hash.remove(field);
                }
            }
        }
        expiry => {
            let hash = keys.find_or_create::<Hash>(args[1])?;
            for [field, value] in options.pairs {
                hash.put(field, value);
                apply(expiry, hash, field, now);
            }
        }
    }
    note_changed_fields(keys, args[1]);
    Ok(Reply::Int(1))
}

struct HsetexOptions<'a> {
    condition: Option<Condition>,
    expiry: Expiry,
    pairs: &'a [[&'a [u8]; 2]],
}

impl<'a> HsetexOptions<'a> {
    /// Reads options in any order, each of a kind once, and then the fields.
    fn parse(ctx: &Context<'_>, mut words: Args<'a>) -> Result<Self, ErrorReply> {
        let (mut condition, mut expiry) = (None, None);
        while let [word, rest @ ..] = words {
            words = rest;
            if is_word(word, "FIELDS") {
                let pairs = pairs(rest, ctx.command.name)?;
                return Ok(Self { condition, expiry: expiry.unwrap_or(Expiry::Persist), pairs });
            } else if let Some((unit, origin)) = expiry_word(word) {
                check_single(expiry.is_none())?;
                let [time, rest @ ..] = rest else { return Err(ErrorReply::fixed("ERR missing expire time")) };
                expiry = Some(Expiry::Set(field_deadline(ctx, time, unit, origin)?));
                words = rest;
            } else if is_word(word, "KEEPTTL") {
                check_single(expiry.is_none())?;
                expiry = Some(Expiry::Keep);
            } else if is_word(word, "FNX") || is_word(word, "FXX") {
                if condition.is_some() {
                    return Err(ErrorReply::fixed("ERR Only one of FXX or FNX arguments can be specified"));
                }
                condition = Some(if is_word(word, "FNX") { Condition::Absent } else { Condition::Present });
            } else {
                return Err(ErrorReply::quoting("ERR unknown argument: ", word, ""));
            }
        }
        Err(ErrorReply::wrong_arity(ctx.command.name))
    }
}

fn check_single(is_first: bool) -> Result<(), ErrorReply> {
    const SEVERAL: ErrorReply =
        ErrorReply::fixed("ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");
    if is_first { Ok(()) } else { Err(SEVERAL) }
}

/// The fields and values in `count field value [field value ...]`.
fn pairs<'a>(words: Args<'a>, command: &str) -> Result<&'a [[&'a [u8]; 2]], ErrorReply> {
    let wrong_arity = || ErrorReply::wrong_arity(command);
    let [count, texts @ ..] = words else { return Err(wrong_arity()) };
    if texts.len() < 2 {
        return Err(wrong_arity());
    }
    let count = parse_integer(count).and_then(|count| i32::try_from(count).ok()).filter(|count| *count > 0);
    let count = count.ok_or(ErrorReply::fixed("ERR invalid number of fields"))?;
    match texts.as_chunks() {
        (pairs, []) if usize::try_from(count) == Ok(pairs.len()) => Ok(pairs),
        _ => Err(wrong_arity()),
    }
}
