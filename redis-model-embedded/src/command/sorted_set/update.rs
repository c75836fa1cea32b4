//! ZADD and ZINCRBY.

use crate::{
    command::{Args, Command, Context, Flags, Outcome, is_word, spec::KeyPositions},
    data::SortedSet,
    number::parse_double,
    protocol::{ErrorReply, Reply},
};

const WRITE: Flags = Flags::WRITE.and(Flags::DENY_OOM).and(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("zadd", -4, WRITE, KeyPositions::ONE, zadd),
    Command::new("zincrby", 4, WRITE, KeyPositions::ONE, zincrby),
];

/// What a command does to each member it names.
#[derive(Default)]
struct Update {
    presence: Option<Presence>,
    comparison: Option<Comparison>,
    amount: Amount,
    counted: Counted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// NX
    OnlyNew,
    /// XX
    OnlyExisting,
}

/// Which scores may replace an existing one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// GT
    Greater,
    /// LT
    Less,
}

/// What the number before a member is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Amount {
    #[default]
    Score,
    /// INCR: the reply is the sum.
    Increment,
}

/// What the reply counts.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Counted {
    #[default]
    Added,
    /// CH
    Changed,
}

/// What became of one member.
#[derive(Clone, Copy, PartialEq)]
enum Effect {
    Refused,
    Unchanged(f64),
    Updated(f64),
    Added(f64),
}

/// `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]`
fn zadd(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let is_option = |word: &&&[u8]| ["NX", "XX", "GT", "LT", "CH", "INCR"].iter().any(|name| is_word(word, name));
    let options = args[2..].iter().take_while(is_option).count();
    let (options, elements) = args[2..].split_at(options);
    let (elements @ [_, ..], []) = elements.as_chunks::<2>() else { return Err(ErrorReply::SYNTAX) };
    let update = Update::parse(options)?;
    if update.amount == Amount::Increment && elements.len() > 1 {
        return Err(ErrorReply::fixed("ERR INCR option supports a single increment-element pair"));
    }
    update.run(ctx, args[1], elements)
}

fn zincrby(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let update = Update { amount: Amount::Increment, ..Update::default() };
    update.run(ctx, args[1], &[[args[2], args[3]]])
}

impl Update {
    fn parse(options: &[&[u8]]) -> Result<Self, ErrorReply> {
        let has = |name| options.iter().any(|word| is_word(word, name));
        if has("NX") && has("XX") {
            return Err(ErrorReply::fixed("ERR XX and NX options at the same time are not compatible"));
        }
        if (has("NX") && (has("GT") || has("LT"))) || (has("GT") && has("LT")) {
            return Err(ErrorReply::fixed("ERR GT, LT, and/or NX options at the same time are not compatible"));
        }
        let presence = has("NX").then_some(Presence::OnlyNew);
        let comparison = has("GT").then_some(Comparison::Greater);
        Ok(Self {
            presence: presence.or(has("XX").then_some(Presence::OnlyExisting)),
            comparison: comparison.or(has("LT").then_some(Comparison::Less)),
            amount: if has("INCR") { Amount::Increment } else { Amount::Score },
            counted: if has("CH") { Counted::Changed } else { Counted::Added },
        })
    }

    /// Gives each member its score; nothing is written unless all scores are numbers.
    fn run(&self, ctx: &mut Context<'_>, key: &[u8], elements: &[[&[u8]; 2]]) -> Outcome {
        let score = |[score, _]: &[&[u8]; 2]| parse_double(score).ok_or(ErrorReply::NOT_A_FLOAT);
        let scores = elements.iter().map(score).collect::<Result<Vec<f64>, _>>()?;
        let keys = ctx.keys();
        if keys.find::<SortedSet>(key)?.is_none() && self.presence == Some(Presence::OnlyExisting) {
            return Ok(self.reply(&[]));
        }
        let set = keys.find_or_create::<SortedSet>(key)?;
        let members = elements.iter().map(|[_, member]| *member);
        let effects = members.zip(scores).map(|(member, score)| self.apply(set, member, score));
        let effects = effects.collect::<Result<Vec<Effect>, _>>()?;
        if effects.iter().any(|effect| matches!(effect, Effect::Updated(_) | Effect::Added(_))) {
            keys.touch(key);
        }
        Ok(self.reply(&effects))
    }

    fn apply(&self, set: &mut SortedSet, member: &[u8], amount: f64) -> Result<Effect, ErrorReply> {
        let Some(old) = set.score(member) else {
            if self.presence == Some(Presence::OnlyExisting) {
                return Ok(Effect::Refused);
            }
            set.insert(member, amount);
            return Ok(Effect::Added(amount));
        };
        if self.presence == Some(Presence::OnlyNew) {
            return Ok(Effect::Refused);
        }
        let score = if self.amount == Amount::Increment { old + amount } else { amount };
        if score.is_nan() {
            return Err(ErrorReply::fixed("ERR resulting score is not a number (NaN)"));
        }
        match self.comparison {
            Some(Comparison::Greater) if score <= old => Ok(Effect::Refused),
            Some(Comparison::Less) if score >= old => Ok(Effect::Refused),
            // The two zeros are one score, of which the old one stays.
            _ if score.partial_cmp(&old).is_some_and(std::cmp::Ordering::is_eq) => Ok(Effect::Unchanged(score)),
            _ => {
                set.insert(member, score);
                Ok(Effect::Updated(score))
            }
        }
    }

    fn reply(&self, effects: &[Effect]) -> Reply {
        if self.amount == Amount::Increment {
            return match effects {
                [Effect::Unchanged(score) | Effect::Updated(score) | Effect::Added(score)] => Reply::Double(*score),
                _ => Reply::Nil,
            };
        }
        let is_counted = |effect: &&Effect| match effect {
            Effect::Refused | Effect::Unchanged(_) => false,
            Effect::Updated(_) => self.counted == Counted::Changed,
            Effect::Added(_) => true,
        };
        Reply::count(effects.iter().filter(is_counted).count())
    }
}
