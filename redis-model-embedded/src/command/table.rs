use std::{collections::HashMap, sync::LazyLock};

use super::{
    Args, Command, admin, bit_field, bitop, bits, client, config, counter, dump, expire, handshake, hash, hash_expire,
    hash_options, hyperloglog, info, introspection, is_word, keys, lcs, list, list_blocking, list_position, pubsub,
    scan, set, set_algebra, set_random, sort, sorted_set, string, text, transaction,
};
use crate::protocol::{ErrorReply, c_string};

/// The groups of commands, with the names that Redis gives them. A new one is a file or a folder, and a line here.
const GROUPS: &[Group] = &[
    Group { name: "string", parts: &[string::COMMANDS, text::COMMANDS, counter::COMMANDS, lcs::COMMANDS] },
    Group { name: "bitmap", parts: &[bits::COMMANDS, bitop::COMMANDS, bit_field::COMMANDS] },
    Group {
        name: "generic",
        parts: &[keys::COMMANDS, expire::COMMANDS, scan::COMMANDS, dump::COMMANDS, sort::COMMANDS],
    },
    Group { name: "hash", parts: &[hash::COMMANDS, hash_expire::COMMANDS, hash_options::COMMANDS] },
    Group { name: "list", parts: &[list::COMMANDS, list_position::COMMANDS, list_blocking::COMMANDS] },
    Group { name: "set", parts: &[set::COMMANDS, set_random::COMMANDS, set_algebra::COMMANDS] },
    Group { name: "sorted-set", parts: sorted_set::COMMANDS },
    Group { name: "hyperloglog", parts: &[hyperloglog::COMMANDS] },
    Group { name: "pubsub", parts: &[pubsub::COMMANDS] },
    Group { name: "transactions", parts: &[transaction::COMMANDS] },
    #[cfg(feature = "lua")]
    Group { name: "scripting", parts: &[super::script::COMMANDS] },
    Group { name: "connection", parts: &[handshake::COMMANDS, client::COMMANDS] },
    Group { name: "server", parts: &[admin::COMMANDS, config::COMMANDS, info::COMMANDS, introspection::COMMANDS] },
];

/// Commands that belong together.
pub(super) struct Group {
    pub(super) name: &'static str,
    parts: &'static [&'static [Command]],
}

impl Group {
    pub(super) fn commands(&self) -> impl Iterator<Item = &'static Command> {
        self.parts.iter().copied().flatten()
    }
}

/// How much of a client's words an error repeats.
const QUOTED: usize = 128;
/// No command has a longer name, so a longer word is none.
const LONGEST_NAME: usize = 32;

static BY_NAME: LazyLock<HashMap<&'static [u8], &'static Command, foldhash::fast::RandomState>> =
    LazyLock::new(|| all().map(|command| (command.name.as_bytes(), command)).collect());

pub(super) fn groups() -> impl Iterator<Item = &'static Group> {
    GROUPS.iter()
}

/// Every command, without subcommands.
pub(super) fn all() -> impl Iterator<Item = &'static Command> {
    groups().flat_map(Group::commands)
}

/// The command with this name, in any case.
pub(super) fn named(name: &[u8]) -> Option<&'static Command> {
    let mut buffer = [0; LONGEST_NAME];
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    BY_NAME.get(&*lower).copied()
}

/// Why a request names no command that could run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Unknown(ErrorReply),
    WrongArity(ErrorReply),
}

impl From<Lookup> for ErrorReply {
    fn from(lookup: Lookup) -> Self {
        match lookup {
            Lookup::Unknown(error) | Lookup::WrongArity(error) => error,
        }
    }
}

