//! `#[redis(bytes)]`.

use super::{Codec, DecodeError, EncodeError, encode::encode_with};

/// A type that is bytes: it lends them (`AsRef<[u8]>`) and is made from them (`From<Vec<u8>>` or `TryFrom<Vec<u8>>`),
/// such as `Box<[u8]>`, `Arc<[u8]>` or `bytes::Bytes`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes;

impl<T: AsRef<[u8]> + TryFrom<Vec<u8>>> Codec<T> for Bytes {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(value.as_ref());
        Ok(())
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        let length = stored.len();
        T::try_from(stored).map_err(|_| {
            DecodeError::new(format!("{} as bytes", std::any::type_name::<T>()), format!("{length} bytes").as_bytes())
        })
    }
}

encode_with!(Bytes);
