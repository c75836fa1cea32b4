//! The wire: requests in, replies out, in both versions of the protocol.

mod decoder;
mod encoder;
mod error;
mod inline;
mod reply;
mod value;

pub(crate) use decoder::{Decoded, Decoder};
pub(crate) use encoder::{double_text, encode};
pub use error::ErrorReply;
pub(crate) use error::c_string;
#[cfg(feature = "lua")]
pub(crate) use inline::split;
pub use reply::Reply;
pub(crate) use value::{server_error, to_push_info, to_redis_value};

/// The version of the Redis protocol in which a session is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// RESP2: maps and pairs arrive as flat arrays, doubles as text. What redis-rs asks for unless told otherwise.
    #[default]
    Resp2,
    /// RESP3: maps, sets, doubles, booleans and nulls have types of their own.
    Resp3,
}

impl Protocol {
    /// The number that `HELLO` and `redis.setresp` call it by.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}
