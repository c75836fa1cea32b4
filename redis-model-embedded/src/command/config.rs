//! CONFIG, for the parameters that clients and tests ask about.

use super::{Args, Command, Context, Flags, Outcome, is_word, spec::KeyPositions};
use crate::{
    glob,
    protocol::{ErrorReply, Reply},
};

const CONFIG: Flags = Flags::ADMIN.and(Flags::NO_SCRIPT).and(Flags::LOADING).and(Flags::STALE);

pub(super) const COMMANDS: &[Command] = &[Command::container("config", SUBCOMMANDS)];

const SUBCOMMANDS: &[Command] = &[
    Command::new("config|get", -3, CONFIG, KeyPositions::NONE, get),
    Command::new("config|set", -4, CONFIG, KeyPositions::NONE, set),
    Command::new("config|resetstat", 2, CONFIG, KeyPositions::NONE, resetstat),
];

/// The parameters there are. They are kept and reported; the engine itself has nothing to configure.
const PARAMETERS: [(&str, &str); 11] = [
    ("appendonly", "no"),
    ("databases", "16"),
    ("hash-max-listpack-entries", "128"),
    ("hash-max-listpack-value", "64"),
    ("lua-time-limit", "5000"),
    ("maxmemory", "0"),
    ("maxmemory-policy", "noeviction"),
    ("notify-keyspace-events", ""),
    ("proto-max-bulk-len", "536870912"),
    ("save", ""),
    ("timeout", "0"),
];
/// Those among them that Redis refuses to change while it runs.
const IMMUTABLE: [&str; 1] = ["databases"];

/// The values of the parameters, in the order of [`PARAMETERS`].
#[derive(Debug)]
pub(crate) struct Config {
    values: [Vec<u8>; PARAMETERS.len()],
}

impl Default for Config {
    fn default() -> Self {
        Self { values: PARAMETERS.map(|(_, value)| value.as_bytes().to_vec()) }
    }
}

impl Config {
    /// The value of a parameter, of those that there are.
    pub(super) fn value(&self, name: &str) -> &[u8] {
        let place = PARAMETERS.iter().position(|(known, _)| *known == name);
        place.map_or(b"", |place| &self.values[place])
    }
}

fn get(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut found = Vec::new();
    for ((name, _), value) in PARAMETERS.iter().zip(&ctx.server.config.values) {
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
        let place = PARAMETERS.iter().position(|(known, _)| is_word(name, known)).ok_or_else(|| {
            ErrorReply::quoting("ERR Unknown option or number of arguments for CONFIG SET - '", name, "'")
        })?;
        if IMMUTABLE.contains(&PARAMETERS[place].0) {
            let before = "ERR CONFIG SET failed (possibly related to argument '";
            return Err(ErrorReply::quoting(before, name, "') - can't set immutable config"));
        }
        changes.push((place, value.to_vec()));
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
