//! `#[redis(msgpack)]`.

use serde::{Serialize, de::DeserializeOwned};

use super::{Codec, DecodeError, EncodeError, encode::encode_with};

/// Any serde type as `MessagePack`, structs with their field names, so that fields may be added and reordered.
#[derive(Debug, Clone, Copy)]
pub struct MsgPack;

impl<T: Serialize + DeserializeOwned> Codec<T> for MsgPack {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        rmp_serde::encode::write_named(out, value).map_err(|error| EncodeError::new("MessagePack", error))
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        let mut unread = &stored[..];
        let value = rmp_serde::from_read(&mut unread).map_err(|error| malformed::<T>(&stored).because(error))?;
        if unread.is_empty() { Ok(value) } else { Err(malformed::<T>(&stored).because("bytes are left over")) }
    }
}

fn malformed<T>(stored: &[u8]) -> DecodeError {
    DecodeError::new(format!("{} as MessagePack", std::any::type_name::<T>()), stored)
}

encode_with!(MsgPack);