/// The command or subcommand that `args` calls, with a number of arguments that it accepts.
pub(crate) fn find(args: Args<'_>) -> Result<&'static Command, Lookup> {
    let command = lookup(args)?;
    check_arity(command, args)?;
    Ok(command)
}

/// The command or subcommand that `args` calls, rightly or not.
pub(super) fn lookup(args: Args<'_>) -> Result<&'static Command, Lookup> {
    let name = args.first().copied().unwrap_or_default();
    let command = named(name).ok_or_else(|| Lookup::Unknown(unknown_command(args)))?;
    let (false, Some(word)) = (command.subcommands.is_empty(), args.get(1)) else { return Ok(command) };
    let is_called = |row: &&Command| row.name.split_once('|').is_some_and(|(_, sub)| is_word(word, sub));
    let row = command.subcommands.iter().find(is_called);
    row.ok_or_else(|| Lookup::Unknown(unknown_subcommand(command.name, word)))
}

pub(super) fn check_arity(command: &Command, args: Args<'_>) -> Result<(), Lookup> {
    if command.accepts(args.len()) { Ok(()) } else { Err(Lookup::WrongArity(ErrorReply::wrong_arity(command.name))) }
}

/// Quotes at most 128 bytes of the name, and arguments while 128 bytes are not yet full.
fn unknown_command(args: Args<'_>) -> ErrorReply {
    let name = quoted(args.first().copied().unwrap_or_default(), QUOTED);
    let mut list = Vec::new();
    for argument in args.iter().skip(1) {
        if list.len() >= QUOTED {
            break;
        }
        let room = QUOTED - list.len();
        list.extend_from_slice(&[b"'", quoted(argument, room), b"' "].concat());
    }
    ErrorReply::new([b"ERR unknown command '", name, b"', with args beginning with: ", &list].concat())
}

/// What a subcommand answers that was given more arguments than it takes.
pub(super) fn too_many_arguments(args: Args<'_>) -> ErrorReply {
    let quoted = |place: usize| quoted(args.get(place).copied().unwrap_or_default(), QUOTED);
    let container = quoted(0).to_ascii_uppercase();
    let before = b"ERR unknown subcommand or wrong number of arguments for '";
    ErrorReply::new([before, quoted(1), b"'. Try ", &container, b" HELP."].concat())
}

fn unknown_subcommand(container: &str, word: &[u8]) -> ErrorReply {
    let container = container.to_ascii_uppercase();
    let word = quoted(word, QUOTED);
    ErrorReply::new([b"ERR unknown subcommand '", word, b"'. Try ", container.as_bytes(), b" HELP."].concat())
}

/// What C's `%.*s` prints: all before the first NUL, and at most `room` bytes.
fn quoted(bytes: &[u8], room: usize) -> &[u8] {
    let text = c_string(bytes);
    &text[..text.len().min(room)]
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    /// The list of commands that the documentation shows.
    fn listing() -> String {
        let row = |group: &Group| {
            let names: Vec<String> = group.commands().flat_map(names).collect();
            format!("| {} | {} |\n", group.name, names.join(", "))
        };
        ["| group | commands |\n|---|---|\n".to_owned()].into_iter().chain(groups().map(row)).collect()
    }

    /// A command as its users write it, or each of its subcommands.
    fn names(command: &Command) -> Vec<String> {
        let own = (command.subcommands.is_empty() || command.arity == -1).then_some(command);
        own.into_iter().chain(command.subcommands).map(|row| row.name.to_ascii_uppercase().replace('|', " ")).collect()
    }

    /// `REDIS_MODEL_WRITE_DOCS=1` writes the file instead.
    #[cfg(feature = "lua")]
    #[test]
    fn the_documentation_lists_what_the_table_holds() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
        if env::var_os("REDIS_MODEL_WRITE_DOCS").is_some() {
            fs::write(path, listing()).expect("the file can be written");
        }
        assert_eq!(fs::read_to_string(path).expect("the file is there"), listing());
    }

    #[test]
    fn every_row_can_be_found_by_its_name() {
        for command in all() {
            assert!(command.name.len() <= LONGEST_NAME);
            assert!(std::ptr::eq(named(command.name.as_bytes()).expect("it is in the table"), command));
            for row in command.subcommands {
                assert!(row.name.starts_with(&format!("{}|", command.name)), "{}", row.name);
            }
        }
    }

    #[test]
    fn names_have_no_case() {
        assert_eq!(named(b"GeT").map(|command| command.name), Some("get"));
        assert!(named(&[b'x'; 1000]).is_none());
    }
}
