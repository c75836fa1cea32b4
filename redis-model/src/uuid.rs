//! `uuid::Uuid` as a value and as an id, in its hyphenated form.

use uuid::{Uuid, fmt::Hyphenated};

use crate::{
    codec::{DecodeError, Encode, EncodeError, RedisValue},
    key::{IdOf, IdText, IdWriter, RedisId},
};

impl RedisValue for Uuid {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.as_hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).as_bytes());
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        Self::try_parse_ascii(stored).map_err(|error| DecodeError::new("a UUID", stored).because(error))
    }
}

impl Encode<Uuid> for Uuid {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(out)
    }
}

impl RedisId for Uuid {
    fn read(parts: &[IdText<'_>]) -> Result<Self, DecodeError> {
        let part = parts.first().ok_or_else(|| DecodeError::missing("an id"))?;
        Self::decode(&part.raw()?)
    }
}

impl IdOf<Uuid> for Uuid {
    fn write(&self, _part: usize, out: &mut IdWriter<'_>) {
        out.raw(self.as_hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).as_bytes());
    }
}
