//! CLIENT: what clients ask about themselves and about each other.

use super::{
    Args, Command, Context, Flags, Outcome, arguments::integer, handshake::check_name, is_word,
    table::too_many_arguments, tracking,
};
use crate::{
    command::spec::KeyPositions,
    protocol::{ErrorReply, Reply},
    server::{Client, ClientId, ReplyMode, Server, TrackingMode},
};

const CLIENT: Flags = Flags::NO_SCRIPT.and(Flags::LOADING).and(Flags::STALE);
const ADMIN: Flags = CLIENT.and(Flags::ADMIN);
const NO_KEYS: KeyPositions = KeyPositions::NONE;

pub(super) const COMMANDS: &[Command] = &[Command::container("client", SUBCOMMANDS)];

const SUBCOMMANDS: &[Command] = &[
    Command::new("client|caching", 3, CLIENT, NO_KEYS, tracking::caching),
    Command::new("client|getname", 2, CLIENT, NO_KEYS, getname),
    Command::new("client|getredir", 2, CLIENT, NO_KEYS, tracking::getredir),
    Command::new("client|id", 2, CLIENT, NO_KEYS, |ctx, _| Ok(Reply::Int(ctx.client.id.number))),
    Command::new("client|info", 2, CLIENT, NO_KEYS, info),
    Command::new("client|kill", -3, ADMIN, NO_KEYS, kill),
    Command::new("client|list", -2, ADMIN, NO_KEYS, list),
    Command::new("client|no-evict", 3, ADMIN, NO_KEYS, no_evict),
    Command::new("client|reply", 3, CLIENT, NO_KEYS, reply),
    Command::new("client|setinfo", 4, CLIENT, NO_KEYS, setinfo),
    Command::new("client|setname", 3, CLIENT, NO_KEYS, setname),
    Command::new("client|tracking", -3, CLIENT, NO_KEYS, tracking::tracking),
    Command::new("client|trackinginfo", 2, CLIENT, NO_KEYS, tracking::trackinginfo),
    Command::new("client|unblock", -3, ADMIN, NO_KEYS, unblock),
];

fn setname(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check_name(args[2])?;
    ctx.client.name = args[2].to_vec();
    Ok(Reply::Ok)
}

fn getname(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    let name = &ctx.client.name;
    Ok(if name.is_empty() { Reply::Nil } else { Reply::bulk(name.as_slice()) })
}

/// Redis 7.2 keeps the library's name and version; every client sends them, so they are taken and forgotten here.
fn setinfo(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if is_word(args[2], "LIB-NAME") || is_word(args[2], "LIB-VER") {
        return Ok(Reply::Ok);
    }
    Err(ErrorReply::quoting("ERR Unrecognized option '", args[2], "'"))
}

/// `CLIENT REPLY ON | OFF | SKIP`
fn reply(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if is_word(args[2], "ON") {
        ctx.client.reply_mode = ReplyMode::On;
    } else if is_word(args[2], "OFF") {
        ctx.client.reply_mode = ReplyMode::Off;
    } else if is_word(args[2], "SKIP") {
        if ctx.client.reply_mode != ReplyMode::Off {
            ctx.client.reply_mode = ReplyMode::SkipNext;
        }
    } else {
        return Err(ErrorReply::SYNTAX);
    }
    Ok(Reply::Ok)
}

/// Nothing is ever evicted here.
fn no_evict(_ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if is_word(args[2], "ON") || is_word(args[2], "OFF") { Ok(Reply::Ok) } else { Err(ErrorReply::SYNTAX) }
}

fn info(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    Ok(verbatim(described(ctx.client) + "\n"))
}

/// `CLIENT LIST [TYPE type | ID id [id ...]]`
fn list(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let clients = match &args[2..] {
        [] => ctx.server.clients.ids(),
        [word, name] if is_word(word, "TYPE") => {
            let kind = ClientKind::parse(name)?;
            let ids = ctx.server.clients.ids().into_iter();
            ids.filter(|id| client(ctx, *id).is_some_and(|client| kind.includes(client))).collect()
        }
        [word, numbers @ ..] if is_word(word, "ID") && !numbers.is_empty() => {
            let mut ids = Vec::new();
            for number in numbers {
                let number = integer(number).map_err(|_| ErrorReply::fixed("ERR Invalid client ID"))?;
                ids.extend(ctx.server.clients.numbered(number));
            }
            ids
        }
        _ => return Err(ErrorReply::SYNTAX),
    };
    let lines = clients.into_iter().filter_map(|id| client(ctx, id)).map(|client| described(client) + "\n");
    Ok(verbatim(lines.collect()))
}

/// Any client, also the one whose command is running.
fn client<'a>(ctx: &'a Context<'_>, id: ClientId) -> Option<&'a Client> {
    if ctx.client.id == id { Some(ctx.client) } else { ctx.server.clients.get(id) }
}

fn verbatim(text: String) -> Reply {
    Reply::Verbatim { format: *b"txt", text: text.into_bytes() }
}

/// One line of CLIENT LIST, of those fields that mean something without buffers.
fn described(client: &Client) -> String {
    let queued = client.transaction.as_ref().map(|transaction| i64::try_from(transaction.queue.len()));
    format!(
        "id={} addr={} laddr={} name={} flags={} db={} sub={} psub={} ssub={} multi={} cmd={} user=default redir={} resp={}",
        client.id.number,
        client.ends.client,
        client.ends.server,
        String::from_utf8_lossy(&client.name),
        flags(client),
        client.database,
        client.channels.len(),
        client.patterns.len(),
        client.shard_channels.len(),
        queued.map_or(-1, |count| count.unwrap_or(i64::MAX)),
        client.last_command,
        client.redirect_number(),
        client.protocol.number(),
    )
}

