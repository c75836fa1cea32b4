//! One client over a stream of bytes: what a server does for each of its sockets.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    Engine, Session,
    timer::{Alarm, after},
};

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

impl Engine {
    /// Serves one client over a stream, until either side hangs up: for clients that speak bytes, such as a real
    /// `MultiplexedConnection` or `PubSub` of redis-rs over `tokio::io::duplex`.
    ///
    /// The future is the whole conversation: spawn it, or poll it beside the client.
    ///
    /// ```
    /// use redis::{AsyncCommands, aio::MultiplexedConnection};
    /// use redis_model_embedded::Engine;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> redis::RedisResult<()> {
    /// let (client, server) = tokio::io::duplex(64 * 1024);
    /// let engine = Engine::new();
    /// tokio::spawn(async move { engine.serve(server).await });
    /// let (login, config) = Default::default();
    /// let (mut con, driver) = MultiplexedConnection::new_with_config(&login, client, config).await?;
    /// tokio::spawn(driver);
    ///
    /// let () = con.set("greeting", "hello").await?;
    /// assert_eq!(con.get::<_, String>("greeting").await?, "hello");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the stream, and `ConnectionAborted` when the engine goes offline.
    pub async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        converse(self.session(), stream).await
    }
}

/// Serves the client of a session over its stream, as [`Engine::serve`] does.
pub(crate) async fn converse(session: Session, stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut conversation = Conversation::new(session, stream);
    poll_fn(|cx| conversation.poll(cx)).await
}

/// A session and its stream. Reading and writing go on side by side: a client may send without end before it reads.
struct Conversation<S> {
    session: Session,
    stream: S,
    /// Replies, of which the first `written` bytes are on their way.
    output: Vec<u8>,
    written: usize,
    /// When a slow engine lets the output go.
    release_at: Option<Instant>,
    is_input_over: bool,
    alarm: Alarm,
    buffer: Box<[u8]>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn new(mut session: Session, stream: S) -> Self {
        session.become_connection();
        let alarm = session.engine().timer().alarm();
        Self {
            session,
            stream,
            output: Vec::new(),
            written: 0,
            release_at: None,
            is_input_over: false,
            alarm,
            buffer: vec![0; CHUNK].into(),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.check_online()?;
            let has_read = self.poll_read(cx)?.is_ready();
            let has_output = self.poll_session(cx).is_ready();
            // Once more: only now would this task be woken by what cuts the connection.
            self.check_online()?;
            let is_written = self.poll_write(cx)?.is_ready();
            if is_written && (self.is_input_over || self.session.is_closed()) {
                ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
                return Poll::Ready(Ok(()));
            }
            // Without anything new, whoever has something next wakes this task.
            if !has_read && !has_output {
                self.set_alarm(cx);
                return Poll::Pending;
            }
        }
    }

    fn check_online(&self) -> io::Result<()> {
        if self.session.is_cut() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Takes what the client has sent. Ready if there was anything, or if the client has hung up.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_input_over || self.session.is_closed() {
            return Poll::Pending;
        }
        let mut chunk = ReadBuf::new(&mut self.buffer);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
        let replies = self.session.feed(chunk.filled());
        self.is_input_over = chunk.filled().is_empty();
        self.append(replies);
        Poll::Ready(Ok(()))
    }

    /// Takes what the session says by itself. Ready if there was anything.
    fn poll_session(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.session.poll_output(cx) {
            Poll::Ready(output) if !output.is_empty() => {
                self.append(output);
                Poll::Ready(())
            }
            _ => Poll::Pending,
        }
    }

    fn append(&mut self, output: Vec<u8>) {
        if output.is_empty() {
            return;
        }
        if self.release_at.is_none() {
            self.release_at = self.session.engine().delay().map(after);
        }
        if self.output.is_empty() { self.output = output } else { self.output.extend(output) }
    }

    /// Ready when all is written.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.release_at.is_some_and(|release_at| release_at > Instant::now()) {
            return Poll::Pending;
        }
        self.release_at = None;
        while self.written < self.output.len() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.output[self.written..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.written = 0;
        self.output.clear();
        // Room for a large reply is not kept for the small ones after it.
        self.output.shrink_to(CHUNK);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Has this task woken when a waiting command gives up, or when a slow engine lets its output go.
    fn set_alarm(&mut self, cx: &Context<'_>) {
        let gives_up = self.session.deadline().map(after);
        match [gives_up, self.release_at].into_iter().flatten().min() {
            Some(at) => self.alarm.set(at, cx.waker()),
            None => self.alarm.clear(),
        }
    }
}
