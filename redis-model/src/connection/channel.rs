//! Where the requests of a store go, the same for both modes: to a server, or to the engine in the process.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Cmd, Pipeline, Value};

#[cfg(feature = "embedded")]
use super::embedded::{Embedded, EmbeddedListener, EmbeddedTracker, EmbeddedWaiter};
use super::{
    Connection, Endpoint,
    call::Call,
    line::Line,
    listener::{LineListener, Listener},
    server::Server,
    tracker::{LineTracker, News, Tracker},
    waiter::{LineWaiter, Waiter},
};
use crate::{
    error::{Error, Result},
    query::{Link, Repeatable},
};

/// What a store sends over; `T` is how its mode reaches a server.
pub struct Channel<T> {
    target: Target<T>,
    /// How long one request may take as a whole, if its caller gives it less than the server's own limits do.
    limit: Option<Duration>,
}

enum Target<T> {
    Server(Arc<T>),
    #[cfg(feature = "embedded")]
    Embedded(Embedded),
}

/// How a mode reaches a server.
pub(crate) trait Transport: Send + Sync + 'static {
    /// A connection to listen on.
    type Line: Line;

    fn new(server: Arc<Server>) -> Self;

    fn server(&self) -> &Arc<Server>;

    fn send(&self, cmd: &Cmd, call: Call, repeatable: Repeatable<'_>) -> impl Future<Output = Result<Value>> + Send;

    fn send_all(
        &self,
        pipeline: &Pipeline,
        call: Call,
        repeatable: Repeatable<'_>,
    ) -> impl Future<Output = Result<Vec<Value>>> + Send;

    /// Sends a command to the engine in the process, as the mode waits.
    #[cfg(feature = "embedded")]
    fn send_embedded(
        connection: &mut redis_model_embedded::Connection,
        cmd: &Cmd,
    ) -> impl Future<Output = redis::RedisResult<Value>> + Send;

    /// What the engine in the process pushes next; `None` when nothing has come by then.
    #[cfg(feature = "embedded")]
    fn next_push(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> impl Future<Output = redis::RedisResult<Option<redis::PushInfo>>> + Send;

    /// The reply to a command that waits in the engine; `None` when it has not come by then.
    #[cfg(feature = "embedded")]
    fn next_reply(
        connection: &mut redis_model_embedded::Connection,
        until: Instant,
    ) -> impl Future<Output = redis::RedisResult<Option<Value>>> + Send;
}

impl<T: Transport> Connection for Channel<T> {
    type Listener = Subscription<T>;
    type Tracker = Tracking<T>;
    type Waiter = Waiting<T>;

    fn new(endpoint: &Endpoint) -> Self {
        let target = match endpoint {
            Endpoint::Server(server) => Target::Server(Arc::new(T::new(server.clone()))),
            #[cfg(feature = "embedded")]
            Endpoint::Embedded(engine) => Target::Embedded(Embedded::new(engine)),
        };
        Self { target, limit: None }
    }

    async fn open(&mut self) -> Result<()> {
        let reply = self.send(&redis::cmd("PING"), &|| true).await?;
        match &self.target {
            Target::Server(transport) => transport.server().check_greeting(reply),
            #[cfg(feature = "embedded")]
            Target::Embedded(_) => Ok(()),
        }
    }

    fn within(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    async fn listen(&self, channel: &[u8]) -> Result<Subscription<T>> {
        match &self.target {
            Target::Server(transport) => {
                let server = transport.server().clone();
                Ok(Subscription::Server(LineListener::subscribe(server, channel, Call::start(self.limit)).await?))
            }
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => Ok(Subscription::Embedded(engine.listen::<T>(channel).await?)),
        }
    }

    async fn track(&self, prefixes: Vec<Vec<u8>>) -> Result<Tracking<T>> {
        match &self.target {
            Target::Server(transport) => {
                let server = transport.server().clone();
                Ok(Tracking::Server(LineTracker::track(server, prefixes, Call::start(self.limit)).await?))
            }
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => Ok(Tracking::Embedded(engine.track::<T>(prefixes).await?)),
        }
    }

    async fn waiter(&self) -> Result<Waiting<T>> {
        match &self.target {
            Target::Server(transport) => {
                let server = transport.server().clone();
                Ok(Waiting::Server(LineWaiter::open(server, Call::start(self.limit)).await?))
            }
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => Ok(Waiting::Embedded(engine.waiter::<T>().await?)),
        }
    }
}

impl<T: Transport> Link for Channel<T> {
    async fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> Result<Value> {
        match &self.target {
            Target::Server(transport) => transport.send(cmd, Call::start(self.limit), repeatable).await,
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => engine.send::<T>(cmd).await,
        }
    }

    async fn send_all(&mut self, pipeline: &Pipeline, repeatable: Repeatable<'_>) -> Result<Vec<Value>> {
        match &self.target {
            Target::Server(transport) => transport.send_all(pipeline, Call::start(self.limit), repeatable).await,
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => engine.send_all::<T>(pipeline).await,
        }
    }
}

/// A listener of either mode to either target.
pub(crate) enum Subscription<T: Transport> {
    Server(LineListener<T::Line>),
    #[cfg(feature = "embedded")]
    Embedded(EmbeddedListener),
}

impl<T: Transport> Listener for Subscription<T> {
    async fn next(&mut self, until: Instant) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Server(listener) => listener.next(until).await,
            #[cfg(feature = "embedded")]
            Self::Embedded(listener) => listener.next::<T>(until).await,
        }
    }
}

