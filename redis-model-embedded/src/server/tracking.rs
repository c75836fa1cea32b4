use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{ClientId, Clients, Message};
use crate::protocol::{Protocol, Reply};

/// What the server remembers for clients that keep values of their own and want to hear when one of them is stale
/// (CLIENT TRACKING).
///
/// Keys are remembered by name alone, as in Redis: the same name in another database counts, too.
#[derive(Debug, Default)]
pub(crate) struct Tracking {
    /// Who has read which key since it last changed.
    readers: HashMap<Box<[u8]>, BTreeSet<ClientId>>,
    /// Who wants to hear of every key with a prefix.
    prefixes: BTreeMap<Vec<u8>, Audience>,
    clients: BTreeSet<ClientId>,
}

/// The clients that want to hear of one prefix, and what they have not yet been told.
#[derive(Debug, Default)]
struct Audience {
    clients: BTreeSet<ClientId>,
    /// Changed keys, and who changed each last; `None` when it ran out of time.
    changed: BTreeMap<Box<[u8]>, Option<ClientId>>,
}

/// How a client has set up CLIENT TRACKING.
#[derive(Debug, Clone)]
pub(crate) struct TrackingOptions {
    pub(crate) mode: TrackingMode,
    /// Not told of the changes that it makes itself.
    pub(crate) no_loop: bool,
    /// Who is told in its place.
    pub(crate) redirect: Option<ClientId>,
    pub(crate) prefixes: Vec<Vec<u8>>,
    /// What CLIENT CACHING has said about the next command.
    pub(crate) caching: Option<bool>,
    /// The client that should be told in its place has left.
    pub(crate) is_redirect_broken: bool,
}

/// Which keys a client is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrackingMode {
    /// All that it has read.
    Default,
    /// Those that it has read right after `CLIENT CACHING YES`.
    OptIn,
    /// All that it has read, except right after `CLIENT CACHING NO`.
    OptOut,
    /// All that have one of its prefixes, read or not.
    Broadcast,
}

impl TrackingOptions {
    /// Whether the keys that the next command reads are to be remembered.
    pub(crate) fn remembers_reads(&self) -> bool {
        match self.mode {
            TrackingMode::Default => true,
            TrackingMode::OptIn => self.caching == Some(true),
            TrackingMode::OptOut => self.caching != Some(false),
            TrackingMode::Broadcast => false,
        }
    }
}

impl Tracking {
    pub(crate) fn is_on(&self) -> bool {
        !self.clients.is_empty()
    }

    /// How many clients keep values of their own.
    pub(crate) fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Begins, or goes on with other options than the `old` ones.
    pub(super) fn start(&mut self, id: ClientId, options: &TrackingOptions, old: Option<&TrackingOptions>) {
        if let Some(old) = old {
            self.stop(id, old);
        }
        self.clients.insert(id);
        for prefix in &options.prefixes {
            self.prefixes.entry(prefix.clone()).or_default().clients.insert(id);
        }
    }

    pub(super) fn stop(&mut self, id: ClientId, options: &TrackingOptions) {
        self.clients.remove(&id);
        for prefix in &options.prefixes {
            if let Some(audience) = self.prefixes.get_mut(prefix) {
                audience.clients.remove(&id);
                if audience.clients.is_empty() {
                    self.prefixes.remove(prefix);
                }
            }
        }
        if self.clients.is_empty() {
            self.readers.clear();
        }
    }

    /// The client has read these keys, and keeps what it has read.
    pub(crate) fn remember<'a>(&mut self, id: ClientId, keys: impl IntoIterator<Item = &'a [u8]>) {
        for key in keys {
            if !self.readers.contains_key(key) {
                self.readers.insert(key.into(), BTreeSet::new());
            }
            self.readers.get_mut(key).expect("it was inserted above if it was missing").insert(id);
        }
    }

    /// A key has changed: tells those who have read it, and keeps it for those who listen to a prefix.
    ///
    /// `by` is who changed it, or `None` if it ran out of time.
    pub(crate) fn invalidate(&mut self, clients: &mut Clients, key: &[u8], by: Option<ClientId>) {
        for (prefix, audience) in &mut self.prefixes {
            if key.starts_with(prefix) {
                audience.changed.insert(key.into(), by);
            }
        }
        for reader in self.readers.remove(key).unwrap_or_default() {
            let Some(options) = clients.get(reader).and_then(|client| client.tracking.as_ref()) else { continue };
            let is_own = options.no_loop && by == Some(reader);
            if options.mode != TrackingMode::Broadcast && !is_own {
                tell(clients, reader, &Reply::Array(vec![Reply::bulk(key)]));
            }
        }
    }

    /// Every key is gone: tells all.
    pub(crate) fn invalidate_all(&mut self, clients: &mut Clients) {
        self.readers.clear();
        for id in &self.clients {
            tell(clients, *id, &Reply::Nil);
        }
    }

    /// Tells those who listen to a prefix what has changed since they were last told.
    pub(crate) fn broadcast(&mut self, clients: &mut Clients) {
        for audience in self.prefixes.values_mut() {
            let changed = std::mem::take(&mut audience.changed);
            for id in &audience.clients {
                let no_loop = clients.get(*id).and_then(|client| client.tracking.as_ref()).is_some_and(|o| o.no_loop);
                let wanted = changed.iter().filter(|(_, by)| !(no_loop && **by == Some(*id)));
                let keys: Vec<Reply> = wanted.map(|(key, _)| Reply::bulk(&**key)).collect();
                if !keys.is_empty() {
                    tell(clients, *id, &Reply::Array(keys));
                }
            }
        }
    }
}

/// Tells a client, or the one that it redirects to, which keys are stale; nil stands for all.
fn tell(clients: &mut Clients, id: ClientId, keys: &Reply) {
    let Some(client) = clients.get_mut(id) else { return };
    let Some(options) = &mut client.tracking else { return };
    let Some(redirect) = options.redirect else {
        // A client that speaks RESP2 can be told nothing that it has not asked for.
        if client.protocol == Protocol::Resp3 {
            push(clients, id, vec![Reply::bulk("invalidate"), keys.clone()]);
        }
        return;
    };
    let Some(receiver) = clients.get(redirect) else { return report_broken_redirect(clients, id, redirect) };
    if receiver.protocol == Protocol::Resp3 {
        push(clients, redirect, vec![Reply::bulk("invalidate"), keys.clone()]);
    } else if receiver.is_subscribed() {
        push(clients, redirect, vec![Reply::bulk("message"), Reply::bulk("__redis__:invalidate"), keys.clone()]);
    }
}

fn report_broken_redirect(clients: &mut Clients, id: ClientId, redirect: ClientId) {
    let Some(client) = clients.get_mut(id) else { return };
    if let Some(options) = &mut client.tracking {
        options.is_redirect_broken = true;
    }
    if client.protocol == Protocol::Resp3 {
        push(clients, id, vec![Reply::bulk("tracking-redir-broken"), Reply::Int(redirect.number)]);
    }
}

fn push(clients: &mut Clients, id: ClientId, items: Vec<Reply>) {
    clients.tell(id, Message::Push(Reply::Push(items)));
}
