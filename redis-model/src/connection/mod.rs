//! The only room that does I/O.
//!
//! When a request is sent again without the caller's doing:
//!
//! | what happened | has it run? | sent again |
//! |---|---|---|
//! | `NOSCRIPT` | no | always, with the script's text |
//! | an idle connection was found closed | no | always, over a new one |
//! | the connection broke before the reply | perhaps | once, if every part of it only reads, or carries a token by which a second run changes nothing |
//! | no reply within the time limit | perhaps | never |
//! | the server answered with an error | as the error says | never |

#[cfg(feature = "async")]
mod async_wire;
mod bare;
mod call;
mod channel;
mod deadline;
mod dial;
#[cfg(feature = "async")]
mod driver;
#[cfg(feature = "embedded")]
mod embedded;
#[cfg(test)]
mod fake_server;
mod line;
mod listener;
mod login;
mod pool;
mod pulse;
#[cfg(feature = "async")]
mod reconnecting;
mod server;
mod socket;
mod tracker;
mod waiter;
mod wire;

#[cfg(feature = "async")]
pub(crate) use self::bare::BareAsyncLink;
pub(crate) use self::{
    bare::BareLink,
    listener::Listener,
    server::Server,
    tracker::{News, PATIENCE, PAUSE, Tracker},
    waiter::Waiter,
};

/// The blocking mode's connections: a pool. I/O happens inside of `poll`.
pub(crate) type BlockingConnection = channel::Channel<pool::Pool>;
/// The asynchronous mode's connections: one, multiplexed.
#[cfg(feature = "async")]
pub(crate) type AsyncConnection = channel::Channel<reconnecting::Reconnecting>;

use std::time::Duration;

use crate::{error::Result, query::Link};

/// What a store holds of a mode's connections.
pub(crate) trait Connection: Link + Clone + Sync + 'static {
    type Listener: Listener;
    type Tracker: Tracker;
    type Waiter: Waiter;

    fn new(endpoint: &Endpoint) -> Self;

    /// Makes a connection now, so that a wrong address or password shows at once.
    fn open(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// The same connection, each of whose requests takes this long at most, within the store's own limits.
    fn within(self, limit: Duration) -> Self;

    /// Subscribes to a channel over a connection of its own, which is not one of the pool's. Once this returns, the
    /// server has confirmed it, and no message published from then on is missed.
    ///
    /// It fails as connecting and requests do. A user without rights to the channel gets an
    /// [`Error::Server`](crate::Error::Server) whose code is `NOPERM`.
    fn listen(&self, channel: &[u8]) -> impl Future<Output = Result<Self::Listener>> + Send;

    /// Hears of every change to keys with these prefixes, over a connection of its own. Once this returns, the server has
    /// confirmed it, and no change from then on is missed.
    ///
    /// It fails as connecting and requests do. A server that refuses tracking, to this user or to all, answers with an
    /// [`Error::Server`](crate::Error::Server).
    fn track(&self, prefixes: Vec<Vec<u8>>) -> impl Future<Output = Result<Self::Tracker>> + Send;

    /// Makes a connection for commands that wait on the server, which is not one of the pool's.
    ///
    /// It fails as connecting and requests do.
    fn waiter(&self) -> impl Future<Output = Result<Self::Waiter>> + Send;
}

/// Where a store's requests go.
#[derive(Debug, Clone)]
pub(crate) enum Endpoint {
    Server(std::sync::Arc<Server>),
    #[cfg(feature = "embedded")]
    Embedded(redis_model_embedded::Engine),
}
