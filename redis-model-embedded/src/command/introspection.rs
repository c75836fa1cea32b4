//! COMMAND: the table, told to clients.

use super::{
    Args, Command, Context, Flags, Outcome, is_word,
    spec::KeyPositions,
    table::{self, Lookup},
};
use crate::protocol::{ErrorReply, Reply};

const INTROSPECTION: Flags = Flags::LOADING.and(Flags::STALE);

pub(super) const COMMANDS: &[Command] = &[Command {
    // Unlike other containers this one is also a command by itself.
    arity: -1,
    flags: INTROSPECTION,
    run: |_, _| Ok(all_rows()),
    ..Command::container("command", SUBCOMMANDS)
}];

const SUBCOMMANDS: &[Command] = &[
    Command::new("command|count", 2, INTROSPECTION, KeyPositions::NONE, |_, _| Ok(Reply::count(table::all().count()))),
    Command::new("command|list", -2, INTROSPECTION, KeyPositions::NONE, list),
    Command::new("command|info", -2, INTROSPECTION, KeyPositions::NONE, info),
    Command::new("command|getkeys", -4, INTROSPECTION, KeyPositions::NONE, getkeys),
    Command::new("command|docs", -2, INTROSPECTION, KeyPositions::NONE, docs),
];

/// COMMAND without a subcommand: every row of the table.
fn all_rows() -> Reply {
    Reply::Array(table::all().map(describe).collect())
}

fn list(_ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    Ok(Reply::bulks(table::all().map(|command| command.name)))
}

/// `COMMAND INFO [name ...]`: nil for a name that is no command.
fn info(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 2 {
        return Ok(all_rows());
    }
    let rows = args[2..].iter().map(|name| table::named(name).map_or(Reply::NilArray, describe));
    Ok(Reply::Array(rows.collect()))
}

/// `COMMAND DOCS [name ...]`: there are no texts here, only the group that a command belongs to.
fn docs(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut entries = Vec::new();
    for group in table::groups() {
        for command in group.commands() {
            if args.len() == 2 || args[2..].iter().any(|name| is_word(name, command.name)) {
                let facts = Reply::Map(vec![(Reply::bulk("group"), Reply::bulk(group.name))]);
                entries.push((Reply::bulk(command.name), facts));
            }
        }
    }
    Ok(Reply::Map(entries))
}

/// `COMMAND GETKEYS command [argument ...]`: the keys among the arguments of a command.
fn getkeys(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let command = table::find(&args[2..]).map_err(|lookup| match lookup {
        Lookup::Unknown(_) => ErrorReply::fixed("ERR Invalid command specified"),
        Lookup::WrongArity(_) => ErrorReply::fixed("ERR Invalid number of arguments specified for command"),
    })?;
    if !command.keys.exist() {
        return Err(ErrorReply::fixed("ERR The command has no key arguments"));
    }
    Ok(Reply::bulks(command.keys_of(&args[2..])))
}

/// One row as Redis 7.0 lays it out; ACL categories, tips and key specifications are left empty.
fn describe(command: &Command) -> Reply {
    let keys = command.keys;
    let movable = keys.move_about().then_some("movablekeys");
    let flags = command.flags.names().chain(movable).map(Reply::status).collect();
    Reply::Array(vec![
        Reply::bulk(command.name),
        Reply::Int(i64::from(command.arity)),
        Reply::Set(flags),
        Reply::Int(i64::from(keys.first)),
        Reply::Int(i64::from(keys.last)),
        Reply::Int(i64::from(keys.step)),
        Reply::Set(Vec::new()),
        Reply::Set(Vec::new()),
        Reply::Set(Vec::new()),
        Reply::Array(command.subcommands.iter().map(describe).collect()),
    ])
}
