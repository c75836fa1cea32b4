//! How a client begins and ends: HELLO, AUTH, SELECT, QUIT and others.

use super::{Args, Command, Context, Flags, Outcome, arguments::database_index, is_word, spec::KeyPositions};
use crate::{
    SERVER_VERSION,
    number::parse_integer,
    protocol::{ErrorReply, Protocol, Reply},
    server::ReplyMode,
};

const FAST: Flags = Flags::FAST;
const EARLY: Flags = Flags::NO_SCRIPT.and(Flags::LOADING).and(Flags::STALE).and(Flags::FAST);
/// QUIT and RESET end a transaction, so they cannot wait in it.
const LEAVING: Flags = EARLY.and(Flags::CONTROLS_TRANSACTION).and(Flags::WHILE_SUBSCRIBED);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("ping", -1, FAST.and(Flags::WHILE_SUBSCRIBED), KeyPositions::NONE, ping),
    Command::new("echo", 2, Flags::LOADING.and(Flags::STALE).and(FAST), KeyPositions::NONE, |_, args| {
        Ok(Reply::bulk(args[1]))
    }),
    Command::new("select", 2, Flags::LOADING.and(Flags::STALE).and(FAST), KeyPositions::NONE, select),
    Command::new("hello", -1, EARLY, KeyPositions::NONE, hello),
    Command::new("auth", -2, EARLY, KeyPositions::NONE, auth),
    Command::new("quit", -1, LEAVING, KeyPositions::NONE, quit),
    Command::new("reset", 1, LEAVING, KeyPositions::NONE, reset),
];

/// A RESP2 client that listens to channels gets an answer that looks like one of their messages.
fn ping(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let looks_like_message = ctx.client.protocol == Protocol::Resp2 && ctx.client.is_subscribed();
    match args {
        [_] if looks_like_message => Ok(Reply::bulks(["pong", ""])),
        [_, text] if looks_like_message => Ok(Reply::bulks([b"pong", *text])),
        [_] => Ok(Reply::status("PONG")),
        [_, text] => Ok(Reply::bulk(*text)),
        _ => Err(ErrorReply::wrong_arity(ctx.command.name)),
    }
}

fn select(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    ctx.client.database = database_index(args[1])?;
    Ok(Reply::Ok)
}

/// `HELLO [2 | 3 [AUTH user password] [SETNAME name]]`
fn hello(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let protocol = args.get(1).map(|version| hello_version(version)).transpose()?;
    let mut name = None;
    let mut words = args.get(2..).unwrap_or_default().iter();
    while let Some(word) = words.next() {
        if let (true, [user, _, ..]) = (is_word(word, "AUTH"), words.as_slice()) {
            check_user(user)?;
            words.nth(1);
        } else if let (true, Some(value)) = (is_word(word, "SETNAME"), words.next()) {
            check_name(value)?;
            name = Some(value.to_vec());
        } else {
            return Err(ErrorReply::quoting("ERR Syntax error in HELLO option '", word, "'"));
        }
    }
    if let Some(name) = name {
        ctx.client.name = name;
    }
    if let Some(protocol) = protocol {
        ctx.client.protocol = protocol;
    }
    let field = |name: &str, value: Reply| (Reply::bulk(name), value);
    Ok(Reply::Map(vec![
        field("server", Reply::bulk("redis")),
        field("version", Reply::bulk(SERVER_VERSION)),
        field("proto", Reply::Int(ctx.client.protocol.number())),
        field("id", Reply::Int(ctx.client.id.number)),
        field("mode", Reply::bulk("standalone")),
        field("role", Reply::bulk("master")),
        field("modules", Reply::Array(Vec::new())),
    ]))
}

fn hello_version(argument: &[u8]) -> Result<Protocol, ErrorReply> {
    const NOT_A_NUMBER: ErrorReply = ErrorReply::fixed("ERR Protocol version is not an integer or out of range");
    match parse_integer(argument).ok_or(NOT_A_NUMBER)? {
        2 => Ok(Protocol::Resp2),
        3 => Ok(Protocol::Resp3),
        _ => Err(ErrorReply::fixed("NOPROTO unsupported protocol version")),
    }
}

/// There is one user, `default`, and any password is right: as on a server without configured users.
fn auth(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match args {
        [_, _] => Err(ErrorReply::fixed(
            "ERR AUTH <password> called without any password configured for the default user. \
             Are you sure your configuration is correct?",
        )),
        [_, user, _] => check_user(user).map(|()| Reply::Ok),
        _ => Err(ErrorReply::SYNTAX),
    }
}

fn check_user(user: &[u8]) -> Result<(), ErrorReply> {
    if user == b"default" {
        return Ok(());
    }
    Err(ErrorReply::fixed("WRONGPASS invalid username-password pair or user is disabled."))
}

fn quit(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    ctx.server.close(ctx.client);
    Ok(Reply::Ok)
}

/// Brings the session back to how it began.
fn reset(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    ctx.server.forget_all(ctx.client);
    // CLIENT REPLY SKIP holds for this very command, too.
    if ctx.client.reply_mode == ReplyMode::Off {
        ctx.client.reply_mode = ReplyMode::On;
    }
    ctx.client.database = 0;
    ctx.client.protocol = Protocol::Resp2;
    ctx.client.name.clear();
    Ok(Reply::status("RESET"))
}

pub(super) fn check_name(name: &[u8]) -> Result<(), ErrorReply> {
    if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
        return Ok(());
    }
    Err(ErrorReply::fixed("ERR Client names cannot contain spaces, newlines or special characters."))
}
