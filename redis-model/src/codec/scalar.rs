//! Floats, `bool`, `char`, text and bytes.

use super::{DecodeError, Encode, EncodeError, RedisValue};

macro_rules! floats {
    ($($float:ty),*) => {$(
        impl RedisValue for $float {
            fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                use std::io::Write;
                // The shortest text that reads back as the same number, without the 300 zeros of a plain 1e300.
                let plain = *self == 0.0 || (1e-5..1e17).contains(&self.abs()) || !self.is_finite();
                let written = if plain { write!(out, "{self}") } else { write!(out, "{self:e}") };
                written.map_err(|error| EncodeError::new("text", error))
            }

            fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
                std::str::from_utf8(stored)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| DecodeError::new(stringify!($float), stored))
            }
        }
    )*};
}

floats!(f32, f64);

impl RedisValue for bool {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.push(if *self { b'1' } else { b'0' });
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        match stored {
            b"1" => Ok(true),
            b"0" => Ok(false),
            _ => Err(DecodeError::new("bool as 1 or 0", stored)),
        }
    }
}

impl RedisValue for char {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        let mut chars = std::str::from_utf8(stored).unwrap_or_default().chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(DecodeError::new("one character", stored)),
        }
    }
}

impl RedisValue for String {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.as_bytes());
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        Self::decode_owned(stored.to_vec())
    }

    fn decode_owned(stored: Vec<u8>) -> Result<Self, DecodeError> {
        Self::from_utf8(stored).map_err(|error| DecodeError::new("text in UTF-8", error.as_bytes()))
    }
}

impl RedisValue for Vec<u8> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        Ok(stored.to_vec())
    }

    fn decode_owned(stored: Vec<u8>) -> Result<Self, DecodeError> {
        Ok(stored)
    }
}

impl<const N: usize> RedisValue for [u8; N] {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }

    fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        stored.try_into().map_err(|_| DecodeError::new(format!("{N} bytes"), stored))
    }
}

macro_rules! encode_as_value {
    ($($scalar:ty),*) => {$(
        impl Encode<$scalar> for $scalar {
            fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                self.encode(out)
            }
        }
    )*};
}

encode_as_value!(f32, f64, bool, char, String, Vec<u8>);

impl Encode<String> for str {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.as_bytes());
        Ok(())
    }
}

impl Encode<Vec<u8>> for [u8] {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }
}

impl<const N: usize> Encode<Vec<u8>> for [u8; N] {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }
}

impl<const N: usize> Encode<[u8; N]> for [u8; N] {
    fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(value: &impl RedisValue) -> String {
        let mut out = Vec::new();
        value.encode(&mut out).expect("scalars always encode");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn floats_are_short_and_read_back_the_same() {
        assert_eq!(stored(&1.0_f64), "1");
        assert_eq!(stored(&0.1_f64), "0.1");
        assert_eq!(stored(&1e300_f64), "1e300");
        assert_eq!(stored(&-0.0_f64), "-0");
        for value in [f64::MAX, f64::MIN_POSITIVE, -1.5e-9, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(f64::decode(stored(&value).as_bytes()).expect("its own form").to_bits(), value.to_bits());
        }
        assert!(f64::decode(stored(&f64::NAN).as_bytes()).expect("its own form").is_nan());
    }

    #[test]
    fn other_forms_are_refused() {
        assert!(bool::decode(b"true").is_err());
        assert!(char::decode(b"").is_err());
        assert!(char::decode(b"ab").is_err());
        assert!(String::decode(b"\xff").is_err());
        assert!(<[u8; 2]>::decode(b"abc").is_err());
    }
}
