//! Deadlines of the fields of hashes: the HEXPIRE and HTTL families, as Redis 8.0 has them.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::integer,
    expire::{Conditions, Origin, TimeUnit, to_deadline},
    is_word,
    spec::KeyPositions,
};
use crate::{
    clock::Millis,
    data::{Hash, Keyspace},
    number::parse_integer,
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::FAST);
const READ: Flags = Flags::READONLY.and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("hexpire", -6, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Seconds, Origin::Now)
    }),
    Command::new("hpexpire", -6, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Milliseconds, Origin::Now)
    }),
    Command::new("hexpireat", -6, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Seconds, Origin::Epoch)
    }),
    Command::new("hpexpireat", -6, WRITE, KeyPositions::ONE, |ctx, args| {
        expire(ctx, args, TimeUnit::Milliseconds, Origin::Epoch)
    }),
    Command::new("httl", -5, READ, KeyPositions::ONE, |ctx, args| report(ctx, args, TimeUnit::Seconds, Origin::Now)),
    Command::new("hpttl", -5, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Milliseconds, Origin::Now)
    }),
    Command::new("hexpiretime", -5, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Seconds, Origin::Epoch)
    }),
    Command::new("hpexpiretime", -5, READ, KeyPositions::ONE, |ctx, args| {
        report(ctx, args, TimeUnit::Milliseconds, Origin::Epoch)
    }),
    Command::new("hpersist", -5, WRITE, KeyPositions::ONE, hpersist),
];

/// What these commands answer for each field.
mod answer {
    use crate::protocol::Reply;

    pub(super) const ABSENT: Reply = Reply::Int(-2);
    pub(super) const NO_DEADLINE: Reply = Reply::Int(-1);
    pub(super) const CONDITION_NOT_MET: Reply = Reply::Int(0);
    pub(super) const DONE: Reply = Reply::Int(1);
    pub(super) const DELETED: Reply = Reply::Int(2);
}

/// Redis keeps deadlines of fields in 46 bits.
const LAST_DEADLINE: Millis = (1 << 46) - 1;

const NO_FIELDS: ErrorReply =
    ErrorReply::fixed("ERR Mandatory argument FIELDS is missing or not at the right position");
const BAD_COUNT: ErrorReply = ErrorReply::fixed("ERR Number of fields must be a positive integer");

/// The deadline of a field that an argument names; unlike that of a key it is not negative and not too far away.
pub(super) fn field_deadline(
    ctx: &Context<'_>,
    time: &[u8],
    unit: TimeUnit,
    origin: Origin,
) -> Result<Millis, ErrorReply> {
    let time = integer(time)?;
    if time < 0 {
        return Err(ErrorReply::fixed("ERR invalid expire time, must be >= 0"));
    }
    let deadline = to_deadline(ctx, time, unit, origin)?;
    if deadline > LAST_DEADLINE {
        return Err(ErrorReply::invalid_expire(ctx.command.name));
    }
    Ok(deadline)
}

/// The fields in `FIELDS count field [field ...]`, which end every command of this family.
pub(super) fn fields(words: Args<'_>) -> Result<Args<'_>, ErrorReply> {
    fields_or(words, BAD_COUNT)
}

fn fields_or(words: Args<'_>, bad_count: ErrorReply) -> Result<Args<'_>, ErrorReply> {
    let [word, count, fields @ ..] = words else { return Err(ErrorReply::SYNTAX) };
    if !is_word(word, "FIELDS") {
        return Err(NO_FIELDS);
    }
    let count = parse_integer(count).filter(|count| *count > 0).ok_or(bad_count)?;
    if usize::try_from(count) != Ok(fields.len()) {
        return Err(ErrorReply::fixed("ERR The `numfields` parameter must match the number of arguments"));
    }
    Ok(fields)
}

/// What follows every change to the fields of `key`.
pub(super) fn note_changed_fields(keys: &mut Keyspace, key: &[u8]) {
    keys.touch(key);
    keys.note_field_deadlines(key);
    keys.remove_if_empty(key);
}

/// `HEXPIRE key time [NX | XX | GT | LT] FIELDS count field [field ...]`; a deadline that has passed deletes the field.
fn expire(ctx: &mut Context<'_>, args: Args<'_>, unit: TimeUnit, origin: Origin) -> Outcome {
    ctx.keys().find::<Hash>(args[1])?;
    let deadline = field_deadline(ctx, args[2], unit, origin)?;
    // One word may come before FIELDS, and any other than a condition is taken for a FIELDS in the wrong place.
    let (condition, words) = args[3..].split_at(usize::from(!is_word(args[3], "FIELDS")));
    let conditions = Conditions::parse(condition).map_err(|_| NO_FIELDS)?;
    let fields = fields_or(words, ErrorReply::fixed("ERR Parameter `numFields` should be greater than 0"))?;
    let now = ctx.now.millis();
    let keys = ctx.keys();
    let Some(hash) = keys.find_mut::<Hash>(args[1])? else { return Ok(all_absent(fields)) };
    let expire_field = |field: &&[u8]| {
        if !hash.contains(field) {
            return answer::ABSENT;
        }
        if !conditions.allow(hash.deadline(field), deadline) {
            return answer::CONDITION_NOT_MET;
        }
        if deadline <= now {
            hash.remove(field);
            return answer::DELETED;
        }
        hash.set_deadline(field, Some(deadline));
        answer::DONE
    };
    let answers: Vec<Reply> = fields.iter().map(expire_field).collect();
    if answers.iter().any(|reply| matches!(*reply, answer::DONE | answer::DELETED)) {
        note_changed_fields(keys, args[1]);
    }
    Ok(Reply::Array(answers))
}

fn all_absent(fields: Args<'_>) -> Reply {
    Reply::Array(vec![answer::ABSENT; fields.len()])
}

/// `HTTL key FIELDS count field [field ...]`
fn report(ctx: &mut Context<'_>, args: Args<'_>, unit: TimeUnit, origin: Origin) -> Outcome {
    ctx.keys().find::<Hash>(args[1])?;
    let fields = fields(&args[2..])?;
    let start = match origin {
        Origin::Now => ctx.now.millis(),
        Origin::Epoch => 0,
    };
    let Some(hash) = ctx.keys().find::<Hash>(args[1])? else { return Ok(all_absent(fields)) };
    let answers = fields.iter().map(|field| match hash.deadline(field) {
        Some(deadline) => Reply::Int(unit.rounded_up(deadline - start)),
        None if hash.contains(field) => answer::NO_DEADLINE,
        None => answer::ABSENT,
    });
    Ok(Reply::Array(answers.collect()))
}

/// `HPERSIST key FIELDS count field [field ...]`
fn hpersist(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = ctx.keys();
    keys.find::<Hash>(args[1])?;
    let fields = fields(&args[2..])?;
    let Some(hash) = keys.find_mut::<Hash>(args[1])? else { return Ok(all_absent(fields)) };
    let persist_field = |field: &&[u8]| {
        if hash.deadline(field).is_some() {
            hash.set_deadline(field, None);
            answer::DONE
        } else if hash.contains(field) {
            answer::NO_DEADLINE
        } else {
            answer::ABSENT
        }
    };
    let answers: Vec<Reply> = fields.iter().map(persist_field).collect();
    if answers.contains(&answer::DONE) {
        note_changed_fields(keys, args[1]);
    }
    Ok(Reply::Array(answers))
}
