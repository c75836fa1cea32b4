//! Integers as decimal text: exact to the ends of their range, refused outside it.

use super::{DecodeError, Encode, EncodeError, RedisValue};

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl RedisValue for $integer {
            fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                out.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
                Ok(())
            }

            fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
                std::str::from_utf8(stored)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| DecodeError::new(stringify!($integer), stored))
            }
        }

        impl Encode<$integer> for $integer {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                self.encode(out)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_are_exact_and_one_more_is_refused() {
        let mut stored = Vec::new();
        i64::MIN.encode(&mut stored).expect("integers always encode");
        assert_eq!(stored, b"-9223372036854775808");
        assert_eq!(i64::decode(&stored).expect("its own form"), i64::MIN);
        for refused in ["9223372036854775808", "", " 1", "1.0", "0x1", "1\0"] {
            assert!(i64::decode(refused.as_bytes()).is_err(), "{refused:?}");
        }
        assert!(u8::decode(b"256").is_err());
        assert!(u8::decode(b"-1").is_err());
    }
}
