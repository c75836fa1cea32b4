//! Commands as arguments of the script's call.

use std::borrow::Cow;

use redis::Cmd;

use crate::command::facts::{self, Pieces, arguments};

/// More arguments than this are called in pieces; Lua's stack holds about 8,000.
pub(super) const PIECE: usize = 7_000;

/// Appends a command as the script reads it, its reply kept or not. The sums of increments are read back as text, as Lua
/// would round them.
pub(super) fn write_command(kept: Kept, cmd: &Cmd, call: &mut Cmd) {
    let count = cmd.args_iter().len();
    if let (Kept::Yes, Some(sum)) = (kept, Sum::of(cmd)) {
        sum.write(call);
    } else if let Some(pieces) = facts::pieces(cmd).filter(|_| count > PIECE) {
        call.arg(in_pieces(kept, pieces)).arg(count + 1).arg(pieces.group);
        append(cmd, 0, call);
    } else {
        call.arg(if kept == Kept::Yes { "+" } else { "-" }).arg(count);
        append(cmd, 0, call);
    }
}

fn in_pieces(kept: Kept, pieces: Pieces) -> &'static str {
    match (kept, pieces.adds_up) {
        (Kept::No, _) => "/",
        (Kept::Yes, true) => "*",
        (Kept::Yes, false) => ">",
    }
}

/// Whether a command's reply is part of the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    No,
}

/// A command whose reply is a sum of up to 64 bits.
enum Sum<'a> {
    Field { key: &'a [u8], field: &'a [u8], by: &'a [u8] },
    String { key: &'a [u8], by: Cow<'a, [u8]> },
}

impl<'a> Sum<'a> {
    fn of(cmd: &'a Cmd) -> Option<Self> {
        let mut words = arguments(cmd);
        let name = words.next()?.to_ascii_uppercase();
        let (key, second, third, more) = (words.next()?, words.next(), words.next(), words.next());
        let sum = match (&name[..], second, third, more) {
            (b"HINCRBY", Some(field), Some(by), None) => Self::Field { key, field, by },
            (b"INCRBY", Some(by), None, None) => Self::String { key, by: by.into() },
            (b"INCR", None, None, None) => Self::String { key, by: Cow::Borrowed(b"1") },
            (b"DECR", None, None, None) => Self::String { key, by: Cow::Borrowed(b"-1") },
            (b"DECRBY", Some(by), None, None) => Self::String { key, by: negated(by).into() },
            _ => return None,
        };
        Some(sum)
    }

    fn write(&self, call: &mut Cmd) {
        match self {
            Self::Field { key, field, by } => call.arg("i").arg(5).arg(key).arg(field).arg(by).arg("").arg(""),
            Self::String { key, by } => call.arg("g").arg(4).arg(key).arg(&by[..]).arg("").arg(""),
        };
    }
}

/// A decimal number with the other sign; what is none stays none.
fn negated(number: &[u8]) -> Vec<u8> {
    match number.strip_prefix(b"-") {
        Some(positive) => positive.to_vec(),
        None => [b"-", number].concat(),
    }
}

pub(super) fn append(cmd: &Cmd, skip: usize, call: &mut Cmd) {
    for argument in arguments(cmd).skip(skip) {
        call.arg(argument);
    }
}

/// Appends a number, or nothing for none.
pub(super) fn optional<T: redis::ToRedisArgs>(number: Option<T>, call: &mut Cmd) {
    match number {
        Some(number) => call.arg(number),
        None => call.arg(""),
    };
}
