//! `#[redis(msgpack)]`.

use rmp_serde::{
    Deserializer,
    decode::{Error, ReadRefReader},
};
use serde::{Deserialize as _, Serialize, de::DeserializeOwned};

use super::{
    Codec, DecodeError, EncodeError,
    encode::{encode_text_with, encode_with},
};

/// Any serde type as `MessagePack`, structs with their field names, so that fields may be added and reordered.
#[derive(Debug, Clone, Copy)]
pub struct MsgPack;

impl<T: Serialize + DeserializeOwned> Codec<T> for MsgPack {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write(value, out)
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        // Read in place: what comes from a reader is copied once more.
        let mut deserializer = Deserializer::from_read_ref(&stored);
        let value = T::deserialize(&mut deserializer).map_err(|error| malformed::<T>(&stored).because(error))?;
        if is_at_end(deserializer) { Ok(value) } else { Err(malformed::<T>(&stored).because("bytes are left over")) }
    }
}

/// Whether there is no byte left. The deserializer does not say; it does not find the one with which a number would begin.
/// Anything else that is left is found, and refused before what is inside of it is read.
fn is_at_end(mut deserializer: Deserializer<ReadRefReader<'_, Vec<u8>>>) -> bool {
    matches!(u8::deserialize(&mut deserializer), Err(Error::InvalidMarkerRead(_)))
}

fn malformed<T>(stored: &[u8]) -> DecodeError {
    DecodeError::new(format!("{} as MessagePack", std::any::type_name::<T>()), stored)
}

encode_with!(MsgPack);
encode_text_with!(MsgPack, write);

fn write(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) -> Result<(), EncodeError> {
    rmp_serde::encode::write_named(out, value).map_err(|error| EncodeError::new("MessagePack", error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_behind_a_value_are_found(value: Vec<Option<String>>, more: Vec<u8>) {
            let mut stored = Vec::new();
            MsgPack::encode(&value, &mut stored).expect("texts can be written");
            stored.extend(&more);
            let decoded: Result<Vec<Option<String>>, _> = MsgPack::decode(stored);
            prop_assert_eq!(decoded.ok(), more.is_empty().then_some(value));
        }
    }

    #[test]
    fn each_byte_behind_a_value_is_found() {
        for byte in 0..=u8::MAX {
            assert!(<MsgPack as Codec<bool>>::decode(vec![0xC3, byte]).is_err(), "{byte:x}");
        }
        assert!(matches!(<MsgPack as Codec<bool>>::decode(vec![0xC3]), Ok(true)));
    }
}
