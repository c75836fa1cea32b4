//! INFO: few fields, and only true ones.

use std::fmt::Write as _;

use super::{Args, Command, Context, Flags, Outcome, is_word, spec::KeyPositions};
use crate::{SERVER_VERSION, protocol::Reply, server::Scope};

const INFO: Flags = Flags::LOADING.and(Flags::STALE);

pub(super) const COMMANDS: &[Command] = &[Command::new("info", -1, INFO, KeyPositions::NONE, info)];

/// Gives the lines of one section.
type Section = fn(&mut Context<'_>) -> String;

/// What INFO shows, by the names of its sections.
const SECTIONS: [(&str, Section); 8] = [
    ("Server", server),
    ("Clients", clients),
    ("Memory", memory),
    ("Persistence", |_| "loading:0\r\n".into()),
    ("Stats", stats),
    ("Replication", |_| "role:master\r\nconnected_slaves:0\r\n".into()),
    ("Cluster", |_| "cluster_enabled:0\r\n".into()),
    ("Keyspace", keyspace),
];

/// `INFO [section ...]`: all sections if none is named.
fn info(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let everything = ["default", "all", "everything"];
    let all = args.len() == 1 || args[1..].iter().any(|word| everything.iter().any(|name| is_word(word, name)));
    let mut blocks = Vec::new();
    for (name, section) in SECTIONS {
        if all || args[1..].iter().any(|word| is_word(word, name)) {
            blocks.push(format!("# {name}\r\n{}", section(ctx)));
        }
    }
    Ok(Reply::Verbatim { format: *b"txt", text: blocks.join("\r\n").into_bytes() })
}

fn server(_ctx: &mut Context<'_>) -> String {
    format!(
        "redis_version:{SERVER_VERSION}\r\nredis_mode:standalone\r\narch_bits:{}\r\nprocess_id:{}\r\nembedded_engine:redis-model-embedded\r\n\
         embedded_engine_version:{}\r\n",
        usize::BITS,
        std::process::id(),
        env!("CARGO_PKG_VERSION")
    )
}

fn clients(ctx: &mut Context<'_>) -> String {
    let server = &*ctx.server;
    format!(
        "connected_clients:{}\r\nblocked_clients:{}\r\ntracking_clients:{}\r\n",
        server.clients.count(),
        server.waiting.count(),
        server.tracking.clients()
    )
}

/// What clients ask before they trust a server with their data. How much memory it takes is not counted.
fn memory(ctx: &mut Context<'_>) -> String {
    let value = |name| String::from_utf8_lossy(ctx.server.config.value(name)).into_owned();
    format!("maxmemory:{}\r\nmaxmemory_policy:{}\r\n", value("maxmemory"), value("maxmemory-policy"))
}

fn stats(ctx: &mut Context<'_>) -> String {
    let server = &*ctx.server;
    format!(
        "total_commands_processed:{}\r\npubsub_channels:{}\r\npubsub_patterns:{}\r\npubsubshard_channels:{}\r\n",
        server.commands_processed,
        server.subscriptions.count(Scope::Channel),
        server.subscriptions.count(Scope::Pattern),
        server.subscriptions.count(Scope::Shard),
    )
}

fn keyspace(ctx: &mut Context<'_>) -> String {
    let mut text = String::new();
    for (index, (keys, expires)) in ctx.server.databases.sizes(ctx.now.millis()).enumerate() {
        if keys == 0 {
            continue;
        }
        // Clients know a line with several values by its commas. An average that has not been sampled yet is zero.
        write!(text, "db{index}:keys={keys},expires={expires},avg_ttl=0\r\n").expect("writing to a string cannot fail");
    }
    text
}
