//! A connection without a server.

use std::hint::black_box;

use redis::{ConnectionLike, RedisResult, Value};

use crate::User;

/// A connection that answers at once, and always the same; what is sent is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canned {
    /// Text of 64 bytes.
    Text,
    /// The number 1.
    Number,
    /// An array of the number 1, as scripts of redis-model answer.
    Kept,
    /// The fields of a [`User`].
    Record,
    /// 50 texts and 50 numbers.
    Batch,
}

impl Canned {
    fn reply(self) -> Value {
        match self {
            Self::Text => text(User::TEXT),
            Self::Number => Value::Int(1),
            Self::Kept => Value::Array(vec![Value::Int(1)]),
            Self::Record => Value::Array(RECORD.map(text).into()),
            Self::Batch => Value::Array(self.replies(100)),
        }
    }

    fn replies(self, count: usize) -> Vec<Value> {
        match self {
            Self::Batch => {
                (0..count).map(|number| if number < 50 { Self::Text } else { Self::Number }.reply()).collect()
            }
            one => (0..count).map(|_| one.reply()).collect(),
        }
    }
}

/// The values of [`User::sample`], as they are stored.
const RECORD: [&str; 11] = [
    "1",
    User::TEXT,
    "ada.lovelace@example.com",
    "London",
    User::TEXT,
    "Pro",
    "4711",
    "36",
    "4.5",
    "1",
    "1735689600000",
];

fn text(text: &str) -> Value {
    Value::BulkString(text.into())
}

impl ConnectionLike for Canned {
    fn req_packed_command(&mut self, request: &[u8]) -> RedisResult<Value> {
        black_box(request);
        Ok(self.reply())
    }

    fn req_packed_commands(&mut self, request: &[u8], _offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        black_box(request);
        Ok(self.replies(count))
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
