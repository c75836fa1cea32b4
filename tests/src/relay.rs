//! The threads of a proxy: one takes connections, two for each connection forward its requests and its replies.

use crate::frame::{Frames, is_reply};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread;

/// What the threads of a proxy share.
#[derive(Debug)]
pub(crate) struct Relay {
    server: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

/// What the controls set, and what is connected.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) is_refusing: bool,
    pub(crate) held: Held,
    pub(crate) is_closed: bool,
    // The requests of connections up to this number wait.
    delayed: usize,
    pub(crate) requests: u64,
    pub(crate) requests_until_cut: Option<NonZeroU64>,
    connections: usize,
    // The connections that are not cut, by number.
    links: HashMap<usize, Link>,
}

/// What is not forwarded to clients for now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Held {
    #[default]
    Nothing,
    /// What comes to clients that have asked for messages by `SUBSCRIBE` or `CLIENT TRACKING`.
    Messages,
    Replies,
}

#[derive(Debug)]
struct Link {
    client: TcpStream,
    server: TcpStream,
    // The reply that is not forwarded but cuts the connection, counted from 1.
    fatal_reply: Option<u64>,
    has_subscribed: bool,
}

impl State {
    pub(crate) fn cut_all(&mut self) {
        self.links.drain().for_each(|(_, link)| link.cut());
    }

    pub(crate) fn delay_requests(&mut self) {
        self.delayed = self.connections;
    }

    // The server's ends stay open, for what is on its way to it. An error means that the client was faster.
    pub(crate) fn hang_up(&mut self) {
        self.links.values().for_each(|link| _ = link.client.shutdown(Shutdown::Both));
    }

    pub(crate) fn release(&mut self) {
        (self.held, self.delayed) = (Held::Nothing, 0);
    }

    fn cut(&mut self, number: usize) {
        if let Some(link) = self.links.remove(&number) {
            link.cut();
        }
    }
}

impl Link {
    // An error means that the other side was faster.
    fn cut(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

impl Relay {
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self { server, state: Mutex::default(), changed: Condvar::new() }
    }

    /// How many connections were taken so far.
    pub(crate) fn connections(&self) -> usize {
        self.state.lock().connections
    }

    /// How many requests have come so far.
    pub(crate) fn requests(&self) -> u64 {
        self.state.lock().requests
    }

    /// Changes the state; the threads notice at once.
    pub(crate) fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock());
        self.changed.notify_all();
    }

    /// Takes connections until the proxy is closed.
    pub(crate) fn serve(self: &Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming() {
            {
                let mut state = self.state.lock();
                if state.is_closed {
                    return;
                }
                if state.is_refusing {
                    continue;
                }
                state.connections += 1;
            }
            // Without a server the client's connection closes here.
            let _ = client.and_then(|client| self.open(client));
        }
    }

    fn open(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.server)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let requests = (client.try_clone()?, server.try_clone()?);
        let replies = (server.try_clone()?, client.try_clone()?);

        let mut state = self.state.lock();
        let number = state.connections;
        state.links.insert(number, Link { client, server, fatal_reply: None, has_subscribed: false });
        drop(state);

        let relay = Arc::clone(self);
        thread::spawn(move || relay.forward_requests(number, requests));
        let relay = Arc::clone(self);
        thread::spawn(move || relay.forward_replies(number, replies));
        Ok(())
    }

    fn forward_requests(&self, number: usize, (client, mut server): (TcpStream, TcpStream)) {
        let mut requests = Frames::new(client);
        let mut count = 0;
        while let Ok(Some(request)) = requests.next() {
            count += 1;
            self.note_subscription(number, &request);
            let is_fatal = self.count_request(number, count);
            self.wait_for_delay(number);
            if server.write_all(&request).is_err() {
                break;
            }
            if is_fatal {
                // The connection stays open for the reply that cuts it.
                return;
            }
        }
        self.update(|state| state.cut(number));
    }

    // Also for a client that has closed its end meanwhile: what it has sent is on its way.
    fn wait_for_delay(&self, number: usize) {
        let mut state = self.state.lock();
        while number <= state.delayed && state.links.contains_key(&number) {
            self.changed.wait(&mut state);
        }
    }

    fn note_subscription(&self, number: usize, request: &[u8]) {
        let has_word = |word: &[u8]| request.windows(word.len()).any(|part| part == word);
        if (has_word(b"SUBSCRIBE") || has_word(b"TRACKING"))
            && let Some(link) = self.state.lock().links.get_mut(&number)
        {
            link.has_subscribed = true;
        }
    }

    // Says whether this request, the `count`-th of its connection, is the last one of the connection.
    fn count_request(&self, number: usize, count: u64) -> bool {
        let mut state = self.state.lock();
        state.requests += 1;
        let Some(left) = state.requests_until_cut else {
            return false;
        };
        state.requests_until_cut = NonZeroU64::new(left.get() - 1);
        if state.requests_until_cut.is_some() {
            return false;
        }
        if let Some(link) = state.links.get_mut(&number) {
            link.fatal_reply = Some(count);
        }
        true
    }

    fn forward_replies(&self, number: usize, (server, mut client): (TcpStream, TcpStream)) {
        let mut replies = Frames::new(server);
        let mut count = 0;
        while let Ok(Some(reply)) = replies.next() {
            count += u64::from(is_reply(&reply));
            if !self.may_forward(number, count) || client.write_all(&reply).is_err() {
                break;
            }
        }
        self.update(|state| state.cut(number));
    }

    // Waits while replies are held; `false` when the connection is cut, or to be cut here.
    fn may_forward(&self, number: usize, count: u64) -> bool {
        let may = |state: &MutexGuard<'_, State>| {
            state.links.get(&number).is_some_and(|link| link.fatal_reply != Some(count))
        };
        let mut state = self.state.lock();
        let is_held = |state: &MutexGuard<'_, State>| {
            let has_subscribed = state.links.get(&number).is_some_and(|link| link.has_subscribed);
            state.held == Held::Replies || (state.held == Held::Messages && has_subscribed)
        };
        while may(&state) && is_held(&state) {
            self.changed.wait(&mut state);
        }
        may(&state)
    }
}
