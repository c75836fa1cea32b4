use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Args, Command, Context, Flags, Occasion, Outcome, settle::settle, table, tracking, transaction};
use crate::{
    clock::Now,
    protocol::{ErrorReply, Protocol, Reply},
    server::{Client, ClientId, Queued, ReplyMode, Server},
};

/// What a request leads to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    /// How many messages in the client's outbox come before the reply. Those that the request itself caused come after.
    pub(crate) messages_before: usize,
}

/// Runs one request of a client, or queues it if the client is inside a transaction.
pub(crate) fn execute(server: &mut Server, id: ClientId, now: Now, args: Args<'_>) -> Answer {
    server.commands_processed += 1;
    settle(server, now, None);
    let reply = server.with_client(id, |server, client| {
        // Whoever sends something else waits no longer.
        if client.blocked.is_some() {
            server.end_wait(client, None);
        }
        let reply = answer(server, client, now, args);
        wanted(client, reply)
    });
    let messages_before = server.clients.messages(id);
    settle(server, now, Some(id));
    Answer { reply: reply.unwrap_or(Reply::Error(ErrorReply::INTERNAL)), messages_before }
}

fn answer(server: &mut Server, client: &mut Client, now: Now, args: Args<'_>) -> Reply {
    let command = match admit(server, client, args) {
        Ok(command) => command,
        Err(error) => {
            let error = transaction::refused(server, client, args, error);
            tracking::end_of_command(client);
            return Reply::Error(error);
        }
    };
    match &mut client.transaction {
        Some(transaction) if !command.flags.has(Flags::CONTROLS_TRANSACTION) => {
            let arguments = args.iter().map(|argument| argument.to_vec()).collect();
            transaction.queue.push(Queued { command, arguments });
            Reply::status("QUEUED")
        }
        _ => {
            server.databases.prune(client.database, now.millis());
            let mut context = Context { server, client, now, command, occasion: Occasion::Request };
            let reply = call(&mut context, args);
            tracking::end_of_command(client);
            reply
        }
    }
}

/// The command of `args`, unless it cannot run or a fault is to hit it.
fn admit(server: &mut Server, client: &mut Client, args: Args<'_>) -> Result<&'static Command, ErrorReply> {
    client.last_command = "NULL";
    let command = table::lookup(args)?;
    client.last_command = command.name;
    table::check_arity(command, args)?;
    if client.protocol == Protocol::Resp2 && client.is_subscribed() && !command.flags.has(Flags::WHILE_SUBSCRIBED) {
        return Err(ErrorReply::new(format!(
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in \
             this context",
            command.name
        )));
    }
    server.faults.take().map_or(Ok(command), Err)
}

/// Runs `context.command`. A panic inside it becomes an error reply, and the engine lives on.
pub(crate) fn call(context: &mut Context<'_>, args: Args<'_>) -> Reply {
    let command = context.command;
    let run = command.run;
    let outcome: Outcome = catch_unwind(AssertUnwindSafe(|| run(context, args))).unwrap_or(Err(ErrorReply::INTERNAL));
    if context.server.tracking.is_on() {
        // What a transaction or a script has changed and then reads is a fresh copy again.
        // To those who listen to prefixes, Redis shows the script as somebody else than the client that runs it.
        let author = (!matches!(context.occasion, Occasion::Script { .. })).then_some(context.client.id);
        context.server.call_back_changes(Some(context.client), author);
        tracking::remember_reads(context, command, args);
    }
    outcome.into()
}

/// What of the reply to the command that has just run the client wants: confirmations of subscriptions always.
fn wanted(client: &mut Client, reply: Reply) -> Reply {
    if is_wanted(client) {
        return reply;
    }
    if let Some(call) = &mut client.blocked {
        call.wants_reply = false;
    }
    let mut confirmations = Vec::new();
    gather_confirmations(reply, &mut confirmations);
    Reply::Several(confirmations)
}

fn gather_confirmations(reply: Reply, confirmations: &mut Vec<Reply>) {
    match reply {
        Reply::Push(_) => confirmations.push(reply),
        // Those of a transaction stand among its other replies.
        Reply::Several(replies) | Reply::Array(replies) => {
            for reply in replies {
                gather_confirmations(reply, confirmations);
            }
        }
        _ => {}
    }
}

/// Whether the client wants the reply to the command that has just run.
fn is_wanted(client: &mut Client) -> bool {
    match client.reply_mode {
        ReplyMode::On => true,
        ReplyMode::Off => false,
        ReplyMode::SkipNext => {
            client.reply_mode = ReplyMode::SkipThis;
            false
        }
        ReplyMode::SkipThis => {
            client.reply_mode = ReplyMode::On;
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Flags, spec::KeyPositions},
        *,
    };
    use crate::clock::Clock;

    static PANICS: Command = Command::new("panics", 1, Flags::NONE, KeyPositions::NONE, |_, _| panic!("a defect"));

    #[test]
    fn a_panic_in_a_command_is_an_error_and_the_next_command_runs() {
        let mut server = Server::default();
        let id = server.clients.join();
        let now = Clock::system().now();
        execute(&mut server, id, now, &[b"SET", b"a", b"1"]);
        let reply = server.with_client(id, |server, client| {
            let occasion = Occasion::Request;
            call(&mut Context { server, client, now, command: &PANICS, occasion }, &[b"panics"])
        });
        assert_eq!(reply, Some(Reply::Error(ErrorReply::INTERNAL)));
        assert_eq!(execute(&mut server, id, now, &[b"GET", b"a"]).reply, Reply::Bulk(b"1".to_vec()));
    }
}
