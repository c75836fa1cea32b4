use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Args, Command, Context, Flags, Outcome, Server, SessionState, context::Queued, table, transaction};
use crate::{
    clock::Now,
    protocol::{ErrorReply, Reply},
};

/// Runs one request of a session, or queues it if the session is inside a transaction.
pub(crate) fn execute(server: &mut Server, session: &mut SessionState, now: Now, args: Args<'_>) -> Reply {
    server.commands_processed += 1;
    match admit(server, args) {
        Err(error) => Reply::Error(transaction::refused(server, session, args, error)),
        Ok(command) => match &mut session.transaction {
            Some(transaction) if !command.flags.has(Flags::CONTROLS_TRANSACTION) => {
                let arguments = args.iter().map(|argument| argument.to_vec()).collect();
                transaction.queue.push(Queued { command, arguments });
                Reply::status("QUEUED")
            }
            _ => {
                server.databases.prune(session.database, now.millis());
                call(&mut Context { server, session, now, command }, args)
            }
        },
    }
}

/// The command of `args`, unless it cannot run or a fault is to hit it.
fn admit(server: &mut Server, args: Args<'_>) -> Result<&'static Command, ErrorReply> {
    let command = table::find(args)?;
    server.faults.take().map_or(Ok(command), Err)
}

/// Runs `context.command`. A panic inside it becomes an error reply, and the engine lives on.
pub(crate) fn call(context: &mut Context<'_>, args: Args<'_>) -> Reply {
    let run = context.command.run;
    let outcome: Outcome = catch_unwind(AssertUnwindSafe(|| run(context, args))).unwrap_or(Err(ErrorReply::INTERNAL));
    outcome.into()
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
        let (mut server, mut session) = (Server::default(), SessionState::default());
        let now = Clock::system().now();
        execute(&mut server, &mut session, now, &[b"SET", b"a", b"1"]);
        let mut context = Context { server: &mut server, session: &mut session, now, command: &PANICS };
        assert_eq!(call(&mut context, &[b"panics"]), Reply::Error(ErrorReply::INTERNAL));
        assert_eq!(execute(&mut server, &mut session, now, &[b"GET", b"a"]), Reply::Bulk(b"1".to_vec()));
    }
}
