//! A connection of the redis crate that gives prepared replies and keeps what it was sent.

use redis_model::redis::{ConnectionLike, Parser, RedisResult, Value, from_redis_value};

/// Answers with what `replies` makes of the number of commands; no server is near.
pub(crate) struct Canned<F> {
    pub(crate) sent: Vec<Vec<String>>,
    replies: F,
}

impl<F: FnMut(usize) -> Vec<Value>> Canned<F> {
    pub(crate) fn new(replies: F) -> Self {
        Self { sent: Vec::new(), replies }
    }

    fn keep(&mut self, mut requests: &[u8], count: usize) {
        let mut parser = Parser::new();
        for _ in 0..count {
            let request = parser.parse_value(&mut requests).unwrap();
            self.sent.push(from_redis_value(request).unwrap());
        }
    }
}

/// Gives this reply to every command.
pub(crate) fn always(reply: &Value) -> Canned<impl FnMut(usize) -> Vec<Value> + use<>> {
    let reply = reply.clone();
    Canned::new(move |count| vec![reply.clone(); count])
}

impl<F: FnMut(usize) -> Vec<Value>> ConnectionLike for Canned<F> {
    fn req_packed_command(&mut self, request: &[u8]) -> RedisResult<Value> {
        self.keep(request, 1);
        Ok((self.replies)(1).swap_remove(0))
    }

    fn req_packed_commands(&mut self, requests: &[u8], _offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.keep(requests, count);
        Ok((self.replies)(count))
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}
