use std::io;

use redis::{Arg, Cmd, ConnectionLike, RedisError, RedisResult, Value};

use crate::{
    Engine, Protocol, Reply, Session,
    protocol::{Decoded, Decoder, server_error, to_redis_value},
};

/// A redis-rs connection to an [`Engine`], blocking and asynchronous alike.
///
/// It is a session of its own: transactions and watches belong to it. A clone is a new session with the same
/// database and protocol. Calls never block, so the asynchronous ones are ready at once.
///
/// ```
/// use redis::Commands;
///
/// # fn main() -> redis::RedisResult<()> {
/// let mut con = redis_model_embedded::Engine::new().connection();
/// let (old, new): (Option<String>, i64) =
///     redis::pipe().atomic().get("hits").incr("hits", 1).query(&mut con)?;
/// assert_eq!((old, new), (None, 1));
/// let () = con.hset("user:1", "name", "Alice")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Connection {
    session: Session,
}

impl Connection {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// The same connection, answered in another version of the protocol.
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.session.set_protocol(protocol);
        self
    }

    /// The same connection, to another database.
    ///
    /// # Errors
    /// When there is no such database: they are numbered from 0 to 15.
    pub fn with_database(mut self, database: i64) -> RedisResult<Self> {
        self.select(database)?;
        Ok(self)
    }

    /// Chooses the database for the commands to come.
    ///
    /// # Errors
    /// When there is no such database: they are numbered from 0 to 15.
    pub fn select(&mut self, database: i64) -> RedisResult<()> {
        let outcome = self.session.select(database);
        outcome.map_err(|error| into_error(server_error(&error)))
    }

    /// The version of the protocol that decides on the shape of replies.
    pub fn protocol(&self) -> Protocol {
        self.session.protocol()
    }

    /// The engine at the other end.
    pub fn engine(&self) -> &Engine {
        self.session.engine()
    }

    /// Runs one command without redis-rs: its name, then its arguments. Errors of the server are replies, too.
    ///
    /// ```
    /// use redis_model_embedded::{Engine, Reply};
    ///
    /// let mut con = Engine::new().connection();
    /// assert_eq!(con.execute(&[b"SET", b"key", b"value"]), Reply::Ok);
    /// assert_eq!(con.execute(&[b"GET", b"key"]), Reply::Bulk(b"value".to_vec()));
    /// ```
    pub fn execute(&mut self, args: &[&[u8]]) -> Reply {
        self.session.execute(args)
    }

    /// Refuses to work while the engine is offline or after QUIT, as a broken connection does.
    fn check_online(&self) -> RedisResult<()> {
        if self.engine().is_offline() {
            let error = io::Error::new(io::ErrorKind::ConnectionRefused, "the embedded engine is offline");
            return Err(RedisError::from(error));
        }
        if self.session.is_closed() {
            let error = io::Error::new(io::ErrorKind::BrokenPipe, "the embedded engine has closed the connection");
            return Err(RedisError::from(error));
        }
        Ok(())
    }

    fn run(&mut self, args: &[&[u8]]) -> Value {
        let reply = self.session.execute(args);
        to_redis_value(reply, self.session.protocol())
    }

    fn run_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.check_online()?;
        let mut args = Vec::with_capacity(cmd.args_iter().len());
        for arg in cmd.args_iter() {
            match arg {
                Arg::Simple(bytes) => args.push(bytes),
                // The cursor of a scan that redis-rs iterates over is in the packed form only.
                _ => return self.run_packed(&cmd.get_packed_command()),
            }
        }
        if args.is_empty() {
            return Err(RedisError::from((redis::ErrorKind::Client, "empty command")));
        }
        let value = self.run(&args);
        // Nobody reads the reply to such a command, as on a socket.
        Ok(if cmd.is_no_response() { Value::Nil } else { value })
    }

    fn run_packed(&mut self, bytes: &[u8]) -> RedisResult<Value> {
        let mut values = self.run_all_packed(bytes);
        match (values.pop(), values.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => Err(RedisError::from((redis::ErrorKind::Client, "the bytes are not one complete command"))),
        }
    }

    fn run_all_packed(&mut self, bytes: &[u8]) -> Vec<Value> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        let mut values = Vec::new();
        loop {
            match decoder.next_request() {
                Decoded::Incomplete => return values,
                Decoded::Invalid(error) => {
                    values.push(server_error(&error));
                    return values;
                }
                Decoded::Request(arguments) => {
                    let args: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
                    values.push(self.run(&args));
                }
            }
        }
    }

    /// Hands out `count` replies from `offset` on, as redis-rs reads them from a socket.
    ///
    /// The first `offset` belong to MULTI and the commands queued after it. If one of those is an error, EXEC has
    /// failed, and so does the whole call; otherwise errors stay among the values.
    fn pick(&self, mut values: Vec<Value>, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        let refused = values.iter().take(offset).any(|value| matches!(value, Value::ServerError(_)));
        values.drain(..offset.min(values.len()));
        if refused {
            return Err(values.into_iter().find_map(error_of).unwrap_or_else(|| {
                RedisError::from((redis::ErrorKind::Client, "a queued command failed, and EXEC did not"))
            }));
        }
        if values.len() < count {
            self.check_online()?;
            return Err(RedisError::from((redis::ErrorKind::Client, "more replies are expected than commands sent")));
        }
        values.truncate(count);
        Ok(values)
    }
}

fn error_of(value: Value) -> Option<RedisError> {
    value.extract_error().err()
}

fn into_error(server_error: Value) -> RedisError {
    error_of(server_error).expect("it was made of an error reply")
}

impl Clone for Connection {
    fn clone(&self) -> Self {
        let mut session = self.engine().session();
        session.set_protocol(self.protocol());
        session.select(self.session.database()).expect("the original has this database selected");
        Self { session }
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.check_online()?;
        self.run_packed(cmd)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.check_online()?;
        let values = self.run_all_packed(cmd);
        self.pick(values, offset, count)
    }

    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.run_command(cmd)
    }

    fn get_db(&self) -> i64 {
        self.session.database()
    }

    fn check_connection(&mut self) -> bool {
        self.check_online().is_ok()
    }

    fn is_open(&self) -> bool {
        self.check_online().is_ok()
    }
}

#[cfg(feature = "async")]
mod asynchronous {
    use std::future::ready;

    use redis::{Cmd, Pipeline, RedisFuture, RedisResult, Value, aio::ConnectionLike};

    use super::Connection;

    impl Connection {
        fn run_pipeline(&mut self, pipeline: &Pipeline, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
            self.check_online()?;
            if pipeline.is_transaction() || pipeline.cmd_iter().any(Cmd::in_scan_mode) {
                let values = self.run_all_packed(&pipeline.get_packed_pipeline());
                return self.pick(values, offset, count);
            }
            let values: RedisResult<Vec<Value>> = pipeline.cmd_iter().map(|cmd| self.run_command(cmd)).collect();
            self.pick(values?, offset, count)
        }
    }

    impl ConnectionLike for Connection {
        fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
            Box::pin(ready(self.run_command(cmd)))
        }

        fn req_packed_commands<'a>(
            &'a mut self,
            pipeline: &'a Pipeline,
            offset: usize,
            count: usize,
        ) -> RedisFuture<'a, Vec<Value>> {
            Box::pin(ready(self.run_pipeline(pipeline, offset, count)))
        }

        fn get_db(&self) -> i64 {
            self.session.database()
        }
    }
}
