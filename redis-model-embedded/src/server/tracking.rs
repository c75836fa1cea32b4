use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::{ClientId, Clients, Message, clients::Present};
use crate::{
    data::{Cause, Change},
    protocol::{Protocol, Reply},
    random::Random,
};

/// What the server remembers for clients that keep values of their own and want to hear when one of them is stale
/// (CLIENT TRACKING).
///
/// Keys are remembered by name alone, as in Redis: the same name in another database counts, too.
#[derive(Debug, Default)]
pub(crate) struct Tracking {
    /// Who has read which key since it last changed.
    readers: IndexMap<Box<[u8]>, BTreeSet<ClientId>, foldhash::fast::RandomState>,
    /// Who wants to hear of every key with a prefix.
    prefixes: BTreeMap<Vec<u8>, Audience>,
    clients: BTreeSet<ClientId>,
    /// What the client whose command is running is to be told after the reply to it; `None` stands for all keys.
    own: Vec<Option<Box<[u8]>>>,
    /// Whether some audience has not yet been told everything.
    has_news: bool,
}

/// The clients that want to hear of one prefix, and what they have not yet been told.
#[derive(Debug, Default)]
struct Audience {
    clients: BTreeSet<ClientId>,
    /// Changed keys, and who changed each last, if that was a client.
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
    pub(crate) prefixes: BTreeSet<Vec<u8>>,
    /// CLIENT CACHING has been called for the next command.
    pub(crate) is_caching_given: bool,
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
            TrackingMode::OptIn => self.is_caching_given,
            TrackingMode::OptOut => !self.is_caching_given,
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
            self.leave_audiences(id, old);
        }
        self.clients.insert(id);
        for prefix in &options.prefixes {
            self.prefixes.entry(prefix.clone()).or_default().clients.insert(id);
        }
    }

    pub(super) fn stop(&mut self, id: ClientId, options: &TrackingOptions) {
        self.clients.remove(&id);
        self.leave_audiences(id, options);
        if self.clients.is_empty() {
            self.readers.clear();
            self.own.clear();
        }
    }

    fn leave_audiences(&mut self, id: ClientId, options: &TrackingOptions) {
        for prefix in &options.prefixes {
            if let Some(audience) = self.prefixes.get_mut(prefix) {
                audience.clients.remove(&id);
                if audience.clients.is_empty() {
                    self.prefixes.remove(prefix);
                }
            }
        }
    }

    /// The client has read these keys, and keeps what it has read.
    pub(crate) fn remember<'a>(&mut self, id: ClientId, keys: impl IntoIterator<Item = &'a [u8]>) {
        for key in keys {
            match self.readers.get_mut(key) {
                Some(readers) => drop(readers.insert(id)),
                None => drop(self.readers.insert(key.into(), BTreeSet::from([id]))),
            }
        }
    }

    /// Forgets keys that have been read, and tells those who have, until no more than `limit` are left.
    pub(crate) fn forget_excess(&mut self, clients: &mut Clients, limit: usize, random: &mut Random) {
        let mut present = Present { clients, running: None };
        while self.readers.len() > limit {
            let place = random.below(self.readers.len());
            let Some((key, _)) = self.readers.get_index(place) else { return };
            let key = key.clone();
            self.tell_readers(&mut present, &key, Cause::Write);
        }
    }

    /// A key has changed: tells those who have read it, and keeps it for those who listen to a prefix.
    ///
    /// The client whose command has changed it is told after the reply to that command.
    pub(crate) fn invalidate(&mut self, present: &mut Present<'_>, change: &Change, author: Option<ClientId>) {
        let author = author.filter(|_| change.cause == Cause::Write);
        for (prefix, audience) in &mut self.prefixes {
            if change.key.starts_with(prefix) {
                audience.changed.insert(change.key.clone(), author);
                self.has_news = true;
            }
        }
        self.tell_readers(present, &change.key, change.cause);
    }

    fn tell_readers(&mut self, present: &mut Present<'_>, key: &[u8], cause: Cause) {
        for reader in self.readers.swap_remove(key).unwrap_or_default() {
            let Some(options) = present.get(reader).and_then(|client| client.tracking.as_ref()) else { continue };
            let is_own = present.is_running(reader);
            let is_told = !(options.no_loop && is_own && cause == Cause::Write);
            if options.mode == TrackingMode::Broadcast || !is_told {
                continue;
            }
            if is_own {
                self.own.push(Some(key.into()));
            } else {
                tell(present, reader, &Reply::Array(vec![Reply::bulk(key)]));
            }
        }
    }

    /// Every key is gone: tells all.
    pub(crate) fn invalidate_all(&mut self, present: &mut Present<'_>) {
        self.readers.clear();
        for id in &self.clients {
            if present.is_running(*id) {
                self.own.push(None);
            } else {
                tell(present, *id, &Reply::Nil);
            }
        }
    }

    /// Whether nobody keeps copies, and nobody is still to be told of any.
    pub(crate) fn is_idle(&self) -> bool {
        !self.is_on() && self.own.is_empty()
    }

    /// Tells a client, whose command has run and been answered, what that has made stale of its own.
    pub(crate) fn tell_own(&mut self, clients: &mut Clients, id: ClientId) {
        let mut present = Present { clients, running: None };
        for key in self.own.drain(..) {
            let keys = key.map_or(Reply::Nil, |key| Reply::Array(vec![Reply::Bulk(key.into_vec())]));
            tell(&mut present, id, &keys);
        }
    }

    /// Tells those who listen to a prefix what has changed since they were last told.
    pub(crate) fn broadcast(&mut self, clients: &mut Clients) {
        if !std::mem::take(&mut self.has_news) {
            return;
        }
        let mut present = Present { clients, running: None };
        for audience in self.prefixes.values_mut().filter(|audience| !audience.changed.is_empty()) {
            let changed = std::mem::take(&mut audience.changed);
            for id in &audience.clients {
                let no_loop = present.get(*id).and_then(|client| client.tracking.as_ref()).is_some_and(|o| o.no_loop);
                let wanted = changed.iter().filter(|(_, by)| !(no_loop && **by == Some(*id)));
                let keys: Vec<Reply> = wanted.map(|(key, _)| Reply::bulk(&**key)).collect();
                if !keys.is_empty() {
                    tell(&mut present, *id, &Reply::Array(keys));
                }
            }
        }
    }
}

