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
    let Some(mut client) = server.clients.take(id) else {
        return Answer { reply: Reply::Error(ErrorReply::INTERNAL), messages_before: 0 };
    };
    let reply = answer(server, &mut client, now, args);
    let reply = if is_wanted(&mut client) { reply } else { Reply::NONE };
    let messages_before = server.clients.messages(id);
    server.clients.put_back(client);
    settle(server, now, Some(id));
    Answer { reply, messages_before }
}

fn answer(server: &mut Server, client: &mut Client, now: Now, args: Args<'_>) -> Reply {
    let command = match admit(server, client, args) {
        Ok(command) => command,
        Err(error) => return Reply::Error(transaction::refused(server, client, args, error)),
    };
    match &mut client.transaction {
        Some(transaction) if !command.flags.has(Flags::CONTROLS_TRANSACTION) => {
            let arguments = args.iter().map(|argument| argument.to_vec()).collect();
            transaction.queue.push(Queued { command, arguments });
            Reply::status("QUEUED")
        }
        _ => {
            server.databases.prune(client.database, now.millis());
            client.last_command = command.name;
            let mut context = Context { server, client, now, command, occasion: Occasion::Request };
            let reply = call(&mut context, args);
            tracking::end_of_command(&mut context);
            reply
        }
    }
}

/// The command of `args`, unless it cannot run or a fault is to hit it.
fn admit(server: &mut Server, client: &Client, args: Args<'_>) -> Result<&'static Command, ErrorReply> {
    let command = table::find(args)?;
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
    if context.client.tracking.is_some() {
        tracking::remember_reads(context, command, args);
    }
    outcome.into()
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
        let mut client = server.clients.take(id).expect("it has joined");
        let occasion = Occasion::Request;
        let mut context = Context { server: &mut server, client: &mut client, now, command: &PANICS, occasion };
        assert_eq!(call(&mut context, &[b"panics"]), Reply::Error(ErrorReply::INTERNAL));
        server.clients.put_back(client);
        assert_eq!(execute(&mut server, id, now, &[b"GET", b"a"]).reply, Reply::Bulk(b"1".to_vec()));
    }
}
