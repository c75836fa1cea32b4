//! DUMP and RESTORE: values as bytes that leave the engine, and come back.

use super::{
    Args, Command, Context, Flags, Outcome,
    arguments::{integer, integer_from},
    is_word,
    spec::KeyPositions,
};
use crate::{
    clock::Millis,
    dump::{self, Refusal},
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("dump", 2, Flags::READONLY, KeyPositions::ONE, dump),
    Command::new("restore", -4, WRITE, KeyPositions::ONE, restore),
];

fn dump(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    Ok(ctx.keys().get(args[1]).map_or(Reply::Nil, |value| Reply::Bulk(dump::dump(value))))
}

/// `RESTORE key time payload [REPLACE] [ABSTTL] [IDLETIME seconds | FREQ frequency]`; zero is no deadline.
fn restore(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, options) = (args[1], RestoreOptions::parse(&args[4..])?);
    if !options.replaces && ctx.keys().contains(key) {
        return Err(ErrorReply::fixed("BUSYKEY Target key name already exists."));
    }
    let time = integer(args[2])?;
    if time < 0 {
        return Err(ErrorReply::fixed("ERR Invalid TTL value, must be >= 0"));
    }
    let value = dump::restore(args[3]).map_err(|refusal| match refusal {
        Refusal::Footer => ErrorReply::fixed("ERR DUMP payload version or checksum are wrong"),
        Refusal::Content => ErrorReply::fixed("ERR Bad data format"),
    })?;
    let now = ctx.now.millis();
    let deadline = options.deadline(time, now);
    let keys = ctx.keys();
    if deadline.is_some_and(|deadline| deadline <= now) {
        keys.remove(key);
    } else {
        keys.set(key, value);
        keys.set_deadline(key, deadline);
    }
    Ok(Reply::Ok)
}

/// How RESTORE is to go about it.
#[derive(Default)]
struct RestoreOptions {
    replaces: bool,
    is_absolute: bool,
}

impl RestoreOptions {
    /// How long ago and how often a key was used counts for nothing here, since nothing is evicted; it is only checked.
    fn parse(words: &[&[u8]]) -> Result<Self, ErrorReply> {
        let mut options = Self::default();
        let (mut has_idle_time, mut has_frequency) = (false, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is_word(word, "REPLACE") {
                options.replaces = true;
            } else if is_word(word, "ABSTTL") {
                options.is_absolute = true;
            } else if is_word(word, "IDLETIME") && !has_frequency {
                let idle = words.next().ok_or(ErrorReply::SYNTAX)?;
                integer(idle)?;
                integer_from(0, idle, "ERR Invalid IDLETIME value, must be >= 0")?;
                has_idle_time = true;
            } else if is_word(word, "FREQ") && !has_idle_time {
                let frequency = words.next().ok_or(ErrorReply::SYNTAX)?;
                if !(0..=255).contains(&integer(frequency)?) {
                    return Err(ErrorReply::fixed("ERR Invalid FREQ value, must be >= 0 and <= 255"));
                }
                has_frequency = true;
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(options)
    }

    /// A time from now that is too long for C's integers turns negative there, and so has passed.
    fn deadline(&self, time: i64, now: Millis) -> Option<Millis> {
        let deadline = if self.is_absolute { time } else { time.wrapping_add(now) };
        (time != 0).then_some(deadline)
    }
}
