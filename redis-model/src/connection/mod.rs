//! The only room that does I/O.
//!
//! When a request is sent again without the caller's doing:
//!
//! | what happened | has it run? | sent again |
//! |---|---|---|
//! | `NOSCRIPT` | no | always, with the script's text |
//! | an idle connection was found closed | no | always, over a new one |
//! | the connection broke before the reply | perhaps | once, if every command of it only reads |
//! | no reply within the time limit | perhaps | never |
//! | the server answered with an error | as the error says | never |

mod bare;
mod channel;
mod deadline;
mod dial;
#[cfg(feature = "embedded")]
mod embedded;
mod login;
mod pool;
#[cfg(feature = "async")]
mod reconnecting;
mod server;
mod socket;
mod wire;

#[cfg(feature = "async")]
pub(crate) use self::bare::BareAsyncLink;
pub(crate) use self::{bare::BareLink, server::Server};

/// The blocking mode's connections: a pool. I/O happens inside of `poll`.
pub(crate) type BlockingConnection = channel::Channel<pool::Pool>;
/// The asynchronous mode's connections: one, multiplexed.
#[cfg(feature = "async")]
pub(crate) type AsyncConnection = channel::Channel<reconnecting::Reconnecting>;

use crate::{error::Result, query::Link};

/// What a store holds of a mode's connections.
pub(crate) trait Connection: Link + Clone + Sync + 'static {
    fn new(endpoint: &Endpoint) -> Self;

    /// Makes a connection now, so that a wrong address or password shows at once.
    fn open(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// Where a store's requests go.
#[derive(Debug, Clone)]
pub(crate) enum Endpoint {
    Server(std::sync::Arc<Server>),
    #[cfg(feature = "embedded")]
    Embedded(redis_model_embedded::Engine),
}