/// A tracker of either mode to either target.
pub(crate) enum Tracking<T: Transport> {
    Server(LineTracker<T::Line>),
    #[cfg(feature = "embedded")]
    Embedded(EmbeddedTracker),
}

impl<T: Transport> Tracker for Tracking<T> {
    async fn next(&mut self, until: Instant) -> Result<Option<News>> {
        match self {
            Self::Server(tracker) => tracker.next(until).await,
            #[cfg(feature = "embedded")]
            Self::Embedded(tracker) => tracker.next::<T>(until).await,
        }
    }

    fn add(&mut self, prefixes: Vec<Vec<u8>>) {
        match self {
            Self::Server(tracker) => tracker.add(prefixes),
            #[cfg(feature = "embedded")]
            Self::Embedded(tracker) => tracker.add(prefixes),
        }
    }
}

/// A connection of either mode to either target, for commands that wait.
#[allow(clippy::large_enum_variant, reason = "there are few of them, and most are of servers")]
pub(crate) enum Waiting<T: Transport> {
    Server(LineWaiter<T::Line>),
    #[cfg(feature = "embedded")]
    Embedded(EmbeddedWaiter),
}

impl<T: Transport> Waiter for Waiting<T> {
    fn number(&self) -> i64 {
        match self {
            Self::Server(waiter) => waiter.number(),
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => waiter.number(),
        }
    }

    async fn is_usable(&mut self) -> bool {
        match self {
            Self::Server(waiter) => waiter.is_usable().await,
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => !waiter.owes_reply(),
        }
    }

    async fn ask(&mut self, command: &Cmd) -> Result<()> {
        match self {
            Self::Server(waiter) => waiter.ask(command).await,
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => waiter.ask(command),
        }
    }

    fn owes_reply(&self) -> bool {
        match self {
            Self::Server(waiter) => waiter.owes_reply(),
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => waiter.owes_reply(),
        }
    }

    async fn reply(&mut self, until: Instant) -> Result<Value> {
        match self {
            Self::Server(waiter) => waiter.reply(until).await,
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => waiter.reply::<T>(until).await,
        }
    }

    async fn listen(&mut self, until: Instant) -> Result<Option<Value>> {
        match self {
            Self::Server(waiter) => waiter.listen(until).await,
            #[cfg(feature = "embedded")]
            Self::Embedded(waiter) => waiter.listen::<T>(until).await,
        }
    }
}

/// Runs a request, and once more if its connection broke and it may come twice.
pub(super) async fn with_repeat<T, F: Future<Output = Result<T>>>(
    repeatable: Repeatable<'_>,
    mut attempt: impl FnMut() -> F,
) -> Result<T> {
    match attempt().await {
        // The first attempt has left: whatever the second one meets, it is not that nothing was sent.
        Err(Error::Disconnected { .. }) if repeatable() => attempt().await.map_err(Error::after_others),
        result => result,
    }
}

impl<T> Clone for Channel<T> {
    fn clone(&self) -> Self {
        let target = match &self.target {
            Target::Server(transport) => Target::Server(transport.clone()),
            #[cfg(feature = "embedded")]
            Target::Embedded(engine) => Target::Embedded(engine.clone()),
        };
        Self { target, limit: self.limit }
    }
}

impl<T: fmt::Debug> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Server(transport) => transport.fmt(f),
            #[cfg(feature = "embedded")]
            Target::Embedded(_) => f.write_str("Embedded"),
        }
    }
}
