//! `#[redis(json)]`.

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Codec, DecodeError, EncodeError,
    encode::{encode_text_with, encode_with},
};

/// Any serde type as JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl<T: Serialize + DeserializeOwned> Codec<T> for Json {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write(value, out)
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        serde_json::from_slice(&stored).map_err(|error| {
            let expected = format!("{} as JSON", std::any::type_name::<T>());
            DecodeError::new(expected, &stored).because(error)
        })
    }
}

encode_with!(Json);
encode_text_with!(Json, write);

fn write(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) -> Result<(), EncodeError> {
    serde_json::to_writer(out, value).map_err(|error| EncodeError::new("JSON", error))
}
