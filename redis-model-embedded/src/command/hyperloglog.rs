//! Estimates of how many different elements there have been: PFADD, PFCOUNT, PFMERGE.

use super::{Args, Command, Context, Flags, Outcome, spec::KeyPositions};
use crate::{
    data::{Value, hyperloglog},
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("pfadd", -2, WRITE.and(Flags::FAST), KeyPositions::ONE, pfadd),
    Command::new("pfcount", -2, Flags::READONLY, KeyPositions::ALL, pfcount),
    Command::new("pfmerge", -2, WRITE, KeyPositions::ALL, pfmerge),
];

/// The sketch of `key`, if there is one.
fn find<'a>(ctx: &'a mut Context<'_>, key: &[u8]) -> Result<Option<&'a mut Vec<u8>>, ErrorReply> {
    let sketch = ctx.keys().find_mut::<Vec<u8>>(key)?;
    if let Some(sketch) = &sketch {
        hyperloglog::check(sketch)?;
    }
    Ok(sketch)
}

/// The sketch of `key`, which is created empty if it is absent.
fn find_or_create<'a>(ctx: &'a mut Context<'_>, key: &[u8]) -> Result<&'a mut Vec<u8>, ErrorReply> {
    if find(ctx, key)?.is_none() {
        ctx.keys().set(key, Value::String(hyperloglog::empty()));
    }
    ctx.keys().find_or_create::<Vec<u8>>(key)
}

/// 1 if the estimate may have changed, or if the key is new.
fn pfadd(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut is_changed = !ctx.keys().contains(args[1]);
    let sketch = find_or_create(ctx, args[1])?;
    for element in &args[2..] {
        is_changed |= hyperloglog::add(sketch, element)?;
    }
    if is_changed {
        hyperloglog::forget_estimate(sketch);
        ctx.keys().touch(args[1]);
    }
    Ok(Reply::flag(is_changed))
}

fn pfcount(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let count = match args[1..] {
        [key] => count_one(ctx, key)?,
        ref keys => count_union(ctx, keys)?,
    };
    Ok(Reply::Int(count.cast_signed()))
}

/// The estimate is kept in the string itself, which is a change of the key.
fn count_one(ctx: &mut Context<'_>, key: &[u8]) -> Result<u64, ErrorReply> {
    let Some(sketch) = find(ctx, key)? else { return Ok(0) };
    if let Some(estimate) = hyperloglog::kept_estimate(sketch) {
        return Ok(estimate);
    }
    let count = hyperloglog::count(sketch)?;
    hyperloglog::keep_estimate(sketch, count);
    ctx.keys().touch(key);
    Ok(count)
}

fn count_union(ctx: &mut Context<'_>, keys: &[&[u8]]) -> Result<u64, ErrorReply> {
    let mut registers = hyperloglog::Registers::default();
    for key in keys {
        if let Some(sketch) = find(ctx, key)? {
            hyperloglog::merge_into(&mut registers, sketch)?;
        }
    }
    Ok(hyperloglog::count_registers(&registers))
}

/// `PFMERGE destination [source ...]`: the destination is one of the sources, and dense if any of them is.
fn pfmerge(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut registers = hyperloglog::Registers::default();
    let mut is_dense = false;
    for key in &args[1..] {
        if let Some(sketch) = find(ctx, key)? {
            is_dense |= hyperloglog::is_dense(sketch);
            hyperloglog::merge_into(&mut registers, sketch)?;
        }
    }
    let sketch = find_or_create(ctx, args[1])?;
    if is_dense {
        hyperloglog::make_dense(sketch)?;
    }
    hyperloglog::raise_all(sketch, &registers);
    ctx.keys().touch(args[1]);
    Ok(Reply::Ok)
}