/// Tells a client, or the one that it redirects to, which keys are stale; nil stands for all.
fn tell(present: &mut Present<'_>, id: ClientId, keys: &Reply) {
    let Some(client) = present.get(id) else { return };
    let Some(options) = &client.tracking else { return };
    let Some(redirect) = options.redirect else {
        // A client that speaks RESP2 can be told nothing that it has not asked for.
        if client.protocol == Protocol::Resp3 {
            push(present, id, vec![Reply::bulk("invalidate"), keys.clone()]);
        }
        return;
    };
    let Some(receiver) = present.get(redirect) else { return report_broken_redirect(present, id, redirect) };
    if receiver.protocol == Protocol::Resp3 {
        push(present, redirect, vec![Reply::bulk("invalidate"), keys.clone()]);
    } else if receiver.is_subscribed() {
        push(present, redirect, vec![Reply::bulk("message"), Reply::bulk("__redis__:invalidate"), keys.clone()]);
    }
}

fn report_broken_redirect(present: &mut Present<'_>, id: ClientId, redirect: ClientId) {
    let Some(client) = present.get_mut(id) else { return };
    if let Some(options) = &mut client.tracking {
        options.is_redirect_broken = true;
    }
    if client.protocol == Protocol::Resp3 {
        push(present, id, vec![Reply::bulk("tracking-redir-broken"), Reply::Int(redirect.number)]);
    }
}

fn push(present: &mut Present<'_>, id: ClientId, items: Vec<Reply>) {
    present.clients.tell(id, Message::Push(Reply::Push(items)));
}

#[cfg(test)]
mod tests {
    use super::{super::Server, *};

    #[test]
    fn readers_of_too_many_keys_are_told_to_forget_some() {
        let mut server = Server::default();
        let id = server.clients.join();
        server.with_client(id, |server, client| {
            client.protocol = Protocol::Resp3;
            let options = TrackingOptions {
                mode: TrackingMode::Default,
                no_loop: false,
                redirect: None,
                prefixes: BTreeSet::new(),
                is_caching_given: false,
                is_redirect_broken: false,
            };
            server.start_tracking(client, options);
        });
        let keys: [&[u8]; 5] = [b"a", b"b", b"c", b"d", b"e"];
        server.tracking.remember(id, keys);
        server.tracking.forget_excess(&mut server.clients, 3, &mut server.random);
        assert_eq!((server.tracking.readers.len(), server.clients.messages(id)), (3, 2));
    }
}
