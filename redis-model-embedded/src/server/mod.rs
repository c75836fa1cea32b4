//! What the sessions of one engine share: its databases, and what it knows of each client.

mod client;
mod clients;
mod shared;
mod subscriptions;
mod tracking;
mod waiting;

#[cfg(feature = "listen")]
pub(crate) use client::Ends;
pub(crate) use client::{BlockedCall, Client, Queued, ReplyMode, Transaction};
pub(crate) use clients::{ClientId, Clients, Message};
pub(crate) use shared::{ServerGuard, SharedServer};
pub(crate) use subscriptions::{Scope, Subscriptions};
pub(crate) use tracking::{Tracking, TrackingMode, TrackingOptions};
pub(crate) use waiting::Waiting;

use crate::{command::Config, data::Databases, fault::Faults, protocol::Reply, random::Random};
use clients::Present;

/// The state of one engine.
#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) databases: Databases,
    pub(crate) clients: Clients,
    pub(crate) waiting: Waiting,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) tracking: Tracking,
    pub(crate) config: Config,
    pub(crate) faults: Faults,
    pub(crate) random: Random,
    #[cfg(feature = "lua")]
    pub(crate) scripts: crate::script::Scripts,
    /// Commands run since the engine began, for INFO.
    pub(crate) commands_processed: u64,
}

impl Server {
    /// Works on one client, which is not among the others meanwhile; `None` if it has left, or is being worked on.
    pub(crate) fn with_client<R>(&mut self, id: ClientId, work: impl FnOnce(&mut Self, &mut Client) -> R) -> Option<R> {
        let client = self.clients.take(id)?;
        let mut taken = Taken { server: self, client: Some(client) };
        let client = taken.client.as_deref_mut()?;
        Some(work(taken.server, client))
    }

    /// Forgets a client that has left, and everything it waited for, watched or listened to.
    pub(crate) fn leave(&mut self, id: ClientId) {
        if let Some(mut client) = self.clients.leave(id) {
            self.forget_all(&mut client);
        }
    }

    /// Ends a client's connection. Its session stays, to hand out what it was told before.
    pub(crate) fn close(&mut self, client: &mut Client) {
        self.forget_all(client);
        client.is_closed = true;
        self.clients.hang_up(client.id);
        self.clients.wake(client.id);
    }

    /// Ends what all redis-rs connections have begun, and takes from them what they have not yet taken.
    pub(crate) fn cut_connections(&mut self) {
        for id in self.clients.ids() {
            if self.clients.get(id).is_some_and(|client| client.is_connection) {
                self.with_client(id, Self::cut);
            }
        }
    }

    /// What a cut connection does to its client: all is over but what is set up again with a new one.
    pub(crate) fn cut(&mut self, client: &mut Client) {
        self.forget_all(client);
        client.reply_mode = ReplyMode::On;
        client.is_cut = true;
        if let Some(outbox) = self.clients.outbox(client.id) {
            outbox.clear();
        }
    }

    /// Ends what a client has begun but its name, protocol and database.
    pub(crate) fn forget_all(&mut self, client: &mut Client) {
        client.transaction = None;
        client.forget_watches(&mut self.databases);
        self.subscriptions.forget(client);
        self.stop_tracking(client);
        self.stop_waiting(client);
    }

    /// The client waits until a command writes to one of the keys of `call`.
    pub(crate) fn start_waiting(&mut self, client: &mut Client, call: BlockedCall) {
        for key in &call.keys {
            self.databases.await_key(call.database, key);
        }
        client.blocked = Some(self.waiting.add(client.id, call));
    }

    /// The client waits no longer; gives what it has been waiting in.
    pub(crate) fn stop_waiting(&mut self, client: &mut Client) -> Option<BlockedCall> {
        let call = client.blocked.take()?;
        self.waiting.remove(client.id, &call);
        for key in &call.keys {
            self.databases.stop_awaiting(call.database, key);
        }
        Some(call)
    }

    /// Answers the command in which a client waits: with `reply`, or as if its time were over. Whether it has waited.
    pub(crate) fn end_wait(&mut self, client: &mut Client, reply: Option<Reply>) -> bool {
        let Some(call) = self.stop_waiting(client) else { return false };
        let reply = reply.unwrap_or(call.on_timeout);
        self.clients.tell(client.id, Message::Reply(if call.wants_reply { reply } else { Reply::NONE }));
        true
    }

    pub(crate) fn start_tracking(&mut self, client: &mut Client, options: TrackingOptions) {
        self.tracking.start(client.id, &options, client.tracking.as_ref());
        client.tracking = Some(options);
        self.databases.note_every_change(self.tracking.is_on());
    }

    pub(crate) fn stop_tracking(&mut self, client: &mut Client) {
        let Some(options) = client.tracking.take() else { return };
        self.tracking.stop(client.id, &options);
        self.databases.note_every_change(self.tracking.is_on());
    }

    /// Calls back the copies of all that has changed since this was last called, by the command of `running` or by
    /// time. `author` is who counts as the one who changed it.
    pub(crate) fn call_back_changes(&mut self, running: Option<&mut Client>, author: Option<ClientId>) {
        let mut present = Present { clients: &mut self.clients, running };
        for change in self.databases.take_changes() {
            self.tracking.invalidate(&mut present, &change, author);
        }
        if self.databases.take_flush() {
            self.tracking.invalidate_all(&mut present);
        }
    }
}

/// A client out of its place, to which it returns whatever happens.
struct Taken<'a> {
    server: &'a mut Server,
    client: Option<Box<Client>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            self.server.clients.put_back(client);
        }
    }
}
