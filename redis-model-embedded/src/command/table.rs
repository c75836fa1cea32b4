use std::{collections::HashMap, sync::LazyLock};

use super::{
    Args, Command, admin, config, counter, expire, handshake, hash, hash_expire, hash_options, info, introspection,
    is_word, keys, scan, string, text, transaction,
};
use crate::protocol::{ErrorReply, c_string};

/// The families of commands. A new one is a file and a line here.
const FAMILIES: &[&[Command]] = &[
    string::COMMANDS,
    text::COMMANDS,
    counter::COMMANDS,
    keys::COMMANDS,
    expire::COMMANDS,
    scan::COMMANDS,
    hash::COMMANDS,
    hash_expire::COMMANDS,
    hash_options::COMMANDS,
    transaction::COMMANDS,
    handshake::COMMANDS,
    admin::COMMANDS,
    config::COMMANDS,
    info::COMMANDS,
    introspection::COMMANDS,
    #[cfg(feature = "lua")]
    super::script::COMMANDS,
];

/// How much of a client's words an error repeats.
const QUOTED: usize = 128;
/// No command has a longer name, so a longer word is none.
const LONGEST_NAME: usize = 32;

static BY_NAME: LazyLock<HashMap<&'static [u8], &'static Command, foldhash::fast::RandomState>> =
    LazyLock::new(|| all().map(|command| (command.name.as_bytes(), command)).collect());

/// Every command, without subcommands.
pub(super) fn all() -> impl Iterator<Item = &'static Command> {
    FAMILIES.iter().copied().flatten()
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
    let name = args.first().copied().unwrap_or_default();
    let mut command = named(name).ok_or_else(|| Lookup::Unknown(unknown_command(args)))?;
    if let (false, Some(word)) = (command.subcommands.is_empty(), args.get(1)) {
        command = command
            .subcommands
            .iter()
            .find(|row| row.name.split_once('|').is_some_and(|(_, sub)| is_word(word, sub)))
            .ok_or_else(|| Lookup::Unknown(unknown_subcommand(command.name, word)))?;
    }
    if !command.accepts(args.len()) {
        return Err(Lookup::WrongArity(ErrorReply::wrong_arity(command.name)));
    }
    Ok(command)
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
    use super::*;

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
