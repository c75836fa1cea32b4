//! Several strings as long rows of bits: BITOP.

use super::{Args, Command, Context, Flags, Outcome, is_word, spec::KeyPositions};
use crate::{
    data::Value,
    protocol::{ErrorReply, Reply},
};

const KEYS: KeyPositions = KeyPositions::fixed(2, -1, 1);

pub(super) const COMMANDS: &[Command] = &[Command::new("bitop", -4, Flags::WRITE.and(Flags::DENY_OOM), KEYS, bitop)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Xor,
    Not,
}

impl Operator {
    fn parse(word: &[u8]) -> Option<Self> {
        const WORDS: [(&str, Operator); 4] =
            [("AND", Operator::And), ("OR", Operator::Or), ("XOR", Operator::Xor), ("NOT", Operator::Not)];
        WORDS.into_iter().find(|(name, _)| is_word(word, name)).map(|(_, operator)| operator)
    }
}

/// `BITOP operator destination key [key ...]`: short strings count as if zeros followed, and absent ones as empty.
fn bitop(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let operator = Operator::parse(args[1]).ok_or(ErrorReply::SYNTAX)?;
    if operator == Operator::Not && args.len() != 4 {
        return Err(ErrorReply::fixed("ERR BITOP NOT must be called with a single source key."));
    }
    let keys = ctx.keys();
    let texts = keys.find_all::<Vec<u8>>(&args[3..])?;
    let result = combine(operator, texts.into_iter().map(|text| text.map_or(&[][..], Vec::as_slice)));
    let length = result.len();
    if length == 0 {
        keys.remove(args[2]);
    } else {
        keys.set(args[2], Value::String(result));
    }
    Ok(Reply::count(length))
}

/// As long as the longest of the texts.
fn combine<'a>(operator: Operator, texts: impl Iterator<Item = &'a [u8]> + Clone) -> Vec<u8> {
    let length = texts.clone().map(<[u8]>::len).max().unwrap_or(0);
    let mut texts = texts;
    let mut result = Vec::with_capacity(length);
    result.extend_from_slice(texts.next().unwrap_or_default());
    result.resize(length, 0);
    for text in texts {
        let (shared, rest) = result.split_at_mut(text.len());
        let pairs = shared.iter_mut().zip(text);
        match operator {
            Operator::And => {
                pairs.for_each(|(byte, other)| *byte &= other);
                rest.fill(0);
            }
            Operator::Or => pairs.for_each(|(byte, other)| *byte |= other),
            Operator::Xor => pairs.for_each(|(byte, other)| *byte ^= other),
            Operator::Not => {}
        }
    }
    if operator == Operator::Not {
        for byte in &mut result {
            *byte = !*byte;
        }
    }
    result
}
