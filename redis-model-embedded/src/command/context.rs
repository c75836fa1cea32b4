use super::{Args, Command, Outcome};
use crate::{
    clock::{Millis, Now},
    data::{Keyspace, Kind},
    protocol::{ErrorReply, Reply},
    server::{BlockedCall, Client, Server},
};

/// What a command works on.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) server: &'a mut Server,
    pub(crate) client: &'a mut Client,
    pub(crate) now: Now,
    /// The command that is running; errors quote its name.
    pub(crate) command: &'static Command,
    pub(crate) occasion: Occasion<'a>,
}

/// Why a command runs, which decides on what it does when it finds nothing to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion<'a> {
    /// The client has just sent it.
    Request,
    /// It is a part of a transaction, and must not wait.
    Transaction,
    /// It is a part of a script, which must not wait either; one that reads anything counts as reading all its keys.
    #[cfg_attr(not(feature = "lua"), expect(dead_code, reason = "nothing else runs scripts"))]
    Script { keys: Args<'a> },
    /// It has been waiting, and this key has been written.
    Ready(&'a [u8]),
}

impl Context<'_> {
    /// The keys of the selected database.
    pub(crate) fn keys(&mut self) -> &mut Keyspace {
        self.keys_of(self.client.database)
    }

    /// The keys of database `index`.
    pub(crate) fn keys_of(&mut self, index: usize) -> &mut Keyspace {
        self.server.databases.at(index, self.now.millis())
    }

    /// Those of the keys that a waiting command is to look at, in order. `WRONGTYPE` if one before the first `K` is
    /// something else; but a client that already waits goes on waiting for its own kind of value.
    pub(super) fn candidates<'k, K: Kind>(&mut self, keys: &[&'k [u8]]) -> Result<Vec<&'k [u8]>, ErrorReply> {
        if let Occasion::Ready(ready) = self.occasion {
            let is_its_kind = self.keys().find::<K>(ready).is_ok();
            return Ok(keys.iter().copied().filter(|key| is_its_kind && *key == ready).take(1).collect());
        }
        for key in keys {
            if self.keys().find::<K>(key)?.is_some() {
                return Ok(vec![key]);
            }
        }
        Ok(Vec::new())
    }

    /// Lets the client wait until one of `keys` is written, when `args` found nothing in them.
    ///
    /// When its time is over it is told nil as an array, whatever it asked for. Where a command must not wait, the
    /// answer is `nothing`.
    pub(super) fn wait_for(
        &mut self,
        args: Args<'_>,
        keys: &[&[u8]],
        deadline: Option<Millis>,
        nothing: Reply,
    ) -> Outcome {
        match self.occasion {
            Occasion::Transaction | Occasion::Script { .. } => return Ok(nothing),
            Occasion::Ready(_) => return Ok(Reply::NONE),
            Occasion::Request => {}
        }
        self.server.start_waiting(
            self.client,
            BlockedCall {
                command: self.command,
                arguments: args.iter().map(|argument| argument.to_vec()).collect(),
                database: self.client.database,
                keys: keys.iter().map(|key| Box::from(*key)).collect(),
                deadline,
                on_timeout: Reply::NilArray,
                wants_reply: true,
                turn: 0,
            },
        );
        Ok(Reply::NONE)
    }

    /// Lets the client wait until `deadline`, and then answers OK.
    pub(super) fn sleep_until(&mut self, deadline: Millis) -> Outcome {
        let outcome = self.wait_for(&[], &[], Some(deadline), Reply::Ok)?;
        if let Some(call) = &mut self.client.blocked {
            call.on_timeout = Reply::Ok;
        }
        Ok(outcome)
    }
}
