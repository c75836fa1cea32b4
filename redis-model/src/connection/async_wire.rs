//! One asynchronous connection without a task behind it: whoever waits for something to come reads it.

use std::{
    io::{self, Read},
    time::{Duration, Instant},
};

use redis::{Parser, RedisResult, Value};
use tokio::{
    net::TcpStream,
    runtime::{Handle, Id},
    time::timeout,
};

use super::{
    deadline::{Deadline, timed_out},
    dial::dial_async,
    line::Line,
    login::login_async,
    server::Server,
};

/// What bytes are sent through. Encryption will be one more kind.
pub(super) enum AsyncStream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

/// A connection that has logged in, for one who listens. All that it has read lies in it and not in its futures, so that
/// one of them may be dropped at any time.
pub(crate) struct AsyncWire {
    stream: AsyncStream,
    parser: Parser,
    /// The one that was there when it was made, and tells when something has come.
    runtime: Option<Id>,
}

impl AsyncWire {
    pub(super) fn new(stream: AsyncStream) -> Self {
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        Self { stream, parser: Parser::new(), runtime }
    }

    pub(super) async fn send(&mut self, mut request: &[u8]) -> RedisResult<()> {
        while !request.is_empty() {
            match self.stream.try_write(request) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => request = &request[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The next reply; what the server pushes in between is nobody's reply.
    pub(super) async fn receive(&mut self) -> RedisResult<Value> {
        loop {
            match self.take().await? {
                Value::Push { .. } => {}
                reply => return Ok(reply),
            }
        }
    }

    /// Whatever comes next, also what nobody asked for. What has come of a value stays in the parser.
    async fn take(&mut self) -> RedisResult<Value> {
        loop {
            match self.parser.parse_value(Arrived(&self.stream)) {
                Err(error) if error.is_timeout() => self.stream.readable().await?,
                taken => return taken,
            }
        }
    }
}

impl Line for AsyncWire {
    async fn open(server: &Server, limit: Duration) -> RedisResult<Self> {
        let info = server.client.get_connection_info();
        let opened = timeout(limit, async {
            let mut wire = Self::new(dial_async(info, Deadline::new(Instant::now(), limit)).await?);
            login_async(&mut wire, &server.settings()).await?;
            Ok(wire)
        });
        opened.await.unwrap_or_else(|_| Err(timed_out().into()))
    }

    fn is_driven(&self) -> bool {
        Handle::try_current().is_ok_and(|handle| Some(handle.id()) == self.runtime)
    }

    async fn say(&mut self, request: &[u8], deadline: Deadline) -> RedisResult<()> {
        let limit = deadline.left()?;
        timeout(limit, self.send(request)).await.unwrap_or_else(|_| Err(timed_out().into()))
    }

    async fn hear(&mut self, until: Deadline) -> RedisResult<Option<Value>> {
        let Ok(left) = until.left() else {
            // The runtime learns of what has come only when it looks, which it does when all tasks let it.
            tokio::task::yield_now().await;
            return timeout(Duration::ZERO, self.take()).await.ok().transpose();
        };
        timeout(left, self.take()).await.ok().transpose()
    }
}

/// What can be read without waiting.
struct Arrived<'a>(&'a AsyncStream);

impl Read for Arrived<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {
            AsyncStream::Tcp(stream) => stream.try_read(buffer),
            #[cfg(unix)]
            AsyncStream::Unix(stream) => stream.try_read(buffer),
        }
    }
}

impl AsyncStream {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => stream.try_write(bytes),
        }
    }

    async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            #[cfg(unix)]
            Self::Unix(stream) => stream.writable().await,
        }
    }

    async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            #[cfg(unix)]
            Self::Unix(stream) => stream.readable().await,
        }
    }
}
