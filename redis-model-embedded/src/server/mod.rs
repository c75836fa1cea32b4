//! What the sessions of one engine share: its databases, and what it knows of each client.

mod client;
mod clients;
mod subscriptions;
mod tracking;
mod waiting;

pub(crate) use client::{BlockedCall, Client, Queued, ReplyMode, Transaction, Watch};
pub(crate) use clients::{ClientId, Clients, Message};
pub(crate) use subscriptions::{Scope, Subscriptions};
pub(crate) use tracking::{Tracking, TrackingMode, TrackingOptions};
pub(crate) use waiting::Waiting;

use crate::{command::Config, data::Databases, fault::Faults, random::Random};

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
    /// Forgets a client that has left, and everything it waited for, watched or listened to.
    pub(crate) fn leave(&mut self, id: ClientId) {
        if let Some(mut client) = self.clients.leave(id) {
            self.forget_all(&mut client);
        }
    }

    /// Ends what a client has begun but its name, protocol and database: what RESET does, and a cut connection.
    pub(crate) fn forget_all(&mut self, client: &mut Client) {
        client.transaction = None;
        client.reply_mode = ReplyMode::On;
        client.forget_watches(&mut self.databases);
        self.subscriptions.forget(client);
        self.stop_tracking(client);
        self.stop_waiting(client);
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

    /// The client waits until a command writes to one of the keys of `call`.
    pub(crate) fn start_waiting(&mut self, client: &mut Client, call: BlockedCall) {
        for key in &call.keys {
            self.databases.await_key(call.database, key);
        }
        client.blocked = Some(self.waiting.add(client.id, call));
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
}
