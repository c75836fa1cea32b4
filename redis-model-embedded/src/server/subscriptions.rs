use std::collections::{BTreeMap, BTreeSet};

use super::{Client, ClientId, Clients, Message};
use crate::{glob, protocol::Reply};

/// Who listens to which channels and patterns. Channels have no database: a message reaches every listener.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    channels: Listeners,
    patterns: Listeners,
    shard_channels: Listeners,
}

type Listeners = BTreeMap<Vec<u8>, BTreeSet<ClientId>>;

/// The three kinds of subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// SUBSCRIBE
    Channel,
    /// PSUBSCRIBE
    Pattern,
    /// SSUBSCRIBE
    Shard,
}

impl Scope {
    /// The name of the command that begins such a subscription.
    pub(crate) const fn subscribe(self) -> &'static str {
        match self {
            Self::Channel => "subscribe",
            Self::Pattern => "psubscribe",
            Self::Shard => "ssubscribe",
        }
    }

    /// The name of the command that ends it.
    pub(crate) const fn unsubscribe(self) -> &'static str {
        match self {
            Self::Channel => "unsubscribe",
            Self::Pattern => "punsubscribe",
            Self::Shard => "sunsubscribe",
        }
    }

    pub(crate) fn of(self, client: &mut Client) -> &mut BTreeSet<Vec<u8>> {
        match self {
            Self::Channel => &mut client.channels,
            Self::Pattern => &mut client.patterns,
            Self::Shard => &mut client.shard_channels,
        }
    }

    /// What a confirmation counts: channels and patterns together, shard channels by themselves.
    pub(crate) fn count(self, client: &Client) -> usize {
        match self {
            Self::Shard => client.shard_channels.len(),
            _ => client.channels.len() + client.patterns.len(),
        }
    }
}

impl Subscriptions {
    pub(crate) fn subscribe(&mut self, scope: Scope, client: &mut Client, name: &[u8]) {
        scope.of(client).insert(name.to_vec());
        self.listeners_mut(scope).entry(name.to_vec()).or_default().insert(client.id);
    }

    /// Ends a subscription, if there is one.
    pub(crate) fn unsubscribe(&mut self, scope: Scope, client: &mut Client, name: &[u8]) {
        if !scope.of(client).remove(name) {
            return;
        }
        let all = self.listeners_mut(scope);
        if let Some(listeners) = all.get_mut(name) {
            listeners.remove(&client.id);
            if listeners.is_empty() {
                all.remove(name);
            }
        }
    }

    /// Ends all subscriptions of a client, without telling it.
    pub(super) fn forget(&mut self, client: &mut Client) {
        for scope in [Scope::Channel, Scope::Pattern, Scope::Shard] {
            while let Some(name) = scope.of(client).first().cloned() {
                self.unsubscribe(scope, client, &name);
            }
        }
    }

    /// Sends a message to all who listen to a channel, and gives how many times it was sent.
    pub(crate) fn publish(&self, clients: &mut Clients, channel: &[u8], message: &[u8]) -> usize {
        let mut sent = deliver(clients, self.channels.get(channel), "message", &[channel, message]);
        for (pattern, listeners) in &self.patterns {
            if glob::matches(pattern, channel) {
                sent += deliver(clients, Some(listeners), "pmessage", &[pattern, channel, message]);
            }
        }
        sent
    }

    /// The same for a shard channel, which patterns do not match.
    pub(crate) fn publish_to_shard(&self, clients: &mut Clients, channel: &[u8], message: &[u8]) -> usize {
        deliver(clients, self.shard_channels.get(channel), "smessage", &[channel, message])
    }

    /// Everything of a kind that somebody listens to.
    pub(crate) fn names(&self, scope: Scope) -> impl Iterator<Item = &[u8]> {
        self.listeners(scope).keys().map(Vec::as_slice)
    }

    /// How many channels or patterns of a kind somebody listens to.
    pub(crate) fn count(&self, scope: Scope) -> usize {
        self.listeners(scope).len()
    }

    /// How many clients listen to one channel or pattern.
    pub(crate) fn listeners_of(&self, scope: Scope, name: &[u8]) -> usize {
        self.listeners(scope).get(name).map_or(0, BTreeSet::len)
    }

    fn listeners(&self, scope: Scope) -> &Listeners {
        match scope {
            Scope::Channel => &self.channels,
            Scope::Pattern => &self.patterns,
            Scope::Shard => &self.shard_channels,
        }
    }

    fn listeners_mut(&mut self, scope: Scope) -> &mut Listeners {
        match scope {
            Scope::Channel => &mut self.channels,
            Scope::Pattern => &mut self.patterns,
            Scope::Shard => &mut self.shard_channels,
        }
    }
}

fn deliver(clients: &mut Clients, listeners: Option<&BTreeSet<ClientId>>, kind: &str, parts: &[&[u8]]) -> usize {
    let Some(listeners) = listeners else { return 0 };
    for id in listeners {
        let parts = parts.iter().copied().map(Reply::bulk);
        let items = [Reply::bulk(kind)].into_iter().chain(parts).collect();
        clients.tell(*id, Message::Push(Reply::Push(items)));
    }
    listeners.len()
}