/// A letter for each thing that is out of the ordinary, as CLIENT LIST explains them.
fn flags(client: &Client) -> String {
    let tracking = client.tracking.as_ref();
    let letters = [
        (client.is_subscribed(), 'P'),
        (client.transaction.is_some(), 'x'),
        (client.blocked.is_some(), 'b'),
        (tracking.is_some(), 't'),
        (tracking.is_some_and(|options| options.is_redirect_broken), 'R'),
        (tracking.is_some_and(|options| options.mode == TrackingMode::Broadcast), 'B'),
        (client.is_closed, 'c'),
    ];
    let set: String = letters.into_iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| letter).collect();
    if set.is_empty() { "N".into() } else { set }
}

/// What CLIENT LIST and CLIENT KILL call a type of client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientKind {
    Normal,
    PubSub,
    /// Masters and replicas, of which there are none here.
    Replication,
}

impl ClientKind {
    fn parse(name: &[u8]) -> Result<Self, ErrorReply> {
        let named = [
            ("normal", Self::Normal),
            ("pubsub", Self::PubSub),
            ("master", Self::Replication),
            ("replica", Self::Replication),
            ("slave", Self::Replication),
        ];
        let found = named.into_iter().find(|(known, _)| is_word(name, known)).map(|(_, kind)| kind);
        found.ok_or_else(|| ErrorReply::quoting("ERR Unknown client type '", name, "'"))
    }

    fn includes(self, client: &Client) -> bool {
        match self {
            Self::Normal => !client.is_subscribed(),
            Self::PubSub => client.is_subscribed(),
            Self::Replication => false,
        }
    }
}

/// `CLIENT KILL address`, or `CLIENT KILL [ID id] [TYPE type] [USER user] [ADDR address] [LADDR address] [SKIPME YES | NO]`
fn kill(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let [address] = args[2..] else {
        let victims = Victims::parse(&args[2..])?;
        return Ok(Reply::count(close_all(ctx, &victims)));
    };
    let victims = Victims { address: Some(address), spares_itself: false, ..Victims::default() };
    if close_all(ctx, &victims) == 0 { Err(ErrorReply::fixed("ERR No such client")) } else { Ok(Reply::Ok) }
}

/// Closes the connections of all who are meant, and says how many there were.
fn close_all(ctx: &mut Context<'_>, victims: &Victims<'_>) -> usize {
    let ids = ctx.server.clients.ids().into_iter();
    let ids: Vec<ClientId> =
        ids.filter(|id| client(ctx, *id).is_some_and(|client| victims.include(client, ctx.client.id))).collect();
    for id in &ids {
        if *id == ctx.client.id {
            ctx.server.close(ctx.client);
        } else {
            ctx.server.with_client(*id, Server::close);
        }
    }
    ids.len()
}

/// Whom CLIENT KILL is meant for: those who meet all conditions.
#[derive(Default)]
struct Victims<'a> {
    id: Option<i64>,
    kind: Option<ClientKind>,
    address: Option<&'a [u8]>,
    local_address: Option<&'a [u8]>,
    spares_itself: bool,
}

impl<'a> Victims<'a> {
    fn parse(words: &[&'a [u8]]) -> Result<Self, ErrorReply> {
        let mut victims = Self { spares_itself: true, ..Self::default() };
        let (pairs, []) = words.as_chunks::<2>() else { return Err(ErrorReply::SYNTAX) };
        for [word, value] in pairs {
            if is_word(word, "ID") {
                let number = integer(value).ok().filter(|number| *number > 0);
                victims.id = Some(number.ok_or(ErrorReply::fixed("ERR client-id should be greater than 0"))?);
            } else if is_word(word, "TYPE") {
                victims.kind = Some(ClientKind::parse(value)?);
            } else if is_word(word, "ADDR") {
                victims.address = Some(value);
            } else if is_word(word, "LADDR") {
                victims.local_address = Some(value);
            } else if is_word(word, "USER") {
                if *value != b"default" {
                    return Err(ErrorReply::quoting("ERR No such user '", value, "'"));
                }
            } else if is_word(word, "SKIPME") && (is_word(value, "YES") || is_word(value, "NO")) {
                victims.spares_itself = is_word(value, "YES");
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(victims)
    }

    fn include(&self, client: &Client, own: ClientId) -> bool {
        self.id.is_none_or(|number| client.id.number == number)
            && self.kind.is_none_or(|kind| kind.includes(client))
            && self.address.is_none_or(|address| client.ends.client.as_bytes() == address)
            && self.local_address.is_none_or(|address| client.ends.server.as_bytes() == address)
            && !(self.spares_itself && client.id == own)
    }
}

/// `CLIENT UNBLOCK id [TIMEOUT | ERROR]`
fn unblock(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let is_error = match &args[3..] {
        [] => false,
        [word] if is_word(word, "TIMEOUT") => false,
        [word] if is_word(word, "ERROR") => true,
        [_] => return Err(ErrorReply::fixed("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")),
        _ => return Err(too_many_arguments(args)),
    };
    let number = integer(args[2])?;
    let Some(id) = ctx.server.clients.numbered(number) else { return Ok(Reply::Int(0)) };
    let error = ErrorReply::fixed("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    let answer = is_error.then_some(Reply::Error(error));
    let has_waited = ctx.server.with_client(id, |server, client| server.end_wait(client, answer));
    Ok(Reply::flag(has_waited == Some(true)))
}
