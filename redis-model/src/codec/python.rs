//! Values that know how Python writes them.

use serde::{Serialize, de::DeserializeOwned};

use super::{Codec, DecodeError, Encode, EncodeError, PythonJson, RedisValue};

/// A value that is written as Python's `json.dumps` writes it, as by [`PythonJson`], where no codec can be named: as a key
/// of a [`CachedMap`](crate::cache::CachedMap).
///
/// ```
/// use redis_model::{Json, Python, blocking::Store, cache::CachedMap};
///
/// let store = Store::embedded();
/// let ages = CachedMap::<Python<String>, u32, Json>::at("ages"); // pottery's CachedOrderedDict
/// ages.insert("Zoë", 36).run(&store)?;
/// assert_eq!(ages.get(Python("Zoë".to_owned())).run(&store)?, Some(36));
/// # Ok::<(), redis_model::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Python<T>(pub T);

impl<T: Serialize + DeserializeOwned> RedisValue for Python<T> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        PythonJson::encode(&self.0, out)
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        Self::decode_owned(stored.to_vec())
    }

    fn decode_owned(stored: Vec<u8>) -> Result<Self, DecodeError> {
        PythonJson::decode(stored).map(Self)
    }
}

impl<T: Serialize + DeserializeOwned> Encode<Self> for Python<T> {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(out)
    }
}

impl Encode<Python<String>> for str {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Encode::<String, PythonJson>::encode_to(self, out)
    }
}

impl<T> From<T> for Python<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
