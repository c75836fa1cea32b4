//! CONFIG, for the parameters that clients and tests ask about.

use super::{Args, Command, Context, Flags, Outcome, is_word, spec::KeyPositions};
use crate::{
    glob,
    number::{format_integer, parse_integer},
    protocol::{ErrorReply, Reply},
};

const CONFIG: Flags = Flags::ADMIN.and(Flags::NO_SCRIPT).and(Flags::LOADING).and(Flags::STALE);

pub(super) const COMMANDS: &[Command] = &[Command::container("config", SUBCOMMANDS)];

const SUBCOMMANDS: &[Command] = &[
    Command::new("config|get", -3, CONFIG, KeyPositions::NONE, get),
    Command::new("config|set", -4, CONFIG, KeyPositions::NONE, set),
    Command::new("config|resetstat", 2, CONFIG, KeyPositions::NONE, resetstat),
];

/// The parameters there are, with what they are at first. They are kept and reported; the engine itself has nothing to
/// configure.
const PARAMETERS: [(&str, &str, Kind); 11] = [
    ("appendonly", "no", Kind::OneOf(&["yes", "no"])),
    ("databases", "16", Kind::Integer { least: 1 }),
    ("hash-max-listpack-entries", "128", Kind::Integer { least: 0 }),
    ("hash-max-listpack-value", "64", Kind::Integer { least: 0 }),
    ("lua-time-limit", "5000", Kind::Integer { least: 0 }),
    ("maxmemory", "0", Kind::Memory { least: 0 }),
    ("maxmemory-policy", "noeviction", Kind::OneOf(&POLICIES)),
    ("notify-keyspace-events", "", Kind::Text),
    ("proto-max-bulk-len", "536870912", Kind::Memory { least: 1_048_576 }),
    ("save", "", Kind::Text),
    ("timeout", "0", Kind::Integer { least: 0 }),
];
const POLICIES: [&str; 8] = [
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
];

/// What a parameter may be set to.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Integer {
        least: i64,
    },
    /// A number of bytes, with a unit or without.
    Memory {
        least: i64,
    },
    OneOf(&'static [&'static str]),
    Text,
}

impl Kind {
    /// The value as it is kept and shown, or what is wrong with it.
    fn read(self, value: &[u8]) -> Result<Vec<u8>, String> {
        let (number, least) = match self {
            Self::Text => return Ok(value.to_vec()),
            Self::OneOf(words) => {
                let found = words.iter().find(|word| is_word(value, word));
                return found.map(|word| word.as_bytes().to_vec()).ok_or_else(|| match words {
                    ["yes", "no"] => "argument must be 'yes' or 'no'".into(),
                    _ => format!("argument(s) must be one of the following: {}", words.join(", ")),
                });
            }
            Self::Integer { least } => {
                (parse_integer(value).ok_or("argument couldn't be parsed into an integer")?, least)
            }
            Self::Memory { least } => (bytes(value).ok_or("argument must be a memory value")?, least),
        };
        let most = if let Self::Memory { .. } = self { i64::MAX } else { i64::from(i32::MAX) };
        if !(least..=most).contains(&number) {
            return Err(format!("argument must be between {least} and {most} inclusive"));
        }
        Ok(format_integer(number))
    }
}

/// `100mb` in bytes: units with a `b` count by 1024, those without by 1000.
fn bytes(value: &[u8]) -> Option<i64> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unit = match value[digits..].to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    parse_integer(&value[..digits])?.checked_mul(unit)
}

/// Those among them that Redis refuses to change while it runs.
const IMMUTABLE: [&str; 1] = ["databases"];

/// The values of the parameters, in the order of [`PARAMETERS`].
#[derive(Debug)]
pub(crate) struct Config {
    values: [Vec<u8>; PARAMETERS.len()],
}

impl Default for Config {
    fn default() -> Self {
        Self { values: PARAMETERS.map(|(_, value, _)| value.as_bytes().to_vec()) }
    }
}

impl Config {
    /// The value of a parameter, of those that there are.
    pub(super) fn value(&self, name: &str) -> &[u8] {
        let place = PARAMETERS.iter().position(|(known, ..)| *known == name);
        place.map_or(b"", |place| &self.values[place])
    }
}

fn get(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut found = Vec::new();
    for ((name, ..), value) in PARAMETERS.iter().zip(&ctx.server.config.values) {
        // A parameter asked for by name is reported under the name as it was written.
        let exact = args[2..].iter().find(|pattern| is_word(pattern, name)).copied();
        let shown = exact.or_else(|| {
            let matches = |pattern: &[u8]| glob::matches(&pattern.to_ascii_lowercase(), name.as_bytes());
            args[2..].iter().any(|pattern| matches(pattern)).then_some(name.as_bytes())
        });
        found.extend(shown.map(|shown| (Reply::bulk(shown), Reply::bulk(value.as_slice()))));
    }
    Ok(Reply::Map(found))
}

/// Sets all the named parameters, or none if one of them cannot be set.
fn set(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (pairs, []) = args[2..].as_chunks::<2>() else { return Err(ErrorReply::SYNTAX) };
    let mut changes = Vec::with_capacity(pairs.len());
    for [name, value] in pairs {
        let place = PARAMETERS.iter().position(|(known, ..)| is_word(name, known)).ok_or_else(|| {
            ErrorReply::quoting("ERR Unknown option or number of arguments for CONFIG SET - '", name, "'")
        })?;
        let (known, _, kind) = PARAMETERS[place];
        let is_mutable = !IMMUTABLE.contains(&known);
        let read = if is_mutable { kind.read(value) } else { Err("can't set immutable config".into()) };
        let before = "ERR CONFIG SET failed (possibly related to argument '";
        changes.push((place, read.map_err(|reason| ErrorReply::quoting(before, name, &format!("') - {reason}")))?));
    }
    for (place, value) in changes {
        ctx.server.config.values[place] = value;
    }
    Ok(Reply::Ok)
}

fn resetstat(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    ctx.server.commands_processed = 0;
    Ok(Reply::Ok)
}
